// Hosts that Ingresses, gateways and routes name, and which of them hold where two name some.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_HOSTS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_HOSTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/fields.h"

namespace metapowers::importers::kubernetes {

// A host, and where it is named; `*.shop.com` stands for all below, and no name for every host.
struct NamedHost {
  std::string name;  // in lower case
  Spot spot;
};

// The host that a value names, without the namespace that Istio lets stand before it.
NamedHost HostOf(const Field& value);
// Those of a list.
std::vector<NamedHost> HostsOf(const Field& list);

// Whether a host or pattern stands for another.
bool Covers(absl::string_view pattern, absl::string_view host);

// The hosts that both let in, each once: of a host and a pattern that covers it, the host. What names none lets all in.
// `spot` is the place of what names the hosts, for the one without name.
std::vector<NamedHost> Meet(const std::vector<NamedHost>& outer, const std::vector<NamedHost>& inner, const Spot& spot);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_HOSTS_H_
