// What containers get of the host that runs them.
#ifndef METAPOWERS_SERVICE_IMPORTERS_CONTAINER_HOST_H_
#define METAPOWERS_SERVICE_IMPORTERS_CONTAINER_HOST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Whether a path of the host hands the engine over that runs the containers: `/var/run/docker.sock` and its like.
bool IsEngineSocket(absl::string_view path);

// Adds one way from the container into its host or cluster, with `spot` as its evidence. `assumed` says why the way is
// only assumed to be there; empty: the file shows it.
void AddNodeAccess(model::v1::NodeAccessKind kind, std::string what, const Spot& spot,
                   Shown<model::v1::Component>& component, absl::string_view assumed = "");

// Adds a port that is open on the network of a host or load balancer, once whatever runs over it; 0 where the platform
// chooses it. `which` says more for people: `all that it listens on`.
void AddHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component, absl::string_view which = "");

// The same of a port that the caller knows not to be there yet: the ports are not searched for it.
void AddNewHostPort(int port, const Spot& spot, Shown<model::v1::Component>& component, absl::string_view which = "");

// As AddNewHostPort(), of callers that ask for this host, or pattern of hosts.
void AddNewHostPortOf(const std::string& host, int port, const Spot& spot, Shown<model::v1::Component>& component);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_CONTAINER_HOST_H_
