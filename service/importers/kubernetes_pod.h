// Pods of workloads: their containers and what is set for them.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_POD_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_POD_H_

#include <string>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/fields.h"
#include "service/importers/inventory.h"
#include "service/importers/kubernetes_objects.h"

namespace metapowers::importers::kubernetes {

// `spec` of the pods of a workload; not there for objects of other kinds.
Field PodOf(const Object& object);
// `metadata` of those pods.
Field PodMetadataOf(const Object& object);

// All containers of a pod, those that run first (`initContainers`) included.
std::vector<Field> ContainersOf(const Field& pod);

// The container that the workload is named after, else the first. Not there when there is none.
Field MainContainerOf(const Object& object);

// Whether the pods of a workload hold a token of their service account, by which they call the cluster.
struct AccountToken {
  bool mounted = true;
  bool by_default = false;  // nothing says so: Kubernetes does it
  Spot spot;
};
// `account` is nullptr where it is in no file.
AccountToken TokenOf(const Object& object, const Object* account);

// Sets `container` of a component but for the image, from all containers of its pods: the weakest counts. `limited`
// tells where a LimitRange gives limits to containers without; its file is empty when there is none.
void DescribeSettings(const Field& pod, const Spot& limited, Shown<model::v1::Component>& component);

// Adds what opens the node to a container, sets the posture of it, and tells of each in a note.
void DescribeNodeAccess(const Object& object, Shown<model::v1::Component>& component, Inventory& inventory);

// Declares a control, with `spot` as its evidence, where nothing is declared of it yet.
void SetPosture(absl::string_view control, model::v1::PostureState state, const Spot& spot,
                Shown<model::v1::Component>& component);
// Likewise that it is absent.
void SetAbsent(absl::string_view control, const Spot& spot, Shown<model::v1::Component>& component);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_POD_H_
