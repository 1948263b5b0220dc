#include "service/export/oscal.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/control_posture.h"
#include "service/base/digest.h"
#include "service/base/markdown_escape.h"
#include "service/base/strings.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"
#include "service/model/model.h"

namespace metapowers::exporting {
namespace {

using Json = nlohmann::ordered_json;
using model::v1::PostureState;

constexpr char kOscalVersion[] = "1.1.2";
constexpr char kOwnerRole[] = "asset-owner";  // of OSCAL's own list of roles

// Catalogues of NIST in OSCAL that controls are named after.
struct ControlCatalogue {
  absl::string_view framework;
  absl::string_view source;
};
constexpr ControlCatalogue kCatalogues[] = {
    {"nist-800-53r5",
     "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/"
     "NIST_SP-800-53_rev5_catalog.json"},
    {"csf-2.0",
     "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/CSF/v2.0/json/"
     "NIST_CSF_v2.0_catalog.json"},
};

// Text of the model where OSCAL takes Markdown; `instead` where nothing is left of it.
std::string Markup(absl::string_view text, absl::string_view instead) {
  std::string out;
  AppendMarkdown(text, MarkdownContext::kText, {.before = '\n', .block_start = true}, out);
  absl::StripAsciiWhitespace(&out);
  return out.empty() ? std::string(instead) : out;
}

// `YYYY-MM-DD` as OSCAL's date-time with zone.
std::string StartOf(absl::string_view date) { return absl::StrCat(date, "T00:00:00Z"); }
std::string EndOf(absl::string_view date) { return absl::StrCat(date, "T23:59:59Z"); }

// Text of the model where OSCAL takes a string, which has neither line ends nor blanks around it; `instead` where
// nothing is left of it.
std::string Words(absl::string_view text, absl::string_view instead) {
  const std::string line = OneLine(text);
  const absl::string_view words = absl::StripAsciiWhitespace(line);
  return std::string(words.empty() ? instead : words);
}

// A property of ours.
Json Property(absl::string_view name, absl::string_view value) {
  return {{"name", std::string(name)}, {"ns", std::string(kOscalMark)}, {"value", Words(value, "none")}};
}

// A list of one entry; braces alone do not tell it from the entry.
Json List(Json entry) {
  Json list = Json::array();
  list.push_back(std::move(entry));
  return list;
}

// What is in place for one control of a catalogue.
struct Implementation {
  std::vector<std::string> measures;
  bool partial = false;
};
// Catalogue -> control -> what is in place.
using Implementations = std::map<absl::string_view, std::map<std::string, Implementation>>;

absl::string_view FrameworkOf(absl::string_view reference) { return reference.substr(0, reference.find(':')); }

template <class References>
void AddMeasure(const References& references, const std::string& measure, bool partial, Implementations& out) {
  std::set<std::pair<absl::string_view, std::string>> seen;
  for (const std::string& reference : references) {
    const std::string control = OscalControlId(reference);
    if (control.empty()) continue;
    for (const ControlCatalogue& catalogue : kCatalogues) {
      if (catalogue.framework != FrameworkOf(reference)) continue;
      if (!seen.emplace(catalogue.framework, control).second) continue;
      Implementation& implementation = out[catalogue.framework][control];
      implementation.measures.push_back(measure);
      implementation.partial |= partial;
    }
  }
}

bool InPlace(PostureState state) {
  return state == model::v1::POSTURE_STATE_IMPLEMENTED || state == model::v1::POSTURE_STATE_PARTIAL;
}

std::string Measure(absl::string_view name, PostureState state, absl::string_view source, absl::string_view evidence) {
  return absl::StrCat("- ", Markup(name, "Control"), ": ", model::YamlName(state),
                      source.empty() ? "" : absl::StrCat(" (", Markup(source, "declared"), ")"),
                      evidence.empty() ? "" : absl::StrCat("; evidence: ", Markup(evidence, "none")));
}

class Writer {
 public:
  Writer(const analysis::Landscape& landscape, const std::string& topic)
      : landscape_(landscape), model_(landscape.model().proto()), topic_(topic) {}

