// Data assets, technical assets and their links: see threagile_context.h.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/strings.h"
#include "service/importers/plain_text.h"
#include "service/importers/threagile_context.h"
#include "service/importers/threagile_words.h"
#include "service/model/import_assumptions.h"
#include "service/model/schema.h"

namespace metapowers::importers::threagile {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr size_t kMaxName = 64;  // longer words are not compared with names

pb::Tristate TristateOf(std::optional<bool> flag) {
  if (!flag.has_value()) return pb::TRISTATE_UNSPECIFIED;
  return *flag ? pb::TRISTATE_YES : pb::TRISTATE_NO;
}

template <class List>
void AddAll(const std::set<std::string>& ids, List* list) {
  for (const std::string& id : ids) list->Add(std::string(id));
}

constexpr Renamed kDataAssetKeys[] = {{"rating_justification", "justification_cia_rating"}, {"imported_id", "id"}};

constexpr Renamed kAssetKeys[] = {{"kind", "type"},
                                  {"imported_id", "id"},
                                  {"used_by_human", "used_as_client_by_human"},
                                  {"owner_team", "owner"},
                                  {"scope_justification", "justification_out_of_scope"},
                                  {"technology", "technologies"},
                                  {"technology", "technology"},
                                  {"internet_facing", "internet"},
                                  {"encryption_at_rest", "encryption"},
                                  {"custom_code", "custom_developed_parts"},
                                  {"confidentiality_floor", "confidentiality"},
                                  {"integrity_floor", "integrity"},
                                  {"availability_floor", "availability"},
                                  {"rating_justification", "justification_cia_rating"},
                                  {"stores", "data_assets_stored"},
                                  {"processes", "data_assets_processed"},
                                  {"formats_accepted", "data_formats_accepted"}};

constexpr Renamed kLinkKeys[] = {{"purpose", "description"},
                                 {"transport_security", "protocol"},
                                 {"sends", "data_assets_sent"},
                                 {"receives", "data_assets_received"}};

class AssetImporter {
 public:
  explicit AssetImporter(Context& context) : context_(context) {}

  void Import(Titled& asset) {
    Part& part = asset.part;
    const std::string original = part.Raw("id");
    const std::string id = context_.assets.Find(original);
    pb::Component& component = *context_.draft.model().add_components();
    context_.components[id] = &component;
    SetIds(original, id, component);
    component.set_name(asset.title);
    component.set_description(part.Text("description"));
    ReadKind(part, component);
    ReadScope(part, component);
    ReadTechnology(part, component);
    ReadRunning(part, component);
    ReadRatings(part, component);
    ReadData(part, component);
    Observe(part, PathOf(component), component, kAssetKeys, context_.draft);
    for (Titled& link : part.Elements("communication_links")) ImportLink(link, original, id);
    part.Ignore({"diagram_tweak_order"});
    part.ReportUnknown();
  }

 private:
  static std::string PathOf(const pb::Component& component) { return absl::StrCat("components[", component.id(), "]"); }

  void ReadKind(Part& part, pb::Component& component) {
    if (!part.Has("type"))
      context_.findings.Fault(part.PlaceOf("type"), absl::StrCat("must be one of ", ListOf(kType)));
    component.set_kind(static_cast<pb::ComponentKind>(part.Choice("type", kType)));
    component.set_size(static_cast<pb::ComponentSize>(part.Choice("size", kSize)));
    component.set_usage(static_cast<pb::Usage>(part.Choice("usage", kUsage)));
    component.set_used_by_human(part.Flag("used_as_client_by_human").value_or(false));
    component.set_origin(pb::ORIGIN_DECLARED);
    for (const std::string& tag : TagsOf(part, context_)) component.add_tags(tag);
    component.set_owner_team(context_.draft.TeamOf(part.Line("owner")));
  }

  void ReadScope(Part& part, pb::Component& component) {
    component.set_out_of_scope(part.Flag("out_of_scope").value_or(false));
    std::string why = part.Text("justification_out_of_scope");
    if (component.out_of_scope() && why.empty()) {
      why = absl::StrCat("Not said in ", context_.draft.file());
      context_.draft.Assumed(PathOf(component) + ".scope_justification", part.PlaceOf("out_of_scope"),
                             "the file does not say why it is out of scope, which is taken as agreed");
    }
    component.set_scope_justification(why);
  }

