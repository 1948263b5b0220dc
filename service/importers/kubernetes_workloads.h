// Workloads: what runs in the cluster.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_WORKLOADS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_WORKLOADS_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/importers/inventory.h"
#include "service/importers/kubernetes_objects.h"

namespace metapowers::importers::kubernetes {

struct Workload {
  const Object* object = nullptr;
  Field pod;
  Labels labels;        // of its pods
  std::string account;  // its service account
  // Whether a sidecar or the node takes part in the mesh for it; not known where nothing says so.
  model::v1::Tristate meshed = model::v1::TRISTATE_UNSPECIFIED;
  Shown<model::v1::Component>* component = nullptr;

  Reference Ref(Spot spot) const { return {component->name, component->scope, std::move(spot)}; }
};

// What `matchLabels` and `matchExpressions` of a selector say of labels. An empty selector matches all.
bool Matches(const Field& selector, const Labels& labels);

// All workloads, each a component of the inventory. Not thread-safe.
class Workloads {
 public:
  Workloads(const Objects& objects, Inventory& inventory);

  std::deque<Workload>& all() { return workloads_; }
  // Those of a namespace, in the order of the files.
  const std::vector<Workload*>& In(const std::string& space) const;
  // Those of a namespace with all of these labels; none for no labels.
  std::vector<Workload*> WithLabels(const std::string& space, const Labels& labels) const;
  // Those of a namespace that a selector (`matchLabels`, `matchExpressions`) matches.
  std::vector<Workload*> Selected(const std::string& space, const Field& selector) const;

 private:
  void Add(const Object& object, const Objects& objects, Inventory& inventory);

  std::deque<Workload> workloads_;
  std::map<std::string, std::vector<Workload*>> by_space_;
  std::map<std::pair<std::string, std::string>, std::vector<Workload*>> by_label_;  // namespace, `key=value`
  std::map<std::pair<std::string, std::string>, int> names_;                        // namespace, name -> uses
  std::map<std::string, const Object*> scalers_;                                    // by what they scale
  std::map<std::string, Spot> limited_;                                             // namespace -> its LimitRange
};

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_WORKLOADS_H_
