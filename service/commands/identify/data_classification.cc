// The verdicts are analysis'; this file arranges them and the duties by data class, store, flow and supplier.
#include "service/commands/identify/data_classification.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/handling.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
using analysis::ComponentFacts;
using analysis::HandlingFact;
using analysis::Verdict;
using knowledge::v1::HandlingRequirement;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::ThirdParty;

std::string CategoryLabel(int category) {
  return knowledge::Category(static_cast<model::v1::DataCategory>(category)).label();
}

// What law or contract restricts whatever its level; financial data counts where people stand behind it.
bool Regulated(const DataClass& data) {
  return std::any_of(data.categories().begin(), data.categories().end(), [](int category) {
    return knowledge::Category(static_cast<model::v1::DataCategory>(category)).regulated();
  });
}

bool Contains(const std::vector<const DataClass*>& list, const DataClass& data) {
  return std::find(list.begin(), list.end(), &data) != list.end();
}

class Classification {
 public:
  explicit Classification(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        verdicts_(analysis::JudgeHandling(facts_)) {
    for (const HandlingFact& fact : verdicts_) {
      by_subject_[{fact.requirement->check(), fact.subject}].push_back(&fact);
    }
  }

  pb::DataClassificationResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddLevels();
    AddImportances();
    AddOverrides();
    AddClasses();
    AddReceivers();
    AddAccountData();
    AddRequirements();
    AddStores();
    AddFlows();
    AddClassChecks();
    AddSuppliers();
    AddRegulations();
    AddDuties();
    AddNotApplicable();
    AddTransfers();
    AddSteps();
    AddMissing();
    AddTotals();
    for (metapowers::v1::Question& question : QuestionsOn(
             model_,
             {"DataClass.confidentiality", "DataClass.integrity", "DataClass.availability", "DataClass.record_count"},
             {"Component.processes", "Component.stores", "DataClass.categories", "Flow.receives", "Flow.sends",
              "Flow.source", "Flow.target"})) {
      *result_.add_questions() = std::move(question);
    }
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Levels ---

  void AddLevels() {
    const auto& rules = knowledge::HandlingRules().levels();
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
      pb::LevelRow row;
      row.set_level(rule->level());
      row.set_definition(rule->definition());
      row.set_harm(rule->harm());
      for (const DataClass& data : proto_.data_classes()) {
        if (data.confidentiality() == rule->level()) row.add_classes(data.id());
      }
      if (row.classes().empty()) {
        result_.add_unused_levels(Label(rule->level()));
      } else {
        *result_.add_levels() = std::move(row);
      }
    }
  }

