#include "service/importers/container_host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"

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
  component.Observed("container.node_access", spot);
}

void AddHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component) {
  for (const model::v1::HostPort& known : component.value.host_ports()) {
    if (known.port() == port) return;
  }
  model::v1::HostPort& added = *component.value.add_host_ports();
  if (port > 0 && port <= 65535) added.set_port(port);
  added.set_evidence(LocationOf(spot));
  component.Observed("host_ports", spot);
}

}  // namespace metapowers::importers
