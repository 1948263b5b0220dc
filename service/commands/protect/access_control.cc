// Paths of people, reach of credentials and separation of duties are analysis'; this file arranges them by component,
// role, data class and account. People, privileges and emergency access are files of their own.
#include "service/commands/protect/access_control.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/credentials.h"
#include "service/analysis/entry_points.h"
#include "service/analysis/handling.h"
#include "service/analysis/outside.h"
#include "service/analysis/people_access.h"
#include "service/analysis/privileges.h"
#include "service/commands/access_snippets.h"
#include "service/commands/access_wording.h"
#include "service/commands/applicable_references.h"
#include "service/commands/clause_book.h"
#include "service/commands/control_effects.h"
#include "service/commands/emergency_table.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/people_tables.h"
#include "service/commands/privilege_tables.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/raci.h"
#include "service/commands/rotation_wording.h"
#include "service/commands/rows.h"
#include "service/commands/shared_column.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using analysis::PeoplePath;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;
using model::v1::Role;

// "token (3)" for each, most first.
template <class Field>
void AddCounts(const std::map<std::string, int>& counts, Field* field) {
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [name, count] : counts) order.emplace_back(-count, name);
  std::sort(order.begin(), order.end());
  for (const auto& [count, name] : order) *field->Add() = absl::StrCat(name, " (", -count, ")");
}

