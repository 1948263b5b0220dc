#include "service/importers/kubernetes_flows.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/internet_users.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;

namespace {

// The first place that says something stands.
void Describe(const Connection& connection, Shown<pb::Flow>& flow) {
  pb::Flow& value = flow.value;
  if (connection.port != 0 && !value.has_port()) {
    value.set_port(connection.port);
    connection.port_platform.empty() ? flow.Observed("port", connection.spot)
                                     : flow.Default("port", connection.spot, connection.port_platform);
  }
  if (!connection.protocol.empty() && value.protocol().empty()) {
    value.set_protocol(connection.protocol);
    flow.Observed("protocol", connection.protocol_spot.file.empty() ? connection.spot : connection.protocol_spot);
  }
  const bool said = value.transport_security() != pb::TRANSPORT_SECURITY_UNSPECIFIED;
  if (connection.transport != pb::TRANSPORT_SECURITY_UNSPECIFIED && !said) {
    value.set_transport_security(connection.transport);
    connection.transport_assumed.empty()
        ? flow.Observed("transport_security", connection.spot)
        : flow.Assumed("transport_security", connection.protocol_spot, connection.transport_assumed);
  }
}

}  // namespace

Flows::End Flows::EndOf(const Workload& workload, const Spot& spot) {
  return {&workload, workload.Ref(spot), workload.component->name};
}

Flows::End Flows::Internet(const Spot& spot) {
  if (internet_.empty()) internet_ = InternetUsers(spot, inventory_);
  internet_.spot = spot;
  return {nullptr, internet_, internet_.name};
}

Link& Flows::Between(const Workload& source, const Workload& target, const Connection& connection) {
  return Add(EndOf(source, connection.spot), EndOf(target, connection.spot), connection);
}

Link& Flows::FromInternet(const Workload& target, const Connection& connection) {
  return Add(Internet(connection.spot), EndOf(target, connection.spot), connection);
}

Link& Flows::ToMissing(const Workload* source, const Reference& target, const Connection& connection) {
  const End from = source == nullptr ? Internet(connection.spot) : EndOf(*source, connection.spot);
  return Add(from, {nullptr, target, target.name}, connection);
}

Link& Flows::ToOutside(const Workload& source, const std::string& host, const Connection& connection) {
  Shown<pb::Component>*& entity = outside_[host];
  if (entity == nullptr) {
    entity = &inventory_.components.emplace_back();
    entity->name = host;
    entity->spot = connection.spot;
    entity->value.set_name(host);
    entity->value.set_kind(pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  }
  return Add(EndOf(source, connection.spot), {nullptr, {host, "", connection.spot}, host}, connection);
}

Link& Flows::Add(const End& source, const End& target, const Connection& connection) {
  Ports& ports = known_[{absl::StrCat(source.reference.scope, " ", source.name),
                         absl::StrCat(target.reference.scope, " ", target.name)}];
  const auto key = std::make_pair(connection.host, connection.port);
  auto found = ports.find(key);
  // What names no port may be what names one.
  if (found == ports.end() && connection.port == 0) {
    found = ports.lower_bound(key);
    if (found != ports.end() && found->first.first != connection.host) found = ports.end();
  }
  if (found == ports.end() && connection.port != 0) found = ports.find({connection.host, 0});
  if (found == ports.end()) {
    Shown<pb::Flow>& flow = inventory_.flows.emplace_back();
    flow.name = absl::StrCat(source.name, " to ", target.name);
    flow.scope = source.reference.scope.empty() ? target.reference.scope : source.reference.scope;
    flow.spot = connection.host.empty() ? connection.spot : connection.host_spot;
    flow.Refers("source", source.reference);
    flow.Refers("target", target.reference);
    if (!connection.host.empty()) SetHost(connection.host, connection.host_spot, flow);
    if (!connection.assumed.empty()) flow.Assumed("target", connection.spot, connection.assumed);
    Link& link = links_.emplace_back(Link{source.workload, target.workload, connection.target_port, &flow});
    found = ports.emplace(key, &link).first;
  } else if (found->first != key && connection.port != 0) {
    Link* const link = found->second;
    ports.erase(found);
    link->target_port = connection.target_port;
    found = ports.emplace(key, link).first;
  }
  if (connection.assumed.empty()) found->second->flow->bases.erase("target");
  Describe(connection, *found->second->flow);
  return *found->second;
}

void Flows::SettleNames() {
  for (auto& [ends, ports] : known_) {
    std::vector<WayIn> ways;
    for (const auto& [key, link] : ports) ways.push_back({key.first, key.second});
    const std::vector<std::string> apart = TellApart(ways);
    size_t i = 0;
    for (auto& [key, link] : ports) {
      Shown<pb::Flow>& flow = *link->flow;
      absl::StrAppend(&flow.name, apart[i++]);
      flow.value.set_name(flow.name);
    }
  }
}

}  // namespace metapowers::importers::kubernetes
