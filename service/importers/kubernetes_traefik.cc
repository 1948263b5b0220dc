// Routes of Traefik: see kubernetes_entries.h.
//
// A route listens on entry points, which the configuration of Traefik itself describes. `web` and `websecure` are those
// of its chart; of others the port is not known, and who reaches them is a question. A route with TLS answers no
// request in clear: where it listens on both, callers come by `websecure`.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/kubernetes_entries.h"
#include "service/importers/kubernetes_hosts.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr absl::string_view kTraefik = "Traefik";
constexpr int kHttp = 80;
constexpr int kHttps = 443;
constexpr int kMostSteps = 8;  // of what leads to one another

// The quoted words of `Host(`a`, `b`)` in a rule, in lower case; those of `!Host(…)` and `HostRegexp(…)` are none.
std::vector<std::string> HostsIn(const std::string& rule) {
  std::vector<std::string> hosts;
  for (const char* matcher : {"Host(", "HostSNI("}) {
    for (size_t at = rule.find(matcher); at != std::string::npos; at = rule.find(matcher, at + 1)) {
      const bool other = at > 0 && (rule[at - 1] == '!' || absl::ascii_isalnum(rule[at - 1]));
      const size_t end = rule.find(')', at);
      if (other || end == std::string::npos) continue;
      for (size_t open = rule.find_first_of("`\"'", at); open < end;) {
        const size_t close = rule.find(rule[open], open + 1);
        if (close == std::string::npos || close > end) break;
        hosts.push_back(absl::AsciiStrToLower(rule.substr(open + 1, close - open - 1)));
        open = rule.find_first_of("`\"'", close + 1);
      }
    }
  }
  return hosts;
}

struct Guard {
  absl::string_view key;
  pb::FlowAuthentication authentication;
};
constexpr Guard kGuards[] = {
    {"basicAuth", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"digestAuth", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"forwardAuth", pb::FLOW_AUTHENTICATION_EXTERNALISED},
};

class TraefikReader {
 public:
  TraefikReader(const Object& route, Cluster& cluster, Entries& entries)
      : route_(route), cluster_(cluster), entries_(entries) {}

  void Read() {
    const std::vector<Entry> doors = Doors();
    for (const Field& rule : route_.spec["routes"].Items()) {
      const Field match = rule["match"];
      std::vector<NamedHost> named;
      for (std::string& host : HostsIn(match.Raw()))
        named.push_back({host == "*" ? "" : std::move(host), match.spot()});
      for (const NamedHost& host : Meet({}, named, rule.spot())) {
        for (Entry entry : doors) {
          entry.connection.host = host.name;
          entry.connection.host_spot = host.spot;
          for (const Field& guard : rule["middlewares"].Items()) AddGuard(guard, route_.space, 0, entry);
          for (const Field& service : rule["services"].Items()) Open(service, route_.space, 0, entry);
        }
      }
    }
  }

 private:
  bool HasTls() const { return route_.spec["tls"].exists(); }

  // An entry for each entry point that callers come by.
  std::vector<Entry> Doors() const {
    Entry common;
    common.title = route_.Title();
    common.spot = route_.spot;
    DescribeReach(route_, route_.metadata()["annotations"]["kubernetes.io/ingress.class"], Reach::kInternet, common);
    const std::vector<Field> names = route_.spec["entryPoints"].Items();
    const auto is_secure = [](const Field& name) { return name.Raw() == "websecure"; };
    const bool secure = HasTls() && std::any_of(names.begin(), names.end(), is_secure);
    std::vector<Entry> doors;
    // None: all that there are.
    if (names.empty()) doors.push_back(Door(HasTls() ? "websecure" : "web", route_.spot, common));
    for (const Field& name : names) {
      if (!secure || name.Raw() != "web") doors.push_back(Door(name.Raw(), name.spot(), common));
    }
    return doors;
  }

