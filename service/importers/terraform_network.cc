// Accounts, networks, subnets and what is open to the internet: see terraform.h.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "service/importers/id_table.h"
#include "service/importers/plain_text.h"
#include "service/importers/terraform_context.h"
#include "service/model/faults.h"

namespace metapowers::importers::terraform {

namespace {

// Where resources say which subnets they are in, and through which groups.
constexpr absl::string_view kSubnetPaths[] = {
    "subnet_id",
    "subnet_ids",
    "subnets",
    "subnet_mapping.subnet_id",
    "vpc_config.subnet_ids",
    "vpc_options.subnet_ids",
    "network_configuration.subnets",
    "network_configuration.subnet_ids",
    "network_configuration.awsvpc_configuration.subnets",
    "broker_node_group_info.client_subnets",
    "vpc_zone_identifier",
    "db_subnet_group_name",
    "subnet_group_name",
    "cluster_subnet_group_name",
    "neptune_subnet_group_name",
    "vpc_subnet_ids",
    "network_interface.subnetwork",
    "network_interface.ip_configuration.subnet_id",
    "network_interface_ids",
    "ip_configuration.subnet_id",
    "subnetwork",
    "delegated_subnet_id",
    "virtual_network_subnet_id",
    "gateway_ip_configuration.subnet_id",
    "frontend_ip_configuration.subnet_id",
    "vpc_access.network_interfaces.subnetwork",
    "infrastructure_subnet_id",
};
// Where subnets and resources name a network.
constexpr absl::string_view kNetworkPaths[] = {
    "vpc_id",      "virtual_network_name",      "virtual_network_id",
    "network",     "network_interface.network", "settings.ip_configuration.private_network",
    "vpc_network", "vpc_config.vpc_id",         "authorized_network",
};
constexpr absl::string_view kGroupPaths[] = {
    "vpc_security_group_ids",
    "security_groups",
    "security_group_ids",
    "vpc_config.security_group_ids",
    "vpc_options.security_group_ids",
    "network_configuration.security_groups",
    "broker_node_group_info.security_groups",
};

bool IsZone(const Resource& resource) {
  const ResourceType* type = FindType(resource.type);
  return type != nullptr && (type->role == Role::kNetwork || type->role == Role::kSubnet);
}

// The network that a subnet is in; nullptr when the file does not say.
const Resource* NetworkOf(const Context& context, const Resource& resource) {
  for (const absl::string_view path : kNetworkPaths) {
    for (const Target& target : context.plan.Referred(resource, path)) {
      if (FindType(target.resource->type) != nullptr && FindType(target.resource->type)->role == Role::kNetwork) {
        return target.resource;
      }
    }
  }
  return nullptr;
}

// The zones that a resource says it is in, through groups of subnets and interfaces.
void CollectZones(const Context& context, const Resource& resource, int depth, std::set<const Resource*>& zones) {
  constexpr int kMaxGroups = 3;
  if (depth > kMaxGroups) return;
  for (const absl::string_view path : kSubnetPaths) {
    for (const Target& target : context.plan.Referred(resource, path)) {
      if (IsZone(*target.resource)) {
        zones.insert(target.resource);
      } else if (context.ComponentOf(*target.resource) == nullptr) {
        CollectZones(context, *target.resource, depth + 1, zones);
      }
    }
  }
  if (!zones.empty()) return;
  if (const Resource* network = NetworkOf(context, resource); network != nullptr) zones.insert(network);
}

// The one zone that all of them are in: itself, the network of several subnets, or nullptr for the account.
const Resource* Common(const Context& context, const std::set<const Resource*>& zones) {
  if (zones.empty()) return nullptr;
  if (zones.size() == 1) return *zones.begin();
  std::set<const Resource*> networks;
  for (const Resource* zone : zones) {
    networks.insert(FindType(zone->type)->role == Role::kNetwork ? zone : NetworkOf(context, *zone));
  }
  return networks.size() == 1 ? *networks.begin() : nullptr;
}

void ImportAccount(Context& context, const Cloud& cloud, const Resource& first) {
  const Spot spot = context.plan.SpotOf(first);
  Shown<pb::Infrastructure>& account = context.inventory.infrastructure.emplace_back();
  account.name = std::string(cloud.account);
  account.scope = context.scope;
  account.names = {HandleOf(context, cloud)};
  account.spot = spot;
  account.value.set_name(std::string(cloud.account));
  account.value.set_kind(pb::INFRASTRUCTURE_KIND_CLOUD_ACCOUNT);
  account.value.set_provider(cloud.provider);
  account.value.set_origin(pb::ORIGIN_DECLARED);
  Shown<pb::Zone>& zone = context.inventory.zones.emplace_back();
  zone.name = account.name;
  zone.scope = context.scope;
  zone.names = account.names;
  zone.spot = spot;
  zone.value.set_name(std::string(cloud.account));
  zone.value.set_type(pb::ZONE_TYPE_CLOUD_ACCOUNT);
  zone.Refers("runs_on", {HandleOf(context, cloud), "", spot});
  context.inventory.Count("trust_boundaries");
  Spot region_spot;
  const std::string region = context.plan.ProviderText(cloud.name, "region", region_spot);
  if (region.empty()) return;
  Shown<pb::Region>& out = context.inventory.regions.emplace_back();
  out.name = region;
  out.spot = region_spot;
  out.value.set_name(region);
  out.value.set_hosting(true);
  account.Refers("regions", {region, "", region_spot});
}

void ImportZone(Context& context, const Resource& resource, const ResourceType& type, const std::string& title) {
  Shown<pb::Zone>& zone = context.inventory.zones.emplace_back();
  zone.name = title;
  zone.scope = context.scope;
  zone.names = {HandleOf(context, resource)};
  zone.spot = context.plan.SpotOf(resource);
  zone.value.set_name(title);
  zone.value.set_imported_id(resource.address);
  zone.value.set_type(type.role == Role::kNetwork ? pb::ZONE_TYPE_VLAN : pb::ZONE_TYPE_SECURITY_GROUP);
  const Resource* network = type.role == Role::kSubnet ? NetworkOf(context, resource) : nullptr;
  zone.Refers("parent", {network == nullptr ? HandleOf(context, *CloudOf(resource.type)) : HandleOf(context, *network),
                         "", zone.spot});
  context.zones[&resource] = HandleOf(context, resource);
  context.inventory.Count("trust_boundaries");
}

using Nodes = std::vector<const model::YamlNode*>;

constexpr absl::string_view kAllPorts = "all ports";

// Adds "22" and "8000-8080", or "all ports". `ranges` are more ports, each alone or a range as it stands.
void AddPorts(const Nodes& first, const Nodes& last, const Nodes& ranges, std::set<std::string>& ports) {
  bool is_limited = false;
  const auto add = [&](const std::string& low, const std::string& high) {
    if (low.empty()) return;
    is_limited = true;
    const std::string range = low == high ? low : absl::StrCat(low, "-", high);
    const bool all = range == "*" || range == "0" || range == "0-65535";
    ports.insert(all ? std::string(kAllPorts) : range);
  };
  for (size_t i = 0; i < first.size(); ++i) {
    const std::string low = CutText(first[i]->text, 11);
    add(low, i < last.size() ? CutText(last[i]->text, 11) : low);
  }
  for (const model::YamlNode* range : ranges) add(CutText(range->text, 11), CutText(range->text, 11));
  if (!is_limited) ports.insert(std::string(kAllPorts));
}

// "port 22, 8000-8080" or "all ports".
std::string TellPorts(const std::set<std::string>& ports) {
  const bool all = ports.count(std::string(kAllPorts)) > 0;
  return all ? std::string(kAllPorts) : absl::StrCat("port ", absl::StrJoin(ports, ", "));
}

bool IsAnywhere(absl::string_view text) {
  return text == "0.0.0.0/0" || text == "::/0" || text == "*" || absl::AsciiStrToLower(text) == "internet";
}

// The first peer that is anyone; nullptr when none is.
const model::YamlNode* AnyoneOf(const Nodes& peers) {
  const auto open =
      std::find_if(peers.begin(), peers.end(), [](const model::YamlNode* p) { return IsAnywhere(p->text); });
  return open == peers.end() ? nullptr : *open;
}

// The value of a key of a block, or the entries of the list that it is.
Nodes ItemsOf(const model::YamlNode& block, absl::string_view key) {
  const model::YamlNode* value = block.Find(key);
  if (value == nullptr || value->kind == model::YamlNode::Kind::kNull) return {};
  if (value->kind != model::YamlNode::Kind::kList) return {value};
  Nodes items;
  for (const model::YamlNode* item : value->items) {
    if (item != nullptr && item->kind != model::YamlNode::Kind::kNull) items.push_back(item);
  }
  return items;
}

// Rules that let anyone in.
struct OpenRule {
  absl::string_view type;
  absl::string_view block;      // each block of this name is a rule; empty for the resource as a whole
  absl::string_view peers;      // whom it lets in
  absl::string_view condition;  // a path, in a block its key, that, where it has a value, must have this one
  absl::string_view value;
  absl::string_view from_port;
  absl::string_view to_port;
  absl::string_view group;        // the group that the rule is of; empty for itself
  absl::string_view ranges = "";  // of more ports, each alone or a range
};

constexpr OpenRule kOpenRules[] = {
    {"aws_security_group", "ingress", "cidr_blocks", "", "", "from_port", "to_port", ""},
    {"aws_security_group", "ingress", "ipv6_cidr_blocks", "", "", "from_port", "to_port", ""},
    {"aws_default_security_group", "ingress", "cidr_blocks", "", "", "from_port", "to_port", ""},
    {"aws_security_group_rule", "", "cidr_blocks", "type", "ingress", "from_port", "to_port", "security_group_id"},
    {"aws_security_group_rule", "", "ipv6_cidr_blocks", "type", "ingress", "from_port", "to_port", "security_group_id"},
    {"aws_vpc_security_group_ingress_rule", "", "cidr_ipv4", "", "", "from_port", "to_port", "security_group_id"},
    {"aws_vpc_security_group_ingress_rule", "", "cidr_ipv6", "", "", "from_port", "to_port", "security_group_id"},
    {"google_compute_firewall", "", "source_ranges", "direction", "INGRESS", "allow.ports", "allow.ports", ""},
    {"azurerm_network_security_group", "security_rule", "source_address_prefix", "direction", "Inbound",
     "destination_port_range", "destination_port_range", "", "destination_port_ranges"},
    {"azurerm_network_security_group", "security_rule", "source_address_prefixes", "direction", "Inbound",
     "destination_port_range", "destination_port_range", "", "destination_port_ranges"},
    {"azurerm_network_security_rule", "", "source_address_prefix", "direction", "Inbound", "destination_port_range",
     "destination_port_range", "network_security_group_name", "destination_port_ranges"},
    {"azurerm_network_security_rule", "", "source_address_prefixes", "direction", "Inbound", "destination_port_range",
     "destination_port_range", "network_security_group_name", "destination_port_ranges"},
};

bool IsMet(const model::YamlNode& block, const OpenRule& rule) {
  const auto text = [&](absl::string_view key) {
    const Nodes values = ItemsOf(block, key);
    return values.empty() ? std::string() : values.front()->text;
  };
  const std::string value = rule.condition.empty() ? "" : text(rule.condition);
  return (value.empty() || value == rule.value) && text("access") != "Deny";
}

// The first peer that a resource lets in and is anyone, with the ports of the rules that do; nullptr when none does.
const model::YamlNode* FindOpen(const Plan& plan, const Resource& resource, const OpenRule& rule,
                                std::set<std::string>& ports) {
  if (rule.block.empty()) {
    const model::YamlNode* open = AnyoneOf(plan.Values(resource, rule.peers));
    const Nodes ranges = rule.ranges.empty() ? Nodes() : plan.Values(resource, rule.ranges);
    if (open != nullptr) {
      AddPorts(plan.Values(resource, rule.from_port), plan.Values(resource, rule.to_port), ranges, ports);
    }
    return open;
  }
  // What is sensitive in one block is so in all; nobody is told of it.
  const auto is_told = [&](absl::string_view key) {
    return !plan.Values(resource, absl::StrCat(rule.block, ".", key)).empty();
  };
  if (!is_told(rule.peers)) return nullptr;
  const bool has_ports = is_told(rule.from_port) && is_told(rule.to_port);
  const bool has_ranges = !rule.ranges.empty() && is_told(rule.ranges);
  const model::YamlNode* open = nullptr;
  for (const model::YamlNode* block : ItemsOf(*resource.values, rule.block)) {
    const model::YamlNode* peer = AnyoneOf(ItemsOf(*block, rule.peers));
    if (peer == nullptr || !IsMet(*block, rule)) continue;
    if (open == nullptr) open = peer;
    AddPorts(has_ports ? ItemsOf(*block, rule.from_port) : Nodes(), has_ports ? ItemsOf(*block, rule.to_port) : Nodes(),
             has_ranges ? ItemsOf(*block, rule.ranges) : Nodes(), ports);
  }
  return open;
}

// The group that lets anyone in by a rule; nullptr when the rule does not.
const Resource* OpenGroup(Context& context, const Resource& resource, const OpenRule& rule) {
  std::set<std::string> ports;
  const model::YamlNode* open = FindOpen(context.plan, resource, rule, ports);
  if (open == nullptr) return nullptr;
  const bool whole = rule.block.empty() && !rule.condition.empty();
  const std::string value = whole ? context.plan.Text(resource, rule.condition) : "";
  if (!value.empty() && value != rule.value) return nullptr;
  if (context.plan.Text(resource, "access") == "Deny") return nullptr;
  // A firewall of Google Cloud.
  const bool is_off = FlagOf(context.plan.Scalar(resource, "disabled")).value_or(false);
  if (is_off || !context.plan.Values(resource, "deny").empty()) return nullptr;
  context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, context.plan.SpotOf(*open), resource.address,
                         absl::StrCat(resource.address, " lets anyone on the internet connect to ", TellPorts(ports)));
  if (rule.group.empty()) return &resource;
  const std::vector<Target> groups = context.plan.Referred(resource, rule.group);
  return groups.empty() ? nullptr : groups.front().resource;
}

}  // namespace

