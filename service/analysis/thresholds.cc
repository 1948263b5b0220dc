#include "service/analysis/thresholds.h"

#include <utility>

namespace metapowers::analysis {

using model::v1::Threshold;

bool IsBeyond(const Threshold& threshold, double value, double bound) {
  return threshold.direction() == model::v1::THRESHOLD_DIRECTION_AT_LEAST ? value < bound : value > bound;
}

ThresholdFact JudgeThreshold(const Facts& facts, const Threshold& threshold) {
  ThresholdFact fact;
  if (threshold.fact() != model::v1::THRESHOLD_METRIC_UNSPECIFIED) {
    Facts::MetricValue measured = facts.Metric(threshold.fact());
    fact.computed = true;
    fact.value = static_cast<double>(measured.value);
    fact.ids = std::move(measured.ids);
  } else if (threshold.has_current()) {
    fact.value = threshold.current();
  } else {
    return fact;
  }
  fact.state = IsBeyond(threshold, *fact.value, threshold.limit())       ? ThresholdState::kOverLimit
               : IsBeyond(threshold, *fact.value, threshold.tolerance()) ? ThresholdState::kOverTolerance
                                                                         : ThresholdState::kWithinTolerance;
  return fact;
}

}  // namespace metapowers::analysis
