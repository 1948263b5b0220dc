#include "service/commands/threshold_tables.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "service/commands/api_wording.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::DetectionThreshold;

pb::ThresholdRow& AddRow(const model::Model& model, const AppliedDetection& detection,
                         pb::AnomalyDetectionResult& result) {
  pb::ThresholdRow& row = *result.add_thresholds();
  row.set_detection(detection.row->id());
  row.set_tuning(FillSpan(detection.row->tuning(), detection));
  row.set_owner(TeamName(model, detection.team));
  return row;
}

// Of the callers of one limit.
void FillLimit(const kb::EventCorrelation& correlation, const DetectionThreshold& limit, pb::ThresholdRow& row) {
  row.set_number(absl::StrCat("more than ", Count(limit.value, "event", "events")));
  row.set_span(Minutes(limit.minutes));
  AddAll(analysis::GroupByOf(correlation, limit), row.mutable_by());
  row.set_source(absl::StrCat("limit of ", limit.callers->id(), ", ", LimitScope(*limit.callers)));
}

void FillThreshold(const AppliedDetection& detection, pb::ThresholdRow& row) {
  const kb::EventCorrelation& correlation = detection.row->correlation();
  const DetectionThreshold& threshold = detection.threshold;
  row.set_number(correlation.field().empty()
                     ? Count(threshold.value, "event", "events")
                     : absl::StrCat(Count(threshold.value, "value", "values"), " of ", correlation.field()));
  row.set_span(Minutes(threshold.minutes));
  AddAll(correlation.group_by(), row.mutable_by());
  row.set_assumed(threshold.assumed());
  if (threshold.alert != nullptr) {
    row.set_source(absl::StrCat("alert ", threshold.alert->id()));
  } else if (!detection.limits.empty()) {
    row.set_source("to be confirmed: callers without a declared limit");
  } else if (!detection.alerts.empty()) {
    row.set_source(absl::StrCat("to be confirmed: alert ", detection.alerts.front()->id(), " counts something else"));
  }
}

void AddOtherAlerts(const model::Model& model, const analysis::Detections& detections,
                    pb::AnomalyDetectionResult& result) {
  std::set<const model::v1::Alert*> used;
  for (const AppliedDetection& detection : detections.all()) {
    used.insert(detection.alerts.begin(), detection.alerts.end());
  }
  for (const model::v1::Alert& alert : model.proto().monitoring().alerts()) {
    if (used.contains(&alert)) continue;
    pb::DeclaredAlert& row = *result.add_other_alerts();
    row.set_id(alert.id());
    row.set_condition(alert.condition());
    if (alert.has_threshold() && alert.has_window_minutes()) {
      row.set_number(absl::StrCat(alert.threshold(), " in ", Minutes(alert.window_minutes())));
    }
    row.set_severity(alert.severity());
    const auto* rotation = model.Find<model::v1::OnCall>(alert.routed_to());
    if (rotation != nullptr) row.set_on_call(rotation->name());
  }
}

}  // namespace

bool Counts(const AppliedDetection& detection) { return detection.row->correlation().starting_value() > 0; }

void AddThresholdTables(const model::Model& model, const analysis::Detections& detections,
                        pb::AnomalyDetectionResult& result) {
  for (const AppliedDetection& detection : detections.all()) {
    if (!Counts(detection)) continue;
    if (!detection.running) {
      result.set_waiting_thresholds(result.waiting_thresholds() + 1);
      continue;
    }
    for (const DetectionThreshold& limit : detection.limits) {
      FillLimit(detection.row->correlation(), limit, AddRow(model, detection, result));
    }
    FillThreshold(detection, AddRow(model, detection, result));
  }
  AddOtherAlerts(model, detections, result);
}

}  // namespace metapowers::commands
