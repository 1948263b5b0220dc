// Boundaries, components and flows of Threat Dragon: see threat_dragon.h.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "service/importers/plain_text.h"
#include "service/importers/settings.h"
#include "service/importers/threat_dragon_context.h"
#include "service/model/faults.h"

namespace metapowers::importers::threat_dragon {

namespace pb = model::v1;
using model::Quote;

namespace {

// What is ticked and stands in no field of the model.
constexpr absl::string_view kNodeTicks[] = {
    "isALog", "isSigned", "storesCredentials", "storesInventory", "handlesGoodsOrServices", "providesAuthentication"};

bool IsTicked(Context& context, const Cell& cell, absl::string_view key) {
  return cell.data[key].Flag().value_or(false);
}

std::string Tag(absl::string_view key) { return absl::StrCat("threat-dragon:", key); }

template <class Element>
void AddTag(absl::string_view tag, Element& element) {
  if (std::find(element.tags().begin(), element.tags().end(), tag) == element.tags().end()) {
    element.add_tags(std::string(tag));
  }
}

template <class Element>
void SetControl(absl::string_view control, Context& context, const Cell& cell, absl::string_view key,
                Shown<Element>& shown) {
  for (const pb::ControlPosture& known : shown.value.posture()) {
    if (known.control() == control) return;
  }
  pb::ControlPosture& posture = *shown.value.add_posture();
  posture.set_control(std::string(control));
  posture.set_state(pb::POSTURE_STATE_IMPLEMENTED);
  shown.Observed("posture", cell.data[key].spot());
}

// The box that a cell lies in: of those of its diagram that hold it, the smallest. A note tells of a cell that lies
// across the edge of a box, which says nothing.
const Cell* BoxAround(Context& context, const std::vector<const Cell*>& boxes, const Cell& cell) {
  const Cell* around = nullptr;
  const Cell* crossed = nullptr;  // the first
  for (const Cell* box : boxes) {
    if (box->diagram != cell.diagram || box == &cell || !box->box.has_value()) continue;
    if (box->box->Holds(*cell.box) && box->box->Area() > cell.box->Area()) {
      if (around == nullptr || box->box->Area() < around->box->Area()) around = box;
    } else if (crossed == nullptr && box->box->Touches(*cell.box) && !cell.box->Holds(*box->box)) {
      crossed = box;
    }
  }
  if (crossed != nullptr) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, cell.in.spot(), cell.in.path(),
                           absl::StrCat(TitleOf(cell), " lies across the edge of ", TitleOf(*crossed),
                                        "; is it inside? It was taken to be outside"));
  }
  return around;
}

std::vector<const Cell*> CellsOf(const Context& context, CellKind kind) {
  std::vector<const Cell*> cells;
  for (const Cell& cell : context.cells) {
    if (cell.kind == kind) cells.push_back(&cell);
  }
  return cells;
}

void ImportBox(Context& context, const std::vector<const Cell*>& boxes, const Cell& cell, Shown<pb::Zone>& zone) {
  const std::string name = context.zones.NameOf(cell.element);
  const std::string lower = absl::AsciiStrToLower(cell.name);
  zone.value.set_name(cell.name.empty() ? name : cell.name);
  zone.value.set_imported_id(cell.id);
  zone.value.set_description(cell.data["description"].Prose());
  zone.name = name;
  zone.names = context.zones.NamesOf(cell.element);
  zone.spot = cell.in.spot();
  if (lower == "internet") {
    zone.value.set_type(pb::ZONE_TYPE_INTERNET);
  } else {
    zone.value.set_type(pb::ZONE_TYPE_EXECUTION_ENV);
    zone.Assumed("type", zone.spot, "Threat Dragon does not say what kind of network a trust boundary is around");
  }
  if (!cell.box.has_value()) return;
  if (const Cell* around = BoxAround(context, boxes, cell); around != nullptr && around->element != cell.element) {
    zone.Refers("parent", {context.zones.HandleOf(around->element), "", zone.spot});
  }
}

