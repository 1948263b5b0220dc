#include "service/importers/container_host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/internet_users.h"

namespace metapowers::importers {

bool IsEngineSocket(absl::string_view path) {
  static constexpr absl::string_view kSockets[] = {"docker.sock", "containerd.sock", "podman.sock", "crio.sock",
                                                   "docker_engine"};
  return std::any_of(std::begin(kSockets), std::end(kSockets),
                     [path](absl::string_view socket) { return absl::EndsWith(path, socket); });
}

void AddNodeAccess(model::v1::NodeAccessKind kind, std::string what, const Spot& spot,
                   Shown<model::v1::Component>& component, absl::string_view assumed) {
  model::v1::NodeAccess& way = *component.value.mutable_container()->add_node_access();
  way.set_kind(kind);
  way.set_what(std::move(what));
  way.set_evidence(LocationOf(spot));
  const int last = component.value.container().node_access_size() - 1;
  const std::string field = absl::StrCat("container.node_access[", last, "]");
  assumed.empty() ? component.Observed(field, spot) : component.Assumed(field, spot, std::string(assumed));
}

namespace {

std::string KeyOf(int index) { return absl::StrCat("host_ports[", index, "]"); }

void Append(model::v1::HostPort added, absl::string_view tail, const Spot& spot,
            Shown<model::v1::Component>& component) {
  added.set_evidence(absl::StrCat(LocationOf(spot), tail));
  *component.value.add_host_ports() = std::move(added);
  component.Observed(KeyOf(component.value.host_ports_size() - 1), spot);
}

// Whether the evidence of a port is its place, which may have any text in it, and `tail`.
bool HasTail(int index, absl::string_view tail, const Shown<model::v1::Component>& component) {
  const std::string& evidence = component.value.host_ports(index).evidence();
  if (!absl::EndsWith(evidence, tail)) return false;
  const auto basis = component.bases.find(KeyOf(index));
  return basis != component.bases.end() && evidence.size() == LocationOf(basis->second.spot).size() + tail.size();
}

std::string TailOf(absl::string_view which) { return which.empty() ? "" : absl::StrCat(", ", which); }

model::v1::HostPort Numbered(int port) {
  model::v1::HostPort numbered;
  if (port > 0 && port <= 65535) numbered.set_port(port);
  return numbered;
}

}  // namespace

void AddHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component, absl::string_view which) {
  const std::string tail = TailOf(which);
  const model::v1::HostPort added = Numbered(port);
  for (int i = 0; i < component.value.host_ports_size(); ++i) {
    const model::v1::HostPort& known = component.value.host_ports(i);
    if (known.port() == added.port() && known.host().empty() && HasTail(i, tail, component)) return;
  }
  Append(added, tail, spot, component);
}

void AddNewHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component, absl::string_view which) {
  Append(Numbered(port), TailOf(which), spot, component);
}

void AddNewHostPortOf(const std::string& host, int port, const Spot& spot, Shown<model::v1::Component>& component) {
  model::v1::HostPort named = Numbered(port);
  const std::string name = HostIn(host);
  named.set_host(name);
  Append(std::move(named), name.empty() ? absl::StrCat(", host ", host) : "", spot, component);
}

}  // namespace metapowers::importers
