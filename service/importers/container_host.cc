#include "service/importers/container_host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers::importers {

bool IsEngineSocket(absl::string_view path) {
  static constexpr absl::string_view kSockets[] = {"docker.sock", "containerd.sock", "podman.sock", "crio.sock",
                                                   "docker_engine"};
  return std::any_of(std::begin(kSockets), std::end(kSockets),
                     [path](absl::string_view socket) { return absl::EndsWith(path, socket); });
}

void AddNodeAccess(model::v1::NodeAccessKind kind, std::string what, const Spot& spot,
                   Shown<model::v1::Component>& component) {
  model::v1::NodeAccess& way = *component.value.mutable_container()->add_node_access();
  way.set_kind(kind);
  way.set_what(std::move(what));
  way.set_evidence(LocationOf(spot));
  const int last = component.value.container().node_access_size() - 1;
  component.Observed(absl::StrCat("container.node_access[", last, "]"), spot);
}

void AddHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component, absl::string_view which) {
  const std::string tail = which.empty() ? "" : absl::StrCat(", ", which);
  for (const model::v1::HostPort& known : component.value.host_ports()) {
    const bool same =
        tail.empty() ? !absl::StrContains(known.evidence(), ", ") : absl::EndsWith(known.evidence(), tail);
    if (known.port() == port && same) return;
  }
  model::v1::HostPort& added = *component.value.add_host_ports();
  if (port > 0 && port <= 65535) added.set_port(port);
  added.set_evidence(absl::StrCat(LocationOf(spot), tail));
  component.Observed(absl::StrCat("host_ports[", component.value.host_ports_size() - 1, "]"), spot);
}

}  // namespace metapowers::importers
