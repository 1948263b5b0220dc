// Networks as zones: see compose_file_project.h.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/compose_file_project.h"

namespace metapowers::importers::compose_file {

namespace pb = model::v1;

namespace {

constexpr absl::string_view kDefault = "default";
constexpr absl::string_view kHost = "host-network";
constexpr absl::string_view kBridge = "bridge";

bool IsTrue(const Field& field) { return absl::EqualsIgnoreCase(TextOf(field), "true"); }

std::string TitleOf(absl::string_view name) {
  if (name == kDefault) return "Default network";
  if (name == kHost) return "Network of the host";
  return std::string(name);
}

// Whether a network exists outside of the project.
bool IsExternal(const Field& declared) { return IsTrue(declared["external"]) || declared["external"].is_map(); }

// Networks are of the engine that runs the containers, unless their driver puts these into one that is there already.
void SetType(const std::string& name, const Field& declared, Shown<pb::Zone>& zone) {
  const Field driver = declared["driver"];
  const std::string text = TextOf(driver);
  const bool vlan = text == "macvlan" || text == "ipvlan";
  zone.value.set_type(vlan ? pb::ZONE_TYPE_VLAN : pb::ZONE_TYPE_EXECUTION_ENV);
  if (vlan || text == "bridge" || text == "overlay") {
    zone.Observed("type", driver.spot());
  } else if (!text.empty() || IsExternal(declared)) {
    zone.Assumed("type", zone.spot, "the file does not say what kind of network it is");
  } else if (name != kHost) {
    zone.Default("type", zone.spot, "Compose");
  }
}

// A network that exists outside of the project is the same for all projects that name it.
void AddZone(Project& project, const std::string& name, const Spot& used_at) {
  if (project.zones.count(name) != 0) return;
  const auto found = project.networks.find(name);
  const Field declared = found == project.networks.end() ? Field() : found->second;
  Shown<pb::Zone> zone;
  zone.name = name == kDefault ? "default-network" : name;
  zone.names.push_back(name);
  zone.scope = project.scope;
  zone.spot = declared.exists() ? declared.spot() : used_at;
  zone.value.set_name(TitleOf(name));
  SetType(name, declared, zone);
  if (IsExternal(declared)) {
    const Field external = declared["external"];
    const std::string outside = TextOf(external.is_map() ? external["name"] : declared["name"]);
    if (!outside.empty()) zone.name = outside;
    zone.names = {zone.name};
    zone.scope = "compose:external";
    zone.value.set_description("A network that exists outside of the compose file.");
  }
  if (IsTrue(declared["internal"])) {
    zone.value.set_description("An internal network: it has no way to the outside.");
    zone.Observed("description", declared["internal"].spot());
  }
  project.zones[name] = {zone.name, zone.scope, used_at};
  project.inventory->Count("trust_boundaries");
  project.inventory->zones.push_back(std::move(zone));
}

// "" for a service that is not there, or that `network_mode` puts elsewhere.
std::string FirstNetwork(const std::string& service, const Project& project) {
  const auto found = project.first_networks.find(service);
  return found == project.first_networks.end() ? "" : found->second;
}

// Where `network_mode` says it, the only network of a service.
std::string ModeNetwork(const Service& service, const Project& project) {
  const std::string mode = TextOf(service.Find("network_mode"));
  if (mode == "host") return std::string(kHost);
  if (mode == "bridge") return std::string(kBridge);
  absl::string_view other = mode;
  if (!absl::ConsumePrefix(&other, "service:")) return "";
  return FirstNetwork(std::string(other), project);  // one step: the engine takes no chains
}

}  // namespace

std::string ZoneOf(const Service& service, const Project& project) {
  if (service.Find("network_mode").exists()) return ModeNetwork(service, project);
  return FirstNetwork(service.name, project);
}

void AddNetworks(Project& project) {
  for (const Service& service : project.services) {
    if (service.Find("network_mode").exists()) continue;
    const auto networks = service.Names("networks");
    project.first_networks[service.name] = networks.empty() ? std::string(kDefault) : networks.front().first;
  }
  for (const Service& service : project.services) {
    const Field mode = service.Find("network_mode");
    if (mode.exists()) {
      if (const std::string name = ModeNetwork(service, project); !name.empty()) {
        AddZone(project, name, mode.spot());
      } else if (TextOf(mode) != "none") {
        project.inventory->Note(
            v1::IMPORT_NOTE_KIND_QUESTION, mode.spot(), mode.path(),
            absl::StrCat(service.name, " is in the network of something that the files do not show"));
      }
      continue;
    }
    const auto networks = service.Names("networks");
    if (networks.empty()) AddZone(project, std::string(kDefault), service.own().spot());
    std::vector<std::string> further;
    for (const auto& [name, field] : networks) {
      if (name != kDefault && project.networks.count(name) == 0) {
        project.inventory->Note(v1::IMPORT_NOTE_KIND_WARNING, field.spot(), field.path(),
                                absl::StrCat("network ", model::Quote(name), " is not declared under `networks`"));
      }
      AddZone(project, name, field.spot());
      if (name != networks.front().first) further.push_back(name);
    }
    if (further.empty()) continue;
    project.inventory->Note(v1::IMPORT_NOTE_KIND_KEPT, service.Find("networks").spot(), service.Find("networks").path(),
                            absl::StrCat(service.name, " is also in ", ShortListOf(further),
                                         "; the model has one zone for a component: the first one"));
  }
}

}  // namespace metapowers::importers::compose_file