pb::ComponentKind KindOf(CellKind kind) {
  if (kind == CellKind::kActor) return pb::COMPONENT_KIND_EXTERNAL_ENTITY;
  return kind == CellKind::kStore ? pb::COMPONENT_KIND_DATASTORE : pb::COMPONENT_KIND_PROCESS;
}

void ReadScope(Context& context, const Cell& cell, Shown<pb::Component>& component) {
  if (!IsTicked(context, cell, "outOfScope")) return;
  const std::string reason = cell.data["reasonOutOfScope"].Prose();
  component.value.set_out_of_scope(true);
  component.Observed("out_of_scope", cell.data["outOfScope"].spot());
  if (!reason.empty()) {
    component.value.set_scope_justification(reason);
    component.Observed("scope_justification", cell.data["reasonOutOfScope"].spot());
  } else if (component.value.scope_justification().empty()) {
    component.value.set_scope_justification(absl::StrCat("Not said in ", context.root.document().file));
    component.Assumed("scope_justification", cell.data["outOfScope"].spot(),
                      "the file does not say why it is out of scope, which is taken as agreed");
  }
}

void ReadTicks(Context& context, const Cell& cell, Shown<pb::Component>& component) {
  for (const absl::string_view key : kNodeTicks) {
    if (IsTicked(context, cell, key)) AddTag(Tag(key), component.value);
  }
  if (IsTicked(context, cell, "isEncrypted")) {
    SetControl("encryption_at_rest", context, cell, "isEncrypted", component);
  }
  if (IsTicked(context, cell, "isWebApplication") && component.value.technology_size() == 0) {
    component.value.add_technology("web-application");
    component.Observed("technology", cell.data["isWebApplication"].spot());
  }
  if (IsTicked(context, cell, "handlesCardPayment") && component.value.scope_tags_size() == 0) {
    component.value.add_scope_tags(pb::SCOPE_TAG_PCI_CDE);
    component.Observed("scope_tags", cell.data["handlesCardPayment"].spot());
  }
  if (IsTicked(context, cell, "storesCredentials")) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, cell.data["storesCredentials"].spot(),
                           cell.data["storesCredentials"].path(),
                           absl::StrCat("which credentials does ", TitleOf(cell), " keep, and of whom?"));
  }
  const std::string level = cell.data["privilegeLevel"].Line();
  if (!level.empty()) Keep(context, cell, absl::StrCat("privilege level of ", TitleOf(cell), ": ", level));
}

// A flow between two cells.
struct Connection {
  const Cell* cell;
  const Cell* source;
  const Cell* target;
  std::string key;  // in `flows`
};

std::string FlowTitle(const Connection& connection) {
  if (!connection.cell->name.empty()) return connection.cell->name;
  return absl::StrCat(connection.source->name, " to ", connection.target->name);
}

// The cell at one end of a flow; nullptr, and the reason in `why`, when none is there that data comes from or goes to.
const Cell* EndOf(Context& context, const Cell& cell, absl::string_view which, std::string& why) {
  const Field end = cell.in[which].Map();
  const std::string id = end.exists() ? end["cell"].Raw() : "";
  const auto found = context.by_id.find({cell.diagram, id});
  if (id.empty()) {
    why = absl::StrCat("its ", which, " is connected to nothing; connect it in the diagram");
  } else if (found == context.by_id.end()) {
    why = absl::StrCat("its ", which, " is cell ", Quote(id), ", which the diagram does not have");
  } else if (!IsNode(found->second->kind)) {
    why = absl::StrCat("its ", which, " is ", TitleOf(*found->second), ", which neither sends nor receives");
  } else {
    return found->second;
  }
  return nullptr;
}

