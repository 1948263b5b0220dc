#include "service/importers/otm.h"

#include <algorithm>
#include <cmath>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "service/importers/otm_context.h"
#include "service/importers/plain_text.h"
#include "service/importers/settings.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::Quote;
using model::YamlNode;

namespace otm {
namespace {

void Collect(Context& context, absl::string_view key, Collection& collection) {
  std::map<std::string, int> lines;
  for (const Field& in : context.root[key].Maps()) {
    const std::string id = in["id"].Raw();
    if (id.empty()) {
      in["id"].Fault("is required: references name an element by its id");
    } else if (!collection.names.Add(id, in["name"].Line())) {
      in["id"].Fault(
          absl::StrCat("is ", Quote(id), ", which line ", lines.at(id), " has too; an id stands for one element"));
    } else {
      collection.elements.emplace_back(id, in);
      lines[id] = in["id"].spot().at.line;
    }
  }
}

void CollectNames(Context& context, absl::string_view key, std::map<std::string, std::string>& names) {
  for (const Field& in : context.root[key].Maps()) {
    names.try_emplace(in["id"].Raw(), in["name"].Line());
  }
}

void Keep(Context& context, const Field& in, absl::string_view key, const std::string& text) {
  context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, in[key].spot(), in[key].path(), text);
}

void ImportProject(Context& context) {
  const Field project = context.root["project"].Map();
  if (!project.exists()) return;
  if (context.inventory.name.empty()) context.inventory.name = project["name"].Line();
  if (context.inventory.description.empty()) context.inventory.description = project["description"].Prose();
  for (const char* key : {"id", "owner", "ownerContact"}) {
    const std::string text = project[key].Line();
    if (!text.empty()) Keep(context, project, key, absl::StrCat(key, " of the project: ", text));
  }
  std::vector<std::string> tags = AttributeTags(context, project, "the project");
  for (auto& [tag, field] : project["tags"].Lines()) tags.push_back(std::move(tag));
  if (!tags.empty()) Keep(context, project, "tags", absl::StrCat("tags of the project: ", absl::StrJoin(tags, ", ")));
}

void ImportRepresentations(Context& context) {
  for (const Field& in : context.root["representations"].Maps()) {
    context.inventory.Count("representations");
    std::string text = absl::StrCat("representation ", Quote(in["name"].Line()), " of type ", Quote(in["type"].Line()));
    const Field repository = in["repository"].Map();
    const std::string url = repository.exists() ? repository["url"].Line() : "";
    if (!url.empty() && !HoldsSecret("", url)) absl::StrAppend(&text, ", repository ", url);
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, in.spot(), in.path(), text);
  }
}

// Whole numbers from 0 to 100 are what the model has; `said` is what the file says.
std::optional<double> RatingOf(Context& context, const Field& in, absl::string_view key) {
  const std::optional<double> said = in[key].Number();
  if (!said.has_value() || (*said >= 0 && *said <= kMaxRating)) return said;
  context.inventory.Note(
      v1::IMPORT_NOTE_KIND_WARNING, in[key].spot(), in[key].path(),
      absl::StrCat("ratings are from 0 to ", NumberText(kMaxRating), ", not ", NumberText(*said), "; it was left out"));
  return std::nullopt;
}

void ImportZone(Context& context, const std::string& id, const Field& in) {
  Shown<pb::Zone>& zone = context.inventory.zones.emplace_back();
  Describe(context, context.zones, id, in, zone);
  zone.value.set_description(in["description"].Prose());
  if (IsInternet(zone.value.name())) {
    zone.value.set_type(pb::ZONE_TYPE_INTERNET);
    zone.Observed("type", in["name"].spot());
  } else {
    zone.value.set_type(pb::ZONE_TYPE_EXECUTION_ENV);
    zone.Assumed("type", zone.spot, "OTM says how far a trust zone is trusted, not what kind of network it is");
  }
  const std::string type = in["type"].Line();
  if (!type.empty()) zone.value.add_tags(absl::StrCat("otm:type=", type));
  for (std::string& tag : AttributeTags(context, in, zone.value.name())) zone.value.add_tags(std::move(tag));
  const Field risk = in["risk"].Map();
  const std::optional<double> trust = risk.exists() ? RatingOf(context, risk, "trustRating") : std::nullopt;
  if (trust.has_value()) {
    zone.value.set_trust(static_cast<int>(std::lround(*trust)));
    zone.Observed("trust", risk["trustRating"].spot());
    if (std::floor(*trust) != *trust) zone.value.add_tags(absl::StrCat("otm:trust=", NumberText(*trust)));
  }
  if (!in["representations"].Maps().empty()) ++context.drawn;
  context.inventory.Count("trust_boundaries");
}

// The trust zone that holds a zone; "" for none. A zone may be in a component there, which is in a zone in turn.
std::string ZoneAround(Context& context, const std::string& zone, const Field& in) {
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
      in["parent"].Fault(
          absl::StrCat("puts trust zone ", Quote(id), at == id ? " into itself" : " more than 64 zones deep"));
    } else if (!around.at(id).empty()) {
      zone.Refers("parent", {context.zones.names.HandleOf(around.at(id)), "", in["parent"].spot()});
    }
  }
}

