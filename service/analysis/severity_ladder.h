// The declared levels of incidents, and what puts an element of the system on which of them.
//
// Order: by the number that ends the id of each level, smallest first, where every id has one (SEV-1, P2); else by the
// earliest clock of a level's actions, levels without actions last, then by id.
//
// A data class is on the worst level that names it. A component is on the worst level that names it or a class that it
// stores or processes by what is known (Facts::known()). Everything else is on none: that is a question for what is
// confidential or of a main tier, and never a guess. Pure; immutable; thread-safe. Refers to the facts, which outlive
// it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SEVERITY_LADDER_H_
#define METAPOWERS_SERVICE_ANALYSIS_SEVERITY_LADDER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

struct LadderPlace {
  const ComponentFacts* component = nullptr;
  const model::v1::SeverityLevel* level = nullptr;  // nullptr: on none
  std::string because;                              // e.g. "the level names it", "stores card-data"; empty on none
};

class SeverityLadder {
 public:
  explicit SeverityLadder(const Facts& facts);

  // Worst first.
  const std::vector<const model::v1::SeverityLevel*>& levels() const { return levels_; }
  // nullptr when it is on none.
  const model::v1::SeverityLevel* LevelOf(const model::v1::DataClass& data) const;
  const model::v1::SeverityLevel* LevelOf(absl::string_view component) const;
  // The worse of two levels, of which each may be nullptr.
  const model::v1::SeverityLevel* Worse(const model::v1::SeverityLevel* a, const model::v1::SeverityLevel* b) const;

  // Components that we run and that are not only planned: worst level first, those on none last, then by id.
  const std::vector<LadderPlace>& places() const { return places_; }
  // Confidential classes, and components of tier 0 or 1, that are on no level; sorted by id.
  const std::vector<const model::v1::DataClass*>& unplaced_data() const { return unplaced_data_; }
  const std::vector<const model::v1::Component*>& unplaced_components() const { return unplaced_components_; }

 private:
  int RankOf(const model::v1::SeverityLevel* level) const;
  LadderPlace Place(const ComponentFacts& facts, const ComponentFacts& known) const;

  std::vector<const model::v1::SeverityLevel*> levels_;
  std::vector<LadderPlace> places_;
  std::map<std::string, const model::v1::SeverityLevel*, std::less<>> by_component_;
  std::vector<const model::v1::DataClass*> unplaced_data_;
  std::vector<const model::v1::Component*> unplaced_components_;
};

// What must happen on the level, soonest first.
std::vector<const model::v1::SeverityAction*> ActionsByClock(const model::v1::SeverityLevel& level);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SEVERITY_LADDER_H_