// Finds both ends; without them the flow is skipped.
bool FindEnds(Context& context, Connection& connection) {
  std::string why;
  connection.source = EndOf(context, *connection.cell, "source", why);
  if (connection.source != nullptr) connection.target = EndOf(context, *connection.cell, "target", why);
  if (why.empty() && connection.source->element == connection.target->element) {
    why = "it leads to where it comes from, which is no flow between two";
  }
  if (why.empty()) return true;
  context.inventory.Skip(connection.cell->in.spot(), TitleOf(*connection.cell), why);
  return false;
}

void ReadTransport(Context& context, const Cell& cell, Shown<pb::Flow>& flow) {
  const bool encrypted = IsTicked(context, cell, "isEncrypted");
  if (encrypted) SetControl("transport_encryption", context, cell, "isEncrypted", flow);
  const std::string protocol = absl::AsciiStrToLower(cell.data["protocol"].Line());
  if (protocol.empty()) return;
  flow.value.set_protocol(protocol);
  const Spot spot = cell.data["protocol"].spot();
  flow.Observed("protocol", spot);
  const SchemeMeaning* meaning = FindScheme(protocol);
  if (meaning == nullptr) return;
  if (!meaning->protocol.empty()) flow.value.set_protocol(std::string(meaning->protocol));
  // A protocol in clear text may run in something that encrypts; which, the file does not say.
  if (encrypted && meaning->transport == pb::TRANSPORT_SECURITY_NONE) return;
  flow.value.set_transport_security(meaning->transport);
  if (meaning->transport != pb::TRANSPORT_SECURITY_UNSPECIFIED) flow.Observed("transport_security", spot);
}

void ImportFlow(Context& context, const Connection& connection) {
  const Cell& cell = *connection.cell;
  Shown<pb::Flow>& flow = context.inventory.flows.emplace_back();
  flow.value.set_name(FlowTitle(connection));
  flow.value.set_imported_id(cell.id);
  flow.value.set_purpose(cell.data["description"].Prose());
  flow.name = context.flows.NameOf(connection.key);
  flow.names = context.flows.NamesOf(connection.key);
  flow.scope = context.scope;
  flow.spot = cell.in.spot();
  flow.Refers("source", {context.components.HandleOf(connection.source->element), "", cell.in["source"].spot()});
  flow.Refers("target", {context.components.HandleOf(connection.target->element), "", cell.in["target"].spot()});
  ReadTransport(context, cell, flow);
  if (IsTicked(context, cell, "isBidirectional")) AddTag(Tag("isBidirectional"), flow.value);
  if (IsTicked(context, cell, "isPublicNetwork")) AddTag(Tag("isPublicNetwork"), flow.value);
  if (IsTicked(context, cell, "outOfScope")) {
    const std::string reason = cell.data["reasonOutOfScope"].Prose();
    Keep(context, cell, absl::StrCat(TitleOf(cell), " is out of scope", reason.empty() ? "" : ": ", OneLineOf(reason)));
  }
}

}  // namespace

void ImportBoundaries(Context& context) {
  const std::vector<const Cell*> boxes = CellsOf(context, CellKind::kBox);
  std::set<std::string> done;
  for (const Cell* box : boxes) {
    if (!done.insert(box->element).second) continue;
    ImportBox(context, boxes, *box, context.inventory.zones.emplace_back());
    context.inventory.Count("trust_boundaries");
  }
  for (const Cell* curve : CellsOf(context, CellKind::kCurve)) {
    context.inventory.Count("trust_boundaries");
    Keep(context, *curve,
         absl::StrCat(TitleOf(*curve), " is a curve, which has no inside; draw a box around what it is to hold"));
  }
  for (const Cell* text : CellsOf(context, CellKind::kText)) {
    if (!text->name.empty()) Keep(context, *text, absl::StrCat("text in the diagram: ", text->name));
  }
}

