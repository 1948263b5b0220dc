// Graph algorithms over adjacency lists of small integers; pure and deterministic: where an order is free,
// the smaller number comes first.
#ifndef METAPOWERS_SERVICE_ANALYSIS_GRAPH_H_
#define METAPOWERS_SERVICE_ANALYSIS_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace metapowers::analysis {

// Neighbours by node; every number is in [0, size).
using Adjacency = std::vector<std::vector<int>>;

// Strongly connected components, each sorted; a component comes after all those it points to (Tarjan 1972).
// O(nodes + edges), without recursion.
std::vector<std::vector<int>> StronglyConnected(const Adjacency& edges);

// All nodes in an order in which each comes after those it points to. Within a cycle the smallest node comes
// first, as if it pointed to nothing in it, and the same rule holds for the rest of the cycle. Near-linear
// while cycles are small.
std::vector<int> OrderAfterTargets(const Adjacency& edges);

// Immediate dominator of each node as seen from `root`: the last node that every path from `root` passes.
// -1 for `root` and for nodes out of its reach (Cooper, Harvey, Kennedy 2001: near-linear on real graphs).
std::vector<int> ImmediateDominators(const Adjacency& edges, int root);

// For each node the set of nodes it reaches, itself left out, as rows of bits. Memory is nodes²/8 bytes and
// time edges × nodes / 64 word operations.
class Reachability {
 public:
  explicit Reachability(const Adjacency& edges);
  bool Reaches(int from, int to) const { return (row(from)[to / 64] >> (to % 64) & 1) != 0; }
  // Number of nodes that `from` reaches.
  int Count(int from) const;
  // Those nodes, ascending.
  std::vector<int> Reached(int from) const;

 private:
  const uint64_t* row(int node) const { return &bits_[static_cast<size_t>(node) * words_]; }

  int words_;
  std::vector<uint64_t> bits_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_GRAPH_H_