void ImportZones(Context& context) {
  std::set<const Cloud*> clouds;
  std::map<std::string, int> used;
  for (const Resource& resource : context.plan.resources()) {
    const Cloud* cloud = CloudOf(resource.type);
    if (cloud != nullptr && clouds.insert(cloud).second) ImportAccount(context, *cloud, resource);
    if (IsZone(resource)) ++used[NearestSlug(TitleOf(context, resource))];
  }
  for (const Resource& resource : context.plan.resources()) {
    if (!IsZone(resource)) continue;
    std::string title = TitleOf(context, resource);
    if (used.at(NearestSlug(title)) > 1) absl::StrAppend(&title, " ", ShortDigest(resource.address));
    ImportZone(context, resource, *FindType(resource.type), title);
  }
}

void PlaceComponents(Context& context) {
  std::map<ShownComponent*, std::set<const Resource*>> zones;
  std::map<ShownComponent*, const Resource*> first;
  for (const Resource& resource : context.plan.resources()) {
    ShownComponent* component = context.ComponentOf(resource);
    if (component == nullptr) continue;
    first.try_emplace(component, &resource);
    CollectZones(context, resource, 0, zones[component]);
  }
  for (ShownComponent& component : context.inventory.components) {
    const auto found = first.find(&component);
    if (found == first.end()) continue;  // of another file
    const Resource* zone = Common(context, zones.at(&component));
    const Cloud* cloud = CloudOf(found->second->type);
    const std::string handle = zone != nullptr ? context.zones.at(zone) : HandleOf(context, *cloud);
    component.Refers("zone", {handle, "", component.spot});
  }
}

