#include "service/commands/zone_maps.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"

namespace metapowers::commands {

namespace {

namespace pb = metapowers::v1;
using model::v1::Component;
using model::v1::Flow;

// A Mermaid block must stay under 2,000 characters; what a template adds to each line is counted in.
constexpr size_t kDiagramBudget = 1800;
constexpr size_t kFrame = 120;

// Characters of an identifier in a diagram at most: each character that is no letter or digit may be written as an
// escape of four.
size_t Cost(absl::string_view id) {
  size_t cost = 2;
  for (const char c : id) cost += absl::ascii_isalnum(c) ? 1 : 4;
  return cost;
}

class Drawer {
 public:
  Drawer(const model::Model& model, FlowEnd end) : model_(model), end_(end) {}

  std::vector<pb::ZoneMap> Draw() {
    std::map<std::string, std::vector<const Flow*>> by_zone;
    for (const Flow& flow : model_.proto().flows()) {
      by_zone[ZoneOf(end_ == FlowEnd::kSource ? flow.source() : flow.target())].push_back(&flow);
    }
    for (const auto& [zone, flows] : by_zone) AddZone(zone, flows);
    return std::move(maps_);
  }

 private:
  std::string ZoneOf(absl::string_view component) const {
    const auto* found = model_.Find<Component>(component);
    return found == nullptr ? "" : found->zone();
  }

  // Splits the flows of a zone so that each diagram keeps the budget.
  void AddZone(const std::string& zone, const std::vector<const Flow*>& flows) {
    std::vector<pb::ZoneMap> parts;
    size_t used = kDiagramBudget;
    std::set<std::string> drawn;
    for (const Flow* flow : flows) {
      const size_t cost = Cost(flow->source()) + Cost(flow->target()) + flow->id().size() + 16;
      if (used + cost + NodesCost(*flow, drawn) > kDiagramBudget) {
        parts.emplace_back();
        drawn.clear();
        used = kFrame;
      }
      used += cost + NodesCost(*flow, drawn);
      drawn.insert(flow->source());
      drawn.insert(flow->target());
      AddFlow(*flow, *parts.back().add_flows());
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      Finish(zone, parts[i]);
      if (parts.size() > 1) parts[i].set_part(absl::StrCat("part ", i + 1, " of ", parts.size()));
      maps_.push_back(std::move(parts[i]));
    }
  }

  size_t NodesCost(const Flow& flow, const std::set<std::string>& drawn) const {
    return NodeCost(flow.source(), drawn) + NodeCost(flow.target(), drawn);
  }

  size_t NodeCost(const std::string& id, const std::set<std::string>& drawn) const {
    if (drawn.contains(id)) return 0;
    const auto* component = model_.Find<Component>(id);
    return Cost(id) + (component == nullptr ? 0 : component->name().size()) + 12;
  }

  void AddFlow(const Flow& flow, pb::MapFlow& row) const {
    row.set_id(flow.id());
    row.set_source(flow.source());
    row.set_target(flow.target());
    row.set_protocol(flow.protocol().empty() ? "unknown" : flow.protocol());
    row.set_protection(Label(flow.transport_security()));
    row.set_authentication(Label(flow.authentication()));
    std::set<std::string> data(flow.sends().begin(), flow.sends().end());
    data.insert(flow.receives().begin(), flow.receives().end());
    for (const std::string& id : data) row.add_data(id);
    row.set_dependency(Label(flow.dependency()));
    const std::string target = ZoneOf(flow.target());
    row.set_crosses(target != ZoneOf(flow.source()));
    if (row.crosses()) row.set_crosses_to(target.empty() ? "internet" : target);
  }

  void Finish(const std::string& id, pb::ZoneMap& map) const {
    const auto* zone = model_.Find<model::v1::Zone>(id);
    map.set_id(id.empty() ? "none" : id);
    map.set_name(zone == nullptr ? "No zone declared" : zone->name());
    std::set<std::string> ids;
    for (const pb::MapFlow& flow : map.flows()) {
      ids.insert(flow.source());
      ids.insert(flow.target());
    }
    for (const std::string& component : ids) {
      const auto* found = model_.Find<Component>(component);
      pb::MapNode& node = ZoneOf(component) == id ? *map.add_nodes() : *map.add_outside();
      node.set_id(component);
      node.set_name(found == nullptr ? component : found->name());
    }
  }

  const model::Model& model_;
  const FlowEnd end_;
  std::vector<pb::ZoneMap> maps_;
};

}  // namespace

std::vector<pb::ZoneMap> ZoneMaps(const model::Model& model, FlowEnd end) { return Drawer(model, end).Draw(); }

}  // namespace metapowers::commands
