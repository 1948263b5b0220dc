#include "service/importers/kubernetes_pod.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/importers/container_host.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr char kPlatform[] = "Kubernetes";
constexpr auto kYes = pb::TRISTATE_YES;
constexpr auto kNo = pb::TRISTATE_NO;
constexpr auto kUnknown = pb::TRISTATE_UNSPECIFIED;

// Template of the pods, or the pod itself.
Field TemplateOf(const Object& object) {
  switch (object.kind) {
    case Kind::kPod:
      return object.root;
    case Kind::kCronJob:
      return object.spec["jobTemplate"]["spec"]["template"];
    case Kind::kDeployment:
    case Kind::kStatefulSet:
    case Kind::kDaemonSet:
    case Kind::kReplicaSet:
    case Kind::kReplicationController:
    case Kind::kJob:
    case Kind::kKnativeService:
      return object.spec["template"];
    default:
      return Field();
  }
}

// What one container says, and where; or what follows where it says nothing.
struct Said {
  pb::Tristate value = kUnknown;
  Spot spot;
  bool by_default = false;

  // `value` as `said` has it, else as Kubernetes has it for `container`.
  static Said Of(pb::Tristate value, const Field& said, const Field& container) {
    return {value, said.exists() ? said.spot() : container.spot(), !said.exists()};
  }
};

Said NonRoot(const Field& pod, const Field& container) {
  const auto nearest = [&](absl::string_view key) {
    const Field own = container["securityContext"][key];
    return own.exists() ? own : pod["securityContext"][key];
  };
  const Field user = nearest("runAsUser");
  const Field non_root = nearest("runAsNonRoot");
  const std::optional<int64_t> id = user.Whole();
  if (id == 0) return {kNo, user.spot()};
  const std::optional<bool> flag = non_root.Flag();
  if (flag == true) return {kYes, non_root.spot()};
  if (id.has_value()) return {kYes, user.spot()};
  // Without a user, the image decides.
  return flag == false ? Said{kNo, non_root.spot()} : Said{kUnknown, container.spot()};
}

bool IsPrivileged(const Field& container) { return container["securityContext"]["privileged"].Flag() == true; }

Said ReadOnlyRoot(const Field&, const Field& container) {
  const Field flag = container["securityContext"]["readOnlyRootFilesystem"];
  return Said::Of(flag.Flag() == true ? kYes : kNo, flag, container);
}

bool Names(const Field& capabilities, absl::string_view name) {
  const std::vector<std::string> all = capabilities.Texts();
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& each) { return absl::AsciiStrToUpper(each) == name; });
}

Said Escalation(const Field&, const Field& container) {
  const Field context = container["securityContext"];
  if (IsPrivileged(container)) return {kYes, context["privileged"].spot()};
  const Field added = context["capabilities"]["add"];
  if (Names(added, "SYS_ADMIN") || Names(added, "CAP_SYS_ADMIN") || Names(added, "ALL")) return {kYes, added.spot()};
  const Field flag = context["allowPrivilegeEscalation"];
  return Said::Of(flag.Flag() == false ? kNo : kYes, flag, container);
}

// One to bind low ports may come back, as in the Restricted level of the Pod Security Standards.
Said Capabilities(const Field&, const Field& container) {
  if (IsPrivileged(container)) return {kNo, container["securityContext"]["privileged"].spot()};
  const Field capabilities = container["securityContext"]["capabilities"];
  const Field dropped = capabilities["drop"];
  if (!Names(dropped, "ALL")) return Said::Of(kNo, dropped, container);
  for (const std::string& added : capabilities["add"].Texts()) {
    if (absl::AsciiStrToUpper(added) != "NET_BIND_SERVICE") return {kNo, capabilities["add"].spot()};
  }
  return {kYes, dropped.spot()};
}

Said Limits(const Field& pod, const Field& container) {
  for (const Field& resources : {container["resources"], pod["resources"]}) {
    const Field limits = resources["limits"];
    if (limits.Has("memory") && limits.Has("cpu")) return {kYes, limits.spot()};
  }
  return Said::Of(kNo, container["resources"]["limits"], container);
}

// The weakest of all containers: `bad` when one is, unknown when one is not known.
Said Weakest(const Field& pod, pb::Tristate bad, const std::function<Said(const Field&, const Field&)>& judge) {
  std::optional<Said> weakest;
  for (const Field& container : ContainersOf(pod)) {
    // Without an image it is a patch of a container that is declared elsewhere.
    if (!container.Has("image")) continue;
    Said said = judge(pod, container);
    if (said.value == bad) return said;
    if (!weakest.has_value() || said.value == kUnknown) weakest = std::move(said);
  }
  return weakest.value_or(Said());
}

}  // namespace

Field PodOf(const Object& object) { return TemplateOf(object)["spec"]; }
Field PodMetadataOf(const Object& object) { return TemplateOf(object)["metadata"]; }

std::vector<Field> ContainersOf(const Field& pod) {
  std::vector<Field> containers = pod["containers"].Items();
  for (Field& first : pod["initContainers"].Items()) containers.push_back(std::move(first));
  return containers;
}

