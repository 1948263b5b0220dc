#include "service/commands/response_tables.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "service/analysis/automatic_response.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"

namespace metapowers::commands {
namespace {

namespace pb = security::detect::v1;
using analysis::ActionBar;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

// Empty where a machine may act.
std::string BarLabel(const ActionBar& bar) {
  switch (bar.kind) {
    case ActionBar::Kind::kNone:
      return "";
    case ActionBar::Kind::kDevice:
      return "a device that people depend on";
    case ActionBar::Kind::kTierZero:
      return "tier 0";
    case ActionBar::Kind::kTierUnknown:
      return "its tier is unknown";
    case ActionBar::Kind::kNobodyOutside:
      return "no caller from outside arrives there";
    case ActionBar::Kind::kReaches:
      break;
  }
  const bool device = bar.reached->machine() == model::v1::MACHINE_DEVICE;
  return absl::StrCat("it reaches ", bar.reached->id(), device ? " (device)" : " (tier 0)");
}

}  // namespace

void AddResponseTables(const analysis::Threats& threats, const analysis::Detections& detections,
                       pb::AnomalyDetectionResult& result) {
  const model::Model& model = threats.landscape().model();
  for (const analysis::ActionFact& fact : analysis::Actions(threats.landscape(), detections)) {
    pb::ActionRow& row = *result.add_actions();
    row.set_id(fact.action->id());
    row.set_action(fact.action->action());
    row.set_detections(fact.detections);
    AddFirst(fact.automatic, kNamed, row.mutable_automatic_on());
    AddFirst(fact.ordered, kNamed, row.mutable_ordered_on());
    row.set_ordered_by(RoleOfKind(model, fact.action->ordered_by()));
    row.set_undo(fact.action->undo());
    row.set_cost(fact.action->cost());
  }
  for (const analysis::BlastFact& fact : analysis::Blasts(threats.landscape(), detections)) {
    pb::BlastRow& row = *result.add_blasts();
    row.set_id(fact.component->id());
    row.set_tier(Label(fact.component->tier()));
    AddAll(fact.stops, row.mutable_stops());
    for (const model::v1::ContainmentSwitch* each : fact.switches) row.add_switches(each->id());
    row.set_automatic(BarLabel(fact.bar));
  }
}

}  // namespace metapowers::commands
