// Components, data flows and threats of OTM: see otm.h.
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "service/importers/otm_context.h"
#include "service/importers/source.h"

namespace metapowers::importers::otm {

namespace pb = model::v1;
using model::Quote;

namespace {

void ReadType(Context& context, const Section& in, Shown<pb::Component>& component) {
  const std::string type = context.reader.Line(in, "type");
  const Spot spot = context.reader.SpotOf(in, "type");
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

void ReadParent(Context& context, const std::string& id, const Section& in, Shown<pb::Component>& component) {
  const Parent& parent = context.parents.at(id);
  const auto warn = [&](const std::string& text) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, parent.empty() ? context.reader.SpotOf(in) : parent.spot,
                           parent.empty() ? context.reader.PathOf(in, "parent") : parent.path, text);
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
    context.reader.Fault(
        in, "parent",
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
void AddTags(Context& context, const Section& in, Shown<Element>& shown) {
  std::set<std::string> seen(shown.value.tags().begin(), shown.value.tags().end());
  for (const Entry& tag : context.reader.Lines(in, "tags")) {
    if (seen.insert(tag.text).second) shown.value.add_tags(tag.text);
  }
  for (std::string& tag : AttributeTags(context, in, shown.value.name())) {
    if (seen.insert(tag).second) shown.value.add_tags(std::move(tag));
  }
}

void ImportComponent(Context& context, const std::string& id, const Section& in) {
  NodeReader& reader = context.reader;
  Shown<pb::Component>& component = context.inventory.components.emplace_back();
  Describe(context, context.components, id, in, component);
  component.value.set_description(reader.Prose(in, "description"));
  component.value.set_origin(pb::ORIGIN_DECLARED);
  ReadType(context, in, component);
  ReadParent(context, id, in, component);
  AddTags(context, in, component);
  if (const std::optional<Section> assets = reader.Map(in, "assets"); assets.has_value()) {
    for (Reference& asset : AssetsOf(context, *assets, "processed")) component.Refers("processes", std::move(asset));
    for (Reference& asset : AssetsOf(context, *assets, "stored")) component.Refers("stores", std::move(asset));
  }
  if (!reader.Maps(in, "representations").empty()) ++context.drawn;
  KeepThreats(context, in, absl::StrCat("component ", Quote(component.value.name())));
  context.inventory.Count("components");
}

// Whether the file has both ends and they differ; otherwise the flow is skipped.
bool HasEnds(Context& context, const std::string& id, const Section& in) {
  const auto skip = [&](const std::string& why) {
    context.inventory.Skip(context.reader.SpotOf(in), absl::StrCat("dataflow ", Quote(id)), why);
    return false;
  };
  const std::string source = context.reader.Raw(in, "source");
  const std::string target = context.reader.Raw(in, "destination");
  for (const std::string& end : {source, target}) {
    if (context.components.names.Has(end)) continue;
    return skip(end.empty() ? "it has no source or no destination; name both by the id of a component"
                            : absl::StrCat("the file has no component ", Quote(end), "; add it or name another"));
  }
  if (source == target) return skip("it leads from a component to itself, which is no flow between two");
  return true;
}

void ImportFlow(Context& context, const std::string& id, const Section& in) {
  NodeReader& reader = context.reader;
  context.inventory.Count("flows");
  KeepThreats(context, in, absl::StrCat("dataflow ", Quote(reader.Line(in, "name"))));
  if (!HasEnds(context, id, in)) {
    context.inventory.Count("broken_flows");
    return;
  }
  Shown<pb::Flow>& flow = context.inventory.flows.emplace_back();
  Describe(context, context.flows, id, in, flow);
  flow.scope = context.scope;
  flow.value.set_purpose(reader.Prose(in, "description"));
  const NamePlan& names = context.components.names;
  flow.Refers("source", {names.HandleOf(reader.Raw(in, "source")), "", reader.SpotOf(in, "source")});
  flow.Refers("target", {names.HandleOf(reader.Raw(in, "destination")), "", reader.SpotOf(in, "destination")});
  const bool both = reader.Flag(in, "bidirectional").value_or(false);
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

std::string DetailsOf(Context& context, const Section& threat) {
  NodeReader& reader = context.reader;
  std::vector<std::string> parts;
  if (const std::optional<Section> risk = reader.Map(threat, "risk"); risk.has_value()) {
    for (const char* key : {"likelihood", "impact"}) {
      const std::optional<double> rating = reader.Number(*risk, key);
      if (rating.has_value()) parts.push_back(absl::StrCat(key, " ", NumberText(*rating)));
    }
  }
  for (const char* key : {"categories", "cwes", "tags"}) {
    for (const Entry& entry : reader.Lines(threat, key)) parts.push_back(entry.text);
  }
  const std::string description = reader.Prose(threat, "description");
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

void KeepThreats(Context& context, const Section& in, absl::string_view whose) {
  NodeReader& reader = context.reader;
  for (const Section& threat : reader.Maps(in, "threats")) {
    const std::string id = reader.Raw(threat, "threat");
    context.threats_used.insert(id);
    std::string text = absl::StrCat("threat ", TitleIn(context.threats, id), " on ", whose, " is ",
                                    Quote(reader.Line(threat, "state")));
    std::vector<std::string> mitigations;
    for (const Section& mitigation : reader.Maps(threat, "mitigations")) {
      const std::string what = reader.Raw(mitigation, "mitigation");
      context.mitigations_used.insert(what);
      mitigations.push_back(
          absl::StrCat(TitleIn(context.mitigations, what), " is ", Quote(reader.Line(mitigation, "state"))));
    }
    if (!mitigations.empty()) absl::StrAppend(&text, "; mitigation ", absl::StrJoin(mitigations, ", mitigation "));
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, reader.SpotOf(threat), threat.path, text);
    context.inventory.Count("threats_on_elements");
  }
}

void ImportThreats(Context& context) {
  NodeReader& reader = context.reader;
  for (const Section& threat : reader.Maps(reader.Root(), "threats")) {
    context.inventory.Count("threats");
    const bool used = context.threats_used.count(reader.Raw(threat, "id")) > 0;
    const std::string details = DetailsOf(context, threat);
    context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, reader.SpotOf(threat), threat.path,
                           absl::StrCat("threat ", Quote(reader.Line(threat, "name")), used ? "" : ", on no element",
                                        details.empty() ? "" : ": ", details));
  }
  for (const Section& mitigation : reader.Maps(reader.Root(), "mitigations")) {
    context.inventory.Count("mitigations");
    const bool used = context.mitigations_used.count(reader.Raw(mitigation, "id")) > 0;
    const std::optional<double> reduction = reader.Number(mitigation, "riskReduction");
    const std::string description = OneLineOf(reader.Prose(mitigation, "description"));
    context.inventory.Note(
        v1::IMPORT_NOTE_KIND_KEPT, reader.SpotOf(mitigation), mitigation.path,
        absl::StrCat("mitigation ", Quote(reader.Line(mitigation, "name")), used ? "" : ", of no threat on an element",
                     reduction.has_value() ? absl::StrCat(", lowers risk by ", NumberText(*reduction)) : "",
                     description.empty() ? "" : ": ", description));
  }
}

}  // namespace metapowers::importers::otm