  File ComponentDefinition() {
    Json components = Json::array();
    for (size_t i = 0; i < landscape_.components().size(); ++i) AddComponent(static_cast<int>(i), components);
    for (const model::v1::ThirdParty& supplier : model_.third_parties()) {
      Json component = Component("supplier", supplier.id(), "service", supplier.name(), supplier.service());
      AddOwner(supplier.owner_team(), "", component);
      components.push_back(std::move(component));
    }
    for (const model::v1::Control& control : model_.controls()) AddControl(control, components);
    Json body;
    body["metadata"] = Metadata(absl::StrCat("Components of ", Markup(model_.name(), topic_), " and their controls"),
                                "component-definition");
    if (!components.empty()) body["components"] = std::move(components);  // OSCAL knows no empty list
    return Document("component-definition", std::move(body));
  }

  File PlanOfAction(const std::vector<OpenRisk>& risks) {
    Json observations = Json::array(), entries = Json::array(), items = Json::array();
    for (const OpenRisk& risk : risks) {
      observations.push_back(Observation(risk));
      entries.push_back(Risk(risk));
      items.push_back({{"uuid", Id("poam-item", risk.key)},
                       {"title", Markup(risk.title, risk.key)},
                       {"description", Markup(risk.remedy, "To be decided.")},
                       {"props", List(Property("finding-key", risk.key))},
                       {"related-observations", List({{"observation-uuid", Id("observation", risk.key)}})},
                       {"related-risks", List({{"risk-uuid", Id("risk", risk.key)}})}});
    }
    Json body;
    Json local = LocalDefinitions(risks);
    body["metadata"] =
        Metadata(absl::StrCat("Plan of action and milestones of ", Markup(model_.name(), topic_)), "poam");
    body["system-id"] = {{"identifier-type", "http://ietf.org/rfc/rfc4122"}, {"id", ExportId(topic_)}};
    body["local-definitions"] = std::move(local);
    body["observations"] = std::move(observations);
    body["risks"] = std::move(entries);
    body["poam-items"] = std::move(items);
    return Document("plan-of-action-and-milestones", std::move(body));
  }

 private:
  std::string Id(absl::string_view kind, absl::string_view name) const {
    return ExportId(absl::StrCat(topic_, "/oscal/", kind, "/", name));
  }

  // Its id follows from the rest.
  File Document(absl::string_view kind, Json body) const {
    const std::string identity = body["metadata"]["document-ids"][0]["identifier"];
    Json document = {{"uuid", ExportId(absl::StrCat(identity, "/", Sha256Hex(Dump(body))))}};
    document.update(body);
    return {absl::StrCat(kind, ".json"), absl::StrCat(Dump({{std::string(kind), std::move(document)}}), "\n"),
            identity};
  }
  static std::string Dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

  Json Metadata(const std::string& title, absl::string_view kind) const {
    Json roles = List({{"id", kOwnerRole}, {"title", "Answers for the component"}});
    for (const model::v1::Role& role : model_.roles()) {
      if (role.id() != kOwnerRole) roles.push_back({{"id", role.id()}, {"title", Markup(role.title(), role.id())}});
    }
    Json parties = List({{"uuid", Id("organization", "")},
                         {"type", "organization"},
                         {"name", Words(model_.organization().name(), topic_)}});
    for (const model::v1::Team& team : model_.teams()) {
      parties.push_back({{"uuid", Id("team", team.id())},
                         {"type", "organization"},
                         {"name", Words(team.name(), team.id())},
                         {"member-of-organizations", List(Id("organization", ""))}});
    }
    return {{"title", title},
            {"last-modified", StartOf(model_.as_of())},
            {"version", model_.as_of()},
            {"oscal-version", kOscalVersion},
            {"document-ids", List({{"scheme", std::string(kOscalMark)}, {"identifier", Id("document", kind)}})},
            {"props", Json::array({Property("generator", "metapowers"), Property("topic", topic_)})},
            {"roles", std::move(roles)},
            {"parties", std::move(parties)}};
  }

  Json Component(absl::string_view kind, const std::string& id, absl::string_view type, const std::string& name,
                 const std::string& description) const {
    return {{"uuid", Id(kind, id)},
            {"type", std::string(type)},
            {"title", Markup(name, id)},
            {"description", Markup(description, Markup(name, id))},
            {"props", List(Property("model-id", id))}};
  }

