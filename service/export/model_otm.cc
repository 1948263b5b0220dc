// Open Threat Model: WriteOtm() of model_export.h.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/export/left_out.h"
#include "service/export/model_export.h"

namespace metapowers::exporting {
namespace {

namespace pb = model::v1;
using Json = nlohmann::ordered_json;

constexpr absl::string_view kTag = "otm:";
constexpr absl::string_view kAttribute = "attribute:";
// Between two levels of ours.
constexpr int kLevelStep = 25;

const SaidFields& Said() {
  static const auto* const said = new SaidFields{
      {"schema_version", {}},
      {"id", {}},
      {"name", {}},
      {"description", {}},
      {"owner_team", {}},
      {"data_classes",
       {"id", "name", "description", "confidentiality", "integrity", "availability", "rating_justification",
        "imported_id", "tags"}},
      {"zones", {"id", "name", "type", "parent", "trust", "description", "imported_id", "tags"}},
      {"components",
       {"id", "name", "description", "kind", "technology", "zone", "processes", "stores", "repository", "tags",
        "origin", "imported_id"}},
      {"flows", {"id", "name", "purpose", "source", "target", "sends", "receives", "tags", "imported_id"}},
      {"delivery", {"repositories"}}};
  return *said;
}

// Tags of an element: those of its own, and what an import kept in others.
struct Tags {
  std::vector<std::string> own;
  std::map<std::string, std::string> kept;  // e.g. `type`
  Json attributes = Json::object();

  explicit Tags(const google::protobuf::RepeatedPtrField<std::string>& tags) {
    for (const std::string& tag : tags) {
      absl::string_view text = tag;
      if (!absl::ConsumePrefix(&text, kTag)) {
        own.push_back(tag);
        continue;
      }
      const bool attribute = absl::ConsumePrefix(&text, kAttribute);
      const size_t equals = text.find('=');
      const std::string key(text.substr(0, equals));
      const std::string value(equals == absl::string_view::npos ? "" : text.substr(equals + 1));
      if (attribute) {
        attributes[key] = value;
      } else {
        kept[key] = value;
      }
    }
  }

