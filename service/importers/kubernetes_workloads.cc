#include "service/importers/kubernetes_workloads.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/known_images.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr absl::string_view kCluster = "kubernetes-cluster";
// In the order in which they take their plain names.
constexpr Kind kWorkloadKinds[] = {
    Kind::kDeployment, Kind::kStatefulSet, Kind::kDaemonSet, Kind::kReplicaSet,    Kind::kReplicationController,
    Kind::kCronJob,    Kind::kJob,         Kind::kPod,       Kind::kKnativeService};

std::string LabelKey(absl::string_view key, absl::string_view value) { return absl::StrCat(key, "=", value); }

// Of what an autoscaler scales.
std::string TargetKey(absl::string_view space, absl::string_view kind, absl::string_view name) {
  return absl::StrCat(space, "/", kind, "/", name);
}

// Knative runs as many as there are calls, and none without, unless a least number is said.
void DescribeLeast(const Object& object, Shown<pb::Component>& component) {
  for (const char* key : {"autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale"}) {
    const Field least = PodMetadataOf(object)["annotations"][key];
    int number = 0;
    if (!absl::SimpleAtoi(least.Raw(), &number) || number < 1) continue;
    component.value.set_replicas(number);
    component.Observed("replicas", least.spot());
    return;
  }
}

// The component's number of instances. What a field left out means is defined: one.
void DescribeReplicas(const Object& object, const Object* scaler, Shown<pb::Component>& component) {
  if (object.kind == Kind::kKnativeService) return DescribeLeast(object, component);
  const bool scaled = object.kind == Kind::kDeployment || object.kind == Kind::kStatefulSet ||
                      object.kind == Kind::kReplicaSet || object.kind == Kind::kReplicationController;
  if (!scaled && object.kind != Kind::kPod) return;
  if (object.kind == Kind::kPod && object.alike > 0) {
    component.value.set_replicas(object.alike + 1);
    component.Observed("replicas", object.spot);
    return;
  }
  Field from = object.spec["replicas"];
  if (scaler != nullptr) {
    from = scaler->spec["minReplicas"];
    if (!from.exists()) from = scaler->spec["scaleTargetRef"];
  }
  const bool stated = from.exists() && from.node().kind == model::YamlNode::Kind::kScalar;
  const std::optional<int64_t> number = stated ? from.Whole() : std::optional<int64_t>(1);
  if (!number.has_value()) return;
  constexpr int64_t kMost = 1'000'000;
  if (*number < 0 || *number > kMost) return from.Fault("is no number of replicas");
  component.value.set_replicas(static_cast<int32_t>(*number));
  stated ? component.Observed("replicas", from.spot()) : component.Default("replicas", object.spot, "Kubernetes");
}

void DescribeMain(const Object& object, Shown<pb::Component>& component, Inventory& inventory) {
  const Spot kind = object.root["kind"].exists() ? object.root["kind"].spot() : object.spot;
  const Field image = MainContainerOf(object)["image"];
  const std::string reference = image.Raw();
  constexpr size_t kMaxReference = 1024;
  if (reference.empty() || reference.size() > kMaxReference) {
    component.value.set_kind(pb::COMPONENT_KIND_PROCESS);
    component.Observed("kind", kind);
    return;
  }
  DescribeImage(reference, image.spot(), component);
  if (component.value.kind() == pb::COMPONENT_KIND_PROCESS) component.Observed("kind", kind);
  for (const Field& port : MainContainerOf(object)["ports"].Items()) {
    DescribePort(port["containerPort"].Whole().value_or(0), port.spot(), component);
  }
  DescribeName(object.name, reference, object.spot, component);
  inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, image.spot(), image.path(),
                 absl::StrCat(object.Title(), " runs the image ", reference));
  DescribeVersion(reference, image.spot(), component);
}

// Adds what the main container is given of whole ConfigMaps, of each once, but for what its own variables set instead;
// whether it is given more than that.
bool AddGivenSettings(const Object& object, const Objects& objects, std::vector<NamedValue>& settings) {
  absl::flat_hash_set<std::string> own;
  for (const auto& [name, value] : settings) own.insert(name);
  absl::flat_hash_set<const Object*> read;
  bool has_unread = false;
  for (const Field& from : MainContainerOf(object)["envFrom"].Items()) {
    const Object* map = objects.Find(Kind::kConfigMap, object.space, from["configMapRef"]["name"].Raw());
    if (map == nullptr || !read.insert(map).second) {
      has_unread = true;
      continue;
    }
    const Field data = map->root["data"];
    if (!data.is_map()) continue;
    const std::string prefix = from["prefix"].Raw();
    for (const model::YamlEntry& entry : data.node().entries) {
      std::string name = absl::StrCat(prefix, entry.key);
      if (!own.contains(name)) settings.emplace_back(std::move(name), entry.value->text);
    }
  }
  return has_unread;
}

