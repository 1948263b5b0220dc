#include "service/analysis/data_behind.h"

#include <algorithm>
#include <set>

namespace metapowers::analysis {

using model::v1::DataClass;

int StakeOf(const DataClass& data) {
  return std::max({static_cast<int>(data.confidentiality()), static_cast<int>(data.integrity()),
                   static_cast<int>(data.availability())});
}

namespace {

// The first class of this stake that it stores, else processes.
const DataClass* Held(const ComponentFacts& facts, int stake) {
  for (const auto* list : {&facts.stores, &facts.processes}) {
    for (const DataClass* data : *list) {
      if (StakeOf(*data) == stake) return data;
    }
  }
  return nullptr;
}

std::pair<absl::string_view, absl::string_view> Key(const DataBehind& behind) {
  return {behind.holder->component->id(), behind.data->id()};
}

}  // namespace

NearestData::NearestData(const Topology& topology, const std::vector<const ComponentFacts*>& components,
                         const std::vector<bool>& ours)
    : components_(components), sources_(components.size()) {
  for (const Link& link : topology.links()) {
    if (link.source != link.target && ours[link.source] && ours[link.target]) {
      sources_[link.target].push_back(link.source);
    }
  }
  for (int stake = 1; stake <= kStakes; ++stake) Search(stake, ours);
}

std::vector<DataBehind> NearestData::Behind(const std::vector<const DataClass*>& carried,
                                            const std::vector<int>& starts) const {
  std::vector<DataBehind> found;
  for (int stake = kStakes; stake > 0; --stake) {
    DataBehind best;
    const auto own =
        std::find_if(carried.begin(), carried.end(), [&](const DataClass* data) { return StakeOf(*data) == stake; });
    if (own != carried.end()) best.data = *own;
    for (const int start : starts) {
      const DataBehind& one = nearest_[stake - 1][start];
      if (one.data == nullptr || (best.data != nullptr && best.hops <= one.hops)) continue;
      best = one;
    }
    if (best.data != nullptr && (found.empty() || best.hops < found.back().hops)) found.push_back(best);
  }
  return found;
}

void NearestData::Search(int stake, const std::vector<bool>& ours) {
  std::vector<DataBehind>& nearest = nearest_[stake - 1];
  nearest.resize(components_.size());
  std::vector<int> level;
  for (int i = 0; i < static_cast<int>(components_.size()); ++i) {
    const DataClass* data = ours[i] ? Held(*components_[i], stake) : nullptr;
    if (data == nullptr) continue;
    nearest[i] = {data, 0, components_[i]};
    level.push_back(i);
  }
  for (int hops = 1; !level.empty(); ++hops) {
    std::set<int> next;
    for (const int at : level) {
      for (const int source : sources_[at]) {
        DataBehind& there = nearest[source];
        if (there.data != nullptr && there.hops < hops) continue;
        const DataBehind candidate = {nearest[at].data, hops, nearest[at].holder};
        if (there.data == nullptr || Key(candidate) < Key(there)) there = candidate;
        next.insert(source);
      }
    }
    level.assign(next.begin(), next.end());
  }
}

}  // namespace metapowers::analysis
