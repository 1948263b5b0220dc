// Verdicts, key states and rotations are analysis'; this file arranges them by data class, store and flow. Keys,
// who holds them and versions of TLS are files of their own.
#include "service/commands/protect/encryption_strategy.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/element_team.h"
#include "service/analysis/handling.h"
#include "service/analysis/key_inventory.h"
#include "service/analysis/pci_scope.h"
#include "service/analysis/terms.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/entry_wording.h"
#include "service/commands/key_holder_tables.h"
#include "service/commands/key_tables.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/rotation_wording.h"
#include "service/commands/rows.h"
#include "service/commands/tls_snippets.h"
#include "service/commands/tls_tables.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
namespace kb = knowledge::v1;
using analysis::ComponentFacts;
using analysis::HandlingFact;
using analysis::KeyFact;
using analysis::Verdict;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;

// Checks of the handling requirements that this section is about, those of kept data first.
constexpr kb::HandlingCheck kStoreChecks[] = {kb::HANDLING_CHECK_STORE_ENCRYPTED, kb::HANDLING_CHECK_STORE_OWN_KEY,
                                              kb::HANDLING_CHECK_PAN_UNREADABLE};
constexpr kb::HandlingCheck kFlowChecks[] = {kb::HANDLING_CHECK_FLOW_ENCRYPTED, kb::HANDLING_CHECK_FLOW_TLS_FLOOR};