Field MainContainerOf(const Object& object) {
  const std::vector<Field> containers = PodOf(object)["containers"].Items();
  for (const Field& container : containers) {
    if (container["name"].Raw() == object.name) return container;
  }
  return containers.empty() ? Field() : containers.front();
}

AccountToken TokenOf(const Object& object, const Object* account) {
  const Field pod = PodOf(object);
  // One for another audience is none for the cluster.
  for (const Field& volume : pod["volumes"].Items()) {
    for (const Field& source : volume["projected"]["sources"].Items()) {
      const Field token = source["serviceAccountToken"];
      if (token.exists() && !token.Has("audience")) return {true, false, token.spot()};
    }
  }
  constexpr absl::string_view kMount = "automountServiceAccountToken";
  Field said = pod[kMount];
  if (!said.exists() && account != nullptr) said = account->root[kMount];
  if (said.exists()) return {said.Flag().value_or(true), false, said.spot()};
  return {true, true, object.spot};
}

void DescribeSettings(const Field& pod, const Spot& limited, Shown<pb::Component>& component) {
  // Linux settings mean nothing there.
  for (const Field& system : {pod["os"]["name"], pod["nodeSelector"]["kubernetes.io/os"]}) {
    if (system.Raw() == "windows") return;
  }
  pb::ContainerSettings settings = component.value.container();
  const auto set = [&](const char* field, const Said& said, void (pb::ContainerSettings::*setter)(pb::Tristate)) {
    if (said.value == kUnknown) return;
    (settings.*setter)(said.value);
    const std::string path = absl::StrCat("container.", field);
    said.by_default ? component.Default(path, said.spot, kPlatform) : component.Observed(path, said.spot);
  };
  set("runs_as_non_root", Weakest(pod, kNo, NonRoot), &pb::ContainerSettings::set_runs_as_non_root);
  set("read_only_root", Weakest(pod, kNo, ReadOnlyRoot), &pb::ContainerSettings::set_read_only_root);
  set("privilege_escalation", Weakest(pod, kYes, Escalation), &pb::ContainerSettings::set_privilege_escalation);
  set("drops_capabilities", Weakest(pod, kNo, Capabilities), &pb::ContainerSettings::set_drops_capabilities);
  Said limits = Weakest(pod, kNo, Limits);
  if (limits.value == kNo && !limited.file.empty()) limits = {kYes, limited, false};
  set("resource_limits", limits, &pb::ContainerSettings::set_resource_limits);
  *component.value.mutable_container() = std::move(settings);
}

void SetPosture(absl::string_view control, pb::PostureState state, const Spot& spot, Shown<pb::Component>& component) {
  for (const pb::ControlPosture& posture : component.value.posture()) {
    if (posture.control() == control) return;
  }
  pb::ControlPosture& posture = *component.value.add_posture();
  posture.set_control(std::string(control));
  posture.set_state(state);
  posture.set_evidence(LocationOf(spot));
  component.Observed("posture", spot);
}

void SetAbsent(absl::string_view control, const Spot& spot, Shown<pb::Component>& component) {
  SetPosture(control, pb::POSTURE_STATE_ABSENT, spot, component);
}

void DescribeNodeAccess(const Object& object, Shown<pb::Component>& component, Inventory& inventory) {
  const Field pod = PodOf(object);
  const auto tell = [&](absl::string_view control, const Field& where, absl::string_view what) {
    SetAbsent(control, where.spot(), component);
    inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, where.spot(), where.path(), absl::StrCat(object.Title(), " ", what));
  };
  for (const Field& container : ContainersOf(pod)) {
    if (!IsPrivileged(container)) continue;
    const Field privileged = container["securityContext"]["privileged"];
    const std::string name = Quote(container["name"].Raw());
    tell("container_hardening", privileged, absl::StrCat("runs the container ", name, " with all rights on its node"));
    AddNodeAccess(pb::NODE_ACCESS_KIND_PRIVILEGED, absl::StrCat("privileged container ", name), privileged.spot(),
                  component);
  }
  struct Shared {
    const char* key;
    const char* what;
    pb::NodeAccessKind kind;
  };
  static constexpr Shared kShared[] = {
      {"hostNetwork", "shares the network of its node", pb::NODE_ACCESS_KIND_HOST_NETWORK},
      {"hostPID", "sees the processes of its node", pb::NODE_ACCESS_KIND_HOST_PROCESSES},
      {"hostIPC", "shares memory with the processes of its node", pb::NODE_ACCESS_KIND_HOST_MEMORY}};
  for (const auto& [key, what, kind] : kShared) {
    if (pod[key].Flag() != true) continue;
    tell("runtime_isolation", pod[key], what);
    AddNodeAccess(kind, key, pod[key].spot(), component);
  }
  for (const Field& volume : pod["volumes"].Items()) {
    const Field path = volume["hostPath"]["path"];
    if (!path.exists()) continue;
    const std::string folder = path.Raw();
    tell("runtime_isolation", path, absl::StrCat("mounts ", Quote(folder), " of its node"));
    AddNodeAccess(IsEngineSocket(folder) ? pb::NODE_ACCESS_KIND_ENGINE_SOCKET : pb::NODE_ACCESS_KIND_HOST_PATH,
                  Quote(folder), path.spot(), component);
  }
}

}  // namespace metapowers::importers::kubernetes
