#include "service/analysis/graph.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <queue>

namespace metapowers::analysis {

namespace {

// State of one run of Tarjan's algorithm; `frames` replaces the call stack.
class Tarjan {
 public:
  explicit Tarjan(const Adjacency& edges)
      : edges_(edges), number_(edges.size(), -1), low_(edges.size(), 0), open_(edges.size(), false) {}

  std::vector<std::vector<int>> Run() {
    for (int node = 0; node < static_cast<int>(edges_.size()); ++node) {
      if (number_[node] < 0) Visit(node);
    }
    return std::move(found_);
  }

 private:
  struct Frame {
    int node;
    size_t next;  // position of the next neighbour to look at
  };

  void Visit(int start) {
    std::vector<Frame> frames;
    Enter(start, frames);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const std::vector<int>& out = edges_[frame.node];
      if (frame.next < out.size()) {
        const int target = out[frame.next++];
        if (number_[target] < 0) {
          Enter(target, frames);
        } else if (open_[target]) {
          low_[frame.node] = std::min(low_[frame.node], number_[target]);
        }
        continue;
      }
      const int node = frame.node;
      frames.pop_back();
      if (!frames.empty()) low_[frames.back().node] = std::min(low_[frames.back().node], low_[node]);
      if (low_[node] == number_[node]) Close(node);
    }
  }

  void Enter(int node, std::vector<Frame>& frames) {
    number_[node] = low_[node] = count_++;
    open_[node] = true;
    stack_.push_back(node);
    frames.push_back({node, 0});
  }

  void Close(int root) {
    std::vector<int> members;
    int node;
    do {
      node = stack_.back();
      stack_.pop_back();
      open_[node] = false;
      members.push_back(node);
    } while (node != root);
    std::sort(members.begin(), members.end());
    found_.push_back(std::move(members));
  }

  const Adjacency& edges_;
  std::vector<int> number_;
  std::vector<int> low_;
  std::vector<bool> open_;
  std::vector<int> stack_;
  std::vector<std::vector<int>> found_;
  int count_ = 0;
};

// The graph among `nodes` only, renumbered to their positions.
Adjacency Restrict(const Adjacency& edges, const std::vector<int>& nodes) {
  Adjacency part(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int target : edges[nodes[i]]) {
      const auto found = std::lower_bound(nodes.begin(), nodes.end(), target);
      if (found != nodes.end() && *found == target) part[i].push_back(static_cast<int>(found - nodes.begin()));
    }
  }
  return part;
}

// A cycle's nodes: the smallest first, then the rest by the same rule.
void AppendCycle(const Adjacency& edges, const std::vector<int>& cycle, std::vector<int>& order) {
  order.push_back(cycle.front());
  const std::vector<int> rest(cycle.begin() + 1, cycle.end());
  if (rest.empty()) return;
  for (int position : OrderAfterTargets(Restrict(edges, rest))) order.push_back(rest[position]);
}

}  // namespace

std::vector<std::vector<int>> StronglyConnected(const Adjacency& edges) { return Tarjan(edges).Run(); }

std::vector<int> OrderAfterTargets(const Adjacency& edges) {
  const std::vector<std::vector<int>> groups = StronglyConnected(edges);
  std::vector<int> group_of(edges.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    for (int node : groups[g]) group_of[node] = static_cast<int>(g);
  }
  // Kahn's algorithm over the groups; of those whose targets are done, the one with the smallest node is next.
  std::vector<int> waiting_for(groups.size(), 0);
  Adjacency pointed_to_by(groups.size());
  for (size_t node = 0; node < edges.size(); ++node) {
    for (int target : edges[node]) {
      if (group_of[node] == group_of[target]) continue;
      ++waiting_for[group_of[node]];
      pointed_to_by[group_of[target]].push_back(group_of[node]);
    }
  }
  using Entry = std::pair<int, int>;  // smallest node, group
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> ready;
  for (size_t g = 0; g < groups.size(); ++g) {
    if (waiting_for[g] == 0) ready.push({groups[g].front(), static_cast<int>(g)});
  }
  std::vector<int> order;
  order.reserve(edges.size());
  while (!ready.empty()) {
    const int g = ready.top().second;
    ready.pop();
    AppendCycle(edges, groups[g], order);
    for (int other : pointed_to_by[g]) {
      if (--waiting_for[other] == 0) ready.push({groups[other].front(), other});
    }
  }
  return order;
}

