#include "service/commands/runbook_tables.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/on_call.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AlertState;
using analysis::RequiredAlertFact;
using model::v1::Alert;
using model::v1::OnCall;

class RunbookTables {
 public:
  RunbookTables(const model::Model& model, const std::vector<RequiredAlertFact>& required,
                pb::MonitoringStrategyResult& result)
      : model_(model), required_(required), result_(result) {}

  void AddRunbooks() {
    for (const Alert* alert : AlertsBySeverity(model_)) {
      const std::vector<const RequiredAlertFact*> answered = AnsweredBy(required_, *alert);
      pb::AlertRunbookRow& row = *result_.add_runbooks();
      row.set_alert(alert->id());
      row.set_name(alert->name());
      row.set_severity(alert->severity());
      row.set_runbook(alert->runbook());
      const kb::RequiredAlert* shown = answered.empty() ? ShownBy(*alert) : answered.front()->row;
      AddSteps(shown != nullptr ? shown->runbook() : FaultSteps(*alert), row);
      if (shown != nullptr) AddSwitches({alert->components().begin(), alert->components().end()}, *shown, row);
      const OnCall* rotation = analysis::RotationOf(model_, *alert);
      if (rotation != nullptr) row.set_called(CallChain(*rotation));
      row.set_owner(OwnerName(model_, rotation == nullptr ? "" : rotation->team()));
    }
    for (const RequiredAlertFact& fact : required_) {
      if (fact.state != AlertState::kMissing) continue;
      pb::AlertRunbookRow& row = *result_.add_planned_runbooks();
      row.set_alert(fact.row->id());
      row.set_name(fact.row->title());
      row.set_severity(fact.row->severity());
      AddSteps(fact.row->runbook(), row);
      AddSwitches({fact.watched.begin(), fact.watched.end()}, *fact.row, row);
      row.set_owner(OwnerOf(model_, fact.row->owners()));
    }
  }

 private:
  static std::string TextOf(const Alert& alert) { return absl::StrCat(alert.name(), " ", alert.condition()); }

  // What the alert shows, also where no system like this one must have it; nullptr: nothing in the catalogue.
  static const kb::RequiredAlert* ShownBy(const Alert& alert) {
    for (const kb::RequiredAlert& row : knowledge::MonitoringRules().alerts()) {
      if (analysis::Mentions(TextOf(alert), row.words())) return &row;
    }
    return nullptr;
  }

  static const kb::Runbook& FaultSteps(const Alert& alert) {
    for (const kb::FaultRunbook& fault : knowledge::MonitoringRules().faults()) {
      if (analysis::Mentions(TextOf(alert), fault.words())) return fault.runbook();
    }
    return knowledge::MonitoringRules().other();
  }

  static void AddSteps(const kb::Runbook& runbook, pb::AlertRunbookRow& row) {
    row.set_check(runbook.check());
    row.set_decide(runbook.decide());
    row.set_act(runbook.act());
    row.set_escalate(runbook.escalate());
  }

  // Of the kinds that hold up what the alert shows.
  void AddSwitches(const std::set<std::string>& components, const kb::RequiredAlert& shown,
                   pb::AlertRunbookRow& row) const {
    for (const model::v1::ContainmentSwitch& each : model_.proto().containment_switches()) {
      if (!absl::c_linear_search(shown.switches(), each.kind())) continue;
      const bool acts = std::any_of(each.components().begin(), each.components().end(),
                                    [&](const std::string& id) { return components.contains(id); });
      if (!acts) continue;
      std::string label = absl::StrCat(each.name(), " (ordered by ", RoleTitle(model_, each.ordered_by()));
      if (each.has_effect_minutes()) absl::StrAppend(&label, ", works within ", Minutes(each.effect_minutes()));
      row.add_switches(absl::StrCat(label, ")"));
    }
  }

  std::string CallChain(const OnCall& rotation) const {
    std::string chain = rotation.name();
    if (rotation.escalates_to().empty()) return chain;
    absl::StrAppend(&chain, ", then ", RoleTitle(model_, rotation.escalates_to()));
    if (rotation.has_escalate_after_minutes()) {
      absl::StrAppend(&chain, " after ", Minutes(rotation.escalate_after_minutes()));
    }
    return chain;
  }

  const model::Model& model_;
  const std::vector<RequiredAlertFact>& required_;
  pb::MonitoringStrategyResult& result_;
};

}  // namespace

void AddRunbookTables(const model::Model& model, const std::vector<RequiredAlertFact>& required,
                      pb::MonitoringStrategyResult& result) {
  RunbookTables(model, required, result).AddRunbooks();
}

std::vector<const Alert*> AlertsBySeverity(const model::Model& model) {
  std::vector<const Alert*> alerts;
  for (const Alert& alert : model.proto().monitoring().alerts()) alerts.push_back(&alert);
  absl::c_stable_sort(alerts, [](const Alert* a, const Alert* b) { return a->severity() > b->severity(); });
  return alerts;
}

std::vector<const RequiredAlertFact*> AnsweredBy(const std::vector<RequiredAlertFact>& required, const Alert& alert) {
  std::vector<const RequiredAlertFact*> answered;
  for (const RequiredAlertFact& fact : required) {
    if (absl::c_linear_search(fact.declared, &alert)) answered.push_back(&fact);
  }
  return answered;
}

}  // namespace metapowers::commands