  // A team answers as owner, a role as itself.
  Json Responsible(const std::string& team, const std::string& role) const {
    if (!team.empty()) return List({{"role-id", kOwnerRole}, {"party-uuids", List(Id("team", team))}});
    if (!role.empty()) return List({{"role-id", role}});
    return nullptr;
  }
  void AddOwner(const std::string& team, const std::string& role, Json& object) const {
    Json responsible = Responsible(team, role);
    if (!responsible.is_null()) object["responsible-roles"] = std::move(responsible);
  }

  void AddComponent(int index, Json& components) const {
    const analysis::ComponentView& view = landscape_.components()[static_cast<size_t>(index)];
    if (view.outside) return;
    const model::v1::Component& declared = *view.facts->component;
    Json component = Component("component", declared.id(), "software", declared.name(), declared.description());
    AddOwner(declared.owner_team(), "", component);
    Implementations implementations;
    const analysis::Element element = landscape_.ComponentElement(index);
    for (const knowledge::v1::SecurityControl& control : knowledge::SecurityControls().controls()) {
      const analysis::ControlPosture posture = analysis::PostureOf(element, control.id());
      if (!InPlace(posture.state)) continue;
      AddMeasure(control.references(), Measure(control.name(), posture.state, posture.source, posture.evidence),
                 posture.state == model::v1::POSTURE_STATE_PARTIAL, implementations);
    }
    AddImplementations(Id("component", declared.id()), implementations, component);
    components.push_back(std::move(component));
  }

  void AddControl(const model::v1::Control& control, Json& components) const {
    if (!InPlace(control.state())) return;
    Implementations implementations;
    AddMeasure(control.framework_refs(), Measure(control.name(), control.state(), "", control.evidence()),
               control.state() == model::v1::POSTURE_STATE_PARTIAL, implementations);
    if (implementations.empty()) return;
    Json component = Component("control", control.id(), "process-procedure", control.name(), control.test());
    AddOwner("", control.owner(), component);
    AddImplementations(Id("control", control.id()), implementations, component);
    components.push_back(std::move(component));
  }

  static void AddImplementations(const std::string& owner, const Implementations& implementations, Json& component) {
    Json all = Json::array();
    for (const ControlCatalogue& catalogue : kCatalogues) {
      const auto found = implementations.find(catalogue.framework);
      if (found == implementations.end()) continue;
      Json requirements = Json::array();
      for (const auto& [control, implementation] : found->second) {
        requirements.push_back(
            {{"uuid", ExportId(absl::StrCat(owner, "/", catalogue.framework, "/", control))},
             {"control-id", control},
             {"description", absl::StrJoin(implementation.measures, "\n")},
             {"props", List(Property("implementation-status", implementation.partial ? "partial" : "implemented"))}});
      }
      all.push_back(
          {{"uuid", ExportId(absl::StrCat(owner, "/", catalogue.framework))},
           {"source", std::string(catalogue.source)},
           {"description",
            "Measures in place that contribute to these controls, as the system model declares or implies them; "
            "a control may ask for more."},
           {"implemented-requirements", std::move(requirements)}});
    }
    if (!all.empty()) component["control-implementations"] = std::move(all);
  }

  // --- Plan of action ---

  static absl::string_view StateOf(const model::v1::Component& component) {
    switch (component.lifecycle()) {
      case model::v1::LIFECYCLE_PLANNED:
        return "under-development";
      case model::v1::LIFECYCLE_LIVE:
        return "operational";
      case model::v1::LIFECYCLE_RETIRING:
        return "disposition";
      default:
        return "other";
    }
  }

  Json LocalDefinitions(const std::vector<OpenRisk>& risks) {
    Json components = List({{"uuid", Id("tool", "metapowers")},
                            {"type", "software"},
                            {"title", "metapowers"},
                            {"description", "Derives threats, risks and gaps from the system model."},
                            {"status", {{"state", "operational"}}}});
    std::set<std::string> elements;
    for (const OpenRisk& risk : risks) elements.insert(risk.elements.begin(), risk.elements.end());
    for (const analysis::ComponentView& view : landscape_.components()) {
      const model::v1::Component& declared = *view.facts->component;
      if (!elements.contains(declared.id())) continue;
      Json component = Component("component", declared.id(), "software", declared.name(), declared.description());
      component["status"] = {{"state", std::string(StateOf(declared))}};
      AddOwner(declared.owner_team(), "", component);
      components.push_back(std::move(component));
    }
    return {{"components", std::move(components)}};
  }

