// Who connects to whom: see compose_file_project.h.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/compose_file_project.h"
#include "service/importers/known_images.h"
#include "service/importers/settings.h"

namespace metapowers::importers::compose_file {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxPorts = 16;   // of one service that another connects to; further ones are told of as the first
constexpr size_t kMaxProxies = 4;  // that labels of services are for

// What tells of a connection.
struct Sign {
  Spot spot;
  std::string purpose;  // a sentence
  std::string assumed;  // why, where the connection is a reading of something else
  Address address;
};

// The port of an address, by its scheme where its URL names none.
int CalledPort(const Address& address) { return address.port != 0 ? address.port : address.usual_port; }

// Whether a name is that of the host of the containers, as the engines give it to them.
bool IsHostOfContainers(absl::string_view host) {
  return host == "host.docker.internal" || host == "gateway.docker.internal" || host == "host.containers.internal";
}

// `--server-url` of `--server-url=x`; "" for another word.
std::string OptionOf(absl::string_view word) {
  const size_t equals = word.find('=');
  if (equals == absl::string_view::npos || !absl::StartsWith(word, "-")) return "";
  const absl::string_view option = word.substr(0, equals);
  const bool plain = std::all_of(option.begin(), option.end(),
                                 [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
  return plain ? std::string(option) : "";
}

// How many services publish a port, and the sum of their indices: that of the one where it is one.
struct Publishers {
  int64_t count = 0;
  int64_t sum = 0;

  void Add(int64_t times, size_t index) {
    count += times;
    sum += times * static_cast<int64_t>(index);
  }
};

// Makes of what changes at each port what holds from there to the next.
void AddUp(std::map<int, Publishers>& changes) {
  Publishers all;
  for (auto& [port, publishers] : changes) {
    all.count += publishers.count;
    all.sum += publishers.sum;
    publishers = all;
  }
}

class FlowReader {
 public:
  explicit FlowReader(const Project& project) : project_(project), inventory_(*project.inventory) {}

  void Read() {
    for (size_t i = 0; i < project_.services.size(); ++i) {
      const Service& service = project_.services[i];
      if (IsTraefik(service) && proxies_.size() < kMaxProxies) proxies_.push_back(service.name);
      ReadPorts(service, i);
    }
    AddUp(publishers_);
    for (const Service& service : project_.services) ReadLabels(service);
    for (const Service& service : project_.services) {
      signs_.clear();
      order_.clear();
      ReadSettings(service);
      ReadCommands(service);
      for (const auto& [target, spot] : routed_[service.name]) {
        Tell(service, target, {spot, "Routed to by labels of the service.", "", {}});
      }
      ReadLinks(service);
      ReadOrder(service);
      for (const std::string& target : order_) AddFlow(service.name, target);
    }
  }

 private:
  void ReadSettings(const Service& service) {
    std::vector<std::string> open;
    Field first;
    for (const Setting& setting : service.settings) {
      const bool leaves = setting.passed ? NamesHost(setting.name) : LeavesHostOpen(setting.name, setting.value);
      if (leaves && !NamesOwnAddress(setting.name)) {
        if (open.empty()) first = setting.field;
        open.push_back(setting.name);
      }
      for (const Address& address : AddressesIn(setting.name, setting.value)) ReadAddress(service, setting, address);
      const Address connection = ConnectionHost(setting.name, setting.value);
      if (!project_.ServiceOf(connection.host).empty()) ReadAddress(service, setting, connection);
    }
    if (!open.empty()) AskForHosts(service, first, open);
  }

  void AskForHosts(const Service& service, const Field& field, const std::vector<std::string>& names) {
    Ask(service, field,
        absl::StrCat(": the hosts of ", ShortListOf(names),
                     " come from variables that the file does not set: whom does it call?"));
  }

  void ReadAddress(const Service& service, const Setting& setting, const Address& address) {
    if (address.host == "localhost" || address.host == service.name) return;
    if (IsHostOfContainers(address.host)) return ReadHostAddress(service, setting, address);
    const std::string target = project_.ServiceOf(address.host);
    if (!target.empty()) {
      Tell(service, target,
           {setting.field.spot(), absl::StrCat("Named by the setting ", setting.name, "."), "", address});
    } else if (!IsPublicHost(address.host)) {
      AddOpen(service, setting, address);
    } else if (NamesOwnAddress(setting.name)) {
      Ask(service, setting.field,
          absl::StrCat(": is ", address.host, " a host that it calls, or one under which it is called?"));
    } else {
      AddOutside(service, setting, address);
    }
  }

  // Of the host itself: who publishes the port.
  void ReadHostAddress(const Service& service, const Setting& setting, const Address& address) {
    const int port = CalledPort(address);
    const Publishers publishers = PublishersOf(port);
    if (port == 0) {
      Ask(service, setting.field, " calls its host: on which port, and what answers there?");
    } else if (publishers.count == 0) {
      Ask(service, setting.field,
          absl::StrCat(" calls port ", port, " of its host, where no service is known to answer: what does?"));
    } else if (publishers.count > 1) {
      Ask(service, setting.field,
          absl::StrCat(" calls port ", port, " of its host, which several services publish: which of them answers?"));
    } else {
      Tell(service, project_.services[static_cast<size_t>(publishers.sum)].name,
           {setting.field.spot(), absl::StrCat("Named by the setting ", setting.name, "."),
            "the setting names a port of the host, and that the service that publishes it answers there is assumed",
            address});
    }
  }

  void Ask(const Service& service, const Field& field, absl::string_view question) {
    inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, field.spot(), field.path(), absl::StrCat(service.name, question));
  }

  // Ports by TCP that others than the host itself reach: containers are others.
  void ReadPorts(const Service& service, size_t index) {
    std::vector<std::pair<int, int>> ranges;
    for (const Field& item : service.Items("ports")) {
      const auto port = PortOf(item);
      if (!port.has_value() || port->published == 0 || port->is_udp || port->is_loopback()) continue;
      ranges.emplace_back(port->published, std::max(port->published, port->last));
    }
    std::sort(ranges.begin(), ranges.end());
    int next = 0;  // no port is counted twice
    for (const auto& [begin, last] : ranges) {
      const int first = std::max(begin, next);
      if (last < first) continue;
      next = last + 1;
      publishers_[first].Add(1, index);
      publishers_[next].Add(-1, index);
    }
  }

  // Which services publish a port of the host.
  Publishers PublishersOf(int port) const {
    const auto after = publishers_.upper_bound(port);
    return after == publishers_.begin() ? Publishers() : std::prev(after)->second;
  }

  // Only what is an address by its form, and only of services of the project: a command has many other words.
  void ReadCommands(const Service& service) {
    for (const absl::string_view key : {"command", "entrypoint"}) {
      const Field field = service.Find(key);
      std::vector<std::string> open;
      for (const std::string& word : WordsOf(service, key)) {
        const std::string option = OptionOf(word);
        if (!option.empty() && LeavesHostOpen(option, absl::string_view(word).substr(option.size() + 1)) &&
            !NamesOwnAddress(option)) {
          open.push_back(option);
        }
        for (const Address& address : AddressesIn("", word)) {
          const std::string target = project_.ServiceOf(address.host);
          if (target.empty() || target == service.name) continue;
          Tell(service, target, {field.spot(), absl::StrCat("Named by the ", key, "."), "", address});
        }
      }
      if (!open.empty()) AskForHosts(service, field, open);
    }
  }

  // Traefik learns from labels of a service that it forwards requests to it.
  void ReadLabels(const Service& service) {
    const Field labels = service.Find("labels");
    bool routed = false;
    for (const auto& [name, field] : service.Names("labels")) {
      routed =
          routed || absl::StartsWith(name, "traefik.http.routers.") || absl::StartsWith(name, "traefik.tcp.routers.");
    }
    if (!routed) return;
    for (const std::string& proxy : proxies_) routed_[proxy].emplace(service.name, labels.spot());
  }

  static bool IsTraefik(const Service& service) {
    const KnownImage* image = FindKnownImage(TextOf(service.Find("image")));
    return image != nullptr && image->technology == "traefik";
  }

  void ReadLinks(const Service& service) {
    for (const Field& item : service.Items("links")) {
      const std::string text = TextOf(item);
      const std::string target = project_.ServiceOf(text.substr(0, text.find(':')));
      if (target.empty()) {
        NotDeclared(item, "links");
      } else {
        Tell(service, target,
             {item.spot(),
              "Named by `links`.",
              "`links` lets it find the other service, and that it connects to it is assumed",
              {}});
      }
    }
  }

  void ReadOrder(const Service& service) {
    for (const auto& [name, field] : service.Names("depends_on")) {
      // One that has ended before the service starts is no server.
      if (TextOf(field["condition"]) == "service_completed_successfully") continue;
      const std::string target = project_.ServiceOf(name);
      if (target.empty()) {
        NotDeclared(field, "depends_on");
      } else {
        Tell(service, target,
             {field.spot(),
              "Named by `depends_on`.",
              "`depends_on` tells the order of starting, and that it connects to the other service is assumed",
              {}});
      }
    }
  }

  void NotDeclared(const Field& field, absl::string_view key) {
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, field.spot(), field.path(),
                    absl::StrCat("`", key, "` names a service that the file does not have; no flow was drawn"));
  }

  void Tell(const Service& service, const std::string& target, Sign sign) {
    if (target == service.name) return;
    auto [at, is_new] = signs_.emplace(target, std::vector<Sign>());
    if (is_new) order_.push_back(target);
    at->second.push_back(std::move(sign));
  }

  // One flow for each port that is named, by itself or by a scheme; what names none belongs to the first.
  void AddFlow(const std::string& source, const std::string& target) {
    std::vector<Sign>& signs = signs_[target];
    std::stable_sort(signs.begin(), signs.end(),
                     [](const Sign& a, const Sign& b) { return a.assumed.empty() && !b.assumed.empty(); });
    std::vector<int> ports;
    for (const Sign& sign : signs) {
      const int port = CalledPort(sign.address);
      if (port != 0 && ports.size() < kMaxPorts && std::find(ports.begin(), ports.end(), port) == ports.end())
        ports.push_back(port);
    }
    if (ports.empty()) ports.push_back(0);
    for (const int port : ports) {
      std::vector<Sign> of_port;
      for (const Sign& sign : signs) {
        const int called = CalledPort(sign.address);
        if (called == port || (called == 0 && port == ports.front())) of_port.push_back(sign);
      }
      const std::string suffix = port == ports.front() ? "" : absl::StrCat(" on port ", port);
      Shown<pb::Flow> flow = Make(absl::StrCat(source, " to ", target, suffix), of_port);
      flow.Refers("source", project_.To(source, flow.spot)).Refers("target", project_.To(target, flow.spot));
      Push(std::move(flow));
    }
  }

  Shown<pb::Flow> Make(const std::string& name, const std::vector<Sign>& signs) const {
    Shown<pb::Flow> flow;
    flow.name = name;
    flow.value.set_name(name);
    flow.scope = project_.scope;
    flow.spot = signs.front().spot;
    flow.value.set_purpose(signs.front().purpose);
    if (const Sign& first = signs.front(); !first.assumed.empty()) {
      // Who calls the host is said.
      if (!IsHostOfContainers(first.address.host)) flow.Assumed("source", flow.spot, first.assumed);
      flow.Assumed("target", flow.spot, first.assumed);
    }
    for (const Sign& sign : signs) {
      const Address& address = sign.address;
      if (flow.value.protocol().empty() && !address.protocol.empty()) {
        flow.value.set_protocol(address.protocol);
        flow.Observed("protocol", sign.spot);
      }
      if (!flow.value.has_port() && address.port != 0) {
        flow.value.set_port(address.port);
        flow.Observed("port", sign.spot);
      } else if (!flow.value.has_port() && address.usual_port != 0) {
        flow.value.set_port(address.usual_port);
        flow.Default("port", sign.spot, "the scheme of its URL");
      }
      if (flow.value.transport_security() == pb::TRANSPORT_SECURITY_UNSPECIFIED &&
          address.transport != pb::TRANSPORT_SECURITY_UNSPECIFIED) {
        flow.value.set_transport_security(address.transport);
        flow.Observed("transport_security", sign.spot);
      }
      if (address.credentials) {
        flow.value.set_authentication(pb::FLOW_AUTHENTICATION_CREDENTIALS);
        flow.Observed("authentication", sign.spot);
      }
    }
    return flow;
  }

  // To a host that another file may declare.
  void AddOpen(const Service& service, const Setting& setting, const Address& address) {
    const std::string key = absl::StrCat(service.name, " to ", address.host);
    if (!open_.insert(key).second) return;
    Shown<pb::Flow> flow =
        Make(key, {{setting.field.spot(), absl::StrCat("Named by the setting ", setting.name, "."), "", address}});
    flow.Refers("source", project_.To(service.name, flow.spot)).Refers("target", {address.host, "", flow.spot});
    inventory_.flows.push_back(std::move(flow));
  }

  void AddOutside(const Service& service, const Setting& setting, const Address& address) {
    const std::string key = absl::StrCat(service.name, " to ", address.host);
    if (!open_.insert(key).second) return;
    Shown<pb::Component> host;
    host.name = address.host;
    host.spot = setting.field.spot();
    host.value.set_name(address.host);
    host.value.set_kind(pb::COMPONENT_KIND_EXTERNAL_ENTITY);
    inventory_.components.push_back(std::move(host));
    Shown<pb::Flow> flow =
        Make(key, {{setting.field.spot(), absl::StrCat("Named by the setting ", setting.name, "."), "", address}});
    flow.Refers("source", project_.To(service.name, flow.spot)).Refers("target", {address.host, "", flow.spot});
    Push(std::move(flow));
  }

  void Push(Shown<pb::Flow> flow) {
    inventory_.Count("flows");
    inventory_.flows.push_back(std::move(flow));
  }

  const Project& project_;
  Inventory& inventory_;
  std::map<std::string, std::vector<Sign>> signs_;             // of one service, by target
  std::vector<std::string> order_;                             // of targets
  std::vector<std::string> proxies_;                           // that labels are for
  std::map<std::string, std::map<std::string, Spot>> routed_;  // by proxy
  std::map<int, Publishers> publishers_;                       // by the first port of those that have the same
  std::set<std::string> open_;
};

}  // namespace

void AddFlows(const Project& project) { FlowReader(project).Read(); }

}  // namespace metapowers::importers::compose_file
