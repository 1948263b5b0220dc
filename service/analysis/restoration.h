// In which order a system is restored, how long that takes, and whether its declared targets can be met. Pure.
//
//   in the order  components of ours in use, whoever operates them; external entities, planned components and those of
//                 staging and development are no part of it
//   waits for     its hard dependencies that are in the order. A cycle is broken where Facts breaks it: at its smallest
//                 id, which starts without those of the cycle that come after it
//   wave          1 waits for nothing; each later one for something of the wave before it
//   priority      within a wave the component first whose loss stops the most important tier: its own or that of one
//                 that waits for it, directly or not; then the order of Facts
//   duration      the longer of the declared time to restore and what the last test restoration took
//   ready         duration after the latest of what it waits for: the sum along its critical path. Where a time on the
//                 way is not declared, the sum is a lower bound
//   target        that of its tier; without one that of its business function
//   verdict       not met: the sum, be it a lower bound, is above the target. Met: it is complete and not above. Else
//                 unknown
#ifndef METAPOWERS_SERVICE_ANALYSIS_RESTORATION_H_
#define METAPOWERS_SERVICE_ANALYSIS_RESTORATION_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

enum class TargetVerdict { kUnknown, kMet, kNotMet };

// Compares what is declared with a target; either may be unknown. `complete` says that `value` is no lower bound.
TargetVerdict Compare(std::optional<int> value, bool complete, std::optional<int> target);

struct Objective {
  std::optional<int> rto;
  std::optional<int> rpo;
  std::string basis;  // "tier 0", "business function reporting"; empty: none is declared
};

// See the rules above.
Objective ObjectiveOf(const model::Model& model, const model::v1::Component& component);

// Whether the component is in use and ours to restore.
bool IsRestored(const model::v1::Component& component);

struct RestorationStep {
  const model::v1::Component* component = nullptr;
  int wave = 1;
  model::v1::Tier needed_by = model::v1::TIER_UNSPECIFIED;  // most important tier that stops without it
  std::vector<std::string> waits_for;                       // ids, sorted
  std::vector<std::string> starts_without;                  // ids of its cycle that come later, sorted
  std::vector<std::string> external;  // ids of the external entities that it hard-depends on, sorted
  std::optional<int> minutes;
  bool measured = false;          // `minutes` is that of the last test restoration, which took longer than declared
  int ready = 0;                  // minutes after the start
  bool complete = false;          // every time along all that it waits for is declared
  std::vector<std::string> path;  // critical path: ids from the first to itself
  Objective objective;
  TargetVerdict verdict = TargetVerdict::kUnknown;
};

// A dependency that has more time than what depends on it.
struct LateDependency {
  const RestorationStep* step = nullptr;
  const RestorationStep* dependency = nullptr;
};

struct FunctionRecovery {
  const model::v1::BusinessFunction* function = nullptr;  // nullptr: components or targets name it alone
  const model::v1::RecoveryTarget* target = nullptr;      // nullptr: none is declared
  std::string name;
  std::vector<const RestorationStep*> steps;  // in the order
  const RestorationStep* last = nullptr;      // the one that is ready last; nullptr without components
  bool complete = false;
  TargetVerdict verdict = TargetVerdict::kUnknown;  // of the target's RTO
};

// Immutable; refers to the facts, which outlive it.
class Restoration {
 public:
  explicit Restoration(const Facts& facts);
  Restoration(const Restoration&) = delete;
  Restoration& operator=(const Restoration&) = delete;

  // By wave, then by priority.
  const std::vector<RestorationStep>& steps() const { return steps_; }
  const RestorationStep* Find(absl::string_view component) const;
  int waves() const { return steps_.empty() ? 0 : steps_.back().wave; }
  // Cycles among the components in the order, as Facts lists them.
  const std::vector<std::vector<std::string>>& cycles() const { return cycles_; }
  // Flows of which the model does not say whether their source needs their target, although both are in the order: they
  // hold nothing back. Sorted by id; without those beside a declared hard dependency of the same two.
  std::vector<const model::v1::Flow*> Undeclared() const;
  const std::vector<LateDependency>& late_dependencies() const { return late_; }
  // Declared functions by name, then functions that only components or targets name.
  const std::vector<FunctionRecovery>& functions() const { return functions_; }

 private:
  void AddSteps();
  void Prioritise();
  void AddCycles();
  void AddLateDependencies();
  void AddFunctions();
  void Complete(const ComponentFacts& facts, RestorationStep& step) const;

  const Facts& facts_;
  std::vector<RestorationStep> steps_;
  std::map<std::string, size_t, std::less<>> position_;  // by component
  std::vector<std::vector<std::string>> cycles_;
  std::vector<LateDependency> late_;
  std::vector<FunctionRecovery> functions_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RESTORATION_H_
