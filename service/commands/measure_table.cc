#include "service/commands/measure_table.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/on_call.h"
#include "service/commands/log_naming.h"
#include "service/commands/raci.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::LogSource;

class MeasureTable {
 public:
  MeasureTable(const analysis::Landscape& landscape, const analysis::LogSources& sources,
               pb::MonitoringStrategyResult& result)
      : landscape_(landscape), model_(landscape.model()), sources_(sources), result_(result) {}

  void AddMeasures() {
    const google::protobuf::RepeatedField<int>& owners = knowledge::FindControl("security_monitoring")->owners();
    std::set<const model::v1::DetectionObjective*> used;
    for (const kb::DetectionMeasure& measure : knowledge::MonitoringRules().measures()) {
      pb::DetectionMeasureRow& row = *result_.add_measures();
      row.set_id(measure.id());
      row.set_name(measure.name());
      row.set_formula(measure.formula());
      row.set_target(Amount(ProposedTarget(measure), measure.unit()));
      row.set_origin("proposed");
      for (const model::v1::DetectionObjective& objective : model_.proto().monitoring().objectives()) {
        if (!analysis::Mentions(objective.name(), measure.words()) || !used.insert(&objective).second) continue;
        row.set_name(objective.name());
        row.set_formula(objective.formula());
        row.set_target(Amount(objective.target(), objective.unit()));
        row.set_origin("declared");
        break;
      }
      row.set_source(measure.source());
      row.set_measured(absl::StrCat("every ", InDays(measure.interval_days())));
      // A declared formula may count something else.
      if (row.formula() == measure.formula()) row.set_value(ValueOf(measure.id()));
      row.set_decision(measure.decision());
      row.set_owner(OwnerOf(model_, owners));
    }
    for (const model::v1::DetectionObjective& objective : model_.proto().monitoring().objectives()) {
      if (used.contains(&objective)) continue;
      pb::DetectionMeasureRow& row = *result_.add_measures();
      row.set_name(objective.name());
      row.set_formula(objective.formula());
      row.set_target(Amount(objective.target(), objective.unit()));
      row.set_origin("declared");
      row.set_owner(OwnerOfObjective(objective));
    }
  }

 private:
  // What the model itself gives for a measure; empty where only operation can.
  std::string ValueOf(const std::string& measure) const {
    const auto share = [](int part, int whole) {
      return whole == 0 ? std::string() : absl::StrCat(100 * part / whole, "% (", part, " of ", whole, ")");
    };
    const pb::MonitoringTotals& totals = result_.totals();
    if (measure == "log-coverage") {
      const auto collected = std::count_if(sources_.all().begin(), sources_.all().end(),
                                           [](const LogSource& source) { return source.collected(); });
      return share(static_cast<int>(collected), static_cast<int>(sources_.all().size()));
    }
    if (measure == "alert-coverage") return share(totals.met(), totals.required());
    if (measure == "runbook-coverage") return share(totals.alerts() - totals.without_runbook(), totals.alerts());
    return "";
  }

  // The shortest time that a tier of the system needs, where it is about response; else that of the catalogue.
  double ProposedTarget(const kb::DetectionMeasure& measure) const {
    if (!measure.by_tier()) return measure.target();
    std::optional<double> shortest;
    for (const analysis::TierResponseFact& fact : analysis::TierResponses(landscape_)) {
      const double minutes = fact.need->minutes();
      shortest = std::min(shortest.value_or(minutes), minutes);
    }
    return shortest.value_or(measure.target());
  }

  // The role that answers for the activity that the objective names, e.g. "Break-glass reviewed".
  std::string OwnerOfObjective(const model::v1::DetectionObjective& objective) const {
    const std::string name = absl::AsciiStrToLower(objective.name());
    for (const model::v1::RaciAssignment& row : model_.proto().raci()) {
      const std::vector<std::string> words = absl::StrSplit(row.activity(), '-');
      const bool named = absl::c_all_of(words, [&](const std::string& word) { return absl::StrContains(name, word); });
      if (named) return AccountableFor(model_, row.activity());
    }
    return OwnerOf(model_, knowledge::FindControl("security_monitoring")->owners());
  }

  const analysis::Landscape& landscape_;
  const model::Model& model_;
  const analysis::LogSources& sources_;
  pb::MonitoringStrategyResult& result_;
};

}  // namespace

void AddMeasureTable(const analysis::Landscape& landscape, const analysis::LogSources& sources,
                     pb::MonitoringStrategyResult& result) {
  MeasureTable(landscape, sources, result).AddMeasures();
}

}  // namespace metapowers::commands
