#include "service/commands/checklist_items.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/commands/applicable_references.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/compliance_sections.h"
#include "service/commands/control_effects.h"
#include "service/commands/naming.h"
#include "service/commands/risk_wording.h"
#include "service/commands/threat_naming.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {

namespace {

using analysis::ComplianceElement;
using analysis::ComplianceFact;
using analysis::ComplianceSource;
using analysis::Risk;
using analysis::RiskTreatment;
using analysis::Threat;
using metapowers::v1::ControlEffect;

// An item of a gap; gaps of the same kind are one.
std::string GapItem(const Risk& risk) {
  if (risk.gap != nullptr) return risk.key.substr(0, risk.key.find('@'));
  const ComplianceFact& fact = *risk.action->fact;
  return fact.source == ComplianceSource::kPosture ? fact.id : risk.key;
}

class Collector {
 public:
  Collector(const Input& input, const analysis::Compliance& compliance, const analysis::RiskRegister& risks)
      : input_(input), compliance_(compliance), register_(risks), binding_(input) {}

  std::vector<ChecklistItem> Collect() {
    FindMissing();
    AddControls();
    for (const Risk& risk : register_.risks) {
      if (risk.threat == nullptr && risk.treatment == RiskTreatment::kMitigate) AddGap(risk);
    }
    AddProgramme();
    std::vector<ChecklistItem> items;
    for (auto& [id, item] : items_) items.push_back(std::move(item));
    std::stable_sort(items.begin(), items.end(), [](const ChecklistItem& a, const ChecklistItem& b) {
      const auto rank = [](const ChecklistItem& item) {
        return std::make_tuple(item.state == ChecklistState::kDone, -item.worst, std::cref(item.due), -item.risks);
      };
      return rank(a) < rank(b);
    });
    return items;
  }

 private:
  void FindMissing() {
    for (const Threat& threat : input_.threats.Get().all()) {
      if (threat.status == analysis::ThreatStatus::kFalsePositive) continue;
      for (const analysis::ControlOnThreat& each : threat.controls) {
        const std::string& control = each.control->id();
        if (each.posture->state == model::v1::POSTURE_STATE_IMPLEMENTED) in_place_.insert(control);
        if (!IsMissing(each)) continue;
        incomplete_.insert(control);
        const bool stated = each.posture->state != model::v1::POSTURE_STATE_UNSPECIFIED;
        if (stated && threat.open()) stated_.emplace(control, threat.element_id());
      }
    }
  }

  void AddControls() {
    std::set<std::string> areas;
    for (const auto& control : knowledge::SecurityControls().controls()) areas.insert(control.command());
    for (const std::string& area : areas) {
      google::protobuf::RepeatedPtrField<ControlEffect> effects;
      AddControlEffects(input_, area, effects);
      for (const ControlEffect& effect : effects) AddControl(area, effect);
    }
  }

  void AddControl(const std::string& area, const ControlEffect& effect) {
    const bool done = in_place_.count(effect.id()) > 0 && incomplete_.count(effect.id()) == 0;
    if (effect.missing_on().empty() && !done) return;
    ChecklistItem& item = items_[effect.id()];
    item.id = effect.id();
    item.name = effect.name();
    item.area = area;
    item.measure = effect.measure();
    item.verification = effect.verification();
    item.effort = effect.effort();
    item.references.assign(effect.references().begin(), effect.references().end());
    if (effect.missing_on().empty()) return;
    item.state = ChecklistState::kUnknown;
    item.elements.insert(effect.missing_on().begin(), effect.missing_on().end());
    for (const std::string& element : item.elements) {
      if (stated_.count({item.id, element}) > 0) item.state = ChecklistState::kOpen;
    }
    item.risks = effect.open();
    item.worst = effect.worst_now();
    item.due = effect.due();
    item.owners.insert(effect.owners().begin(), effect.owners().end());
  }