namespace {

// Nodes that `root` reaches, each before all it leads to except on back edges.
std::vector<int> ReversePostorder(const Adjacency& edges, int root) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<std::pair<int, size_t>> frames = {{root, 0}};
  std::vector<int> order;
  seen[root] = true;
  while (!frames.empty()) {
    auto& [node, next] = frames.back();
    if (next < edges[node].size()) {
      const int target = edges[node][next++];
      if (!seen[target]) {
        seen[target] = true;
        frames.push_back({target, 0});
      }
      continue;
    }
    order.push_back(node);
    frames.pop_back();
  }
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace

std::vector<int> ImmediateDominators(const Adjacency& edges, int root) {
  const std::vector<int> order = ReversePostorder(edges, root);
  std::vector<int> rank(edges.size(), -1);
  for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<int>(i);
  Adjacency sources(edges.size());
  for (int node : order) {
    for (int target : edges[node]) sources[target].push_back(node);
  }
  std::vector<int> dominator(edges.size(), -1);
  dominator[root] = root;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 1; i < order.size(); ++i) {
      int best = -1;
      for (int source : sources[order[i]]) {
        if (dominator[source] < 0) continue;
        int other = source;
        while (best >= 0 && other != best) {  // the nearest common ancestor in the tree so far
          if (rank[other] > rank[best]) {
            other = dominator[other];
          } else {
            best = dominator[best];
          }
        }
        best = other;
      }
      if (dominator[order[i]] == best) continue;
      dominator[order[i]] = best;
      changed = true;
    }
  }
  dominator[root] = -1;
  return dominator;
}

Reachability::Reachability(const Adjacency& edges)
    : words_((static_cast<int>(edges.size()) + 63) / 64), bits_(edges.size() * static_cast<size_t>(words_), 0) {
  const auto add = [this](int node, int target) {
    bits_[static_cast<size_t>(node) * words_ + target / 64] |= uint64_t{1} << (target % 64);
  };
  for (const std::vector<int>& group : StronglyConnected(edges)) {
    // Targets outside the group are complete; the first member collects for all.
    uint64_t* first = &bits_[static_cast<size_t>(group.front()) * words_];
    for (int node : group) {
      for (int target : edges[node]) {
        add(group.front(), target);
        if (std::binary_search(group.begin(), group.end(), target)) continue;
        const uint64_t* reached = row(target);
        for (int w = 0; w < words_; ++w) first[w] |= reached[w];
      }
    }
    for (int node : group) {
      if (group.size() > 1) add(group.front(), node);
    }
    for (int node : group) {
      if (node != group.front()) std::copy_n(first, words_, &bits_[static_cast<size_t>(node) * words_]);
    }
    for (int node : group) {
      bits_[static_cast<size_t>(node) * words_ + node / 64] &= ~(uint64_t{1} << (node % 64));
    }
  }
}

int Reachability::Count(int from) const {
  int count = 0;
  for (int w = 0; w < words_; ++w) count += std::popcount(row(from)[w]);
  return count;
}

std::vector<int> Reachability::Reached(int from) const {
  std::vector<int> nodes;
  for (int w = 0; w < words_; ++w) {
    for (uint64_t rest = row(from)[w]; rest != 0; rest &= rest - 1) {
      nodes.push_back(w * 64 + std::countr_zero(rest));
    }
  }
  return nodes;
}

}  // namespace metapowers::analysis
