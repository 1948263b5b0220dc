// The objects of manifests: documents and entries of a `List`, each of a type that is known. What is not known, not
// rendered, or there twice is skipped with its reason.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_OBJECTS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_OBJECTS_H_

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/importers/fields.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"

namespace metapowers::importers::kubernetes {

using Labels = std::map<std::string, std::string>;

enum class Kind {
  kDeployment,
  kStatefulSet,
  kDaemonSet,
  kReplicaSet,
  kReplicationController,
  kJob,
  kCronJob,
  kPod,
  kService,
  kIngress,
  kOpenShiftRoute,
  kGateway,
  kHttpRoute,
  kGrpcRoute,
  kTlsRoute,
  kTcpRoute,
  kUdpRoute,
  kNetworkPolicy,
  kServiceAccount,
  kRole,
  kClusterRole,
  kRoleBinding,
  kClusterRoleBinding,
  kSecret,
  kConfigMap,
  kClaim,
  kNamespace,
  kLimitRange,
  kAutoscaler,
  kDisruptionBudget,
  kIstioGateway,
  kVirtualService,
  kServiceEntry,
  kDestinationRule,
  kPeerAuthentication,
  kAuthorizationPolicy,
  kRequestAuthentication,
  kTraefikRoute,
  kTraefikTcpRoute,
  kTraefikUdpRoute,
  kTraefikMiddleware,
  kTraefikTcpMiddleware,
  kTraefikService,
  kKnativeService,
  kDomainMapping,
};

struct Object {
  Kind kind = Kind::kPod;
  std::string kind_name;  // e.g. `Deployment`; `KnativeService` where another kind has the name
  std::string name;
  std::string space;         // namespace; empty for what has none
  bool names_space = false;  // whether the manifest names it
  Field root;
  Field spec;
  Spot spot;      // of the name
  int alike = 0;  // how many more the same maker made, for all of which this one stands

  Field metadata() const { return root["metadata"]; }
  // "" when there is none.
  std::string Annotation(absl::string_view key) const { return metadata()["annotations"][key].Raw(); }
  // `Deployment shop/orders`, for people.
  std::string Title() const;
};

// Where names of a namespace hold.
std::string ScopeOf(absl::string_view space);

// Whether a document is a manifest.
bool IsManifest(const model::YamlNode& root);

// All objects. Not thread-safe.
class Objects {
 public:
  // Adds skipped items to `inventory`.
  Objects(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults);

  // In the order of the files.
  const std::vector<const Object*>& Of(Kind kind) const;
  // nullptr when there is none.
  const Object* Find(Kind kind, absl::string_view space, absl::string_view name) const;
  // Whether an object names the namespace, or is it.
  bool HasSpace(absl::string_view space) const { return spaces_.contains(space); }
  const std::map<std::string, const Object*>& spaces() const { return space_objects_; }
  // A resource of a type that is not understood in which `name` stands alone as a value; "" when there is none.
  std::string ForeignThatNames(absl::string_view name) const;

 private:
  void Add(const Field& root, bool inside_list, Inventory& inventory);
  void SkipUnknown(const Object& object, const std::string& kind, const std::string& version, const std::string& group,
                   Inventory& inventory);
  void AddKnown(Object object, Inventory& inventory);
  void Keep(Object object, Inventory& inventory);
  // Of what controllers made, what nothing else in the files stands for.
  void AddMade(Inventory& inventory);
  void Skip(const Field& root, absl::string_view item, std::string reason, Inventory& inventory);
  void CollectForeign(const model::YamlNode& node, const std::string& title);

  Reading reading_;
  std::deque<Object> objects_;
  std::vector<Object> made_;  // by controllers
  std::map<Kind, std::vector<const Object*>> by_kind_;
  std::map<std::pair<Kind, std::string>, Object*> by_name_;  // `namespace/name`
  absl::flat_hash_set<std::string> spaces_;
  std::map<std::string, const Object*> space_objects_;     // the first object in each namespace
  absl::flat_hash_map<std::string, std::string> foreign_;  // value -> title
};

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_OBJECTS_H_