  void AddGap(const Risk& risk) {
    ChecklistItem& item = items_[GapItem(risk)];
    item.id = GapItem(risk);
    item.state = ChecklistState::kOpen;
    item.elements.insert(risk.elements.begin(), risk.elements.end());
    ++item.risks;
    item.worst = std::max(item.worst, risk.severity());
    if (item.due.empty() || risk.due < item.due) item.due = risk.due;
    item.owners.insert(RiskOwner(input_.model, risk));
    if (risk.gap != nullptr) {
      FillInventory(risk, item);
    } else {
      FillAction(risk, item);
    }
  }

  void FillInventory(const Risk& risk, ChecklistItem& item) {
    const knowledge::v1::AssetGapKind& kind = knowledge::GapKind(risk.gap->gap);
    item.name = kind.title();
    item.area = "asset-inventory";
    item.measure = std::string(absl::StripSuffix(kind.action(), "."));
    item.verification = kind.evidence();
    item.effort = "small";
    item.references = BindingReferences(binding_, kind.references());
  }

  // The texts name the elements of the register; those on which a threat waits for the same control are among them.
  void FillAction(const Risk& risk, ChecklistItem& item) {
    const ComplianceFact& fact = *risk.action->fact;
    analysis::RemediationAction action = *risk.action;
    action.elements.clear();
    for (const std::string& id : item.elements) {
      const auto& known = risk.action->elements;
      const auto found =
          std::find_if(known.begin(), known.end(), [&](const ComplianceElement& each) { return each.id == id; });
      if (found != known.end()) {
        action.elements.push_back(*found);
      } else {
        action.elements.emplace_back().id = id;
      }
    }
    item.name = fact.name;
    item.area = SectionOf(input_.model, fact);
    item.measure =
        fact.remedy.empty() ? absl::StrCat("Complete the control ", fact.id) : ActionText(input_, action, fact.remedy);
    item.verification = ActionText(input_, action, fact.verification);
    item.effort = Label(fact.effort);
    for (const analysis::RequirementVerdict* closed : action.closes) {
      std::string label = knowledge::ReferenceLabel(std::string(absl::StripPrefix(closed->key, "gap:")));
      const auto& known = item.references;
      if (std::find(known.begin(), known.end(), label) == known.end()) item.references.push_back(std::move(label));
    }
  }

  // What is shown of people, plans and records, without an item of its own so far.
  void AddProgramme() {
    std::map<std::string, ChecklistItem> shown;
    std::set<std::string> missing;
    for (const analysis::FrameworkVerdict& framework : compliance_.frameworks()) {
      for (const analysis::RequirementVerdict& verdict : framework.requirements) {
        for (const ComplianceFact* fact : verdict.facts) {
          if (fact->source != ComplianceSource::kProgramme) continue;
          const std::string id = absl::StrCat("gap:", analysis::ActionKey(*fact));
          if (!fact->failing.empty() || !fact->open.empty() || fact->shown.empty()) missing.insert(id);
          ChecklistItem& item = shown[id];
          item.id = id;
          item.name = fact->name;
          item.area = SectionOf(input_.model, *fact);
        }
      }
    }
    for (auto& [id, item] : shown) {
      if (missing.count(id) == 0) items_.emplace(id, std::move(item));
    }
  }

  const Input& input_;
  const analysis::Compliance& compliance_;
  const analysis::RiskRegister& register_;
  ReferenceFilter binding_;
  std::set<std::string> in_place_;                        // controls that some element has
  std::set<std::string> incomplete_;                      // controls that some element lacks
  std::set<std::pair<std::string, std::string>> stated_;  // control and element that the model says to lack it
  std::map<std::string, ChecklistItem> items_;
};

}  // namespace

std::vector<ChecklistItem> ChecklistItems(const Input& input, const analysis::Compliance& compliance,
                                          const analysis::RiskRegister& risks) {
  return Collector(input, compliance, risks).Collect();
}

std::vector<std::string> ItemsThatEnd(const Risk& risk) {
  if (risk.threat == nullptr) return {GapItem(risk)};
  std::vector<std::string> ids;
  for (const analysis::ControlOnThreat& each : risk.threat->controls) {
    if (IsMissing(each)) ids.push_back(each.control->id());
  }
  return ids;
}

}  // namespace metapowers::commands
