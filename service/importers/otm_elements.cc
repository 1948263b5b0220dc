// Components, data flows and threats of OTM: see otm.h.
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "service/importers/name_plan.h"
#include "service/importers/otm_context.h"
#include "service/importers/plain_text.h"

namespace metapowers::importers::otm {

namespace pb = model::v1;
using model::Quote;

namespace {

void ReadType(Context& context, const Field& in, Shown<pb::Component>& component) {
  const std::string type = in["type"].Line();
  const Spot spot = in["type"].spot();
  const TypeMeaning meaning = MeaningOf(type);
  component.value.set_kind(meaning.kind);
  component.Assumed("kind", spot,
                    meaning.word.empty()
                        ? "OTM does not tell services from stores and outsiders, and the type names neither"
                        : absl::StrCat("OTM does not tell services from stores and outsiders; the type ", Quote(type),
                                       " has the word ", Quote(meaning.word)));
  const std::string technology = absl::AsciiStrToLower(type);
  if (SaysSomething(type)) component.value.add_technology(technology);
  component.Observed("technology", spot);
  if (!type.empty() && (technology != type || !SaysSomething(type))) {
    component.value.add_tags(absl::StrCat("otm:type=", type));
  }
}

void ReadParent(Context& context, const std::string& id, const Field& in, Shown<pb::Component>& component) {
  const Parent& parent = context.parents.at(id);
  const auto warn = [&](const std::string& text) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, parent.empty() ? in.spot() : parent.spot,
                           parent.empty() ? in["parent"].path() : parent.path, text);
  };
  if (parent.empty()) {
    warn(absl::StrCat("component ", Quote(id), " has no parent; it was left without a zone"));
    return;
  }
  std::string at = parent.component;
  for (size_t depth = 1; !at.empty() && at != id && depth <= kMaxNesting; ++depth) {
    const auto next = context.parents.find(at);
    at = next == context.parents.end() ? "" : next->second.component;
  }
  if (!at.empty()) {
    in["parent"].Fault(
        absl::StrCat("puts component ", Quote(id), at == id ? " into itself" : " more than 64 components deep"));
    return;
  }
  if (!parent.component.empty()) {
    if (context.components.names.Has(parent.component)) {
      component.value.add_tags(CutText(absl::StrCat("otm:parent=", parent.component), kMaxLine));
    } else {
      warn(absl::StrCat("the file has no component ", Quote(parent.component), ", in which ", Quote(id), " is"));
    }
  } else if (!context.zones.names.Has(parent.zone)) {
    warn(absl::StrCat("the file has no trust zone ", Quote(parent.zone), "; ", Quote(id), " was left without a zone"));
  }
  const std::string zone = ZoneOf(context, id);
  if (!zone.empty()) component.Refers("zone", {context.zones.names.HandleOf(zone), "", parent.spot});
}

template <class Element>
void AddTags(Context& context, const Field& in, Shown<Element>& shown) {
  std::set<std::string> seen(shown.value.tags().begin(), shown.value.tags().end());
  for (const auto& [tag, field] : in["tags"].Lines()) {
    if (seen.insert(tag).second) shown.value.add_tags(tag);
  }
  for (std::string& tag : AttributeTags(context, in, shown.value.name())) {
    if (seen.insert(tag).second) shown.value.add_tags(std::move(tag));
  }
}

void ImportComponent(Context& context, const std::string& id, const Field& in) {
  Shown<pb::Component>& component = context.inventory.components.emplace_back();
  Describe(context, context.components, id, in, component);
  component.value.set_description(in["description"].Prose());
  component.value.set_origin(pb::ORIGIN_DECLARED);
  ReadType(context, in, component);
  ReadParent(context, id, in, component);
  AddTags(context, in, component);
  if (const Field assets = in["assets"].Map(); assets.exists()) {
    for (Reference& asset : AssetsOf(context, assets, "processed")) component.Refers("processes", std::move(asset));
    for (Reference& asset : AssetsOf(context, assets, "stored")) component.Refers("stores", std::move(asset));
  }
  if (!in["representations"].Maps().empty()) ++context.drawn;
  KeepThreats(context, in, absl::StrCat("component ", Quote(component.value.name())));
  context.inventory.Count("components");
}

// Whether the file has both ends and they differ; otherwise the flow is skipped.
bool HasEnds(Context& context, const std::string& id, const Field& in) {
  const auto skip = [&](const std::string& why) {
    context.inventory.Skip(in.spot(), absl::StrCat("dataflow ", Quote(id)), why);
    return false;
  };
  const std::string source = in["source"].Raw();
  const std::string target = in["destination"].Raw();
  for (const std::string& end : {source, target}) {
    if (context.components.names.Has(end)) continue;
    return skip(end.empty() ? "it has no source or no destination; name both by the id of a component"
                            : absl::StrCat("the file has no component ", Quote(end), "; add it or name another"));
  }
  if (source == target) return skip("it leads from a component to itself, which is no flow between two");
  return true;
}