void ImportNodes(Context& context) {
  const std::vector<const Cell*> boxes = CellsOf(context, CellKind::kBox);
  std::map<std::string, Shown<pb::Component>*> known;
  std::map<std::string, std::string> zones;  // by element
  for (const Cell& cell : context.cells) {
    if (!IsNode(cell.kind)) continue;
    Shown<pb::Component>*& component = known[cell.element];
    if (component == nullptr) {
      component = &context.inventory.components.emplace_back();
      component->value.set_name(cell.name.empty() ? cell.id : cell.name);
      component->value.set_imported_id(cell.id);
      component->value.set_kind(KindOf(cell.kind));
      component->value.set_origin(pb::ORIGIN_DECLARED);
      component->name = context.components.NameOf(cell.element);
      component->names = context.components.NamesOf(cell.element);
      component->spot = cell.in.spot();
      context.inventory.Count("components");
    }
    if (component->value.description().empty()) {
      component->value.set_description(cell.data["description"].Prose());
    }
    ReadScope(context, cell, *component);
    ReadTicks(context, cell, *component);
    const Cell* around = cell.box.has_value() ? BoxAround(context, boxes, cell) : nullptr;
    if (around == nullptr) continue;
    const auto [zone, is_new] = zones.try_emplace(cell.element, around->element);
    if (is_new) {
      component->Refers("zone", {context.zones.HandleOf(around->element), "", cell.in.spot()});
    } else if (zone->second != around->element) {
      context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, cell.in.spot(), cell.in.path(),
                             absl::StrCat(TitleOf(cell), " is in ", TitleOf(*around),
                                          " here and in another trust boundary in an earlier diagram, which stands"));
    }
  }
}

void ImportFlows(Context& context) {
  std::vector<Connection> connections;
  std::map<std::string, size_t> drawn;  // diagram that shows a flow first; what another shows of it is the same flow
  for (const Cell* cell : CellsOf(context, CellKind::kFlow)) {
    Connection connection{cell, nullptr, nullptr, ""};
    if (!FindEnds(context, connection)) {
      context.inventory.Count("flows");
      context.inventory.Count("unconnected_flows");
      continue;
    }
    const std::string shown = absl::StrJoin({connection.source->element, connection.target->element, cell->name}, "\n");
    if (drawn.try_emplace(shown, cell->diagram).first->second != cell->diagram) continue;
    context.inventory.Count("flows");
    connection.key = cell->id;
    if (context.flows.Has(connection.key)) connection.key = absl::StrCat(cell->id, "/", cell->diagram);
    context.flows.Add(connection.key, FlowTitle(connection));
    connections.push_back(std::move(connection));
  }
  for (const Connection& connection : connections) ImportFlow(context, connection);
  if (connections.empty()) return;
  context.inventory.Note(
      v1::IMPORT_NOTE_KIND_QUESTION, {context.root.document().file, context.root.node().at}, "",
      absl::StrCat("arrows of Threat Dragon lead where data goes; which end opens the connection of ",
                   "each flow? It was taken to be the source"));
}

void KeepThreats(Context& context) {
  for (const Cell& cell : context.cells) {
    for (const Field& threat : cell.data["threats"].Maps()) {
      context.inventory.Count("threats");
      std::vector<std::string> parts;
      for (const char* key : {"type", "modelType", "severity", "score"}) {
        const std::string text = threat[key].Line();
        if (!text.empty()) parts.push_back(absl::StrCat(key, " ", text));
      }
      for (const char* key : {"description", "mitigation"}) {
        const std::string text = OneLineOf(threat[key].Prose());
        if (!text.empty()) parts.push_back(absl::StrCat(key, ": ", text));
      }
      const std::string status = threat["status"].Line();
      if (status == "Open") context.inventory.Count("open_threats");
      context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, threat.spot(), threat.path(),
                             absl::StrCat("threat ", Quote(threat["title"].Line()), " on ", TitleOf(cell), " is ",
                                          status.empty() ? "without status" : status, parts.empty() ? "" : "; ",
                                          absl::StrJoin(parts, "; ")));
    }
  }
}

}  // namespace metapowers::importers::threat_dragon
