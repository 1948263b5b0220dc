// Services of Knative: see kubernetes_entries.h.
//
// Each is a workload and, unless it says that it is for the cluster only, a way in: Knative gives it a host of its own.
// Which one and on which port, and whether with TLS, the configuration of Knative says, and no manifest.
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/importers/kubernetes_entries.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;

namespace {

constexpr absl::string_view kCloudRunIngress = "run.googleapis.com/ingress";

Entry EntryOf(const Object& object, const Service& service) {
  Entry entry;
  entry.title = object.Title();
  entry.spot = object.spot;
  entry.connection.spot = object.spot;
  if (!service.ports.empty()) {
    entry.connection.protocol = service.ports.front().protocol;
    entry.connection.protocol_spot = service.ports.front().spot;
  }
  DescribeReach(object, Field(), Reach::kInternet, entry);
  return entry;
}

void OpenService(const Service& service, Entries& entries) {
  const Object& object = *service.object;
  const bool of_cluster = ScopeSaidBy(object).exists();
  if (of_cluster) return;
  Entry entry = EntryOf(object, service);
  const Field said = object.metadata()["annotations"][kCloudRunIngress];
  if (said.exists()) {
    entry.spot = said.spot();
  } else {
    entry.platform = "Knative";
  }
  entries.Open(service, service.ports.empty() ? nullptr : &service.ports.front(), std::move(entry));
}

// A domain of its own for a Service.
void OpenDomain(const Object& domain, const Cluster& cluster, Entries& entries) {
  const std::string name = domain.spec["ref"]["name"].Raw();
  const Service* service = cluster.services.Find(domain.space, name);
  Entry entry = EntryOf(domain, service == nullptr ? Service() : *service);
  entry.connection.host = absl::AsciiStrToLower(domain.name);
  entry.connection.host_spot = domain.spot;
  if (const Field tls = domain.spec["tls"]; tls.exists()) {
    entry.connection.transport = pb::TRANSPORT_SECURITY_TLS;
    entry.connection.spot = tls.spot();
  }
  if (!name.empty()) entries.Open(domain.space, name, "", std::move(entry));
}

}  // namespace

void OpenKnativeServices(Cluster& cluster, Entries& entries) {
  for (const Service& service : cluster.services.all()) {
    if (service.object->kind == Kind::kKnativeService) OpenService(service, entries);
  }
  for (const Object* domain : cluster.objects.Of(Kind::kDomainMapping)) {
    cluster.inventory.Count("routes");
    OpenDomain(*domain, cluster, entries);
  }
}

}  // namespace metapowers::importers::kubernetes