  Json Observation(const OpenRisk& risk) const {
    Json observation = {{"uuid", Id("observation", risk.key)},
                        {"description", Markup(risk.statement, risk.key)},
                        {"methods", List("EXAMINE")}};
    Json subjects = Json::array();
    for (const std::string& element : risk.elements) {
      if (landscape_.IndexOf(element) < 0) continue;
      subjects.push_back({{"subject-uuid", Id("component", element)}, {"type", "component"}});
    }
    if (!subjects.empty()) observation["subjects"] = std::move(subjects);
    observation["collected"] = StartOf(model_.as_of());
    if (!risk.elements.empty()) {
      observation["remarks"] = Markup(absl::StrCat("Elements: ", absl::StrJoin(risk.elements, ", ")), risk.key);
    }
    return observation;
  }

  Json Risk(const OpenRisk& risk) const {
    Json facets = Json::array();
    const auto add = [&facets](const char* name, const std::string& value) {
      facets.push_back({{"name", name}, {"system", std::string(kOscalMark)}, {"value", value}});
    };
    add("likelihood", absl::StrCat(risk.likelihood));
    add("impact", absl::StrCat(risk.impact));
    add("severity", risk.severity);
    const Json origin = {{"actors", List({{"type", "tool"}, {"actor-uuid", Id("tool", "metapowers")}})}};
    Json out = {{"uuid", Id("risk", risk.key)},
                {"title", Markup(risk.title, risk.key)},
                {"description", Markup(risk.statement, risk.key)},
                {"statement", Markup(risk.consequence, Markup(risk.statement, risk.key))},
                {"props", List(Property("finding-key", risk.key))},
                {"status", risk.decided ? "remediating" : "open"},
                {"characterizations", List({{"origin", origin}, {"facets", std::move(facets)}})}};
    if (!risk.due.empty()) out["deadline"] = EndOf(risk.due);
    Json remediation = {{"uuid", Id("remediation", risk.key)},
                        {"lifecycle", risk.decided ? "planned" : "recommendation"},
                        {"title", Markup(risk.title, risk.key)},
                        {"description", Markup(risk.remedy, "To be decided.")}};
    Json task = {{"uuid", Id("task", risk.key)}, {"type", "milestone"}, {"title", "Closed"}};
    if (!risk.due.empty()) task["timing"] = {{"on-date", {{"date", EndOf(risk.due)}}}};
    AddOwner(risk.team, risk.role, task);
    remediation["tasks"] = List(std::move(task));
    out["remediations"] = List(std::move(remediation));
    out["related-observations"] = List({{"observation-uuid", Id("observation", risk.key)}});
    return out;
  }

  const analysis::Landscape& landscape_;
  const model::v1::SystemModel& model_;
  const std::string topic_;
};

}  // namespace

std::string OscalControlId(absl::string_view reference) {
  if (knowledge::FindRequirement(reference) == nullptr) return "";
  const absl::string_view framework = FrameworkOf(reference);
  absl::string_view id = reference.substr(framework.size() + 1);
  if (framework == "csf-2.0") return std::string(id);
  if (framework != "nist-800-53r5") return "";
  return absl::AsciiStrToLower(absl::StrReplaceAll(id, {{"(", "."}, {")", ""}}));
}

File WriteComponentDefinition(const analysis::Landscape& landscape, const std::string& topic) {
  return Writer(landscape, topic).ComponentDefinition();
}

std::optional<File> WritePlanOfAction(const analysis::Landscape& landscape, const std::string& topic,
                                      const std::vector<OpenRisk>& risks) {
  if (risks.empty()) return std::nullopt;
  return Writer(landscape, topic).PlanOfAction(risks);
}

}  // namespace metapowers::exporting
