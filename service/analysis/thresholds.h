// Thresholds of the risk appetite against what is measured. Pure.
//
// The value of a threshold is that of its computed fact (metrics.h), else the one that the model declares; without
// either it is not measured. It is over a bound when it is on the bad side of it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_THRESHOLDS_H_
#define METAPOWERS_SERVICE_ANALYSIS_THRESHOLDS_H_

#include <optional>
#include <string>
#include <vector>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

enum class ThresholdState { kNotMeasured, kWithinTolerance, kOverTolerance, kOverLimit };

struct ThresholdFact {
  ThresholdState state = ThresholdState::kNotMeasured;
  std::optional<double> value;
  bool computed = false;
  std::vector<std::string> ids;  // that make up a computed value, sorted
};

ThresholdFact JudgeThreshold(const Facts& facts, const model::v1::Threshold& threshold);

// Whether `value` is on the bad side of `bound`.
bool IsBeyond(const model::v1::Threshold& threshold, double value, double bound);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_THRESHOLDS_H_
