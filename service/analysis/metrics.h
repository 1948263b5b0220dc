// Values that risk thresholds are compared with. What is unknown is never counted: it is a question.
//
//   records exposed max            highest record_count of a confidential class stored in an exposed component;
//                                  ids: the components that store the class (of equals the first class)
//   unencrypted sensitive stores   components that store confidential data with encryption at rest `none`
//   single points of failure       components of tier 0 or 1 among the single points
//   expired attestations           suppliers with regulated data whose report ended before `as_of`, or that have
//                                  none or only their own questionnaire
//   overdue policy reviews         policies in force whose review interval has run out since the last review
//                                  (since they took effect, when there was none), or whose status is expired
//   transfers without mechanism    flows with personal data that lack a mechanism in force (transfers.h)
//   cleartext sensitive flows      flows with confidential data, transport security `none` and no VPN
//   unowned components             components of ours without a team
//   end of life assets             components and infrastructure past their end of support
#ifndef METAPOWERS_SERVICE_ANALYSIS_METRICS_H_
#define METAPOWERS_SERVICE_ANALYSIS_METRICS_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

// The value of `metric` by what is known (Facts::known()); zero without ids for the unknown one.
Facts::MetricValue MeasureMetric(const Facts& facts, model::v1::ThresholdMetric metric);

// When the policy is next to be reviewed; nothing when the model does not say.
std::optional<absl::CivilDay> NextReview(const model::v1::Policy& policy);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_METRICS_H_
