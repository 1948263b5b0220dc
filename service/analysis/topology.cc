#include "service/analysis/topology.h"

#include <algorithm>

namespace metapowers::analysis {

namespace {

void SortUnique(std::vector<int>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Topology::Topology(const model::Model& model) : model_(&model) {
  const model::v1::SystemModel& system = model.proto();
  absl::flat_hash_map<absl::string_view, int> index;
  for (int i = 0; i < size(); ++i) index[id(i)] = i;
  links_of_.resize(size());
  depends_on_.resize(size());
  dependents_.resize(size());
  for (const model::v1::Flow& flow : system.flows()) {
    const Link link{&flow, index.at(flow.source()), index.at(flow.target())};
    const int position = static_cast<int>(links_.size());
    links_.push_back(link);
    links_of_[link.source].push_back(position);
    if (link.source == link.target) continue;
    links_of_[link.target].push_back(position);
    if (flow.dependency() != model::v1::DEPENDENCY_HARD) continue;
    depends_on_[link.source].push_back(link.target);
    dependents_[link.target].push_back(link.source);
  }
  for (std::vector<int>& list : depends_on_) SortUnique(list);
  for (std::vector<int>& list : dependents_) SortUnique(list);
}

std::vector<std::string> Topology::DataOn(const model::v1::Flow& flow) {
  std::vector<std::string> data(flow.sends().begin(), flow.sends().end());
  data.insert(data.end(), flow.receives().begin(), flow.receives().end());
  std::sort(data.begin(), data.end());
  data.erase(std::unique(data.begin(), data.end()), data.end());
  return data;
}

}  // namespace metapowers::analysis
