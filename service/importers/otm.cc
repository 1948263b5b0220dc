#include "service/importers/otm.h"

#include <algorithm>
#include <cmath>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "service/importers/otm_context.h"
#include "service/importers/settings.h"
#include "service/importers/source.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::Quote;
using model::YamlNode;

namespace otm {
namespace {

void Collect(Context& context, absl::string_view key, Collection& collection) {
  NodeReader& reader = context.reader;
  std::map<std::string, int> lines;
  for (const Section& in : reader.Maps(reader.Root(), key)) {
    const std::string id = reader.Raw(in, "id");
    if (id.empty()) {
      reader.Fault(in, "id", "is required: references name an element by its id");
    } else if (!collection.names.Add(id, reader.Line(in, "name"))) {
      reader.Fault(
          in, "id",
          absl::StrCat("is ", Quote(id), ", which line ", lines.at(id), " has too; an id stands for one element"));
    } else {
      collection.elements.emplace_back(id, in);
      lines[id] = reader.SpotOf(in, "id").at.line;
    }
  }
}

void CollectNames(Context& context, absl::string_view key, std::map<std::string, std::string>& names) {
  for (const Section& in : context.reader.Maps(context.reader.Root(), key)) {
    names.try_emplace(context.reader.Raw(in, "id"), context.reader.Line(in, "name"));
  }
}

void Keep(Context& context, const Section& in, absl::string_view key, const std::string& text) {
  context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, context.reader.SpotOf(in, key), context.reader.PathOf(in, key),
                         text);
}

void ImportProject(Context& context) {
  NodeReader& reader = context.reader;
  const std::optional<Section> project = reader.Map(reader.Root(), "project");
  if (!project.has_value()) return;
  if (context.inventory.name.empty()) context.inventory.name = reader.Line(*project, "name");
  if (context.inventory.description.empty()) context.inventory.description = reader.Prose(*project, "description");
  for (const char* key : {"id", "owner", "ownerContact"}) {
    const std::string text = reader.Line(*project, key);
    if (!text.empty()) Keep(context, *project, key, absl::StrCat(key, " of the project: ", text));
  }
  std::vector<std::string> tags = AttributeTags(context, *project, "the project");
  for (const Entry& tag : reader.Lines(*project, "tags")) tags.push_back(tag.text);
  if (!tags.empty()) Keep(context, *project, "tags", absl::StrCat("tags of the project: ", absl::StrJoin(tags, ", ")));
}

void ImportRepresentations(Context& context) {
  NodeReader& reader = context.reader;
  for (const Section& in : reader.Maps(reader.Root(), "representations")) {
    context.inventory.Count("representations");
    std::string text =
        absl::StrCat("representation ", Quote(reader.Line(in, "name")), " of type ", Quote(reader.Line(in, "type")));
    const std::optional<Section> repository = reader.Map(in, "repository");
    const std::string url = repository.has_value() ? reader.Line(*repository, "url") : "";
    if (!url.empty() && !HoldsSecret("", url)) absl::StrAppend(&text, ", repository ", url);
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, reader.SpotOf(in), in.path, text);
  }
}

// Whole numbers from 0 to 100 are what the model has; `said` is what the file says.
std::optional<double> RatingOf(Context& context, const Section& in, absl::string_view key) {
  const std::optional<double> said = context.reader.Number(in, key);
  if (!said.has_value() || (*said >= 0 && *said <= kMaxRating)) return said;
  context.inventory.Note(
      v1::IMPORT_NOTE_KIND_WARNING, context.reader.SpotOf(in, key), context.reader.PathOf(in, key),
      absl::StrCat("ratings are from 0 to ", NumberText(kMaxRating), ", not ", NumberText(*said), "; it was left out"));
  return std::nullopt;
}

void ImportZone(Context& context, const std::string& id, const Section& in) {
  NodeReader& reader = context.reader;
  Shown<pb::Zone>& zone = context.inventory.zones.emplace_back();
  Describe(context, context.zones, id, in, zone);
  zone.value.set_description(reader.Prose(in, "description"));
  if (IsInternet(zone.value.name())) {
    zone.value.set_type(pb::ZONE_TYPE_INTERNET);
    zone.Observed("type", reader.SpotOf(in, "name"));
  } else {
    zone.value.set_type(pb::ZONE_TYPE_EXECUTION_ENV);
    zone.Assumed("type", zone.spot, "OTM says how far a trust zone is trusted, not what kind of network it is");
  }
  const std::string type = reader.Line(in, "type");
  if (!type.empty()) zone.value.add_tags(absl::StrCat("otm:type=", type));
  for (std::string& tag : AttributeTags(context, in, zone.value.name())) zone.value.add_tags(std::move(tag));
  const std::optional<Section> risk = reader.Map(in, "risk");
  const std::optional<double> trust = risk.has_value() ? RatingOf(context, *risk, "trustRating") : std::nullopt;
  if (trust.has_value()) {
    zone.value.set_trust(static_cast<int>(std::lround(*trust)));
    zone.Observed("trust", reader.SpotOf(*risk, "trustRating"));
    if (std::floor(*trust) != *trust) zone.value.add_tags(absl::StrCat("otm:trust=", NumberText(*trust)));
  }
  if (!reader.Maps(in, "representations").empty()) ++context.drawn;
  context.inventory.Count("trust_boundaries");
}

