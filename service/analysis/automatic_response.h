// What a machine may do by itself when a detection fires, and what stops when somebody does. Pure.
//
// An action runs by itself where its row says so and the element is a component that nothing bars:
//
//   device, tier 0      nobody's safety and not the whole system may depend on a machine's decision
//   tier unknown        nobody has said what depends on it
//   reaches one         through declared flows it reaches a device or a component of tier 0
//   nobody outside      the action is on callers from outside, and none arrives there
//
// Of an action on callers from outside, only what the component calls directly counts as reached. Everything else is
// ordered by a person.
//
// What has to be weighed before a person orders one: components with a threat that a detection shows whose action is
// never automatic. What stops with such a component are those that depend on it (dependencies.h).
#ifndef METAPOWERS_SERVICE_ANALYSIS_AUTOMATIC_RESPONSE_H_
#define METAPOWERS_SERVICE_ANALYSIS_AUTOMATIC_RESPONSE_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/detections.pb.h"
#include "service/analysis/detections.h"

namespace metapowers::analysis {

// Why a machine never acts on a component by itself.
struct ActionBar {
  enum class Kind { kNone, kDevice, kTierZero, kTierUnknown, kReaches, kNobodyOutside };
  Kind kind = Kind::kNone;
  const model::v1::Component* reached = nullptr;  // of kReaches: a device, or of tier 0
};

// By what the component is itself.
ActionBar BarOf(const model::v1::Component& component);

struct ActionFact {
  const knowledge::v1::ResponseAction* action = nullptr;
  int detections = 0;
  std::vector<std::string> automatic;  // elements, sorted
  std::vector<std::string> ordered;    // elements, sorted
};

// By id of the action.
std::vector<ActionFact> Actions(const Landscape& landscape, const Detections& detections);

struct BlastFact {
  const model::v1::Component* component = nullptr;
  ActionBar bar;
  std::vector<std::string> stops;                             // components that depend on it
  std::vector<const model::v1::ContainmentSwitch*> switches;  // that name it, sorted by id
};

// By id of the component.
std::vector<BlastFact> Blasts(const Landscape& landscape, const Detections& detections);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_AUTOMATIC_RESPONSE_H_
