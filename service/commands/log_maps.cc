#include "service/commands/log_maps.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace pb = security::detect::v1;
using analysis::LogZone;

// Start of the ids of zones in diagrams.
constexpr absl::string_view kZonePrefix = "zone-";
// A Mermaid block must stay under 2,000 characters; what a template adds to each line is counted in.
constexpr size_t kDiagramBudget = 1700;
constexpr size_t kFrame = 100;

class Drawer {
 public:
  Drawer(const model::Model& model, const analysis::LogPaths& paths) : model_(model), paths_(paths) {}

  std::vector<pb::LogMap> Draw() {
    for (const LogZone& zone : paths_.zones()) names_[ZoneNode(analysis::IdOf(zone))] = ZoneName(zone);
    const std::string platform = Platform();
    if (platform.empty()) return {};
    std::set<std::string> sending;  // ids of zones
    for (const analysis::FlowView* path : paths_.paths()) {
      const model::v1::Flow& flow = *path->flow;
      const std::string zone = paths_.SourceZoneOf(path->source);
      const bool relayed = paths_.platforms().contains(flow.source());
      const std::string source = relayed ? StoreNode(flow.source()) : ZoneNode(zone);
      names_.emplace(source, source);  // a zone without sources of ours
      edges_[{source, StoreNode(flow.target())}].push_back(flow.id());
      if (paths_.platforms().contains(flow.target())) sending.insert(zone);
    }
    for (const LogZone& zone : paths_.zones()) {
      const std::string id = analysis::IdOf(zone);
      if (zone.collected > 0 && !sending.contains(id)) edges_[{ZoneNode(id), platform}];
    }
    return Split();
  }

 private:
  using Ends = std::pair<std::string, std::string>;  // nodes

  static std::string ZoneNode(const std::string& id) { return absl::StrCat(kZonePrefix, id); }

  std::string StoreNode(const std::string& component) {
    const auto* found = model_.Find<model::v1::Component>(component);
    std::string node = absl::StrCat("store-", component);
    names_.emplace(node, found == nullptr ? component : found->name());
    return node;
  }

  // Where logs go by no declared flow: the first component that is a platform, else the product that is named.
  std::string Platform() {
    if (!paths_.platforms().empty()) return StoreNode(*paths_.platforms().begin());
    const std::string& product = model_.proto().logging().platform();
    if (product.empty()) return "";
    names_["store"] = product;  // cannot be the node of a component, which has its id appended
    return "store";
  }

  pb::LogEdge EdgeOf(const Ends& ends, const std::vector<std::string>& flows) const {
    pb::LogEdge edge;
    edge.set_source(ends.first);
    edge.set_target(ends.second);
    edge.set_from(names_.at(ends.first));
    edge.set_to(names_.at(ends.second));
    AddAll(flows, edge.mutable_flows());
    edge.set_label(flows.empty()       ? "no flow declared"
                   : flows.size() == 1 ? flows.front()
                                       : Count(static_cast<int64_t>(flows.size()), "flow", "flows"));
    return edge;
  }

  std::vector<pb::LogMap> Split() const {
    std::vector<pb::LogMap> parts;
    size_t used = kDiagramBudget;
    std::set<std::string> drawn;
    for (const auto& [ends, flows] : edges_) {
      pb::LogEdge edge = EdgeOf(ends, flows);
      // Characters of an identifier may be written as escapes of four; each id stands in its node and in its edge.
      const size_t cost = 8 * (ends.first.size() + ends.second.size()) + edge.from().size() + edge.to().size() +
                          edge.label().size() + 40;
      if (used + cost > kDiagramBudget) {
        parts.emplace_back();
        drawn.clear();
        used = kFrame;
      }
      used += cost;
      for (const std::string& id : {ends.first, ends.second}) {
        if (!drawn.insert(id).second) continue;
        pb::LogNode& node = absl::StartsWith(id, kZonePrefix) ? *parts.back().add_zones() : *parts.back().add_stores();
        node.set_id(id);
        node.set_name(names_.at(id));
      }
      *parts.back().add_edges() = std::move(edge);
    }
    return parts;
  }

  const model::Model& model_;
  const analysis::LogPaths& paths_;
  std::map<std::string, std::string> names_;  // by node; those of zones start with the prefix
  std::map<Ends, std::vector<std::string>> edges_;
};

}  // namespace

std::string ZoneName(const LogZone& zone) { return zone.zone == nullptr ? "Outside of every zone" : zone.zone->name(); }

void AddLogMaps(const model::Model& model, const analysis::LogPaths& paths,
                google::protobuf::RepeatedPtrField<pb::LogMap>& out) {
  std::vector<pb::LogMap> parts = Drawer(model, paths).Draw();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts.size() > 1) parts[i].set_part(absl::StrCat("part ", i + 1, " of ", parts.size()));
    *out.Add() = std::move(parts[i]);
  }
}

}  // namespace metapowers::commands