// The trust zone that holds a zone; "" for none. A zone may be in a component there, which is in a zone in turn.
std::string ZoneAround(Context& context, const std::string& zone, const Section& in) {
  const Parent parent = ParentOf(context, in);
  if (parent.empty()) return "";
  if (!parent.component.empty()) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, parent.spot, parent.path,
                           absl::StrCat("trust zone ", Quote(zone), " is inside component ", Quote(parent.component),
                                        "; a zone of the model is inside zones only"));
    return context.components.names.Has(parent.component) ? ZoneOf(context, parent.component) : "";
  }
  if (context.zones.names.Has(parent.zone)) return parent.zone;
  context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, parent.spot, parent.path,
                         absl::StrCat("the file has no trust zone ", Quote(parent.zone), "; ", Quote(zone),
                                      " was left without one around it"));
  return "";
}

void NestZones(Context& context) {
  std::map<std::string, std::string> around;
  for (const auto& [id, in] : context.zones.elements) around[id] = ZoneAround(context, id, in);
  size_t index = context.inventory.zones.size() - context.zones.elements.size();
  for (const auto& [id, in] : context.zones.elements) {
    Shown<pb::Zone>& zone = context.inventory.zones[index++];
    std::string at = around.at(id);
    size_t depth = 1;
    for (; !at.empty() && at != id && depth <= kMaxNesting; ++depth) at = around.at(at);
    if (!at.empty()) {
      context.reader.Fault(
          in, "parent",
          absl::StrCat("puts trust zone ", Quote(id), at == id ? " into itself" : " more than 64 zones deep"));
    } else if (!around.at(id).empty()) {
      zone.Refers("parent", {context.zones.names.HandleOf(around.at(id)), "", context.reader.SpotOf(in, "parent")});
    }
  }
}

void Rate(Context& context, const Section& risk, absl::string_view key, Shown<pb::DataClass>& asset,
          absl::FunctionRef<void(int)> set) {
  const std::optional<double> rating = RatingOf(context, risk, key);
  if (!rating.has_value()) return;
  set(LevelOf(*rating));
  asset.Observed(key, context.reader.SpotOf(risk, key));
  if (!IsExactLevel(*rating)) asset.value.add_tags(absl::StrCat("otm:", key, "=", NumberText(*rating)));
}

void ImportAsset(Context& context, const std::string& id, const Section& in) {
  NodeReader& reader = context.reader;
  Shown<pb::DataClass>& asset = context.inventory.data_classes.emplace_back();
  Describe(context, context.assets, id, in, asset);
  asset.value.set_description(reader.Prose(in, "description"));
  for (std::string& tag : AttributeTags(context, in, asset.value.name())) asset.value.add_tags(std::move(tag));
  if (const std::optional<Section> risk = reader.Map(in, "risk"); risk.has_value()) {
    Rate(context, *risk, "confidentiality", asset,
         [&](int level) { asset.value.set_confidentiality(static_cast<pb::Confidentiality>(level)); });
    Rate(context, *risk, "integrity", asset,
         [&](int level) { asset.value.set_integrity(static_cast<pb::Importance>(level)); });
    Rate(context, *risk, "availability", asset,
         [&](int level) { asset.value.set_availability(static_cast<pb::Importance>(level)); });
    std::string comment = reader.Prose(*risk, "comment");
    if (comment.empty()) comment = reader.Prose(*risk, "riskComments");  // as 0.1 has it
    asset.value.set_rating_justification(comment);
  }
  context.inventory.Count("data_assets");
}

