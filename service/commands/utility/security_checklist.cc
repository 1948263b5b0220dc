// The items come from checklist_items.h, the blockers from the risk register; this puts them into the tables of the
// section, one function a table.
#include "service/commands/utility/security_checklist.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/entry_points.h"
#include "service/analysis/risk_register.h"
#include "service/commands/checklist_items.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/naming.h"
#include "service/commands/risk_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"

namespace metapowers::commands::utility {
namespace {

namespace pb = security::utility::v1;
using analysis::Risk;
using analysis::RiskTreatment;

// Rows of the list: what the teams can work through, before the rest is counted.
constexpr int kItemsPerTeam = 5;
constexpr int kFewestItems = 10;
constexpr int kMostItems = 25;
// Blockers before the rest is counted, and names in a cell.
constexpr int kBlockers = 40;
constexpr size_t kNamed = 4;

std::string StateName(ChecklistState state) {
  switch (state) {
    case ChecklistState::kOpen:
      return "open";
    case ChecklistState::kUnknown:
      return "not known";
    case ChecklistState::kDone:
      break;
  }
  return "done";
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        compliance_(AssessCompliance(input, threats_.landscape())),
        register_(analysis::BuildRiskRegister(threats_, compliance_, input.threats.decisions())),
        items_(ChecklistItems(input, compliance_, register_)) {}

  pb::SecurityChecklistResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddContext();
    AddItems();
    AddAreas();
    AddBlockers();
    AddDecided();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Items ---

  void AddItems() {
    const int most = std::clamp(kItemsPerTeam * proto_.teams_size(), kFewestItems, kMostItems);
    int left_out = 0;
    for (const ChecklistItem& item : items_) {
      if (item.state == ChecklistState::kDone) continue;
      if (result_.items_size() == most) {
        ++left_out;
        continue;
      }
      pb::ChecklistItemRow& row = *result_.add_items();
      row.set_area(item.area);
      row.set_id(item.id);
      row.set_name(item.name);
      row.set_state(StateName(item.state));
      AddFirst({item.elements.begin(), item.elements.end()}, kNamed, row.mutable_missing_on());
      row.set_risks(item.risks);
      row.set_worst(item.worst);
      AddAll(item.owners, row.mutable_owners());
      row.set_due(item.due);
      row.set_verification(item.verification);
      pb::ChecklistGuidanceRow& guidance = *result_.add_guidance();
      guidance.set_id(item.id);
      guidance.set_measure(item.measure);
      guidance.set_area(item.area);
      guidance.set_effort(item.effort);
      AddFirst(item.references, 2 * kNamed, guidance.mutable_references());
    }
    result_.mutable_totals()->set_items_left_out(left_out);
  }

  void AddAreas() {
    std::map<std::string, pb::ChecklistAreaRow> areas;
    std::map<std::string, std::set<std::string>> waiting;
    for (const ChecklistItem& item : items_) {
      pb::ChecklistAreaRow& row = areas[item.area];
      row.set_items(row.items() + 1);
      row.set_done(row.done() + (item.state == ChecklistState::kDone ? 1 : 0));
      row.set_open(row.open() + (item.state == ChecklistState::kOpen ? 1 : 0));
      row.set_unknown(row.unknown() + (item.state == ChecklistState::kUnknown ? 1 : 0));
      if (item.state == ChecklistState::kDone) row.add_done_items(item.name);
      waiting[item.area].insert(item.elements.begin(), item.elements.end());
    }
    for (auto& [area, row] : areas) {
      row.set_area(area);
      AddFirst({waiting[area].begin(), waiting[area].end()}, kNamed, row.mutable_waiting());
      row.set_percent(row.done() * 100 / row.items());
      *result_.add_areas() = std::move(row);
    }
  }

  // --- Context ---

  void AddFact(std::string name, std::string value) {
    pb::ChecklistFactRow& row = *result_.add_context();
    row.set_name(std::move(name));
    row.set_value(std::move(value));
  }

  void AddContext() {
    int64_t components = 0;
    std::map<model::v1::Tier, int64_t> tiers;
    for (const analysis::ComponentView& view : threats_.landscape().components()) {
      if (view.outside || view.facts->component->kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      ++components;
      ++tiers[view.facts->component->tier()];
    }
    std::vector<std::string> by_tier;
    for (const auto& [tier, count] : tiers)
      by_tier.push_back(
          absl::StrCat(tier == model::v1::TIER_UNSPECIFIED ? "without a tier" : Label(tier), ": ", count));
    AddFact("Components of ours", absl::StrCat(components, " (", List(by_tier), ")"));
    int64_t internet = 0;
    const std::vector<analysis::EntryPoint> entries = analysis::FindEntryPoints(input_.facts);
    for (const analysis::EntryPoint& entry : entries) {
      internet += entry.exposure == analysis::EntryExposure::kInternet ? 1 : 0;
    }
    AddFact("Ways in", absl::StrCat(entries.size(), ", ", internet, " of them from the internet"));
    std::vector<std::string> data;
    for (const model::v1::DataClass& each : proto_.data_classes()) {
      if (each.confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) data.push_back(each.id());
    }
    AddFact("Strictly confidential data", data.empty() ? "none declared" : List(data, 2 * kNamed));
    std::vector<std::string> frameworks;
    for (const analysis::FrameworkFact& framework : input_.facts.frameworks()) {
      if (framework.applies) frameworks.push_back(framework.label);
    }
    AddFact("Frameworks that apply", frameworks.empty() ? "none" : List(frameworks));
    AddFact("Open threats", absl::StrCat(threats_.Prioritised().size()));
    AddFact("Risks in the register", absl::StrCat(register_.risks.size()));
  }

  // --- Blockers and decisions ---

  void AddBlockers() {
    int blockers = 0;
    for (const Risk& risk : register_.risks) {
      if (risk.severity() < model::v1::SEVERITY_HIGH || risk.treatment != RiskTreatment::kMitigate) continue;
      ++blockers;
      if (result_.blockers_size() == kBlockers) continue;
      pb::ChecklistBlockerRow& row = *result_.add_blockers();
      row.set_id(risk.key);
      row.set_severity(risk.severity());
      AddFirst(ItemsThatEnd(risk), kNamed, row.mutable_items());
      row.set_statement(RiskStatement(input_, risk));
      row.set_mitigation(RiskMitigation(input_, risk));
      row.set_owner(RiskOwner(model_, risk));
      row.set_due(risk.due);
      row.set_accepts(AcceptedBy(model_, risk.severity()));
    }
    result_.mutable_totals()->set_blockers(blockers);
    result_.mutable_totals()->set_blockers_left_out(blockers - result_.blockers_size());
  }

  void AddDecided() {
    for (const Risk& risk : register_.risks) {
      if (!risk.reopened.empty()) {
        pb::ChecklistReopenedRow& row = *result_.add_reopened();
        row.set_id(risk.key);
        row.set_severity(risk.severity());
        row.set_reason(risk.reopened);
        row.set_owner(RiskOwner(model_, risk));
      }
      if (risk.decision == nullptr || risk.treatment == RiskTreatment::kMitigate) continue;
      pb::ChecklistAcceptedRow& row = *result_.add_accepted();
      row.set_id(risk.key);
      row.set_severity(risk.severity());
      row.set_decision(TreatmentLabel(risk.treatment));
      row.set_rationale(risk.decision->rationale());
      row.set_approved_by(RoleTitle(model_, risk.decision->approved_by()));
      row.set_expires_on(risk.decision->expires_on());
    }
  }

  void AddTotals() {
    pb::ChecklistTotals& totals = *result_.mutable_totals();
    for (const pb::ChecklistAreaRow& row : result_.areas()) {
      totals.set_items(totals.items() + row.items());
      totals.set_done(totals.done() + row.done());
      totals.set_open(totals.open() + row.open());
      totals.set_unknown(totals.unknown() + row.unknown());
    }
    if (totals.items() > 0) totals.set_percent(totals.done() * 100 / totals.items());
    totals.set_accepted(result_.accepted_size());
    result_.mutable_phrases()->set_items(Count(totals.items(), "item", "items"));
    result_.mutable_phrases()->set_blockers(Count(totals.blockers(), "blocker", "blockers"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::Compliance compliance_;
  const analysis::RiskRegister register_;
  const std::vector<ChecklistItem> items_;
  pb::SecurityChecklistResult result_;
};

}  // namespace

pb::SecurityChecklistResult SecurityChecklist(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::utility