class Strategy {
 public:
  explicit Strategy(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        verdicts_(analysis::JudgeHandling(facts_)),
        keys_(analysis::FindKeys(facts_)),
        gaps_(input) {
    for (const HandlingFact& fact : verdicts_) by_subject_[fact.subject].push_back(&fact);
  }

  pb::EncryptionStrategyResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_policy_algorithm(proto_.policy_parameters().encryption_at_rest_algorithm());
    if (proto_.policy_parameters().min_tls() != model::v1::TLS_VERSION_UNSPECIFIED) {
      result_.set_policy_floor(Label(proto_.policy_parameters().min_tls()));
    }
    AddReasons("certificates", *result_.mutable_certificate_references());
    AddReasons("keys", *result_.mutable_key_references());
    AddReasons("custodians", *result_.mutable_custodian_references());
    AddRequirements();
    AddStores();
    AddFlows();
    AddTlsTables(model_, result_);
    AddExceptions();
    AddKeyTables(input_, keys_, gaps_, result_);
    AddKeyHolderTables(facts_, keys_, result_);
    AddBackups();
    AddTlsSnippets(model_, *result_.mutable_snippets());
    gaps_.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddControlEffects(input_, "encryption-strategy", *result_.mutable_controls());
    for (metapowers::v1::Question& question :
         QuestionsOn(model_,
                     {"Component.encryption_at_rest", "Flow.transport_security", "Flow.protocol", "BackupPolicy",
                      "PolicyParameters.encryption_at_rest_algorithm", "PolicyParameters.min_tls",
                      "PolicyParameters.key_rotation_days"},
                     {"Component.kind", "Component.stores", "Flow.source", "Flow.target"})) {
      *result_.add_questions() = std::move(question);
    }
    AddFlowQuestions(facts_, *result_.mutable_questions());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Requirements ---

  void AddReasons(absl::string_view reason, google::protobuf::RepeatedPtrField<std::string>& out) const {
    AddAll(BindingReferences(binding_, knowledge::InventoryReasonOf(reason).references()), &out);
  }

  // The measure of the requirement with this check, where it applies to the class; else empty.
  std::string MeasureOf(kb::HandlingCheck check, const DataClass& data, std::set<std::string>& references) const {
    for (const kb::HandlingRequirement& requirement : knowledge::HandlingRules().requirements()) {
      if (requirement.check() != check) continue;
      const bool by_level = requirement.from_level() != model::v1::CONFIDENTIALITY_UNSPECIFIED &&
                            data.confidentiality() >= requirement.from_level();
      if (!by_level && !analysis::HasCategory(data, requirement.categories())) continue;
      for (const std::string& reference :
           DataReferences(input_, requirement.references(), analysis::IsAccountData(data))) {
        references.insert(reference);
      }
      const std::string value = analysis::ParameterValue(model_, requirement.parameter());
      return value.empty() ? absl::StrCat(requirement.floor(), " (floor; the policy names none)") : value;
    }
    return "";
  }

  // Sensitive authentication data has no measure at rest, since it must not rest.
  static bool IsNeverKept(const DataClass& data) {
    return analysis::HasCategory(data, {model::v1::DATA_CATEGORY_SAD, model::v1::DATA_CATEGORY_PIN});
  }

  void AddRequirements() {
    std::map<const DataClass*, std::vector<std::string>> stores;
    for (const auto& [id, facts] : facts_.components()) {
      for (const DataClass* data : facts.stores) stores[data].push_back(id);
    }
    std::map<const DataClass*, int> flows;
    for (const Flow& flow : proto_.flows()) {
      for (const DataClass* data : analysis::DataOf(model_, flow)) ++flows[data];
    }
    std::vector<const DataClass*> order;
    for (const DataClass& data : proto_.data_classes()) order.push_back(&data);
    std::stable_sort(order.begin(), order.end(), [](const DataClass* a, const DataClass* b) {
      return a->confidentiality() > b->confidentiality();
    });
    for (const DataClass* data : order) {
      pb::DataEncryptionRow& row = *result_.add_requirements();
      row.set_id(data->id());
      row.set_level(Label(data->confidentiality()));
      for (const int category : data->categories()) {
        row.add_categories(knowledge::Category(static_cast<model::v1::DataCategory>(category)).label());
      }
      std::set<std::string> references;
      if (IsNeverKept(*data)) {
        MeasureOf(kb::HANDLING_CHECK_SAD_NOT_STORED, *data, references);
        row.set_at_rest("not to be kept after authorisation");
        row.set_key("none: nothing is kept that a key would protect");
      } else {
        row.set_at_rest(MeasureOf(kb::HANDLING_CHECK_STORE_ENCRYPTED, *data, references));
        const std::string interval = MeasureOf(kb::HANDLING_CHECK_STORE_OWN_KEY, *data, references);
        if (!interval.empty()) row.set_key(absl::StrCat("own key, changed every ", interval));
      }
      row.set_in_transit(MeasureOf(kb::HANDLING_CHECK_FLOW_TLS_FLOOR, *data, references));
      for (const std::string& reference : references) row.add_references(reference);
      AddAll(stores[data], row.mutable_stores());
      row.set_flows(flows[data]);
    }
  }

  // --- Verdicts ---

  // The verdict of the worst of the checks, in words; failed ones become gaps.
  template <size_t N>
  std::string JudgeAll(const std::string& subject, const kb::HandlingCheck (&checks)[N]) {
    std::vector<std::string> failed, unknown;
    bool required = false;
    const auto found = by_subject_.find(subject);
    if (found == by_subject_.end()) return "not required";
    for (const HandlingFact* fact : found->second) {
      if (std::find(std::begin(checks), std::end(checks), fact->requirement->check()) == std::end(checks)) continue;
      required = true;
      // Two requirements may fail by one fact.
      if (fact->verdict == Verdict::kUnknown) AddNew(fact->fact, unknown);
      if (fact->verdict != Verdict::kFail) continue;
      AddNew(fact->fact, failed);
      gaps_.Add(*fact);
    }
    if (!failed.empty()) return absl::StrCat("fails: ", absl::StrJoin(failed, "; "));
    if (!unknown.empty()) return absl::StrCat("unknown: ", absl::StrJoin(unknown, "; "));
    return required ? "met" : "not required";
  }

  static void AddNew(const std::string& fact, std::vector<std::string>& facts) {
    if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(fact);
  }

  // --- At rest ---

  void AddStores() {
    for (const auto& [id, facts] : facts_.components()) {
      if (!analysis::IsStore(facts)) continue;
      const Component& component = *facts.component;
      pb::StoreEncryptionRow& row = *result_.add_stores();
      row.set_id(id);
      for (const DataClass* data : facts.stores) row.add_data(data->id());
      row.set_level(Label(analysis::HighestLevel(facts.stores)));
      row.set_declared(component.encryption_algorithm().empty() ? Label(component.encryption_at_rest())
                                                                : absl::StrCat(Label(component.encryption_at_rest()),
                                                                               ", ", component.encryption_algorithm()));
      row.set_required(RequiredAtRest(facts));
      row.set_verdict(JudgeAll(id, kStoreChecks));
      row.set_owner(TeamName(model_, component.owner_team()));
      if (const KeyFact* key = analysis::FindKey(keys_, component.kms_key())) {
        row.set_key(key->key->id());
        row.set_key_owner(TeamName(model_, key->key->owner_team()));
        row.set_key_storage(key->key->storage());
        row.set_rotation(IntervalLabel(key->rotation));
        row.set_last_rotated(key->key->last_rotated());
        row.set_next_rotation(NextLabel(key->rotation));
      }
    }
  }

  std::string RequiredAtRest(const ComponentFacts& facts) const {
    std::set<std::string> parts, unused;
    for (const DataClass* data : facts.stores) {
      const std::string algorithm = MeasureOf(kb::HANDLING_CHECK_STORE_ENCRYPTED, *data, unused);
      if (!algorithm.empty()) parts.insert(algorithm);
      if (!MeasureOf(kb::HANDLING_CHECK_STORE_OWN_KEY, *data, unused).empty()) parts.insert("own key");
    }
    return absl::StrJoin(parts, ", ");
  }

  // --- In transit ---

  void AddFlows() {
    for (int i = 0; i < proto_.flows_size(); ++i) {
      const Flow& flow = proto_.flows(i);
      pb::FlowEncryptionRow& row = *result_.add_flows();
      const auto data = analysis::DataOf(model_, flow);
      row.set_id(flow.id());
      row.set_path(absl::StrCat(flow.source(), " to ", flow.target()));
      row.set_protocol(flow.protocol().empty() ? "unknown" : ProtocolLabel(flow));
      row.set_protection(absl::StrCat(Label(flow.transport_security()), flow.vpn() ? ", inside a VPN" : ""));
      row.set_floor(FloorLabel(flow));
      row.set_required(RequiredInTransit(flow, data));
      row.set_authentication(Label(flow.authentication()));
      row.set_level(data.empty() ? "no data declared" : Label(analysis::HighestLevel(data)));
      row.set_verdict(analysis::CarriesUnknownIntoCde(facts_, flow) ? "unknown: no data declared on a path into the CDE"
                                                                    : JudgeAll(flow.id(), kFlowChecks));
      row.set_owner(TeamName(model_, analysis::TeamOf(input_.threats.Get().landscape().FlowElement(i))));
    }
  }

  std::string RequiredInTransit(const Flow& flow, const std::vector<const DataClass*>& data) const {
    std::set<std::string> unused;
    for (const DataClass* each : data) {
      const std::string floor = MeasureOf(kb::HANDLING_CHECK_FLOW_TLS_FLOOR, *each, unused);
      if (!floor.empty()) return analysis::UsesTls(flow) ? floor : "encryption";
    }
    return "";
  }

  void AddExceptions() {
    for (const model::v1::PolicyException& exception : proto_.policy_parameters().exceptions()) {
      const auto* policy = model_.Find<model::v1::Policy>(exception.policy());
      if (policy == nullptr || policy->area() != model::v1::POLICY_AREA_CRYPTOGRAPHY) continue;
      pb::CryptoExceptionRow& row = *result_.add_exceptions();
      row.set_id(exception.id());
      row.set_scope(exception.scope());
      row.set_reason(exception.reason());
      row.set_compensating(exception.compensating_control());
      row.set_requested_by(RoleTitle(model_, exception.requested_by()));
      row.set_approved_by(RoleTitle(model_, exception.approved_by()));
      row.set_expires(exception.expires());
      const int days = static_cast<int>(model::ToCivilDay(exception.expires()) - model_.as_of());
      const auto& policy_parameters = proto_.policy_parameters();
      const bool too_long = policy_parameters.has_exception_max_days() && days > policy_parameters.exception_max_days();
      row.set_state(days < 0 ? "ended" : too_long ? "longer than the policy allows" : "in force");
    }
  }

  // --- Backups ---

  void AddBackups() {
    constexpr kb::HandlingCheck kChecks[] = {kb::HANDLING_CHECK_BACKUP_ENCRYPTED};
    for (const auto& [id, facts] : facts_.components()) {
      if (!analysis::IsStore(facts)) continue;
      const Component& store = *facts.component;
      pb::BackupEncryptionRow& row = *result_.add_backups();
      row.set_store(id);
      row.set_owner(TeamName(model_, store.owner_team()));
      row.set_method(Label(store.backup().method()));
      row.set_verdict(JudgeAll(id, kChecks));
      if (store.backup().method() == model::v1::BACKUP_METHOD_NONE) {
        row.set_encrypted("no backup");
        row.set_verdict("no backup");
        continue;
      }
      row.set_encrypted(Label(store.backup().encrypted()));
      row.set_key(store.backup().key());
      if (store.backup().encrypted() == model::v1::TRISTATE_YES && store.backup().key().empty()) {
        *result_.add_questions() = Ask(model_, absl::StrCat("components[", id, "].backup.key"),
                                       absl::StrCat("Which key encrypts the backups of ", id, "?"), store.owner_team());
      }
      row.set_separate(store.backup().key().empty() || store.kms_key().empty() ? "unknown"
                       : store.backup().key() == store.kms_key()               ? "no"
                                                                               : "yes");
      for (const std::string& place : store.backup().locations()) row.add_locations(place);
      row.set_immutable(Label(store.backup().immutable()));
      row.set_last_restore(store.backup().last_restore_test());
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::EncryptionTotals& totals = *result_.mutable_totals();
    totals.set_stores(result_.stores_size());
    int unknown = 0;
    for (const pb::StoreEncryptionRow& row : result_.stores()) {
      unknown += absl::StartsWith(row.verdict(), "unknown") ? 1 : 0;
      totals.set_stores_met(totals.stores_met() + (row.verdict() == "met" ? 1 : 0));
      totals.set_stores_failed(totals.stores_failed() + (absl::StartsWith(row.verdict(), "fails") ? 1 : 0));
    }
    totals.set_flows(result_.flows_size());
    for (const Flow& flow : proto_.flows()) {
      totals.set_unencrypted_flows(totals.unencrypted_flows() +
                                   (flow.transport_security() == model::v1::TRANSPORT_SECURITY_NONE ? 1 : 0));
    }
    for (const metapowers::v1::ProtectionGap& gap : result_.gaps()) {
      totals.set_low_flows(totals.low_flows() + (gap.rule() == "transit-tls-floor" ? gap.subjects_size() : 0));
      totals.set_keys_overdue(totals.keys_overdue() + (gap.rule() == "key-overdue" || gap.rule() == "certificate-ended"
                                                           ? gap.subjects_size()
                                                           : 0));
    }
    totals.set_keys(proto_.keys_size());
    totals.set_gaps(CountGaps(result_.gaps()));
    for (const pb::CryptoExceptionRow& row : result_.exceptions()) {
      totals.set_exceptions(totals.exceptions() + (row.state() == "in force" ? 1 : 0));
    }
    pb::EncryptionPhrases& phrases = *result_.mutable_phrases();
    phrases.set_stores(Count(totals.stores(), "store", "stores"));
    phrases.set_stores_failed(
        absl::StrCat(Count(totals.stores_failed(), "fails", "fail"), " the handling rules",
                     unknown == 0 ? "" : absl::StrCat(" and ", unknown, " cannot be judged yet")));
    phrases.set_flows(Count(totals.flows(), "flow", "flows"));
    phrases.set_unencrypted_flows(Count(totals.unencrypted_flows(), "is in clear text", "are in clear text"));
    phrases.set_low_flows(Count(totals.low_flows(), "is below its TLS floor", "are below their TLS floor"));
    phrases.set_keys(Count(totals.keys(), "key or certificate is", "keys and certificates are"));
    phrases.set_keys_overdue(Count(totals.keys_overdue(), "is past its period", "are past their period"));
    phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  const std::vector<HandlingFact> verdicts_;
  const std::vector<KeyFact> keys_;
  std::map<std::string, std::vector<const HandlingFact*>> by_subject_;
  ProtectionGaps gaps_;
  pb::EncryptionStrategyResult result_;
};

}  // namespace

pb::EncryptionStrategyResult EncryptionStrategy(const Input& input) { return Strategy(input).Build(); }

}  // namespace metapowers::commands::protect
