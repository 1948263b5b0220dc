// Components that only pass on what arrives. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_FORWARDING_H_
#define METAPOWERS_SERVICE_ANALYSIS_FORWARDING_H_

#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// Whether it is a filter or proxy: what a flow brings to it arrives behind it.
inline bool Forwards(const ComponentView& component) {
  constexpr uint64_t kForwards =
      uint64_t{1} << knowledge::v1::CAPABILITY_WAF | uint64_t{1} << knowledge::v1::CAPABILITY_TRAFFIC_FORWARDING;
  return (component.capabilities & kForwards) != 0;
}

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FORWARDING_H_