  bool Has(const std::string& key) const { return kept.count(key) > 0; }
  std::string Get(const std::string& key) const { return Has(key) ? kept.at(key) : ""; }
};

// A list of ids or nothing.
void SetList(Json& object, const char* key, std::vector<std::string> values) {
  if (!values.empty()) object[key] = std::move(values);
}
void SetText(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

class OtmWriter {
 public:
  explicit OtmWriter(const pb::SystemModel& model) : model_(model) {}

  ModelExport Write() && {
    Json root = Json::object();
    root["otmVersion"] = "0.2.0";
    root["project"] = Project();
    CollectIds(model_.zones());
    CollectIds(model_.data_classes());
    CollectIds(model_.components());
    for (const pb::Component& component : model_.components()) {
      zone_of_[IdOf<pb::Component>(component.id())] = component.zone();
    }
    while (IsZone(no_zone_)) no_zone_ += '-';
    Add(root, "representations", model_.delivery().repositories(), &OtmWriter::Representation);
    Add(root, "assets", model_.data_classes(), &OtmWriter::Asset);
    Json zones = ListOf(model_.zones(), &OtmWriter::Zone);
    Json components = ListOf(model_.components(), &OtmWriter::Component);
    if (!zoneless_.empty()) {
      zones.push_back({{"id", no_zone_}, {"name", "No zone declared"}, {"risk", {{"trustRating", 0}}}});
      Say(absl::StrCat("OTM has no component without a trust zone: '", no_zone_, "' holds ",
                       absl::StrJoin(zoneless_, ", ")));
    }
    root["trustZones"] = std::move(zones);
    root["components"] = std::move(components);
    root["dataflows"] = ListOf(model_.flows(), &OtmWriter::Flow);
    Conclude();
    ModelExport out{absl::StrCat(root.dump(2, ' ', false, Json::error_handler_t::replace), "\n"),
                    LeftOut(model_, Said())};
    out.left_out.insert(out.left_out.end(), sentences_.begin(), sentences_.end());
    return out;
  }

 private:
  template <class Element>
  void CollectIds(const google::protobuf::RepeatedPtrField<Element>& elements) {
    std::map<std::string, std::string>& ids = ids_[Element::descriptor()];
    for (const Element& element : elements) {
      ids[element.id()] = element.imported_id().empty() ? element.id() : element.imported_id();
    }
  }
  bool IsZone(const std::string& exported_id) const {
    return std::any_of(model_.zones().begin(), model_.zones().end(),
                       [&](const pb::Zone& zone) { return IdOf<pb::Zone>(zone.id()) == exported_id; });
  }
  template <class Element>
  std::string IdOf(const std::string& id) const {
    const auto& ids = ids_.at(Element::descriptor());
    const auto found = ids.find(id);
    return found == ids.end() ? id : found->second;
  }
  std::vector<std::string> Assets(const google::protobuf::RepeatedPtrField<std::string>& ids) const {
    std::vector<std::string> out;
    for (const std::string& id : ids) out.push_back(IdOf<pb::DataClass>(id));
    return out;
  }

  template <class List, class Write>
  Json ListOf(const List& elements, Write write) {
    Json list = Json::array();
    for (const auto& element : elements) list.push_back((this->*write)(element));
    return list;
  }
  template <class List, class Write>
  void Add(Json& root, const char* key, const List& elements, Write write) {
    if (!elements.empty()) root[key] = ListOf(elements, write);
  }

  Json Project() const {
    Json project = {{"name", model_.name()}, {"id", model_.id()}};
    SetText(project, "description", model_.description());
    for (const pb::Team& team : model_.teams()) {
      if (team.id() != model_.owner_team()) continue;
      SetText(project, "owner", team.name());
      SetText(project, "ownerContact", team.contact());
    }
    return project;
  }

  // Code is the representation that a model knows of: its repositories.
  Json Representation(const pb::Repository& repository) {
    return {{"name", repository.name()}, {"id", repository.id()}, {"type", "code"}};
  }

  // `value` is the level, 1 to 5, or 0 where it is not known.
  Json Rating(const Tags& tags, const std::string& key, int level, const std::string& whose) {
    double kept = 0;
    if (absl::SimpleAtod(tags.Get(key), &kept) && level == LevelOf(kept)) return Number(kept);
    if (level > 0) return (level - 1) * kLevelStep;
    unrated_[key].push_back(whose);
    return 0;
  }
  // As an import takes it: a rating that people have changed since is not that of the file any more.
  static int LevelOf(double rating) { return 1 + static_cast<int>(rating / kLevelStep + 0.5); }
  static Json Number(double number) {
    const auto whole = static_cast<int64_t>(number);
    return static_cast<double>(whole) == number ? Json(whole) : Json(number);
  }

  Json Asset(const pb::DataClass& data) {
    const Tags tags(data.tags());
    Json asset = {{"name", data.name()}, {"id", IdOf<pb::DataClass>(data.id())}};
    SetText(asset, "description", data.description());
    Json risk = {{"confidentiality", Rating(tags, "confidentiality", data.confidentiality(), data.id())},
                 {"integrity", Rating(tags, "integrity", data.integrity(), data.id())},
                 {"availability", Rating(tags, "availability", data.availability(), data.id())}};
    SetText(risk, "comment", data.rating_justification());
    asset["risk"] = std::move(risk);
    SetAttributes(asset, tags);
    if (!tags.own.empty()) tagged_.insert("data_classes.tags");
    return asset;
  }

  Json Zone(const pb::Zone& zone) {
    const Tags tags(zone.tags());
    Json out = {{"id", IdOf<pb::Zone>(zone.id())}, {"name", zone.name()}};
    // An import fills in a type that OTM does not know.
    SetText(out, "type",
            tags.Has("type")             ? tags.Get("type")
            : zone.imported_id().empty() ? model::YamlName(zone.type())
                                         : "");
    SetText(out, "description", zone.description());
    double kept = 0;
    const bool exact = absl::SimpleAtod(tags.Get("trust"), &kept) && zone.trust() == static_cast<int>(kept + 0.5);
    if (!zone.has_trust()) unrated_["trust"].push_back(zone.id());
    out["risk"] = {{"trustRating", exact ? Number(kept) : Json(zone.trust())}};
    if (!zone.parent().empty()) out["parent"] = {{"trustZone", IdOf<pb::Zone>(zone.parent())}};
    SetAttributes(out, tags);
    if (!tags.own.empty()) tagged_.insert("zones.tags");
    return out;
  }

  Json Component(const pb::Component& component) {
    const Tags tags(component.tags());
    const std::string id = IdOf<pb::Component>(component.id());
    Json out = {{"id", id}, {"name", component.name()}};
    out["type"] = tags.Has("type")                  ? tags.Get("type")
                  : !component.technology().empty() ? component.technology(0)
                                                    : model::YamlName(component.kind());
    if (component.technology_size() > 1) tagged_.insert("components.technology after its first word");
    SetText(out, "description", component.description());
    if (const std::string parent = tags.Get("parent"); IsParent(parent, component)) {
      out["parent"] = {{"component", parent}};
    } else {
      if (component.zone().empty()) zoneless_.push_back(component.id());
      out["parent"] = {{"trustZone", component.zone().empty() ? no_zone_ : IdOf<pb::Zone>(component.zone())}};
    }
    if (!component.repository().empty()) {
      out["representations"] = Json::array({{{"representation", component.repository()},
                                             {"id", absl::StrCat(component.repository(), ".", component.id())}}});
    }
    Json assets = Json::object();
    SetList(assets, "processed", Assets(component.processes()));
    SetList(assets, "stored", Assets(component.stores()));
    if (!assets.empty()) out["assets"] = std::move(assets);
    SetList(out, "tags", tags.own);
    SetAttributes(out, tags);
    return out;
  }

  // Whether there is such a component, and in the same zone: one that people have moved since is in the zone's hands.
  bool IsParent(const std::string& exported_id, const pb::Component& component) const {
    const auto found = zone_of_.find(exported_id);
    return found != zone_of_.end() && found->second == component.zone() &&
           exported_id != IdOf<pb::Component>(component.id());
  }

  Json Flow(const pb::Flow& flow) {
    const Tags tags(flow.tags());
    Json out = {{"id", flow.imported_id().empty() ? flow.id() : flow.imported_id()}, {"name", flow.name()}};
    SetText(out, "description", flow.purpose());
    if (tags.Has("bidirectional") || !flow.receives().empty()) out["bidirectional"] = true;
    out["source"] = IdOf<pb::Component>(flow.source());
    out["destination"] = IdOf<pb::Component>(flow.target());
    std::set<std::string> data(flow.sends().begin(), flow.sends().end());
    const std::set<std::string> received(flow.receives().begin(), flow.receives().end());
    if (!received.empty() && received != data) one_way_.push_back(flow.id());
    data.insert(received.begin(), received.end());
    std::vector<std::string> assets;
    for (const std::string& id : data) assets.push_back(IdOf<pb::DataClass>(id));
    SetList(out, "assets", std::move(assets));
    SetList(out, "tags", tags.own);
    SetAttributes(out, tags);
    return out;
  }

  static void SetAttributes(Json& element, const Tags& tags) {
    if (!tags.attributes.empty()) element["attributes"] = tags.attributes;
  }

  void Say(std::string sentence) { sentences_.push_back(std::move(sentence)); }

  void Conclude() {
    for (const std::string& what : tagged_) Say(what);
    for (const auto& [key, ids] : unrated_) {
      Say(absl::StrCat("OTM requires a number for ", key, ": 0 stands for what is not known of ",
                       absl::StrJoin(ids, ", ")));
    }
    if (!one_way_.empty()) {
      Say(absl::StrCat("OTM has one list of assets for both directions: which way they go in ",
                       absl::StrJoin(one_way_, ", ")));
    }
  }

  const pb::SystemModel& model_;
  // By type: the id that OTM gets.
  std::map<const google::protobuf::Descriptor*, std::map<std::string, std::string>> ids_;
  std::map<std::string, std::string> zone_of_;  // component by the id that OTM gets
  std::string no_zone_ = "no-zone";
  std::vector<std::string> zoneless_;                        // components
  std::map<std::string, std::vector<std::string>> unrated_;  // elements by what is not known of them
  std::vector<std::string> one_way_;                         // flows
  std::set<std::string> tagged_;
  std::vector<std::string> sentences_;
};

}  // namespace

ModelExport WriteOtm(const model::Model& model) { return OtmWriter(model.proto()).Write(); }

}  // namespace metapowers::exporting