// Settings of the main container that let callers in without authentication.
void WarnOfOpenings(const Object& object, const Objects& objects, Shown<pb::Component>& component,
                    Inventory& inventory) {
  std::vector<NamedValue> settings;
  const std::vector<Field> variables = MainContainerOf(object)["env"].Items();
  for (const Field& variable : variables) {
    settings.emplace_back(variable["name"].Raw(), variable.Has("valueFrom") ? "$" : variable["value"].Raw());
  }
  const bool has_unread = AddGivenSettings(object, objects, settings);
  const std::optional<Opening> opening = FindOpening(settings, component.value, has_unread);
  if (!opening.has_value()) return;
  const bool is_own = opening->setting < variables.size();
  const Field at = is_own ? variables[opening->setting] : MainContainerOf(object)["envFrom"];
  inventory.Note(opening->asks ? v1::IMPORT_NOTE_KIND_QUESTION : v1::IMPORT_NOTE_KIND_WARNING, at.spot(), at.path(),
                 absl::StrCat(object.Title(), ": ", opening->told));
  if (!opening->asks) SetAbsent("authn_source", at.spot(), component);
}

// Containers that run beside the main one have no place of their own in the model.
void DescribeCompany(const Object& object, Shown<pb::Component>& component) {
  const Field containers = PodOf(object)["containers"];
  std::vector<std::string> names;
  for (const Field& container : containers.Items()) names.push_back(container["name"].Raw().substr(0, 64));
  if (names.size() < 2) return;
  component.value.set_description(absl::StrCat("Runs the containers ", absl::StrJoin(names, ", "), "."));
  component.Observed("description", containers.spot());
}

void AskForData(const Object& object, const Shown<pb::Component>& component, Inventory& inventory) {
  if (component.value.kind() == pb::COMPONENT_KIND_DATASTORE) return;
  std::vector<Field> claims = object.spec["volumeClaimTemplates"].Items();
  for (const Field& volume : PodOf(object)["volumes"].Items()) {
    if (volume.Has("persistentVolumeClaim")) claims.push_back(volume["persistentVolumeClaim"]);
  }
  if (claims.empty()) return;
  inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, claims.front().spot(), claims.front().path(),
                 absl::StrCat(object.Title(), " keeps files on a persistent volume: which data are in them?"));
}

// Nearest to the pod wins, as in Istio: label or annotation of the pod, then labels of its namespace.
pb::Tristate MeshedOf(const Object& object, const Labels& labels, const Objects& objects) {
  constexpr absl::string_view kInject = "sidecar.istio.io/inject";
  std::string inject = PodMetadataOf(object)["annotations"][kInject].Raw();
  if (const auto label = labels.find(std::string(kInject)); label != labels.end()) inject = label->second;
  if (inject == "true") return pb::TRISTATE_YES;
  if (inject == "false") return pb::TRISTATE_NO;
  const Object* space = objects.Find(Kind::kNamespace, "", object.space);
  if (space == nullptr) return pb::TRISTATE_UNSPECIFIED;
  const Field of_space = space->metadata()["labels"];
  const bool on = of_space["istio-injection"].Raw() == "enabled" || of_space.Has("istio.io/rev") ||
                  of_space["istio.io/dataplane-mode"].Raw() == "ambient";
  if (on) return pb::TRISTATE_YES;
  return of_space["istio-injection"].Raw() == "disabled" ? pb::TRISTATE_NO : pb::TRISTATE_UNSPECIFIED;
}

void AddZones(const Objects& objects, Inventory& inventory) {
  if (objects.spaces().empty()) return;
  Shown<pb::Infrastructure>& cluster = inventory.infrastructure.emplace_back();
  cluster.name = std::string(kCluster);
  cluster.value.set_name("Kubernetes cluster");
  cluster.value.set_kind(pb::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER);
  cluster.spot = objects.spaces().begin()->second->spot;
  for (const auto& [space, object] : objects.spaces()) {
    Shown<pb::Zone>& zone = inventory.zones.emplace_back();
    zone.name = space;
    zone.scope = "kubernetes";
    zone.spot = object->spot;
    zone.value.set_name(space);
    zone.value.set_type(pb::ZONE_TYPE_K8S_NAMESPACE);
    zone.Refers("runs_on", {std::string(kCluster), "", zone.spot});
    const bool named = object->names_space || object->kind == Kind::kNamespace;
    if (!named) {
      zone.Assumed("name", zone.spot, "the manifests name no namespace, and such objects are put into `default`");
    }
  }
}

bool MatchesExpression(const Field& expression, const Labels& labels) {
  const auto label = labels.find(expression["key"].Raw());
  const bool has = label != labels.end();
  const std::string what = expression["operator"].Raw();
  if (what == "Exists") return has;
  if (what == "DoesNotExist") return !has;
  const std::vector<std::string> values = expression["values"].Texts();
  const bool in = has && std::find(values.begin(), values.end(), label->second) != values.end();
  if (what == "In") return in;
  if (what == "NotIn") return !in;
  expression.Fault("has no operator In, NotIn, Exists or DoesNotExist");
  return false;
}

}  // namespace