  void AddImportances() {
    const auto& rules = knowledge::HandlingRules().importances();
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
      pb::ImportanceRow row;
      row.set_level(rule->level());
      row.set_integrity(rule->integrity());
      row.set_availability(rule->availability());
      for (const DataClass& data : proto_.data_classes()) {
        if (data.integrity() == rule->level()) row.add_integrity_classes(data.id());
        if (data.availability() == rule->level()) row.add_availability_classes(data.id());
      }
      if (!row.integrity_classes().empty() || !row.availability_classes().empty()) {
        *result_.add_importances() = std::move(row);
      }
    }
  }

  void AddOverrides() {
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.component->confidentiality_override() == model::v1::CONFIDENTIALITY_UNSPECIFIED) continue;
      std::vector<const DataClass*> handled = facts.stores;
      handled.insert(handled.end(), facts.processes.begin(), facts.processes.end());
      handled.insert(handled.end(), facts.transfers.begin(), facts.transfers.end());
      pb::LevelOverride& row = *result_.add_overrides();
      row.set_id(id);
      row.set_level(facts.component->confidentiality_override());
      row.set_computed(analysis::HighestLevel(handled));
    }
  }

  // --- Inventory ---

  void AddClasses() {
    for (const DataClass& data : proto_.data_classes()) {
      pb::DataClassRow& row = *result_.add_classes();
      row.set_id(data.id());
      row.set_name(data.name());
      row.set_description(data.description());
      row.set_level(data.confidentiality());
      for (const int category : data.categories()) row.add_categories(CategoryLabel(category));
      row.set_integrity(Label(data.integrity()));
      row.set_availability(Label(data.availability()));
      if (data.has_record_count()) row.set_records(Thousands(data.record_count()));
      row.set_owner(TeamName(model_, data.owner()));
      AddAll(data.subject_regions(), row.mutable_subject_regions());
      if (data.has_retention_days()) row.set_retention(Days(data.retention_days()));
      row.set_retention_basis(data.retention_basis());
      AddAll(data.access_roles(), row.mutable_access_roles());
      row.set_tokenised(data.tokenised());
      AddPlaces(data, row);
    }
  }

  void AddPlaces(const DataClass& data, pb::DataClassRow& row) const {
    std::set<std::string> regions;
    for (const auto& [id, facts] : facts_.components()) {
      if (Contains(facts.stores, data)) {
        row.add_stored_in(id);
        regions.insert(facts.component->regions().begin(), facts.component->regions().end());
      } else if (Contains(facts.processes, data)) {
        row.add_processed_in(id);
      } else if (Contains(facts.transfers, data)) {
        row.add_passes(id);
      }
    }
    AddAll(regions, row.mutable_stored_regions());
  }

  void AddReceivers() {
    std::map<std::pair<std::string, std::string>, pb::ReceiverRow> rows;
    for (const ThirdParty& supplier : proto_.third_parties()) {
      for (const std::string& data : supplier.data_shared()) rows[{data, supplier.id()}];
      for (const model::v1::Flow& flow : proto_.flows()) AddReceivingFlow(supplier, flow, rows);
    }
    for (auto& [key, row] : rows) {
      const auto& supplier = *model_.Find<ThirdParty>(key.second);
      row.set_data(key.first);
      row.set_supplier(supplier.name());
      row.set_service(supplier.service());
      AddAll(supplier.regions(), row.mutable_regions());
      for (const int role : supplier.roles()) row.add_roles(Label(static_cast<model::v1::ThirdPartyRole>(role)));
      *result_.add_receivers() = std::move(row);
    }
  }

  using Receivers = std::map<std::pair<std::string, std::string>, pb::ReceiverRow>;

  void AddReceivingFlow(const ThirdParty& supplier, const model::v1::Flow& flow, Receivers& rows) const {
    const auto operates = [&](absl::string_view id) {
      const auto* component = model_.Find<Component>(id);
      return component != nullptr && component->third_party() == supplier.id();
    };
    if (operates(flow.target())) {
      for (const std::string& data : flow.sends()) rows[{data, supplier.id()}].add_flows(flow.id());
    }
    if (operates(flow.source())) {
      for (const std::string& data : flow.receives()) rows[{data, supplier.id()}].add_flows(flow.id());
    }
  }

  void AddAccountData() {
    for (const DataClass& data : proto_.data_classes()) {
      std::vector<std::string> kinds;
      for (const int category : data.categories()) {
        if (category == model::v1::DATA_CATEGORY_PAN || category == model::v1::DATA_CATEGORY_SAD ||
            category == model::v1::DATA_CATEGORY_PIN) {
          kinds.push_back(CategoryLabel(category));
        }
      }
      if (!kinds.empty()) AddAccountData(data, absl::StrJoin(kinds, ", "));
    }
  }

  void AddAccountData(const DataClass& data, const std::string& kinds) {
    for (const auto& [id, facts] : facts_.components()) {
      const bool stores = Contains(facts.stores, data);
      const bool processes = Contains(facts.processes, data);
      if (!stores && !processes && !Contains(facts.transfers, data)) continue;
      pb::AccountDataRow& row = *result_.add_account_data();
      row.set_data(data.id());
      row.set_category(kinds);
      row.set_component(id);
      row.set_handling(stores ? "stores" : processes ? "processes" : "passes");
      row.set_tokenised(data.tokenised());
      const HandlingFact* worst = Find(knowledge::v1::HANDLING_CHECK_SAD_NOT_STORED, id, data.id());
      if (worst == nullptr) worst = Find(knowledge::v1::HANDLING_CHECK_PAN_UNREADABLE, id, data.id());
      Fill(worst, *row.mutable_stored());
      Fill(Find(knowledge::v1::HANDLING_CHECK_PAN_MASKED, id, data.id()), *row.mutable_masked());
    }
  }

  // --- Handling ---

  const HandlingFact* Find(knowledge::v1::HandlingCheck check, const std::string& subject,
                           absl::string_view data = "") const {
    const auto found = by_subject_.find({check, subject});
    if (found == by_subject_.end()) return nullptr;
    for (const HandlingFact* fact : found->second) {
      if (data.empty() || fact->data == data) return fact;
    }
    return nullptr;
  }

  static void Fill(const HandlingFact* fact, pb::HandlingVerdict& out) {
    if (fact == nullptr) {
      out.set_state(pb::VERDICT_STATE_NOT_REQUIRED);
      return;
    }
    out.set_state(fact->verdict == Verdict::kPass   ? pb::VERDICT_STATE_PASS
                  : fact->verdict == Verdict::kFail ? pb::VERDICT_STATE_FAIL
                                                    : pb::VERDICT_STATE_UNKNOWN);
    out.set_fact(fact->fact);
  }

  // Levels and categories that a requirement is about, as far as data classes have them.
  std::vector<std::string> AppliesTo(const HandlingRequirement& requirement) const {
    std::vector<std::string> out;
    for (const pb::LevelRow& row : result_.levels()) {
      if (requirement.from_level() != 0 && row.level() >= requirement.from_level()) out.push_back(Label(row.level()));
    }
    for (const int category : requirement.categories()) {
      google::protobuf::RepeatedField<int> one;
      one.Add(category);
      const bool used = std::any_of(proto_.data_classes().begin(), proto_.data_classes().end(),
                                    [&](const DataClass& data) { return analysis::HasCategory(data, one); });
      if (used) out.push_back(CategoryLabel(category));
    }
    return out;
  }

  // PCI DSS protects account data: without any, its duty towards suppliers is the only one on how data is handled.
  bool BindsHere(const HandlingRequirement& requirement, absl::string_view reference) const {
    return !absl::StartsWith(reference, "PCI DSS") || !result_.account_data().empty() ||
           requirement.topic() == knowledge::v1::HANDLING_TOPIC_SHARING;
  }

  void AddRequirements() {
    std::map<int, pb::RequirementGroup> groups;
    for (const HandlingRequirement& requirement : knowledge::HandlingRules().requirements()) {
      const std::vector<std::string> applies = AppliesTo(requirement);
      if (applies.empty()) continue;
      pb::RequirementGroup& group = groups[requirement.topic()];
      group.set_topic(Label(requirement.topic()));
      pb::RequirementRow& row = *group.add_rows();
      row.set_id(requirement.id());
      AddAll(applies, row.mutable_applies_to());
      row.set_text(requirement.text());
      std::string value = analysis::ParameterValue(model_, requirement.parameter());
      row.set_floor(value.empty() && requirement.parameter() != knowledge::v1::HANDLING_PARAMETER_UNSPECIFIED);
      if (value.empty()) value = requirement.floor();
      row.set_measure(absl::StrReplaceAll(requirement.measure(), {{"{value}", value}}));
      row.set_evidence(requirement.evidence());
      for (const std::string& reference : BindingReferences(binding_, requirement.references())) {
        if (BindsHere(requirement, reference)) row.add_references(reference);
      }
    }
    for (auto& [topic, group] : groups) *result_.add_requirements() = std::move(group);
  }

  void AddStores() {
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.stores.empty() || facts.component->kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      pb::StoreCompliance& row = *result_.add_stores();
      row.set_id(id);
      row.set_level(analysis::HighestLevel(facts.stores));
      for (const DataClass* data : facts.stores) row.add_classes(data->id());
      Fill(Find(knowledge::v1::HANDLING_CHECK_STORE_ENCRYPTED, id), *row.mutable_encryption());
      Fill(Find(knowledge::v1::HANDLING_CHECK_STORE_OWN_KEY, id), *row.mutable_key());
      Fill(Find(knowledge::v1::HANDLING_CHECK_BACKUP_ENCRYPTED, id), *row.mutable_backup());
      Fill(Find(knowledge::v1::HANDLING_CHECK_CENTRAL_LOG, id), *row.mutable_logging());
    }
  }

  void AddFlows() {
    std::vector<pb::FlowCompliance> rows;
    for (const model::v1::Flow& flow : proto_.flows()) {
      const std::vector<const DataClass*> data = analysis::DataOf(model_, flow);
      if (data.empty()) continue;
      pb::FlowCompliance row;
      row.set_id(flow.id());
      row.set_source(flow.source());
      row.set_target(flow.target());
      row.set_level(analysis::HighestLevel(data));
      Fill(Find(knowledge::v1::HANDLING_CHECK_FLOW_ENCRYPTED, flow.id()), *row.mutable_encryption());
      Fill(Find(knowledge::v1::HANDLING_CHECK_FLOW_TLS_FLOOR, flow.id()), *row.mutable_tls());
      Fill(Find(knowledge::v1::HANDLING_CHECK_FLOW_AUTHENTICATED, flow.id()), *row.mutable_authentication());
      rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.level() > b.level(); });
    for (pb::FlowCompliance& row : rows) *result_.add_flows() = std::move(row);
  }

  void AddClassChecks() {
    for (const DataClass& data : proto_.data_classes()) {
      pb::ClassCompliance row;
      row.set_id(data.id());
      row.set_level(data.confidentiality());
      Fill(Find(knowledge::v1::HANDLING_CHECK_ACCESS_ROLES, data.id()), *row.mutable_access());
      Fill(Find(knowledge::v1::HANDLING_CHECK_RETENTION, data.id()), *row.mutable_retention());
      Fill(Find(knowledge::v1::HANDLING_CHECK_NEVER_LOGGED, data.id()), *row.mutable_logging());
      *result_.add_class_checks() = std::move(row);
    }
  }

  void AddSuppliers() {
    for (const ThirdParty& supplier : proto_.third_parties()) {
      if (supplier.data_shared().empty()) continue;
      pb::SupplierCompliance& row = *result_.add_suppliers();
      row.set_id(supplier.id());
      row.set_name(supplier.name());
      AddAll(supplier.data_shared(), row.mutable_classes());
      Fill(Find(knowledge::v1::HANDLING_CHECK_SUPPLIER_AGREEMENT, supplier.id()), *row.mutable_agreement());
    }
  }

  // --- Law ---

  const analysis::FrameworkFact* Framework(absl::string_view id) const {
    for (const analysis::FrameworkFact& fact : facts_.frameworks()) {
      if (fact.id == id) return &fact;
    }
    return nullptr;
  }

  // Whether a list of the rules restricts nothing or shares a value with `values`.
  template <class List, class Values>
  static bool Shares(const List& list, const Values& values) {
    return list.empty() || std::any_of(values.begin(), values.end(), [&](auto value) {
             return std::find(list.begin(), list.end(), value) != list.end();
           });
  }

  std::set<int> JurisdictionsOf(const DataClass& data) const {
    std::set<int> out;
    for (const std::string& id : data.subject_regions()) {
      if (const auto* region = model_.Find<model::v1::Region>(id)) out.insert(region->jurisdiction());
    }
    return out;
  }

  // A framework applies to a data class when one of its triggers names a category of the class and, if it names
  // places, one of those of the class's subjects. Triggers without categories are about the organisation.
  void AddRegulations() {
    for (const DataClass& data : proto_.data_classes()) {
      const std::set<int> places = JurisdictionsOf(data);
      bool placed_matters = false;
      for (const analysis::FrameworkFact& fact : facts_.frameworks()) {
        if (!fact.applies || fact.framework == nullptr) continue;
        for (const knowledge::v1::Trigger& trigger : fact.framework->triggers()) {
          if (trigger.data_categories().empty() || !Shares(trigger.data_categories(), data.categories())) continue;
          placed_matters |= !trigger.jurisdictions().empty();
          if (!Shares(trigger.jurisdictions(), places)) continue;
          if (!Shares(trigger.legal_roles(), proto_.organization().legal_roles())) continue;
          AddRegulation(data, fact, trigger);
          break;
        }
      }
      if (places.empty() && placed_matters) {
        pb::UnplacedClass& row = *result_.add_unplaced();
        row.set_id(data.id());
        row.set_name(data.name());
        row.set_owner(TeamName(model_, data.owner()));
      }
    }
  }

  void AddRegulation(const DataClass& data, const analysis::FrameworkFact& fact,
                     const knowledge::v1::Trigger& trigger) {
    pb::RegulationRow& row = *result_.add_regulations();
    row.set_data(data.id());
    row.set_regulation(fact.label);
    row.add_because(trigger.because());
    for (const int category : data.categories()) {
      const auto& listed = trigger.data_categories();
      if (std::find(listed.begin(), listed.end(), category) != listed.end())
        row.add_categories(CategoryLabel(category));
    }
    if (trigger.jurisdictions().empty()) return;
    for (const std::string& id : data.subject_regions()) {
      const auto* region = model_.Find<model::v1::Region>(id);
      const auto& listed = trigger.jurisdictions();
      if (region != nullptr && std::find(listed.begin(), listed.end(), region->jurisdiction()) != listed.end()) {
        row.add_regions(id);
      }
    }
  }

  void AddDuties() {
    std::map<std::string, pb::DutyGroup> groups;
    for (const knowledge::v1::DutyRule& rule : knowledge::HandlingRules().duties()) {
      const std::string id = rule.reference().substr(0, rule.reference().find(':'));
      const analysis::FrameworkFact* fact = Framework(id);
      if (fact == nullptr || !fact->applies) continue;
      if (!Shares(rule.legal_roles(), proto_.organization().legal_roles())) continue;
      pb::DutyRow row;
      for (const DataClass& data : proto_.data_classes()) {
        if (rule.categories().empty() ? data.subject_regions().empty() : !Shares(rule.categories(), data.categories()))
          continue;
        if (Shares(rule.jurisdictions(), JurisdictionsOf(data))) row.add_classes(data.id());
      }
      if (row.classes().empty()) continue;
      row.set_article(knowledge::ReferenceLabel(rule.reference()));
      row.set_duty(rule.duty());
      row.set_deadline(rule.deadline());
      row.set_owner(RoleOfKind(model_, rule.owners()));
      pb::DutyGroup& group = groups[id];
      group.set_regulation(fact->label);
      group.set_reason(fact->reason);
      *group.add_rows() = std::move(row);
    }
    for (auto& [id, group] : groups) {
      std::set<std::string> classes;
      for (const pb::DutyRow& row : group.rows()) classes.insert(row.classes().begin(), row.classes().end());
      for (pb::DutyRow& row : *group.mutable_rows()) {
        row.set_all_classes(row.classes_size() == static_cast<int>(classes.size()));
      }
      AddAll(classes, group.mutable_classes());
      *result_.add_duties() = std::move(group);
    }
  }

  // Laws and standards that say on which data they bear; voluntary ones belong to the compliance commands.
  void AddNotApplicable() {
    for (const analysis::FrameworkFact& fact : facts_.frameworks()) {
      if (fact.applies || fact.framework == nullptr || fact.framework->triggers().empty()) continue;
      pb::NotApplicableRow& row = *result_.add_not_applicable();
      row.set_regulation(fact.label);
      row.set_reason(fact.reason);
    }
  }

  void AddTransfers() {
    for (const analysis::CrossBorderFlow& crossing : facts_.cross_border_flows()) {
      pb::TransferRow& row = *result_.add_transfers();
      row.set_flow(crossing.flow->id());
      row.set_from(crossing.from);
      row.set_to(crossing.to);
      for (const DataClass* data : crossing.data) row.add_data(data->id());
      if (crossing.mechanism != nullptr) {
        row.set_mechanism(Label(crossing.mechanism->mechanism()));
        row.set_reference(crossing.mechanism->reference());
        row.set_expires(crossing.mechanism->expires());
        row.set_assessed_on(crossing.mechanism->assessed_on());
      }
      Fill(Find(knowledge::v1::HANDLING_CHECK_TRANSFER_MECHANISM, crossing.flow->id(),
                absl::StrCat(crossing.from, " to ", crossing.to)),
           *row.mutable_verdict());
    }
  }

  // --- Guidance ---

  void AddSteps() {
    std::map<const HandlingRequirement*, pb::GuidanceStep> steps;
    std::vector<const HandlingRequirement*> order;
    for (const HandlingFact& fact : verdicts_) {
      if (fact.verdict != Verdict::kFail) continue;
      pb::GuidanceStep& step = steps[fact.requirement];
      if (step.rows().empty()) order.push_back(fact.requirement);
      const int days = knowledge::GapTermDays(fact.requirement->severity());
      step.set_requirement(fact.requirement->id());
      step.set_severity(fact.requirement->severity());
      step.set_remedy(fact.requirement->remedy());
      step.set_verification(fact.requirement->verification());
      step.set_term_days(days);
      pb::GuidanceRow& row = *step.add_rows();
      row.set_subject(fact.data.empty() ? fact.subject : absl::StrCat(fact.subject, ": ", fact.data));
      row.set_fact(fact.fact);
      row.set_owner(TeamName(model_, fact.team));
      row.set_due(model::FormatDate(model_.as_of() + days));
    }
    std::stable_sort(order.begin(), order.end(), [](auto a, auto b) { return a->severity() > b->severity(); });
    for (const HandlingRequirement* requirement : order) *result_.add_steps() = std::move(steps[requirement]);
  }

  void AddMissing() {
    for (const HandlingFact& fact : verdicts_) {
      if (fact.verdict != Verdict::kUnknown) continue;
      pb::MissingFact& row = *result_.add_missing();
      row.set_requirement(fact.requirement->id());
      row.set_subject(fact.data.empty() ? fact.subject : absl::StrCat(fact.subject, ": ", fact.data));
      row.set_fact(fact.fact);
      row.set_owner(TeamName(model_, fact.team));
    }
  }

  void AddTotals() {
    pb::DataTotals& totals = *result_.mutable_totals();
    totals.set_classes(proto_.data_classes_size());
    for (const DataClass& data : proto_.data_classes()) {
      if (Regulated(data)) totals.set_regulated(totals.regulated() + 1);
    }
    for (const HandlingFact& fact : verdicts_) {
      if (fact.verdict == Verdict::kPass) totals.set_passed(totals.passed() + 1);
      if (fact.verdict == Verdict::kFail) totals.set_failed(totals.failed() + 1);
      if (fact.verdict == Verdict::kUnknown) totals.set_unknown(totals.unknown() + 1);
    }
    totals.set_transfers(static_cast<int>(facts_.cross_border_flows().size()));
    for (const analysis::CrossBorderFlow& crossing : facts_.cross_border_flows()) {
      if (crossing.lacks_mechanism()) totals.set_transfers_without_mechanism(totals.transfers_without_mechanism() + 1);
    }
    totals.set_regulations(result_.duties_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::DataTotals& totals) {
    pb::DataPhrases& phrases = *result_.mutable_phrases();
    phrases.set_classes(Count(totals.classes(), "data class", "data classes"));
    phrases.set_passed(Count(totals.passed(), "passes", "pass"));
    phrases.set_failed(Count(totals.failed(), "fails", "fail"));
    phrases.set_open(Count(totals.unknown(), "stays open", "stay open"));
    phrases.set_regulations(Count(totals.regulations(), "law or standard brings", "laws and standards bring"));
    if (totals.transfers() > 0) {
      phrases.set_transfers(
          Count(totals.transfers(), "transfer of regulated data crosses", "transfers of regulated data cross"));
    }
    if (totals.transfers_without_mechanism() > 0) {
      phrases.set_lacking(Count(totals.transfers_without_mechanism(), "of them lacks", "of them lack"));
    }
  }

  const Input& input_;
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  ReferenceFilter binding_{input_};
  const std::vector<HandlingFact> verdicts_;
  std::map<std::pair<int, std::string>, std::vector<const HandlingFact*>> by_subject_;
  pb::DataClassificationResult result_;
};

}  // namespace

pb::DataClassificationResult DataClassification(const Input& input) { return Classification(input).Build(); }

}  // namespace metapowers::commands::identify
