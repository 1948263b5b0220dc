// Paths of people, reach of credentials and separation of duties are analysis'; this file arranges them by component,
// role, data class and account.
#include "service/commands/protect/access_control.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/credentials.h"
#include "service/analysis/entry_points.h"
#include "service/analysis/handling.h"
#include "service/analysis/outside.h"
#include "service/analysis/people_access.h"
#include "service/analysis/privileges.h"
#include "service/analysis/terms.h"
#include "service/commands/access_snippets.h"
#include "service/commands/access_wording.h"
#include "service/commands/applicable_references.h"
#include "service/commands/clause_book.h"
#include "service/commands/control_effects.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/privilege_tables.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/raci.h"
#include "service/commands/rotation_wording.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
namespace kb = knowledge::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using analysis::PciScope;
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

std::string PeopleLabel(analysis::People people) {
  switch (people) {
    case analysis::People::kPersonnel:
      return "personnel";
    case analysis::People::kSupplier:
      return "supplier";
    default:
      return "customer";
  }
}

bool Names(const google::protobuf::RepeatedPtrField<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
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
    AddPaths();
    AddCde();
    AddAccounts();
    AddEmergency();
    gaps_.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddControlEffects(input_, "access-control", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Policy ---

  void AddReferences(absl::string_view reason, google::protobuf::RepeatedPtrField<std::string>& out) const {
    for (std::string& reference : BindingReferences(binding_, knowledge::InventoryReasonOf(reason).references())) {
      *out.Add() = std::move(reference);
    }
  }

  void AddPolicy() {
    AddReferences("matrix", *result_.mutable_matrix_references());
    AddReferences("cde-mfa", *result_.mutable_mfa_references());
    AddReferences("service-accounts", *result_.mutable_account_references());
    AddReferences("reviews", *result_.mutable_review_references());
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    if (policy.has_access_review_days()) result_.set_review_interval(InDays(policy.access_review_days()));
    if (policy.has_service_token_ttl_minutes()) result_.set_token_lifetime(Minutes(policy.service_token_ttl_minutes()));
    result_.set_mfa_policy(Label(policy.mfa_all_infrastructure()));
    result_.set_review_owner(AccountableFor(model_, "access-review"));
  }

  void AddClauses() {
    const model::v1::Policy* policy = nullptr;
    for (const model::v1::Policy& each : proto_.policies()) {
      if (each.area() == model::v1::POLICY_AREA_ACCESS_MANAGEMENT) policy = &each;
    }
    for (const Clause& clause : ClausesOf(input_, model::v1::POLICY_AREA_ACCESS_MANAGEMENT, policy)) {
      if (clause.state == ClauseState::kWaiting) continue;  // the open questions ask for its value
      pb::AccessClauseRow& row = *result_.add_clauses();
      row.set_id(clause.id);
      row.set_requirement(clause.requirement);
      row.set_cadence(clause.cadence);
      row.set_evidence(clause.evidence);
      row.set_state(clause.state == ClauseState::kDeclined ? "declined" : "in force");
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
        const Flow& each = *landscape_.flows()[flow].flow;
        ++methods[Label(each.authentication())];
        ++rights[RightsLabel(each.authorization())];
        if (each.authorization() == model::v1::FLOW_AUTHORIZATION_NONE && !view.facts->stores.empty()) {
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
      row.set_owner(OwnerOf(component));
    }
  }

  std::string StateOf(int component, absl::string_view control) const {
    return Label(analysis::PostureOf(landscape_.ComponentElement(component), control).state);
  }

  std::string OwnerOf(const Component& component) const {
    return TeamName(model_, component.owner_team().empty() ? proto_.owner_team() : component.owner_team());
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
      row.set_owner(TeamName(model_, conflict.team.empty() ? proto_.owner_team() : conflict.team));
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
      row.set_owner(OwnerOf(*facts.component));
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
        if (needs.count(data->id()) == 0) row.add_beyond(data->id());
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

  // --- People ---

  static std::string VerdictOf(const PeoplePath& path) {
    if (!path.required) return "not required";
    switch (path.several_factors) {
      case model::v1::TRISTATE_YES:
        return "met";
      case model::v1::TRISTATE_NO:
        return "fails";
      default:
        return "unknown";
    }
  }

  std::string RequiredBy(const PeoplePath& path) const {
    if (!path.required) return "";
    if (path.cde) return "path into the CDE";
    const bool policy = proto_.policy_parameters().mfa_all_infrastructure() == model::v1::TRISTATE_YES;
    return policy ? "path into production, and policy" : "path into production";
  }

  void AddPaths() {
    std::vector<const PeoplePath*> order;
    for (const PeoplePath& path : paths_) order.push_back(&path);
    std::stable_sort(order.begin(), order.end(), [](const PeoplePath* a, const PeoplePath* b) {
      return std::make_pair(a->required, a->cde) > std::make_pair(b->required, b->cde);
    });
    for (const PeoplePath* path : order) {
      const Component& target = *path->target->component;
      pb::MfaPathRow& row = *result_.add_paths();
      row.set_flow(path->flow->id());
      row.set_who(path->source->component->id());
      row.set_people(PeopleLabel(path->people));
      row.set_way(path->through == nullptr ? absl::StrCat("into ", target.id())
                                           : absl::StrCat("into ", target.id(), " through ", path->through->target()));
      row.set_authentication(Label(path->flow->authentication()));
      row.set_several_factors(Label(path->several_factors));
      row.set_required(RequiredBy(*path));
      const std::string pci = PciScopeLabel(path->target->pci_scope);
      row.set_scope(absl::StrCat(Label(target.environment()), pci.empty() ? "" : ", ", pci));
      row.set_verdict(VerdictOf(*path));
      row.set_owner(OwnerOf(target));
      AddPathGaps(*path);
    }
  }

  void AddPathGaps(const PeoplePath& path) {
    const std::string& team = path.target->component->owner_team();
    if (VerdictOf(path) == "fails") {
      gaps_.Add(path.cde ? "mfa-missing-cde" : "mfa-missing", path.flow->id(),
                absl::StrCat("proves itself by ", Label(path.flow->authentication()), " alone"), team);
    }
    const bool shared = path.flow->authorization() == model::v1::FLOW_AUTHORIZATION_TECHNICAL_USER;
    if (shared && path.people != analysis::People::kCustomer) {
      gaps_.Add("shared-account", path.flow->id(),
                absl::StrCat(path.target->component->id(), " decides on the rights of the calling service"), team);
    }
  }

  void AddCde() {
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.pci_scope != PciScope::kCde) continue;
      pb::CdeAccessRow& row = *result_.add_cde();
      row.set_component(id);
      std::set<std::string> verdicts;
      for (const PeoplePath& path : paths_) {
        if (path.target != &facts) continue;
        const bool customer = path.people == analysis::People::kCustomer;
        const std::string text = absl::StrCat(path.flow->id(), " (several factors: ", Label(path.several_factors), ")");
        *(customer ? row.add_customers() : row.add_personnel()) = text;
        if (!customer) verdicts.insert(VerdictOf(path));
      }
      row.set_verdict(verdicts.empty()            ? "no path of personnel declared"
                      : verdicts.count("fails")   ? "fails"
                      : verdicts.count("unknown") ? "unknown"
                                                  : "met");
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

  // --- Emergency access ---

  void AddEmergency() {
    for (const model::v1::SecretStore& store : proto_.secrets().stores()) {
      AddEmergencyRow(store.id(), store.component(), "secret store", store.break_glass(), store.audit_log(),
                      store.owner_team());
    }
    for (const analysis::ComponentView& view : landscape_.components()) {
      const Component& component = *view.facts->component;
      if (!analysis::IsOurs(facts_, *view.facts)) continue;
      const bool signs_in = (view.capabilities & (uint64_t{1} << kb::CAPABILITY_IDENTITY_PROVIDER)) != 0;
      if (!signs_in && !analysis::IsBastion(component)) continue;
      const std::string recorded = component.logging() == model::v1::LOGGING_LEVEL_UNSPECIFIED
                                       ? ""
                                       : absl::StrCat(Label(component.logging()), " logs");
      AddEmergencyRow(component.id(), component.id(), signs_in ? "sign-in" : "access for administration",
                      component.degraded_mode(), recorded, component.owner_team());
    }
  }

  void AddEmergencyRow(const std::string& target, const std::string& component, const std::string& kind,
                       const std::string& way, const std::string& recorded, const std::string& team) {
    pb::EmergencyRow& row = *result_.add_emergency();
    row.set_target(target);
    row.set_kind(kind);
    row.set_way(way);
    const auto* owner = model_.Find<model::v1::Team>(team);
    row.set_who(owner == nullptr ? "not declared"
                                 : absl::StrCat(owner->lead(), owner->deputy().empty() ? "" : "; ", owner->deputy()));
    row.set_recorded(recorded);
    for (const model::v1::Alert& alert : proto_.monitoring().alerts()) {
      if (!component.empty() && Names(alert.components(), component)) row.add_alerts(alert.id());
    }
    row.set_reviewed(result_.review_owner().empty() ? "nobody declared"
                                                    : absl::StrCat(result_.review_owner(), ", after each use"));
    // That of a secret store is a gap of secrets-management.
    if (way.empty() && kind != "secret store") {
      gaps_.Add("emergency-access-missing", target, "no way in is declared while the usual one is down", team);
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
      if (VerdictOf(path) != "unknown") continue;
      *result_.add_questions() =
          Ask(model_, absl::StrCat("flows[", path.flow->id(), "].posture"),
              absl::StrCat("Do people on flow ", path.flow->id(), " prove themselves by several factors?"),
              path.target->component->owner_team());
    }
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