void Rate(Context& context, const Field& risk, absl::string_view key, Shown<pb::DataClass>& asset,
          absl::FunctionRef<void(int)> set) {
  const std::optional<double> rating = RatingOf(context, risk, key);
  if (!rating.has_value()) return;
  set(LevelOf(*rating));
  asset.Observed(key, risk[key].spot());
  if (!IsExactLevel(*rating)) asset.value.add_tags(absl::StrCat("otm:", key, "=", NumberText(*rating)));
}

void ImportAsset(Context& context, const std::string& id, const Field& in) {
  Shown<pb::DataClass>& asset = context.inventory.data_classes.emplace_back();
  Describe(context, context.assets, id, in, asset);
  asset.value.set_description(in["description"].Prose());
  for (std::string& tag : AttributeTags(context, in, asset.value.name())) asset.value.add_tags(std::move(tag));
  if (const Field risk = in["risk"].Map(); risk.exists()) {
    Rate(context, risk, "confidentiality", asset,
         [&](int level) { asset.value.set_confidentiality(static_cast<pb::Confidentiality>(level)); });
    Rate(context, risk, "integrity", asset,
         [&](int level) { asset.value.set_integrity(static_cast<pb::Importance>(level)); });
    Rate(context, risk, "availability", asset,
         [&](int level) { asset.value.set_availability(static_cast<pb::Importance>(level)); });
    std::string comment = risk["comment"].Prose();
    if (comment.empty()) comment = risk["riskComments"].Prose();  // as 0.1 has it
    asset.value.set_rating_justification(comment);
  }
  context.inventory.Count("data_assets");
}

void ReportRest(Context& context) {
  static constexpr absl::string_view kKnown[] = {"otmVersion", "project",    "representations",
                                                 "assets",     "trustZones", "components",
                                                 "dataflows",  "threats",    "mitigations"};
  const Field& root = context.root;
  for (const model::YamlEntry& entry : root.node().entries) {
    if (std::find(std::begin(kKnown), std::end(kKnown), entry.key) != std::end(kKnown)) continue;
    context.inventory.Skip({context.root.document().file, entry.at}, absl::StrCat("key ", Quote(entry.key)),
                           "OTM 0.2 has no such part");
  }
  if (context.drawn == 0) return;
  context.inventory.Note(
      v1::IMPORT_NOTE_KIND_WARNING, {root.document().file, root.node().at}, "",
      absl::StrCat("places of ", context.drawn,
                   " elements in diagrams and in code have no place in the model and were left out"));
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  Context context(document, inventory, faults);
  const Field& root = context.root;
  const std::string version = root["otmVersion"].Line();
  const std::string series = absl::StrCat(version, ".");
  if (!absl::StartsWith(series, "0.1.") && !absl::StartsWith(series, "0.2.")) {
    inventory.Skip(root["otmVersion"].spot(), absl::StrCat("OTM ", Quote(version)),
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

Parent ParentOf(Context& context, const Field& element) {
  const Field parent = element["parent"].Map();
  if (!parent.exists()) return {};
  Parent out;
  out.zone = parent["trustZone"].Raw();
  if (out.zone.empty()) out.component = parent["component"].Raw();
  out.spot = parent.spot();
  out.path = parent.path();
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

std::vector<std::string> AttributeTags(Context& context, const Field& in, absl::string_view whose) {
  std::vector<std::string> tags;
  const Field attributes = in["attributes"].Map();
  if (!attributes.exists()) return tags;
  for (const auto& [key, value] : attributes.Entries()) {
    if (!value.exists()) continue;
    const auto warn = [&, &key = key, &value = value](absl::string_view why) {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, value.key_spot(), value.path(),
                             absl::StrCat("attribute ", Quote(key), " of ", whose, why));
    };
    if (!value.is_scalar()) {
      warn(" is no single value, which has no place in the model; it was left out");
    } else if (HoldsSecret(key, value.Raw())) {
      warn(" holds a secret, which was not taken over; keep it in a secret store");
    } else {
      tags.push_back(CutText(absl::StrCat("otm:attribute:", OneLineOf(key), "=", OneLineOf(value.Raw())), kMaxLine));
    }
  }
  return tags;
}

std::vector<Reference> AssetsOf(Context& context, const Field& in, absl::string_view key) {
  std::vector<Reference> out;
  std::set<std::string> seen;
  for (const auto& [asset, field] : in[key].Lines()) {
    if (!seen.insert(asset).second) continue;
    if (context.assets.names.Has(asset)) {
      out.push_back({context.assets.names.HandleOf(asset), "", field.spot()});
    } else {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, field.spot(), field.path(),
                             absl::StrCat("the file has no asset ", Quote(asset), "; it was left out"));
    }
  }
  return out;
}

}  // namespace otm

const Format kOtm = {"otm", otm::Claims, otm::Import};

}  // namespace metapowers::importers