bool Matches(const Field& selector, const Labels& labels) {
  for (const auto& [key, value] : selector["matchLabels"].TextMap()) {
    const auto label = labels.find(key);
    if (label == labels.end() || label->second != value) return false;
  }
  for (const Field& expression : selector["matchExpressions"].Items()) {
    if (!MatchesExpression(expression, labels)) return false;
  }
  return true;
}

Workloads::Workloads(const Objects& objects, Inventory& inventory) {
  AddZones(objects, inventory);
  for (const Object* range : objects.Of(Kind::kLimitRange)) {
    for (const Field& limit : range->spec["limits"].Items()) {
      const Field given = limit["default"];
      const bool all = given.Has("memory") && given.Has("cpu");
      if (all && limit["type"].Raw() == "Container") limited_.try_emplace(range->space, given.spot());
    }
  }
  for (const Object* scaler : objects.Of(Kind::kAutoscaler)) {
    const Field target = scaler->spec["scaleTargetRef"];
    scalers_.try_emplace(TargetKey(scaler->space, target["kind"].Raw(), target["name"].Raw()), scaler);
  }
  for (const Kind kind : kWorkloadKinds) {
    for (const Object* object : objects.Of(kind)) Add(*object, objects, inventory);
  }
}

void Workloads::Add(const Object& object, const Objects& objects, Inventory& inventory) {
  inventory.Count("workloads");
  Workload& workload = workloads_.emplace_back();
  workload.object = &object;
  workload.pod = PodOf(object);
  if (!workload.pod.exists()) object.root.Fault(absl::StrCat(object.Title(), " has no pod to run"));
  workload.labels = PodMetadataOf(object)["labels"].TextMap();
  workload.account = workload.pod["serviceAccountName"].Raw();
  if (workload.account.empty()) workload.account = workload.pod["serviceAccount"].Raw();
  if (workload.account.empty()) workload.account = "default";
  workload.meshed = MeshedOf(object, workload.labels, objects);

  Shown<pb::Component>& component = inventory.components.emplace_back();
  workload.component = &component;
  // A Deployment and a StatefulSet may have one name; they are two.
  const int uses = ++names_[{object.space, object.name}];
  component.name = uses == 1 ? object.name : absl::StrCat(object.name, "-", absl::AsciiStrToLower(object.kind_name));
  component.scope = ScopeOf(object.space);
  component.spot = object.spot;
  component.value.set_name(component.name);
  component.value.set_machine(pb::MACHINE_CONTAINER);
  component.Refers("zone", {object.space, "kubernetes", object.spot});
  component.Refers("runs_on", {std::string(kCluster), "", object.spot});
  DescribeMain(object, component, inventory);
  WarnOfOpenings(object, objects, component, inventory);
  DescribeCompany(object, component);
  const auto scaler = scalers_.find(TargetKey(object.space, object.kind_name, object.name));
  DescribeReplicas(object, scaler == scalers_.end() ? nullptr : scaler->second, component);
  const auto limited = limited_.find(object.space);
  DescribeSettings(workload.pod, limited == limited_.end() ? Spot() : limited->second, component);
  DescribeNodeAccess(object, component, inventory);
  AskForData(object, component, inventory);

  by_space_[object.space].push_back(&workload);
  for (const auto& [key, value] : workload.labels) {
    by_label_[{object.space, LabelKey(key, value)}].push_back(&workload);
  }
}

const std::vector<Workload*>& Workloads::In(const std::string& space) const {
  static const std::vector<Workload*> kNone;
  const auto found = by_space_.find(space);
  return found == by_space_.end() ? kNone : found->second;
}

std::vector<Workload*> Workloads::WithLabels(const std::string& space, const Labels& labels) const {
  // The rarest label first, so that one that all pods have costs nothing.
  const std::vector<Workload*>* fewest = nullptr;
  for (const auto& [key, value] : labels) {
    const auto found = by_label_.find({space, LabelKey(key, value)});
    if (found == by_label_.end()) return {};
    if (fewest == nullptr || found->second.size() < fewest->size()) fewest = &found->second;
  }
  std::vector<Workload*> selected;
  if (fewest == nullptr) return selected;
  for (Workload* workload : *fewest) {
    const bool all = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto own = workload->labels.find(label.first);
      return own != workload->labels.end() && own->second == label.second;
    });
    if (all) selected.push_back(workload);
  }
  return selected;
}

std::vector<Workload*> Workloads::Selected(const std::string& space, const Field& selector) const {
  const Labels labels = selector["matchLabels"].TextMap();
  std::vector<Workload*> selected = labels.empty() ? In(space) : WithLabels(space, labels);
  if (!selector.Has("matchExpressions")) return selected;
  selected.erase(std::remove_if(selected.begin(), selected.end(),
                                [&](const Workload* workload) { return !Matches(selector, workload->labels); }),
                 selected.end());
  return selected;
}

}  // namespace metapowers::importers::kubernetes
