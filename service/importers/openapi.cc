#include "service/importers/openapi.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/importers/internet_users.h"
#include "service/importers/openapi_description.h"
#include "service/importers/settings.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::YamlNode;
using openapi::Description;

namespace {

constexpr size_t kMaxSchemes = 8;     // of one server
constexpr size_t kMaxUrl = 2 * 1024;  // what is longer is cut
constexpr size_t kMaxMark = 256;      // of a variable

bool IsScalar(const YamlNode* node) { return node != nullptr && node->kind == YamlNode::Kind::kScalar; }

bool Claims(const YamlNode& root) { return IsScalar(root.Find("openapi")) || IsScalar(root.Find("swagger")); }

bool IsKnownVersion(const Field& root) {
  const std::string swagger = root["swagger"].Text();
  const std::string version = root["openapi"].Text();
  return swagger == "2.0" || swagger == "2" || absl::StartsWith(version, "3.0") || absl::StartsWith(version, "3.1");
}

struct Server {
  std::string url;
  Field field;
};

// `url` with each mark of a variable written out once. Marks in values stay, so that values cannot grow each other.
std::string WriteOut(absl::string_view url, const std::map<std::string, std::string>& values) {
  std::string out;
  while (!url.empty() && out.size() <= kMaxUrl) {
    const size_t open = url.find('{');
    absl::StrAppend(&out, url.substr(0, open));
    if (open == absl::string_view::npos) break;
    url.remove_prefix(open);
    const size_t close = url.substr(0, kMaxMark).find('}');
    const auto found =
        close == absl::string_view::npos ? values.end() : values.find(std::string(url.substr(1, close - 1)));
    const size_t taken = found == values.end() ? 1 : close + 1;
    absl::StrAppend(&out, found == values.end() ? url.substr(0, 1) : absl::string_view(found->second));
    url.remove_prefix(taken);
  }
  if (out.size() <= kMaxUrl) return out;
  size_t end = kMaxUrl;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;  // within a character
  return out.substr(0, end);
}

// One URL for each scheme that may be chosen; of other variables the default stands for all.
std::vector<std::string> UrlsOf(const Field& server) {
  const std::string url = server["url"].Text();
  std::map<std::string, std::string> values;
  std::string first;                 // the variable that the URL begins with
  std::vector<std::string> schemes;  // its values
  for (const auto& [name, variable] : server["variables"].Entries()) {
    const std::string fixed = variable["default"].Text();
    values[name] = fixed;
    if (!absl::StartsWith(url, absl::StrCat("{", name, "}"))) continue;
    first = name;
    schemes = {fixed};
    for (const Field& value : variable["enum"].Items()) {
      if (schemes.size() < kMaxSchemes && value.is_scalar() && value.Text() != fixed) schemes.push_back(value.Text());
    }
  }
  if (schemes.empty()) return {WriteOut(url, values)};
  std::vector<std::string> urls;
  for (const std::string& scheme : schemes) {
    values[first] = scheme;
    urls.push_back(WriteOut(url, values));
  }
  return urls;
}

// The URLs under which the interface, or one of its operations, is called, with the defaults of their variables.
std::vector<Server> ServersOf(Description& description) {
  std::vector<Server> servers;
  const Field& root = description.root();
  if (description.is_swagger()) {
    const Field host = root["host"];
    if (!host.exists()) return servers;
    for (const Field& scheme : root["schemes"].Items()) {
      servers.push_back({absl::StrCat(scheme.Text(), "://", host.Text(), root["basePath"].Text()), scheme});
    }
    if (servers.empty()) servers.push_back({absl::StrCat("//", host.Text()), host});
    return servers;
  }
  std::set<const YamlNode*> seen;  // a path is the item of each of its operations
  const auto add = [&](const Field& list) {
    if (!list.exists() || !seen.insert(&list.node()).second) return;
    for (const Field& server : list.Items()) {
      for (std::string& url : UrlsOf(server)) servers.push_back({std::move(url), server["url"]});
    }
  };
  add(root["servers"]);
  for (const openapi::Operation& operation : openapi::OperationsOf(root["paths"], description)) {
    add(operation.item["servers"]);
    add(operation.field["servers"]);
  }
  return servers;
}

// Host of `//host/x` and of URLs, with or without port.
std::string HostOf(const std::string& url) {
  const size_t slashes = url.find("//");
  return slashes == std::string::npos ? "" : ParseAddress(absl::StrCat("x:", url.substr(slashes))).host;
}

bool IsLocal(absl::string_view host) {
  return host.empty() || host == "localhost" || absl::StartsWith(host, "127.") || host == "0.0.0.0";
}

// Whether a host is one of the internet: its name is public, and no part of it says otherwise.
bool IsPublished(absl::string_view host) {
  static constexpr absl::string_view kInside[] = {"internal", "intranet", "private", "corp", "local"};
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return IsPublicHost(host) && std::none_of(labels.begin(), labels.end(), [](absl::string_view label) {
           return std::find(std::begin(kInside), std::end(kInside), label) != std::end(kInside);
         });
}

// Names that a service has elsewhere: `Orders API v2` is `orders`.
std::string ShortName(absl::string_view title) {
  std::vector<std::string> words;
  for (const absl::string_view word : absl::StrSplit(title, absl::ByAnyChar(" -_.:/"), absl::SkipEmpty())) {
    words.push_back(absl::AsciiStrToLower(word));
  }
  static const auto* const kGeneral = new std::set<std::string>{
      "api", "apis", "rest", "http", "openapi", "swagger", "spec", "specification", "the", "v1", "v2", "v3"};
  while (words.size() > 1 && kGeneral->count(words.back()) != 0) words.pop_back();
  return absl::StrJoin(words, "-");
}

class OpenApiImporter {
 public:
  OpenApiImporter(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults)
      : reading_(Conventions(), faults), inventory_(inventory) {
    for (const Document& document : documents) {
      const Field root(document, reading_);
      if (IsKnownVersion(root)) {
        descriptions_.emplace_back(document, inventory, reading_);
        continue;
      }
      const Field version = root[root["openapi"].exists() ? "openapi" : "swagger"];
      inventory_.Skip(version.spot(), absl::StrCat("OpenAPI description of version ", version.Line()),
                      "versions 2.0, 3.0 and 3.1 are read; convert it to one of them");
    }
  }