void ReportRest(Context& context) {
  static constexpr absl::string_view kKnown[] = {"otmVersion", "project",    "representations",
                                                 "assets",     "trustZones", "components",
                                                 "dataflows",  "threats",    "mitigations"};
  const Section root = context.reader.Root();
  for (const model::YamlEntry& entry : root.node->entries) {
    if (std::find(std::begin(kKnown), std::end(kKnown), entry.key) != std::end(kKnown)) continue;
    context.inventory.Skip({context.reader.file(), entry.at}, absl::StrCat("key ", Quote(entry.key)),
                           "OTM 0.2 has no such part");
  }
  if (context.drawn == 0) return;
  context.inventory.Note(
      v1::IMPORT_NOTE_KIND_WARNING, {context.reader.file(), root.node->at}, "",
      absl::StrCat("places of ", context.drawn,
                   " elements in diagrams and in code have no place in the model and were left out"));
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  Context context(document, inventory, faults);
  const Section root = context.reader.Root();
  const std::string version = context.reader.Line(root, "otmVersion");
  const std::string series = absl::StrCat(version, ".");
  if (!absl::StartsWith(series, "0.1.") && !absl::StartsWith(series, "0.2.")) {
    inventory.Skip(context.reader.SpotOf(root, "otmVersion"), absl::StrCat("OTM ", Quote(version)),
                   "versions 0.1 and 0.2 are read; export the threat model as one of them");
    return;
  }
  Collect(context, "trustZones", context.zones);
  Collect(context, "assets", context.assets);
  Collect(context, "components", context.components);
  Collect(context, "dataflows", context.flows);
  for (const auto& [id, in] : context.components.elements) context.parents[id] = ParentOf(context, in);
  CollectNames(context, "threats", context.threats);
  CollectNames(context, "mitigations", context.mitigations);
  ImportProject(context);
  ImportRepresentations(context);
  for (const auto& [id, in] : context.zones.elements) ImportZone(context, id, in);
  NestZones(context);
  for (const auto& [id, in] : context.assets.elements) ImportAsset(context, id, in);
  ImportComponents(context);
  ImportFlows(context);
  ImportThreats(context);
  ReportRest(context);
}

bool Claims(const YamlNode& root) { return root.Find("otmVersion") != nullptr; }

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) ImportDocument(document, inventory, faults);
}

}  // namespace

Parent ParentOf(Context& context, const Section& element) {
  const std::optional<Section> parent = context.reader.Map(element, "parent");
  if (!parent.has_value()) return {};
  Parent out;
  out.zone = context.reader.Raw(*parent, "trustZone");
  if (out.zone.empty()) out.component = context.reader.Raw(*parent, "component");
  out.spot = context.reader.SpotOf(*parent);
  out.path = parent->path;
  return out;
}

std::string ZoneOf(Context& context, const std::string& component) {
  std::string at = component;
  for (size_t depth = 0; depth <= kMaxNesting; ++depth) {
    const auto found = context.parents.find(at);
    if (found == context.parents.end() || found->second.empty()) return "";
    const Parent& parent = found->second;
    if (!parent.zone.empty()) return context.zones.names.Has(parent.zone) ? parent.zone : "";
    if (!context.components.names.Has(parent.component)) return "";
    at = parent.component;
  }
  return "";
}

std::vector<std::string> AttributeTags(Context& context, const Section& in, absl::string_view whose) {
  std::vector<std::string> tags;
  const std::optional<Section> attributes = context.reader.Map(in, "attributes");
  if (!attributes.has_value()) return tags;
  for (const model::YamlEntry& entry : attributes->node->entries) {
    if (entry.value->kind == YamlNode::Kind::kNull) continue;
    const std::string path = context.reader.PathOf(*attributes, entry.key);
    const Spot spot{context.reader.file(), entry.at};
    if (entry.value->kind != YamlNode::Kind::kScalar) {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, spot, path,
                             absl::StrCat("attribute ", Quote(entry.key), " of ", whose,
                                          " is no single value, which has no place in the model; it was left out"));
    } else if (HoldsSecret(entry.key, entry.value->text)) {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, spot, path,
                             absl::StrCat("attribute ", Quote(entry.key), " of ", whose,
                                          " holds a secret, which was not taken over; keep it in a secret store"));
    } else {
      tags.push_back(
          CutText(absl::StrCat("otm:attribute:", OneLineOf(entry.key), "=", OneLineOf(entry.value->text)), kMaxLine));
    }
  }
  return tags;
}

std::vector<Reference> AssetsOf(Context& context, const Section& in, absl::string_view key) {
  std::vector<Reference> out;
  std::set<std::string> seen;
  for (const Entry& asset : context.reader.Lines(in, key)) {
    if (!seen.insert(asset.text).second) continue;
    if (context.assets.names.Has(asset.text)) {
      out.push_back({context.assets.names.HandleOf(asset.text), "", asset.spot});
    } else {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, asset.spot, asset.path,
                             absl::StrCat("the file has no asset ", Quote(asset.text), "; it was left out"));
    }
  }
  return out;
}

}  // namespace otm

const Format kOtm = {"otm", otm::Claims, otm::Import};

}  // namespace metapowers::importers
