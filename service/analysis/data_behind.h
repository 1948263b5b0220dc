// How much data has at stake, and which data a component leads to.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DATA_BEHIND_H_
#define METAPOWERS_SERVICE_ANALYSIS_DATA_BEHIND_H_

#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/graph.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// How much a data class has at stake, 1 (least) to 5: the highest of confidentiality, integrity and availability;
// 0 when all are unknown.
int StakeOf(const model::v1::DataClass& data);

// Confidentiality strictly confidential, or integrity or availability mission critical.
inline bool IsCrownJewel(const model::v1::DataClass& data) { return StakeOf(data) == 5; }

// Data that a way in leads to.
struct DataBehind {
  const model::v1::DataClass* data = nullptr;
  int hops = 0;                            // 0: on it or at its target; 1: one flow further
  const ComponentFacts* holder = nullptr;  // stores or processes it; nullptr: the way in itself carries it
};

// Of each stake and component of ours the nearest component that keeps or processes data of that stake, along the flows
// that the components open. Immutable; refers to what it was made from, which outlives it.
class NearestData {
 public:
  // `components` stand in the order of the topology; `ours` says which of them count. O(components + flows).
  NearestData(const Topology& topology, const std::vector<const ComponentFacts*>& components,
              const std::vector<bool>& ours);

  // What a way in leads to that carries `carried` itself and hands its input to the components at `starts`: strongest
  // first, each nearer than all before it. Of equals the holder with the smallest id counts.
  std::vector<DataBehind> Behind(const std::vector<const model::v1::DataClass*>& carried,
                                 const std::vector<int>& starts) const;

 private:
  static constexpr int kStakes = 5;

  void Search(int stake, const std::vector<bool>& ours);

  const std::vector<const ComponentFacts*>& components_;
  Adjacency sources_;
  std::vector<DataBehind> nearest_[kStakes];
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DATA_BEHIND_H_