void ReadExposure(Context& context) {
  std::set<const Resource*> open;
  for (const Resource& resource : context.plan.resources()) {
    for (const OpenRule& rule : kOpenRules) {
      if (resource.type != rule.type) continue;
      if (const Resource* group = OpenGroup(context, resource, rule); group != nullptr) open.insert(group);
    }
  }
  for (const Resource& resource : context.plan.resources()) {
    ShownComponent* component = context.ComponentOf(resource);
    if (component == nullptr) continue;
    std::set<const Resource*> groups;
    for (const absl::string_view path : kGroupPaths) {
      for (const Target& target : context.plan.Referred(resource, path)) groups.insert(target.resource);
    }
    const bool lets_in =
        std::any_of(groups.begin(), groups.end(), [&](const Resource* group) { return open.count(group) != 0; });
    // What has an address on the internet cannot be reached there when no group of it lets anyone in.
    if (!groups.empty() && !lets_in && component->value.internet_facing() == pb::TRISTATE_YES) {
      component->value.clear_internet_facing();
      component->bases.erase("internet_facing");
    }
    // An open group exposes what has an address on the internet, and only then.
    const model::YamlNode* address = context.plan.Scalar(resource, "associate_public_ip_address");
    if (address == nullptr) address = context.plan.Scalar(resource, "network_configuration.assign_public_ip");
    if (!lets_in || !FlagOf(address).value_or(false)) continue;
    component->value.set_internet_facing(pb::TRISTATE_YES);
    component->Observed("internet_facing", context.plan.SpotOf(*address));
  }
}

}  // namespace metapowers::importers::terraform