class Access {
 public:
  explicit Access(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        landscape_(input.threats.Get().landscape()),
        inventory_(analysis::FindCredentials(facts_)),
        paths_(analysis::FindPeoplePaths(landscape_)),
        gaps_(input) {}

  pb::AccessControlResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddPolicy();
    AddEntries();
    AddComponents();
    AddConsumers();
    AddRoles();
    AddPrivilegeTables(input_, gaps_, result_);
    AddConflicts();
    AddClauses();
    AddLeastPrivilege();
    AddReach();
    AddAccessSnippets(model_, *result_.mutable_snippets());
    AddPeopleTables(model_, facts_, paths_, gaps_, result_);
    AddAccounts();
    AddEmergencyTable(landscape_, gaps_, result_);
    gaps_.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddControlEffects(input_, "access-control", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Policy ---

  void AddReasons(absl::string_view reason, google::protobuf::RepeatedPtrField<std::string>& out) const {
    AddAll(BindingReferences(binding_, knowledge::InventoryReasonOf(reason).references()), &out);
  }

  void AddPolicy() {
    AddReasons("matrix", *result_.mutable_matrix_references());
    AddReasons("cde-mfa", *result_.mutable_mfa_references());
    AddReasons("service-accounts", *result_.mutable_account_references());
    AddReasons("reviews", *result_.mutable_review_references());
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    if (policy.has_access_review_days()) result_.set_review_interval(InDays(policy.access_review_days()));
    if (policy.has_service_token_ttl_minutes()) result_.set_token_lifetime(Minutes(policy.service_token_ttl_minutes()));
    result_.set_mfa_policy(Label(policy.mfa_all_infrastructure()));
    result_.set_review_owner(AccountableFor(model_, "access-review"));
  }

  void AddClauses() {
    const auto& policies = proto_.policies();
    const auto first = std::find_if(policies.begin(), policies.end(), [](const model::v1::Policy& each) {
      return each.area() == model::v1::POLICY_AREA_ACCESS_MANAGEMENT;  // which holds the clauses, as in 00-govern
    });
    const model::v1::Policy* policy = first == policies.end() ? nullptr : &*first;
    // A clause binds nobody before its policy is approved.
    const bool adopted = policy != nullptr && policy->status() == model::v1::POLICY_STATUS_APPROVED;
    for (const Clause& clause : ClausesOf(input_, model::v1::POLICY_AREA_ACCESS_MANAGEMENT, policy)) {
      if (clause.state == ClauseState::kWaiting) continue;  // the open questions ask for its value
      pb::AccessClauseRow& row = *result_.add_clauses();
      row.set_id(clause.id);
      row.set_requirement(clause.requirement);
      row.set_cadence(clause.cadence);
      row.set_evidence(clause.evidence);
      row.set_state(clause.state == ClauseState::kDeclined ? "declined" : adopted ? "in force" : "not adopted");
      for (const std::string& element : clause.not_met) row.add_not_met(element);
      for (const std::string& reference : clause.references) {
        row.add_references(knowledge::ReferenceLabel(reference));
      }
    }
  }

  // --- Model ---

  void AddEntries() {
    struct Counts {
      int entries = 0;
      std::map<std::string, int> authentication, rights;
    };
    std::map<std::pair<analysis::EntryExposure, std::string>, Counts> counts;
    for (const analysis::EntryPoint& entry : analysis::FindEntryPoints(facts_)) {
      Counts& each = counts[{entry.exposure, KindLabel(entry)}];
      ++each.entries;
      if (entry.kind == analysis::EntryPoint::Kind::kPull) continue;
      std::vector<std::string> methods;
      for (const auto method : entry.authentication) methods.push_back(Label(method));
      ++each.authentication[methods.empty() ? "unknown" : absl::StrJoin(methods, " and ")];
      ++each.rights[RightsLabel(entry.authorization)];
    }
    for (const auto& [key, each] : counts) {
      pb::AccessEntryRow& row = *result_.add_entries();
      row.set_exposure(ExposureLabel(key.first));
      row.set_kind(key.second);
      row.set_entries(each.entries);
      AddCounts(each.authentication, row.mutable_authentication());
      AddCounts(each.rights, row.mutable_rights());
    }
  }

  void AddComponents() {
    for (int i = 0; i < static_cast<int>(landscape_.components().size()); ++i) {
      const analysis::ComponentView& view = landscape_.components()[i];
      if (!analysis::IsOurs(facts_, *view.facts)) continue;
      const Component& component = *view.facts->component;
      pb::AccessModelRow& row = *result_.add_components();
      std::map<std::string, int> methods, rights;
      for (const int flow : view.inbound) {
        const analysis::FlowView& inbound = landscape_.flows()[flow];
        const Flow& each = *inbound.flow;
        ++methods[Label(each.authentication())];
        ++rights[RightsLabel(each.authorization())];
        const bool at_stake =
            !view.facts->stores.empty() || inbound.carried.confidentiality >= model::v1::CONFIDENTIALITY_CONFIDENTIAL;
        if (each.authorization() == model::v1::FLOW_AUTHORIZATION_NONE && at_stake &&
            !IsFromPublic(landscape_, inbound)) {
          gaps_.Add("flow-unauthorised", each.id(), absl::StrCat(component.id(), " does not decide on rights"),
                    component.owner_team());
        }
      }
      row.set_id(component.id());
      row.set_callers(absl::StrCat(Count(static_cast<int64_t>(view.inbound.size()), "flow", "flows"),
                                   component.used_by_human() ? ", used by people" : "",
                                   component.admin() ? ", administers others" : ""));
      AddCounts(methods, row.mutable_authentication());
      AddCounts(rights, row.mutable_decides());
      row.set_authentication_state(StateOf(i, "authn_source"));
      row.set_authorization_state(StateOf(i, "authz_source"));
      row.set_pci(PciScopeLabel(view.facts->pci_scope));
      row.set_owner(OwnerName(model_, component.owner_team()));
    }
    result_.set_components_pci(SaidByAll(result_.components(), [](const pb::AccessModelRow& row) {
      return row.pci().empty() ? std::string("not applicable") : row.pci();
    }));
  }

  std::string StateOf(int component, absl::string_view control) const {
    return Label(analysis::PostureOf(landscape_.ComponentElement(component), control).state);
  }

  void AddConsumers() {
    for (const model::v1::ConsumerClass& consumer : proto_.consumer_classes()) {
      pb::ConsumerAccess& row = *result_.add_consumers();
      row.set_id(consumer.id());
      row.set_name(consumer.name());
      for (const int method : consumer.authentication()) {
        row.add_methods(Label(static_cast<model::v1::FlowAuthentication>(method)));
      }
      if (consumer.has_requests_per_minute()) {
        row.set_limit(absl::StrCat(Thousands(consumer.requests_per_minute()), " a minute ", consumer.limit_scope()));
      }
    }
  }

  // --- Roles ---

  void AddRoles() {
    for (const Role& role : proto_.roles()) {
      pb::AccessRoleRow& row = *result_.add_roles();
      row.set_id(role.id());
      row.set_title(role.title());
      row.set_team(TeamName(model_, role.team()));
      row.set_holder(role.holder());
      row.set_deputy(role.deputy());
      row.set_reports_to(RoleTitle(model_, role.reports_to()));
      for (const model::v1::RaciAssignment& activity : proto_.raci()) {
        const auto& accountable = activity.accountable();
        const bool answers = std::find(accountable.begin(), accountable.end(), role.id()) != accountable.end();
        if (answers) row.add_accountable(activity.activity());
      }
      if (role.reports_to().empty()) continue;
      pb::RoleEdge& edge = *result_.add_reporting();
      edge.set_lower(role.id());
      edge.set_lower_title(role.title());
      edge.set_upper(role.reports_to());
      edge.set_upper_title(RoleTitle(model_, role.reports_to()));
    }
  }

  void AddConflicts() {
    for (const analysis::DutyConflict& conflict : analysis::FindDutyConflicts(facts_)) {
      pb::DutyConflictRow& row = *result_.add_conflicts();
      row.set_subject(conflict.subject);
      row.set_duties(conflict.duties);
      row.set_fact(conflict.fact);
      row.set_owner(OwnerName(model_, conflict.team));
      gaps_.Add("duties-not-separated", conflict.subject, conflict.fact, conflict.team);
    }
  }

  // --- Least privilege ---

  void AddLeastPrivilege() {
    for (int i = 0; i < static_cast<int>(landscape_.components().size()); ++i) {
      const ComponentFacts& facts = *landscape_.components()[i].facts;
      if (!analysis::IsOurs(facts_, facts)) continue;
      const auto posture = analysis::PostureOf(landscape_.ComponentElement(i), "least_privilege");
      pb::LeastPrivilegeRow& row = *result_.add_least_privilege();
      row.set_component(facts.component->id());
      row.set_state(Label(posture.state));
      row.set_evidence(posture.evidence);
      row.set_observed(ObservedOn(*facts.component, "least_privilege"));
      row.set_owner(OwnerName(model_, facts.component->owner_team()));
    }
  }

  static std::string ObservedOn(const Component& component, absl::string_view control) {
    for (const model::v1::ControlPosture& posture : component.posture()) {
      if (posture.control() == control) return posture.observed_on();
    }
    return "";
  }

  void AddReach() {
    for (const CredentialFact& fact : inventory_.credentials) {
      pb::ReachRow row;
      std::set<std::string> needs;
      if (fact.flow != nullptr) {
        for (const DataClass* data : analysis::DataOf(model_, *fact.flow)) needs.insert(data->id());
      }
      for (const DataClass* data : fact.data) {
        if (!needs.contains(data->id())) row.add_beyond(data->id());
      }
      for (const std::string& id : fact.without_need) row.add_without_need(id);
      if (row.beyond().empty() && row.without_need().empty()) continue;
      if (!row.beyond().empty()) {
        gaps_.Add("credential-beyond-flow", fact.credential->id(),
                  absl::StrCat("also opens ", List({row.beyond().begin(), row.beyond().end()}, 4)),
                  fact.credential->owner_team());
      }
      row.set_credential(fact.credential->id());
      row.set_flow(fact.credential->flow());
      for (const std::string& id : needs) row.add_needs(id);
      row.set_owner(TeamName(model_, fact.credential->owner_team()));
      *result_.add_reach() = std::move(row);
    }
  }

  // --- Accounts ---

  void AddAccounts() {
    for (const CredentialFact& fact : inventory_.credentials) {
      pb::ServiceAccountRow& row = *result_.add_accounts();
      row.set_id(fact.credential->id());
      row.set_kind(Label(fact.credential->kind()));
      std::string seen;
      for (const ComponentFacts* user : fact.users) {
        row.add_used_by(user->component->id());
        seen = std::max(seen, ObservedOn(*user->component, "least_privilege"));
      }
      if (fact.target != nullptr) row.set_opens(fact.target->component->id());
      for (const DataClass* data : fact.data) row.add_scope(data->id());
      if (fact.store != nullptr) row.set_store(fact.store->name());
      row.set_rotation(IntervalLabel(fact.rotation));
      row.set_next_rotation(NextLabel(fact.rotation));
      row.set_rights_seen(seen);
      row.set_owner(TeamName(model_, fact.credential->owner_team()));
    }
  }

  // --- Questions and totals ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"Flow.authentication", "Flow.authorization", "Component.owner_team",
                              "PolicyParameters.mfa_all_infrastructure", "PolicyParameters.service_token_ttl_minutes",
                              "PolicyParameters.session_idle_minutes", "PolicyParameters.password_min_length",
                              "PolicyParameters.access_review_days", "PolicyParameters.leaver_revocation_hours",
                              "PolicyParameters.dormant_account_days"})) {
      *result_.add_questions() = std::move(question);
    }
    for (const PeoplePath& path : paths_) {
      if (analysis::VerdictOn(path) != analysis::FactorVerdict::kUnknown) continue;
      *result_.add_questions() =
          Ask(model_, absl::StrCat("flows[", path.flow->id(), "].posture"),
              absl::StrCat("Do people on flow ", path.flow->id(), " prove themselves by several factors?"),
              path.target->component->owner_team());
    }
    for (int i = 0; i < static_cast<int>(landscape_.components().size()); ++i) AskLeastPrivilege(i);
  }

  void AskLeastPrivilege(int component) {
    const ComponentFacts& facts = *landscape_.components()[component].facts;
    if (!analysis::IsOurs(facts_, facts)) return;
    const auto posture = analysis::PostureOf(landscape_.ComponentElement(component), "least_privilege");
    if (posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) return;
    const std::string& id = facts.component->id();
    *result_.add_questions() =
        Ask(model_, absl::StrCat("components[", id, "].posture"),
            absl::StrCat("Have people and programs on ", id, " only the rights that they need (least_privilege)?"),
            facts.component->owner_team());
  }

  void AddTotals() {
    pb::AccessTotals& totals = *result_.mutable_totals();
    totals.set_roles(result_.roles_size());
    for (const pb::AccessRoleRow& row : result_.roles())
      totals.set_vacant(totals.vacant() + (row.holder().empty() ? 1 : 0));
    totals.set_paths(result_.paths_size());
    for (const pb::MfaPathRow& row : result_.paths()) {
      totals.set_required(totals.required() + (row.required().empty() ? 0 : 1));
      totals.set_lacking(totals.lacking() + (row.verdict() == "fails" ? 1 : 0));
    }
    totals.set_accounts(result_.accounts_size());
    totals.set_conflicts(result_.conflicts_size());
    totals.set_gaps(CountGaps(result_.gaps()));
    pb::AccessPhrases& phrases = *result_.mutable_phrases();
    phrases.set_roles(Count(totals.roles(), "role", "roles"));
    phrases.set_vacant(Count(totals.vacant(), "is vacant", "are vacant"));
    phrases.set_paths(Count(totals.paths(), "path of people leads", "paths of people lead"));
    phrases.set_required(Count(totals.required(), "needs several factors", "need several factors"));
    phrases.set_lacking(Count(totals.lacking(), "lacks them", "lack them"));
    phrases.set_accounts(Count(totals.accounts(), "service account", "service accounts"));
    phrases.set_conflicts(Count(totals.conflicts(), "pair of duties is", "pairs of duties are"));
    phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  const analysis::CredentialInventory inventory_;
  const std::vector<PeoplePath> paths_;
  ProtectionGaps gaps_;
  pb::AccessControlResult result_;
};

}  // namespace

pb::AccessControlResult AccessControl(const Input& input) { return Access(input).Build(); }

}  // namespace metapowers::commands::protect