  void ReadTechnology(Part& part, pb::Component& component) {
    std::vector<Item> names = part.Items("technologies");
    const std::string single = part.Raw("technology");
    if (!single.empty()) names.insert(names.begin(), {single, part.PlaceOf("technology")});
    std::set<std::string> seen;
    const std::vector<std::string>& known = Technologies();
    for (const Item& item : names) {
      const std::string name = absl::AsciiStrToLower(OneLineOf(item.text));
      if (name == kUnknownTechnology || name == "unknown" || !seen.insert(name).second) continue;
      component.add_technology(name);
      if (std::binary_search(known.begin(), known.end(), name)) continue;
      context_.findings.Warn(
          item.place, absl::StrCat("technology ", Quote(name), " is none of Threagile's; it is kept as it is written"),
          [&] { return name.size() > kMaxName ? "" : DidYouMean(name, known); });
    }
  }

  void ReadRunning(Part& part, pb::Component& component) {
    component.set_internet_facing(TristateOf(part.Flag("internet")));
    component.set_machine(static_cast<pb::Machine>(part.Choice("machine", kMachine)));
    component.set_encryption_at_rest(static_cast<pb::EncryptionAtRest>(part.Choice("encryption", kEncryption)));
    if (absl::AsciiStrToLower(part.Raw("encryption")) == "data-with-asymmetric-shared-key") {
      context_.findings.Keep(part.PlaceOf("encryption"),
                             absl::StrCat(component.id(), ": the shared key is one of an asymmetric pair"));
    }
    component.set_multi_tenant(TristateOf(part.Flag("multi_tenant")));
    component.set_redundant(TristateOf(part.Flag("redundant")));
    if (const auto own = part.Flag("custom_developed_parts"); own.has_value()) component.set_custom_code(*own);
  }

  void ReadRatings(Part& part, pb::Component& component) {
    component.set_confidentiality_floor(
        static_cast<pb::Confidentiality>(part.Choice("confidentiality", kConfidentiality)));
    component.set_integrity_floor(static_cast<pb::Importance>(part.Choice("integrity", kCriticality)));
    component.set_availability_floor(static_cast<pb::Importance>(part.Choice("availability", kCriticality)));
    component.set_rating_justification(part.Text("justification_cia_rating"));
  }

  void ReadData(Part& part, pb::Component& component) {
    const auto stored = context_.data.ResolveAll(part.Items("data_assets_stored"), context_.findings);
    std::set<std::string> processed = context_.data.ResolveAll(part.Items("data_assets_processed"), context_.findings);
    for (const std::string& id : stored) processed.erase(id);
    AddAll(stored, component.mutable_stores());
    if (component.kind() == pb::COMPONENT_KIND_DATASTORE) {
      AddAll(processed, component.mutable_stores());
      if (!processed.empty()) {
        context_.draft.Assumed(PathOf(component) + ".stores", part.PlaceOf("data_assets_processed"),
                               absl::StrCat("the file lists ", model::ShortListOf(processed),
                                            " as processed by a data store, and not as stored"));
      }
    } else {
      AddAll(processed, component.mutable_processes());
    }
    for (const Item& item : part.Items("data_formats_accepted")) {
      const auto word = std::find_if(kDataFormat.begin(), kDataFormat.end(),
                                     [&](const Word& w) { return w.text == absl::AsciiStrToLower(item.text); });
      if (word != kDataFormat.end()) {
        component.add_formats_accepted(static_cast<pb::DataFormat>(word->value));
      } else {
        context_.findings.Fault(item.place,
                                absl::StrCat("must be one of ", ListOf(kDataFormat), ", not ", Quote(item.text)));
      }
    }
  }

  void ImportLink(Titled& link, const std::string& original_source, const std::string& source) {
    Part& part = link.part;
    const Item target{part.Raw("target"), part.PlaceOf("target")};
    if (target.text.empty()) context_.findings.Fault(target.place, "is required: a link has a target");
    const std::string target_id = context_.assets.Resolve(target, context_.findings);
    pb::Flow flow;
    flow.set_id(*context_.flow_ids.Find(FlowKey(original_source, link.raw)));
    flow.set_imported_id(LinkId(original_source, link.raw));
    flow.set_name(link.title);
    flow.set_source(source);
    flow.set_target(target_id);
    flow.set_purpose(part.Text("description"));
    ReadProtocol(part, flow);
    flow.set_authentication(static_cast<pb::FlowAuthentication>(part.Choice("authentication", kAuthentication)));
    flow.set_authorization(static_cast<pb::FlowAuthorization>(part.Choice("authorization", kAuthorization)));
    flow.set_vpn(part.Flag("vpn").value_or(false));
    flow.set_ip_filtered(TristateOf(part.Flag("ip_filtered")));
    flow.set_readonly(part.Flag("readonly").value_or(false));
    flow.set_usage(static_cast<pb::Usage>(part.Choice("usage", kUsage)));
    AddAll(context_.data.ResolveAll(part.Items("data_assets_sent"), context_.findings), flow.mutable_sends());
    AddAll(context_.data.ResolveAll(part.Items("data_assets_received"), context_.findings), flow.mutable_receives());
    for (const std::string& tag : TagsOf(part, context_)) flow.add_tags(tag);
    part.Ignore({"diagram_tweak_weight", "diagram_tweak_constraint"});
    Observe(part, absl::StrCat("flows[", flow.id(), "]"), flow, kLinkKeys, context_.draft);
    part.ReportUnknown();
    if (source == target_id) {
      context_.findings.Warn(part.place(),
                             absl::StrCat("a link of ", source, " to itself is no flow; it was not imported"));
    } else {
      *context_.draft.model().add_flows() = std::move(flow);
    }
  }