  Entry Door(const std::string& name, const Spot& spot, Entry entry) const {
    const Field tls = route_.spec["tls"];
    entry.connection.spot = spot;
    if (name == "web" || name == "websecure") {
      entry.connection.port = name == "web" ? kHttp : kHttps;
      entry.connection.port_platform = std::string(kTraefik);
    } else {
      entry.port_note = absl::StrCat("entry point ", name);
      if (entry.reach == Reach::kInternet) {
        entry.reach = Reach::kUnknown;
        entry.spot = spot;
        entry.why = absl::StrCat("listens on the entry point ", Quote(name),
                                 " of Traefik, which no file describes: can it be reached from the internet?");
      }
    }
    if (tls.exists()) entry.connection.transport = pb::TRANSPORT_SECURITY_TLS;
    if (route_.kind != Kind::kTraefikRoute) return entry;
    if (tls.exists()) entry.connection.protocol = "https";
    // What serves `websecure` to a route without TLS, the configuration of Traefik says.
    if (!tls.exists() && name == "web") {
      entry.connection.protocol = "http";
      entry.connection.transport = pb::TRANSPORT_SECURITY_NONE;
    }
    return entry;
  }

  // What a middleware, or a chain of them, asks of callers.
  void AddGuard(const Field& reference, const std::string& space, int step, Entry& entry) const {
    if (step > kMostSteps) return;
    const Kind kind = route_.kind == Kind::kTraefikRoute ? Kind::kTraefikMiddleware : Kind::kTraefikTcpMiddleware;
    const Object* middleware = cluster_.objects.Find(kind, SpaceOf(reference, space), reference["name"].Raw());
    if (middleware == nullptr) return;
    for (const Guard& guard : kGuards) {
      const Field said = middleware->spec[guard.key];
      if (!said.exists()) continue;
      entry.authentication = guard.authentication;
      entry.authentication_spot = said.spot();
    }
    for (const char* key : {"ipAllowList", "ipWhiteList"}) {
      const Field ranges = middleware->spec[key]["sourceRange"];
      if (ranges.exists()) DescribeRanges(ranges.Texts(), ranges.spot(), entry);
    }
    for (const Field& next : middleware->spec["chain"]["middlewares"].Items()) {
      AddGuard(next, middleware->space, step + 1, entry);
    }
  }

  static std::string SpaceOf(const Field& reference, const std::string& space) {
    const std::string own = reference["namespace"].Raw();
    return own.empty() ? space : own;
  }

  void Open(const Field& reference, const std::string& space, int step, const Entry& entry) {
    const std::string name = reference["name"].Raw();
    const std::string in = SpaceOf(reference, space);
    if (name.empty() || step > kMostSteps) return;
    if (reference["kind"].Raw() != "TraefikService") return entries_.Open(in, name, reference["port"].Raw(), entry);
    const Object* service = cluster_.objects.Find(Kind::kTraefikService, in, name);
    if (service == nullptr) return Ask(reference["name"], name);
    const Field mirroring = service->spec["mirroring"];
    if (mirroring.exists()) Open(mirroring, in, step + 1, entry);
    for (const Field& list : {service->spec["weighted"]["services"], mirroring["mirrors"]}) {
      for (const Field& next : list.Items()) Open(next, in, step + 1, entry);
    }
  }

  // What Traefik serves itself, such as its dashboard, or what is in no file. Told once.
  void Ask(const Field& at, const std::string& name) {
    if (!asked_.insert(name).second) return;
    const bool own = absl::EndsWith(name, "@internal");
    cluster_.inventory.Note(
        v1::IMPORT_NOTE_KIND_QUESTION, at.spot(), at.path(),
        absl::StrCat(route_.Title(), " leads to ", Quote(name),
                     own ? ", which Traefik serves itself and which is no component here: who may reach it?"
                         : ", a TraefikService that is in no file: what answers there?"));
  }

  const Object& route_;
  Cluster& cluster_;
  Entries& entries_;
  std::set<std::string> asked_;
};

}  // namespace

void OpenTraefikRoutes(Cluster& cluster, Entries& entries) {
  for (const Kind kind : {Kind::kTraefikRoute, Kind::kTraefikTcpRoute, Kind::kTraefikUdpRoute}) {
    for (const Object* route : cluster.objects.Of(kind)) {
      cluster.inventory.Count("routes");
      TraefikReader(*route, cluster, entries).Read();
    }
  }
}

}  // namespace metapowers::importers::kubernetes
