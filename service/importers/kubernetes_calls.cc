// Who calls whom, by the settings of workloads: see kubernetes_cluster.h.
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_settings.h"
#include "service/importers/settings.h"

namespace metapowers::importers::kubernetes {

using model::Quote;

namespace {

// Last labels of names that stand alone in a setting and are hosts rather than names of classes or files.
constexpr absl::string_view kCommonEnds[] = {"com", "net", "org", "info", "app",  "dev",    "cloud",
                                             "edu", "gov", "mil", "tech", "shop", "online", "services"};

// What `name:number` may be an address by: alone it may as well be an image, or a user and a password.
constexpr absl::string_view kAddressWords[] = {"addr",   "host",   "url",  "uri",     "endpoint", "server",  "service",
                                               "broker", "target", "peer", "backend", "upstream", "connect", "proxy"};

bool NamesAddress(absl::string_view setting) {
  const std::string name = absl::AsciiStrToLower(setting);
  return std::any_of(std::begin(kAddressWords), std::end(kAddressWords),
                     [&](absl::string_view word) { return absl::StrContains(name, word); });
}

bool HasCommonEnd(absl::string_view host) {
  const absl::string_view last = host.substr(host.rfind('.') + 1);
  constexpr size_t kCountry = 2;
  return last.size() == kCountry ||
         std::find(std::begin(kCommonEnds), std::end(kCommonEnds), last) != std::end(kCommonEnds);
}

constexpr size_t kMaxFlows = 20'000;  // that settings make

bool IsLocal(absl::string_view host) { return host == "localhost" || absl::StartsWith(host, "localhost."); }

class CallFinder {
 public:
  explicit CallFinder(Cluster& cluster) : cluster_(cluster) {
    for (const Object* entry : cluster.objects.Of(Kind::kServiceEntry)) {
      for (const Field& host : entry->spec["hosts"].Items()) {
        const std::string name = absl::AsciiStrToLower(host.Raw());
        if (!name.empty()) entries_.push_back({name, entry, false});
      }
    }
    for (const Workload& workload : cluster.workloads.all()) {
      for (const Object* map : WholeConfigMaps(workload, cluster.objects)) ++takers_[map];
    }
  }

  void Find() {
    for (const Workload& workload : cluster_.workloads.all()) {
      if (is_full_) break;
      ForEachSetting(workload, cluster_.objects, [&](const Setting& setting) { Read(workload, setting); });
      AskForAbsent(workload);
    }
    for (const Entry& entry : entries_) {
      if (entry.used || is_full_) continue;
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, entry.object->spot, "",
                              absl::StrCat(entry.object->Title(), " lets the mesh call ", Quote(entry.host),
                                           ", and no setting says who does: which workloads call it?"));
    }
  }

 private:
  struct Entry {
    std::string host;
    const Object* object;
    bool used;
  };

  // Whether no more flows are added. Told once.
  bool IsFull(const Spot& spot) {
    if (is_full_ || cluster_.flows.links().size() < kMaxFlows) return is_full_;
    is_full_ = true;
    cluster_.inventory.Skip(spot, absl::StrCat("calls beyond the first ", kMaxFlows),
                            "settings show more than are read; import fewer namespaces at a time");
    return true;
  }

  void Read(const Workload& workload, const Setting& setting) {
    if (is_full_) return;
    for (const Address& address : AddressesIn(setting.name, setting.value)) {
      if (IsFull(setting.at.spot())) return;
      if (!IsLocal(address.host)) Connect(workload, setting, address);
    }
  }

  void AskForAbsent(const Workload& workload) {
    const auto absent = AbsentSettings(workload, cluster_.objects);
    if (absent.empty()) return;
    const Field& from = absent.front().second;
    cluster_.inventory.Note(
        v1::IMPORT_NOTE_KIND_QUESTION, from.spot(), from.path(),
        absl::StrCat(workload.object->Title(), " takes settings that the files do not show (",
                     absl::StrJoin(absent, "; ", [](std::string* out, const auto& each) { *out += each.first; }),
                     "): whom does it call?"));
  }

  void Connect(const Workload& workload, const Setting& setting, const Address& address) {
    const std::string& space = workload.object->space;
    const Host host = cluster_.services.Resolve(address.host, space);
    Connection connection;
    connection.port = address.port;
    connection.protocol = address.protocol;
    connection.transport = address.transport;
    connection.spot = setting.at.spot();
    if (setting.whole && takers_[setting.config_map] > 1) {
      connection.assumed = absl::StrCat("several workloads are given all of ", setting.config_map->Title(),
                                        ", which does not say which of them uses this address");
    }
    if (host.kind == Host::Kind::kService) return ToService(workload, *host.service, connection);
    // Texts hold much that only looks like a host.
    if (setting.kind == Setting::Kind::kText) return;
    if (NamesOwnAddress(setting.name)) return AskForDirection(workload, setting, host);
    const bool alone = address.port == 0 && address.protocol.empty();
    if (host.kind == Host::Kind::kMissing) {
      const bool is_address = !address.protocol.empty() || (address.port != 0 && NamesAddress(setting.name));
      if (is_address)
        cluster_.flows.ToMissing(&workload, {host.name, ScopeOf(host.space), connection.spot}, connection);
      return;
    }
    ToOutside(workload, host.name, alone, connection);
  }

  void AskForDirection(const Workload& workload, const Setting& setting, const Host& host) {
    if (host.kind != Host::Kind::kOutside || !IsPublicHost(host.name)) return;
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, setting.at.spot(), setting.at.path(),
                            absl::StrCat("is ", Quote(host.name), " a host that ", workload.object->Title(),
                                         " calls, or one under which it is called?"));
  }

  void ToService(const Workload& workload, const Service& service, Connection connection) {
    if (connection.port == 0 && service.ports.size() == 1) connection.port = service.ports.front().port;
    if (const ServicePort* port = service.PortOf(connection.port); port != nullptr) {
      connection.target_port = port->target;
      if (connection.protocol.empty()) {
        connection.protocol = port->protocol;
        connection.protocol_spot = port->spot;
      }
    }
    for (const Workload* target : service.targets) {
      if (IsFull(connection.spot)) return;
      if (target != &workload) cluster_.flows.Between(workload, *target, connection);
    }
    if (!service.targets.empty()) return;
    const Object& object = *service.object;
    cluster_.flows.ToMissing(&workload, {object.name, ScopeOf(object.space), connection.spot}, connection);
  }

  void ToOutside(const Workload& workload, const std::string& host, bool alone, const Connection& connection) {
    bool declared = false;
    for (Entry& entry : entries_) {
      const absl::string_view rest = absl::string_view(entry.host).substr(1);
      const bool same = entry.host == host || (absl::StartsWith(entry.host, "*.") && absl::EndsWith(host, rest));
      if (!same) continue;
      entry.used = true;
      declared = true;
    }
    if (declared || (IsPublicHost(host) && (!alone || HasCommonEnd(host)))) {
      cluster_.flows.ToOutside(workload, host, connection);
    } else if (!alone) {
      cluster_.inventory.Note(
          v1::IMPORT_NOTE_KIND_QUESTION, connection.spot, "",
          absl::StrCat(workload.object->Title(), " calls ", Quote(host), ", which no file declares: what is it?"));
    }
  }

  Cluster& cluster_;
  std::vector<Entry> entries_;
  std::map<const Object*, int> takers_;  // workloads that are given all of a ConfigMap
  bool is_full_ = false;
};

}  // namespace

void FindCalls(Cluster& cluster) { CallFinder(cluster).Find(); }

}  // namespace metapowers::importers::kubernetes
