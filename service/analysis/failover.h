// What the loss of a region takes away, what the declared failover brings back, and where data comes to stand then.
// Pure.
//
//   lost         components in the order of restoration that run in the region
//   goes on      of them those that run in a second region too and survive the loss of one (multi_region), or that
//                run in the primary when the lost region only stands by
//   moves        of the others, where the failover covers the region: those with an instance in a region that stands
//                by; with a cold standby or a rebuild all but devices, to the regions that stand by, or to a place that
//                is not declared
//   stays down   the rest, until the region is back or they are rebuilt by hand
//   covers       the region is the primary, or the failover names none; of active-active also a region that stands by
//   in time      the time to switch against the shortest RTO of what moves or goes on
//   residency    personal or regulated data leaves the jurisdiction of the lost region when no region that it moves
//                to is in it, and the component runs in that jurisdiction alone, or the class has subjects there or
//                does not say where they are. Law restricts that for personal data that leaves the EU, the UK or
//                Switzerland
#ifndef METAPOWERS_SERVICE_ANALYSIS_FAILOVER_H_
#define METAPOWERS_SERVICE_ANALYSIS_FAILOVER_H_

#include <string>
#include <vector>

#include "service/analysis/restoration.h"

namespace metapowers::analysis {

// A component whose regulated data failover takes elsewhere, or keeps.
struct ResidencyFact {
  const RestorationStep* step = nullptr;
  std::vector<const model::v1::DataClass*> data;        // regulated, sorted by id
  std::vector<std::string> from;                        // regions today, sorted
  std::vector<std::string> to;                          // regions after the failover, sorted
  std::vector<const model::v1::DataClass*> leaving;     // of the data, what leaves the jurisdiction of the lost region
  std::vector<const model::v1::DataClass*> restricted;  // of that, what law restricts
};

struct RegionLoss {
  const model::v1::Region* region = nullptr;
  bool covered = false;
  std::vector<const RestorationStep*> goes_on;
  std::vector<const RestorationStep*> moves;
  std::vector<const RestorationStep*> stays_down;
  const RestorationStep* tightest = nullptr;  // of what goes on or moves, the one with the shortest RTO
  TargetVerdict in_time = TargetVerdict::kUnknown;
  std::vector<ResidencyFact> residency;  // of what goes on or moves and holds regulated data, by id

  int lost() const { return static_cast<int>(goes_on.size() + moves.size() + stays_down.size()); }
};

// Of each region that hosts something of ours, by id.
std::vector<RegionLoss> RegionLosses(const Facts& facts, const Restoration& restoration);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FAILOVER_H_