void ImportFlow(Context& context, const std::string& id, const Field& in) {
  context.inventory.Count("flows");
  KeepThreats(context, in, absl::StrCat("dataflow ", Quote(in["name"].Line())));
  if (!HasEnds(context, id, in)) {
    context.inventory.Count("broken_flows");
    return;
  }
  Shown<pb::Flow>& flow = context.inventory.flows.emplace_back();
  Describe(context, context.flows, id, in, flow);
  flow.scope = context.scope;
  flow.value.set_purpose(in["description"].Prose());
  const NamePlan& names = context.components.names;
  flow.Refers("source", {names.HandleOf(in["source"].Raw()), "", in["source"].spot()});
  flow.Refers("target", {names.HandleOf(in["destination"].Raw()), "", in["destination"].spot()});
  const bool both = in["bidirectional"].Flag().value_or(false);
  if (both) flow.value.add_tags("otm:bidirectional");
  for (Reference& asset : AssetsOf(context, in, "assets")) {
    if (both) flow.Refers("receives", asset);
    flow.Refers("sends", std::move(asset));
  }
  AddTags(context, in, flow);
}

std::string TitleIn(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto found = names.find(id);
  return found == names.end() ? absl::StrCat(Quote(id), ", which the file does not have") : Quote(found->second);
}

std::string DetailsOf(Context& context, const Field& threat) {
  std::vector<std::string> parts;
  if (const Field risk = threat["risk"].Map(); risk.exists()) {
    for (const char* key : {"likelihood", "impact"}) {
      const std::optional<double> rating = risk[key].Number();
      if (rating.has_value()) parts.push_back(absl::StrCat(key, " ", NumberText(*rating)));
    }
  }
  for (const char* key : {"categories", "cwes", "tags"}) {
    for (auto& [line, field] : threat[key].Lines()) parts.push_back(std::move(line));
  }
  const std::string description = threat["description"].Prose();
  if (!description.empty()) parts.push_back(OneLineOf(description));
  return absl::StrJoin(parts, "; ");
}

}  // namespace

void ImportComponents(Context& context) {
  for (const auto& [id, in] : context.components.elements) ImportComponent(context, id, in);
}

void ImportFlows(Context& context) {
  for (const auto& [id, in] : context.flows.elements) ImportFlow(context, id, in);
}

void KeepThreats(Context& context, const Field& in, absl::string_view whose) {
  for (const Field& threat : in["threats"].Maps()) {
    const std::string id = threat["threat"].Raw();
    context.threats_used.insert(id);
    std::string text =
        absl::StrCat("threat ", TitleIn(context.threats, id), " on ", whose, " is ", Quote(threat["state"].Line()));
    std::vector<std::string> mitigations;
    for (const Field& mitigation : threat["mitigations"].Maps()) {
      const std::string what = mitigation["mitigation"].Raw();
      context.mitigations_used.insert(what);
      mitigations.push_back(
          absl::StrCat(TitleIn(context.mitigations, what), " is ", Quote(mitigation["state"].Line())));
    }
    if (!mitigations.empty()) absl::StrAppend(&text, "; mitigation ", absl::StrJoin(mitigations, ", mitigation "));
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, threat.spot(), threat.path(), text);
    context.inventory.Count("threats_on_elements");
  }
}

void ImportThreats(Context& context) {
  for (const Field& threat : context.root["threats"].Maps()) {
    context.inventory.Count("threats");
    const bool used = context.threats_used.count(threat["id"].Raw()) > 0;
    const std::string details = DetailsOf(context, threat);
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, threat.spot(), threat.path(),
                           absl::StrCat("threat ", Quote(threat["name"].Line()), used ? "" : ", on no element",
                                        details.empty() ? "" : ": ", details));
  }
  for (const Field& mitigation : context.root["mitigations"].Maps()) {
    context.inventory.Count("mitigations");
    const bool used = context.mitigations_used.count(mitigation["id"].Raw()) > 0;
    const std::optional<double> reduction = mitigation["riskReduction"].Number();
    const std::string description = OneLineOf(mitigation["description"].Prose());
    context.inventory.Note(
        v1::IMPORT_NOTE_KIND_KEPT, mitigation.spot(), mitigation.path(),
        absl::StrCat("mitigation ", Quote(mitigation["name"].Line()), used ? "" : ", of no threat on an element",
                     reduction.has_value() ? absl::StrCat(", lowers risk by ", NumberText(*reduction)) : "",
                     description.empty() ? "" : ": ", description));
  }
}

}  // namespace metapowers::importers::otm