  void Import() {
    // A host of several interfaces is that of a gateway in front of them, and no name of a service.
    std::vector<std::vector<Server>> servers;
    for (Description& description : descriptions_) {
      servers.push_back(ServersOf(description));
      for (const Server& server : servers.back()) titles_[HostOf(server.url)].insert(description.title());
    }
    for (size_t i = 0; i < descriptions_.size(); ++i) Add(servers[i], descriptions_[i]);
  }

 private:
  void Add(const std::vector<Server>& servers, Description& description) {
    const Field info = description.root()["info"];
    Shown<pb::Component> component;
    component.name = description.title();
    component.spot = info.exists() ? info.spot() : description.root().spot();
    component.value.set_name(description.title());
    component.value.set_kind(pb::COMPONENT_KIND_PROCESS);
    component.Assumed("kind", component.spot, "an interface is served by a service");
    if (info["description"].exists()) {
      component.value.set_description(info["description"].Line());
      component.Observed("description", info["description"].spot());
    }
    if (const std::string name = ShortName(description.title()); name != description.title())
      component.names.push_back(name);
    if (inventory_.name.empty() && descriptions_.size() == 1) inventory_.name = description.title();
    AddServers(servers, description, component);
    AddWaysIn(servers, description, component);
    openapi::AddApi(HostsOf(servers), description, component);
    inventory_.components.push_back(std::move(component));
    openapi::AddCallbacks(description);
  }

  // Under which the interface is called, and not only on the machine of a developer.
  static std::map<std::string, Spot> HostsOf(const std::vector<Server>& servers) {
    std::map<std::string, Spot> hosts;
    for (const Server& server : servers) {
      const std::string host = HostOf(server.url);
      if (!IsLocal(host) && !HostIn(host).empty()) hosts.try_emplace(HostIn(host), server.field.spot());
    }
    return hosts;
  }

