#include "service/importers/internet_users.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

constexpr absl::string_view kInternet = "internet";
constexpr absl::string_view kUsers = "internet-users";

}  // namespace

Reference InternetUsers(const Spot& spot, Inventory& inventory) {
  const auto same = [](const Shown<pb::Component>& component) {
    return component.name == kUsers && component.scope.empty();
  };
  const auto& all = inventory.components;
  if (std::none_of(all.begin(), all.end(), same)) {
    Shown<pb::Zone>& zone = inventory.zones.emplace_back();
    zone.name = std::string(kInternet);
    zone.spot = spot;
    zone.value.set_name("Internet");
    zone.value.set_type(pb::ZONE_TYPE_INTERNET);
    Shown<pb::Component>& users = inventory.components.emplace_back();
    users.name = std::string(kUsers);
    users.spot = spot;
    users.value.set_name("Internet users");
    users.value.set_description("People and systems on the internet that can connect to what is open to them.");
    users.value.set_kind(pb::COMPONENT_KIND_EXTERNAL_ENTITY);
    users.Refers("zone", {std::string(kInternet), "", spot});
  }
  return {std::string(kUsers), "", spot};
}

std::string HostIn(absl::string_view written) {
  std::string host = absl::AsciiStrToLower(written);
  return model::IsHost(host) ? host : std::string();
}

void SetHost(const std::string& host, const Spot& spot, Shown<pb::Flow>& flow) {
  flow.names = {host};
  flow.value.set_purpose(absl::StrCat("Lets callers of ", host, " in."));
  flow.Observed("purpose", spot);
  const std::string name = HostIn(host);
  if (name.empty()) return;
  flow.value.add_hosts(name);
  flow.Observed("hosts", spot);
}

std::vector<std::string> TellApart(const std::vector<WayIn>& ways) {
  std::vector<std::string> apart(ways.size());
  if (ways.size() < 2) return apart;
  std::map<absl::string_view, int> of_host;
  for (const WayIn& way : ways) ++of_host[way.host];
  for (size_t i = 0; i < ways.size(); ++i) {
    const WayIn& way = ways[i];
    if (!way.host.empty()) absl::StrAppend(&apart[i], " at ", way.host);
    const bool by_port = way.host.empty() || of_host[way.host] > 1;
    if (by_port && way.port != 0) absl::StrAppend(&apart[i], " on port ", way.port);
  }
  return apart;
}

}  // namespace metapowers::importers