  void ReadProtocol(Part& part, pb::Flow& flow) {
    const std::string name = absl::AsciiStrToLower(part.Line("protocol"));
    if (name.empty() || name == kUnknownProtocol) return;
    flow.set_protocol(name);
    const auto word = std::find_if(kProtocol.begin(), kProtocol.end(), [&](const Word& w) { return w.text == name; });
    if (word != kProtocol.end()) {
      flow.set_transport_security(static_cast<pb::TransportSecurity>(word->value));
      return;
    }
    context_.findings.Warn(
        part.PlaceOf("protocol"),
        absl::StrCat("protocol ", Quote(name), " is none of Threagile's; it is kept as it is written"), [&] {
          std::vector<std::string> known;
          for (const Word& w : kProtocol) known.emplace_back(w.text);
          return name.size() > kMaxName ? "" : DidYouMean(name, known);
        });
  }

  Context& context_;
};

}  // namespace

void Observe(const Part& part, const std::string& path, const google::protobuf::Message& element,
             absl::Span<const Renamed> renamed, Draft& draft) {
  const auto& type = *element.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (!model::IsSet(element, field)) continue;
    Place at = part.Has(field.name()) ? part.PlaceOf(field.name()) : part.place();
    for (const Renamed& each : renamed) {
      if (each.field == field.name() && part.Has(each.key)) at = part.PlaceOf(each.key);
    }
    draft.Observed(model::AppendPath(path, field.name()), at);
  }
}

std::vector<std::string> TagsOf(Part& part, Context& context) {
  std::set<std::string> tags;
  for (const Item& item : part.Items("tags")) {
    const std::string tag = absl::AsciiStrToLower(OneLineOf(item.text));
    if (!context.tags_available.empty() && context.tags_available.count(tag) == 0) {
      context.findings.Warn(item.place, absl::StrCat("tag ", Quote(tag), " is not among tags_available"));
    }
    tags.insert(tag);
  }
  return {tags.begin(), tags.end()};
}

void ImportData(std::vector<Titled>& data_assets, Context& context) {
  for (Titled& asset : data_assets) {
    Part& part = asset.part;
    pb::DataClass& data = *context.draft.model().add_data_classes();
    SetIds(part.Raw("id"), context.data.Find(part.Raw("id")), data);
    data.set_name(asset.title);
    data.set_description(part.Text("description"));
    data.set_owner(context.draft.TeamOf(part.Line("owner")));
    data.set_origin(part.Line("origin"));
    data.set_usage(static_cast<pb::Usage>(part.Choice("usage", kUsage)));
    data.set_quantity(static_cast<pb::DataQuantity>(part.Choice("quantity", kQuantity)));
    if (!part.Has("confidentiality")) {
      context.findings.Fault(part.PlaceOf("confidentiality"),
                             absl::StrCat("is required: one of ", ListOf(kConfidentiality)));
    }
    data.set_confidentiality(static_cast<pb::Confidentiality>(part.Choice("confidentiality", kConfidentiality)));
    data.set_integrity(static_cast<pb::Importance>(part.Choice("integrity", kCriticality)));
    data.set_availability(static_cast<pb::Importance>(part.Choice("availability", kCriticality)));
    data.set_rating_justification(part.Text("justification_cia_rating"));
    for (const std::string& tag : TagsOf(part, context)) data.add_tags(tag);
    Observe(part, absl::StrCat("data_classes[", data.id(), "]"), data, kDataAssetKeys, context.draft);
    part.ReportUnknown();
  }
}

void ImportAssets(std::vector<Titled>& technical_assets, Context& context) {
  AssetImporter importer(context);
  for (Titled& asset : technical_assets) importer.Import(asset);
}

}  // namespace metapowers::importers::threagile
