// The model's components and flows as a graph over small integers: what every analysis walks. Components
// keep the order of the model, which is that of their ids, so that "smallest index" means "smallest id".
#ifndef METAPOWERS_SERVICE_ANALYSIS_TOPOLOGY_H_
#define METAPOWERS_SERVICE_ANALYSIS_TOPOLOGY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "service/analysis/graph.h"
#include "service/model/model.h"

namespace metapowers::analysis {

struct Link {
  const model::v1::Flow* flow;
  int source;
  int target;
};

// Immutable; refers to the model, which outlives it.
class Topology {
 public:
  explicit Topology(const model::Model& model);

  const model::Model& model() const { return *model_; }
  int size() const { return model_->proto().components_size(); }
  const model::v1::Component& component(int index) const { return model_->proto().components(index); }
  const std::string& id(int index) const { return component(index).id(); }

  // All flows, sorted by id.
  const std::vector<Link>& links() const { return links_; }
  // Positions in links() of the flows that the component opens or accepts, sorted.
  const std::vector<int>& links_of(int index) const { return links_of_[index]; }

  // Hard dependencies: source does not work without target. A component never depends on itself.
  const Adjacency& depends_on() const { return depends_on_; }
  const Adjacency& dependents() const { return dependents_; }

  // Data that a flow carries in either direction, sorted by id.
  static std::vector<std::string> DataOn(const model::v1::Flow& flow);

 private:
  const model::Model* model_;
  std::vector<Link> links_;
  Adjacency links_of_;
  Adjacency depends_on_;
  Adjacency dependents_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_TOPOLOGY_H_
