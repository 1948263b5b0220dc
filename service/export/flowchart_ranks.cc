#include "service/export/flowchart_ranks.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace metapowers::exporting {
namespace {

constexpr int kLooseColumns = 4;

class Ranker {
 public:
  explicit Ranker(const Flowchart& chart) : chart_(chart) {}

  FlowchartRanks Run() && {
    Orient();
    Rank();
    return {std::move(ranks_), std::move(reversed_)};
  }

 private:
  size_t count() const { return chart_.nodes.size(); }
  int From(size_t e) const { return reversed_[e] ? chart_.edges[e].to : chart_.edges[e].from; }
  int To(size_t e) const { return reversed_[e] ? chart_.edges[e].from : chart_.edges[e].to; }
  bool IsLoop(size_t e) const { return chart_.edges[e].from == chart_.edges[e].to; }
  int& RankOf(int node) { return ranks_[static_cast<size_t>(node)]; }

  // Turns arrows that close a circle round.
  void Orient() {
    reversed_.assign(chart_.edges.size(), false);
    std::vector<std::vector<size_t>> leaving(count());
    for (size_t e = 0; e < chart_.edges.size(); ++e) leaving[static_cast<size_t>(chart_.edges[e].from)].push_back(e);
    std::vector<char> state(count(), 'n');  // new, open, done
    const auto visit = [&](const auto& self, size_t node) -> void {
      state[node] = 'o';
      for (const size_t e : leaving[node]) {
        const size_t to = static_cast<size_t>(chart_.edges[e].to);
        if (state[to] == 'o') reversed_[e] = true;
        if (state[to] == 'n') self(self, to);
      }
      state[node] = 'd';
    };
    for (size_t node = 0; node < count(); ++node) {
      if (state[node] == 'n') visit(visit, node);
    }
  }

  void Rank() {
    ranks_.assign(count(), 0);
    std::vector<int> entering(count(), 0), leaving(count(), 0);
    for (size_t e = 0; e < chart_.edges.size(); ++e) {
      if (IsLoop(e)) continue;
      ++entering[static_cast<size_t>(To(e))];
      ++leaving[static_cast<size_t>(From(e))];
    }
    // As far behind as the longest way to it: each round settles one more layer.
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t e = 0; e < chart_.edges.size(); ++e) {
        if (IsLoop(e) || RankOf(To(e)) > RankOf(From(e))) continue;
        RankOf(To(e)) = RankOf(From(e)) + 1;
        changed = true;
      }
    }
    MoveLoose(entering, leaving);
    // Sources stand next to what they lead to, and those outside of groups before all groups.
    for (size_t node = 0; node < count(); ++node) {
      if (entering[node] > 0 || leaving[node] == 0) continue;
      int first = std::numeric_limits<int>::max();
      for (size_t e = 0; e < chart_.edges.size(); ++e) {
        if (!IsLoop(e) && From(e) == static_cast<int>(node)) first = std::min(first, RankOf(To(e)));
      }
      ranks_[node] = chart_.nodes[node].group < 0 ? std::min(first - 1, FirstOfGroups() - 1) : first - 1;
    }
    SpreadUnconnected(entering, leaving);
    const int least = *std::min_element(ranks_.begin(), ranks_.end());
    for (int& rank : ranks_) rank -= least;
  }

  int FirstOfGroups() const {
    int first = std::numeric_limits<int>::max();
    for (size_t node = 0; node < count(); ++node) {
      if (chart_.nodes[node].group >= 0) first = std::min(first, ranks_[node]);
    }
    return first;
  }

  // Nodes outside of groups that only receive stand behind all groups.
  void MoveLoose(const std::vector<int>& entering, const std::vector<int>& leaving) {
    int last = -1;
    for (size_t node = 0; node < count(); ++node) {
      if (chart_.nodes[node].group >= 0) last = std::max(last, ranks_[node]);
    }
    for (size_t node = 0; last >= 0 && node < count(); ++node) {
      if (chart_.nodes[node].group < 0 && entering[node] > 0 && leaving[node] == 0) {
        ranks_[node] = std::max(ranks_[node], last + 1);
      }
    }
  }

  void SpreadUnconnected(const std::vector<int>& entering, const std::vector<int>& leaving) {
    std::vector<size_t> alone;
    for (size_t node = 0; node < count(); ++node) {
      if (entering[node] + leaving[node] == 0) alone.push_back(node);
    }
    const int columns = std::max(*std::max_element(ranks_.begin(), ranks_.end()) + 1,
                                 std::min(kLooseColumns, static_cast<int>(alone.size())));
    for (size_t i = 0; i < alone.size(); ++i) ranks_[alone[i]] = static_cast<int>(i) % columns;
  }

  const Flowchart& chart_;
  std::vector<int> ranks_;
  std::vector<bool> reversed_;
};

}  // namespace

FlowchartRanks RankNodes(const Flowchart& chart) { return Ranker(chart).Run(); }

}  // namespace metapowers::exporting
