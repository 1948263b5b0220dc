// Ways of an outsider to the data that matters most, over the declared flows, with the threats that make each step, and
// which single control would cut most of them.
//
//   crown jewel  a data class that is strictly confidential, or whose integrity or availability is mission critical;
//                it is reached where it is stored or processed
//   outsider     an external entity; those of one supplier, or else of one zone, are one origin
//   step         a flow, in its direction, and the component that it enters, made by the likeliest threat of impact 3
//                or more that brings the attacker in or to the data: spoofing and elevation of privilege on the flow,
//                these, tampering and disclosure on the component; none whose rule caps the harm there or that is
//                delivered. Its difficulty is 6 - likelihood of that threat now; 5 where there is none,
//                which is no proof of safety
//   path         no component twice; the cheapest by the sum of difficulties, `kPathsPerPair` for an origin and data
//                class. Its likelihood is that of its hardest step
//
// A control cuts a path when, with it in place everywhere, some step has no threat left that is likelier than "low".
#ifndef METAPOWERS_SERVICE_ANALYSIS_ATTACK_PATHS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ATTACK_PATHS_H_

#include <string>
#include <vector>

#include "service/analysis/threats.h"

namespace metapowers::analysis {

inline constexpr int kPathsPerPair = 3;

struct AttackStep {
  const model::v1::Flow* flow = nullptr;
  std::string component;           // that the flow enters
  const Threat* threat = nullptr;  // that makes the step; nullptr: none known
  int difficulty = 0;              // 1 to 5
};

struct AttackPath {
  std::string origin;  // component id of the outsider
  const model::v1::DataClass* target = nullptr;
  std::vector<AttackStep> steps;
  int difficulty = 0;  // sum of the steps'
  int likelihood = 0;  // 1 to 5, of the hardest step
};

struct PathCut {
  const knowledge::v1::SecurityControl* control = nullptr;
  std::vector<int> paths;  // positions in AttackPaths::paths
  std::vector<std::string>
      components;  // where it has to be put in place for that, sorted; flows by the component that they enter
};

struct AttackPaths {
  // By difficulty, then origin, data class and steps.
  std::vector<AttackPath> paths;
  // Controls that cut at least one path and are not in place everywhere on it: most paths first, then by id.
  std::vector<PathCut> cuts;
  // Crown jewels that no outsider reaches, sorted by id.
  std::vector<const model::v1::DataClass*> unreached;
};

// O(origins × kPathsPerPair × flows × log flows).
AttackPaths FindAttackPaths(const Threats& threats);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ATTACK_PATHS_H_