  void AddServers(const std::vector<Server>& servers, const Description& description, Shown<pb::Component>& component) {
    std::vector<std::string> urls;
    std::vector<Field> clear;
    std::set<std::string> hosts;
    for (const Server& server : servers) {
      const std::string host = HostOf(server.url);
      // No user name, password or key.
      urls.push_back(absl::StrContains(server.url, '@') ? host : server.url.substr(0, server.url.find_first_of("?#")));
      if (absl::StartsWith(absl::AsciiStrToLower(server.url), "http://") && !IsLocal(host))
        clear.push_back(server.field);
      if (!IsLocal(host) && titles_[host].size() == 1) hosts.insert(host);
    }
    component.names.insert(component.names.end(), hosts.begin(), hosts.end());
    if (urls.empty()) return;
    inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, component.spot, "servers",
                    absl::StrCat(description.title(), " is called under ", absl::StrJoin(urls, ", ")));
    if (clear.empty()) return;
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, clear.front().spot(), clear.front().path(),
                    absl::StrCat(description.title(), " is offered in clear text (http)"));
    pb::ControlPosture& posture = *component.value.add_posture();
    posture.set_control("transport_encryption");
    posture.set_state(clear.size() == urls.size() ? pb::POSTURE_STATE_ABSENT : pb::POSTURE_STATE_PARTIAL);
    posture.set_evidence(absl::StrCat(LocationOf(clear.front().spot()), " a server with http"));
    component.Observed("posture", clear.front().spot());
  }

  // A server with a public name publishes the interface there. One without, or none, leaves open who reaches it.
  void AddWaysIn(const std::vector<Server>& servers, const Description& description, Shown<pb::Component>& component) {
    std::vector<WayIn> ways;
    std::vector<std::pair<Address, Spot>> at;
    for (const Server& server : servers) {
      Address address = ParseAddress(server.url);
      if (address.host.empty()) {
        address.host = HostOf(server.url);  // of a URL without scheme
      } else if (address.port == 0) {
        address.port = address.transport == pb::TRANSPORT_SECURITY_NONE ? 80 : 443;
      }
      if (!IsPublished(address.host)) continue;
      const auto same = [&](const WayIn& way) { return way.host == address.host && way.port == address.port; };
      if (std::any_of(ways.begin(), ways.end(), same)) continue;
      ways.push_back({address.host, address.port});
      at.emplace_back(std::move(address), server.field.spot());
    }
    if (ways.empty()) return;
    component.value.set_internet_facing(pb::TRISTATE_YES);
    component.Observed("internet_facing", at.front().second);
    const std::vector<std::string> apart = TellApart(ways);
    for (size_t i = 0; i < ways.size(); ++i) AddWayIn(at[i].first, at[i].second, apart[i], description);
  }

  void AddWayIn(const Address& address, const Spot& spot, const std::string& apart, const Description& description) {
    const Reference users = InternetUsers(spot, inventory_);
    Shown<pb::Flow>& flow = inventory_.flows.emplace_back();
    flow.name = absl::StrCat(users.name, " to ", description.title(), apart);
    flow.spot = spot;
    flow.value.set_name(flow.name);
    flow.Refers("source", users).Refers("target", {description.title(), "", spot});
    SetHost(address.host, spot, flow);
    if (address.port != 0) flow.value.set_port(address.port);
    flow.value.set_protocol(address.protocol);
    flow.value.set_transport_security(address.transport);
    inventory_.Count("flows");
  }

  Reading reading_;
  Inventory& inventory_;
  std::vector<Description> descriptions_;
  std::map<std::string, std::set<std::string>> titles_;  // by host
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  OpenApiImporter(documents, inventory, faults).Import();
}

}  // namespace

const Format kOpenApi = {"openapi", Claims, Import};

}  // namespace metapowers::importers
