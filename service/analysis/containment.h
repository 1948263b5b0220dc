// How each component of ours can be cut off, and what stops with it.
//
//   stops      components that hard-depend on it, directly or over others (dependencies.h)
//   degrades   other components that open a connection to it: they work on with less, or the model does not say
//   functions  business functions of it and of what stops
//   switches   that name it, those that take effect soonest first, unknown times last, then by id
//
// A switch is expected for components of a main tier (single_points.h) and for those that store confidential data.
// Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CONTAINMENT_H_
#define METAPOWERS_SERVICE_ANALYSIS_CONTAINMENT_H_

#include <map>
#include <string>
#include <vector>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

struct Containment {
  const ComponentFacts* component = nullptr;
  std::vector<std::string> stops;      // ids, sorted
  std::vector<std::string> degrades;   // ids, sorted
  std::vector<std::string> functions;  // sorted
  std::vector<const model::v1::ContainmentSwitch*> switches;
  bool expected = false;
};

// Components that we run and that are not only planned, by id.
std::map<std::string, Containment> ContainmentOf(const Facts& facts);

// The components in groups, each group after all groups that it hard-depends on; a cycle is broken as in
// Facts::restoration_order(). Only components of `among`; sorted within a group.
std::vector<std::vector<std::string>> RecoveryPhases(const Facts& facts,
                                                     const std::map<std::string, Containment>& among);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CONTAINMENT_H_
