#include "service/importers/cyclonedx_data.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace metapowers::importers::cyclonedx {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxData = 200;   // classes of one service
constexpr size_t kMaxPeers = 200;  // sources, and destinations, of one of them

// What classifications of data say by their names.
struct Classification {
  absl::string_view name;  // in lower case
  pb::Confidentiality confidentiality;
  pb::DataCategory category;
};
constexpr Classification kClassifications[] = {
    {"confidential", pb::CONFIDENTIALITY_CONFIDENTIAL, pb::DATA_CATEGORY_UNSPECIFIED},
    {"internal", pb::CONFIDENTIALITY_INTERNAL, pb::DATA_CATEGORY_UNSPECIFIED},
    {"pan", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PAN},
    {"phi", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PHI},
    {"pifi", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_FINANCIAL},
    {"pii", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PII},
    {"public", pb::CONFIDENTIALITY_PUBLIC, pb::DATA_CATEGORY_UNSPECIFIED},
    {"restricted", pb::CONFIDENTIALITY_RESTRICTED, pb::DATA_CATEGORY_UNSPECIFIED},
};

// The name of a party of a governance: an organisation, else a person to contact.
struct Party {
  std::string name;
  bool organisation = false;
  Field field;
};

Party PartyOf(const Field& item) {
  const Field organisation = item["organization"];
  if (organisation.is_map() && !organisation["name"].Line().empty())
    return {organisation["name"].Line(), true, organisation};
  const Field contact = item["contact"];
  if (!contact.is_map()) return {"", false, item};
  const std::string name = contact["name"].Line();
  return {name.empty() ? contact["email"].Line() : name, false, contact};
}

}  // namespace

std::vector<ServiceData> DataReader::Read(const std::string& service, const Field& list) {
  std::vector<ServiceData> all;
  for (const Field& item : list.Items()) {
    const std::string classification = item.is_map() ? item["classification"].Line() : "";
    if (classification.empty()) {
      item.Fault("must be a mapping with the `classification` of the data");
      continue;
    }
    if (all.size() >= kMaxData) {
      inventory_.Skip(
          item.spot(), absl::StrCat("further data of ", service),
          absl::StrCat(kMaxData, " classes of data of one service are read; describe fewer, larger classes"));
      break;
    }
    ServiceData& data = all.emplace_back();
    data.classification = classification;
    data.field = item;
    const std::string flow = item["flow"].Text();
    data.in = flow == "bi-directional" || flow == "inbound";
    data.out = flow == "bi-directional" || flow == "outbound";
    if (flow == "unknown") {
      inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, item.spot(), item.path(),
                      absl::StrCat("which way does the data ", classification, " of ", service, " go?"));
    }
    ReadPeers(service, item["source"], " comes from ", data, data.has_sources, data.sources);
    ReadPeers(service, item["destination"], " goes to ", data, data.has_destinations, data.destinations);
    AddClass(item, classification);
  }
  return all;
}

void DataReader::ReadPeers(const std::string& service, const Field& list, const char* way, ServiceData& data, bool& has,
                           std::set<std::string>& names) {
  size_t count = 0;
  for (const auto& [reference, field] : list.Lines()) {
    has = true;
    if (++count > kMaxPeers) {
      inventory_.Skip(
          field.spot(),
          absl::StrCat("further sources or destinations of the data ", data.classification, " of ", service),
          absl::StrCat(kMaxPeers, " of one class of data are read"));
      return;
    }
    if (const std::string peer = peer_(reference); !peer.empty()) {
      names.insert(peer);
      continue;
    }
    inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, field.spot(), field.path(),
                    absl::StrCat("the data ", data.classification, " of ", service, way, reference,
                                 ", which is no service of the file"));
  }
}

void DataReader::AddClass(const Field& data, const std::string& name) {
  if (!classes_.insert(name).second) return ReadGovernance(data, name, nullptr);
  Shown<pb::DataClass> shown;
  shown.name = name;
  shown.spot = data["classification"].spot();
  shown.value.set_name(name);
  if (data["description"].is_scalar()) shown.value.set_description(data["description"].Line());
  for (const Classification& each : kClassifications) {
    if (absl::AsciiStrToLower(name) != each.name) continue;
    if (each.confidentiality != pb::CONFIDENTIALITY_UNSPECIFIED) shown.value.set_confidentiality(each.confidentiality);
    if (each.category == pb::DATA_CATEGORY_UNSPECIFIED) continue;
    shown.value.add_categories(each.category);
    shown.Assumed("categories", shown.spot, "drawn from the name of the classification");
  }
  ReadGovernance(data, name, &shown);
  inventory_.Count("data_assets");
  inventory_.data_classes.push_back(std::move(shown));
}

void DataReader::ReadGovernance(const Field& data, const std::string& name, Shown<pb::DataClass>* shown) {
  const Field governance = data["governance"];
  if (!governance.is_map()) return;
  constexpr std::pair<absl::string_view, absl::string_view> kParts[] = {
      {"owners", "owned"}, {"stewards", "stewarded"}, {"custodians", "kept"}};
  for (const auto& [part, role] : kParts) {
    for (const Field& item : governance[part].Maps()) {
      const Party party = PartyOf(item);
      if (party.name.empty()) continue;
      const bool owns = part == "owners";
      if (owns && party.organisation && shown != nullptr) {
        AddTeam(party.name, party.field);
        shown->Refers("owner", {party.name, "", party.field.spot()});
        shown = nullptr;  // one team owns a class of data
        continue;
      }
      inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, party.field.spot(), party.field.path(),
                      absl::StrCat("the data ", name, " is ", role, " by ", party.name));
    }
  }
}

void DataReader::AddTeam(const std::string& name, const Field& field) {
  if (!teams_.insert(name).second) return;
  Shown<pb::Team> team;
  team.name = name;
  team.spot = field.spot();
  team.value.set_name(name);
  inventory_.teams.push_back(std::move(team));
}

}  // namespace metapowers::importers::cyclonedx
