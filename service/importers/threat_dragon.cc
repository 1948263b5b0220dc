#include "service/importers/threat_dragon.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "service/importers/id_table.h"
#include "service/importers/threat_dragon_context.h"
#include "service/model/faults.h"

namespace metapowers::importers {

using model::Quote;
using model::YamlNode;

namespace threat_dragon {
namespace {

struct CellWord {
  absl::string_view type;   // `data.type`
  absl::string_view shape;  // where that is missing
  CellKind kind;
  absl::string_view word;
};

constexpr CellWord kCellWords[] = {
    {"tm.Actor", "actor", CellKind::kActor, "actor"},
    {"tm.Process", "process", CellKind::kProcess, "process"},
    {"tm.Store", "store", CellKind::kStore, "store"},
    {"tm.Flow", "flow", CellKind::kFlow, "flow"},
    {"tm.BoundaryBox", "trust-boundary-box", CellKind::kBox, "trust boundary"},
    {"tm.Boundary", "trust-boundary-curve", CellKind::kCurve, "trust boundary"},
    {"tm.Boundary", "trust-broundary-curve", CellKind::kCurve, "trust boundary"},  // as 2.0 spelt it
    {"tm.Text", "td-text-block", CellKind::kText, "text"},
};

CellKind KindOf(absl::string_view type, absl::string_view shape) {
  for (const CellWord& word : kCellWords) {
    if (type.empty() ? word.shape == shape : word.type == type) return word.kind;
  }
  return CellKind::kOther;
}

std::optional<Box> BoxOf(Context& context, const Field& cell) {
  const Field position = cell["position"].Map();
  const Field size = cell["size"].Map();
  if (!position.exists() || !size.exists()) return std::nullopt;
  const std::optional<double> x = position["x"].Number();
  const std::optional<double> y = position["y"].Number();
  const std::optional<double> width = size["width"].Number();
  const std::optional<double> height = size["height"].Number();
  if (!x || !y || !width || !height || *width <= 0 || *height <= 0) return std::nullopt;
  return Box{*x, *y, *width, *height};
}

void ReadCell(Context& context, const Field& in, size_t diagram) {
  const Field inner = in["data"].Map();
  const Field& data = inner.exists() ? inner : in;
  const std::string shape = in["shape"].Raw();
  const std::string type = data["type"].Raw();
  Cell cell{in, data, diagram, in["id"].Raw(), KindOf(type, shape), data["name"].Line(), {}, ""};
  if (cell.kind == CellKind::kOther) {
    context.inventory.Skip(in.spot(), absl::StrCat("cell ", Quote(cell.id)),
                           absl::StrCat("type ", Quote(type.empty() ? shape : type), " is none of Threat Dragon 2"));
    return;
  }
  if (cell.id.empty()) {
    in["id"].Fault("is required: flows name a cell by its id");
    return;
  }
  if (cell.kind != CellKind::kFlow && cell.kind != CellKind::kCurve) cell.box = BoxOf(context, in);
  context.cells.push_back(std::move(cell));
}

void IndexCells(Context& context) {
  for (const Cell& cell : context.cells) {
    const auto [first, is_new] = context.by_id.try_emplace({cell.diagram, cell.id}, &cell);
    if (is_new) continue;
    cell.in["id"].Fault(absl::StrCat("is ", Quote(cell.id), ", which line ", first->second->in["id"].spot().at.line,
                                     " of the same diagram has too; an id stands for one cell"));
  }
}

// Decides which cells show one element: those of one kind and name, where no diagram has two of them.
void MatchCells(Context& context) {
  const auto key_of = [](const Cell& cell) { return absl::StrCat(WordOf(cell.kind), "/", NearestSlug(cell.name)); };
  std::set<std::pair<size_t, std::string>> seen;
  std::set<std::string> ambiguous;
  for (const Cell& cell : context.cells) {
    if (!seen.emplace(cell.diagram, key_of(cell)).second) ambiguous.insert(key_of(cell));
  }
  std::map<std::string, std::string> shared;  // id of the first cell, by key
  for (Cell& cell : context.cells) {
    const std::string key = key_of(cell);
    const bool own =
        cell.name.empty() || ambiguous.count(key) > 0 || !(IsNode(cell.kind) || cell.kind == CellKind::kBox);
    cell.element = own ? cell.id : shared.try_emplace(key, cell.id).first->second;
    if (IsNode(cell.kind)) {
      context.components.Add(cell.element, cell.name);
    } else if (cell.kind == CellKind::kBox) {
      const std::string id = ShortDigest(cell.id);
      context.zones.Add(cell.element, cell.name.empty() ? absl::StrCat("Trust boundary ", id) : cell.name);
    }
  }
}

void ReadHead(Context& context) {
  const Field summary = context.root["summary"].Map();
  const Field detail = context.root["detail"].Map();
  if (!summary.exists() || !detail.exists()) return;
  Inventory& inventory = context.inventory;
  if (inventory.name.empty()) inventory.name = summary["title"].Line();
  if (inventory.description.empty()) inventory.description = summary["description"].Prose();
  std::vector<std::string> people;
  for (const Field& contributor : detail["contributors"].Maps()) {
    const std::string name = contributor["name"].Line();
    if (!name.empty()) people.push_back(name);
  }
  const auto keep = [&](const Field& in, absl::string_view key, absl::string_view word, const std::string& text) {
    if (text.empty()) return;
    inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, in[key].spot(), in[key].path(), absl::StrCat(word, text));
  };
  keep(summary, "owner", "owner: ", summary["owner"].Line());
  keep(detail, "reviewer", "reviewer: ", detail["reviewer"].Line());
  keep(detail, "contributors", "contributors: ", absl::StrJoin(people, ", "));
}

// Why the file is not read; "" for a version that is.
std::string RefusalOf(Context& context, const std::vector<Field>& diagrams) {
  const std::string version = context.root["version"].Line();
  const bool first =
      std::any_of(diagrams.begin(), diagrams.end(), [](const Field& in) { return in.HasKey("diagramJson"); });
  if (first || absl::StartsWith(version, "1.")) {
    return "version 1 is not read; open the model in Threat Dragon 2 and save it again";
  }
  if (version.empty() || version == "2" || absl::StartsWith(version, "2.")) return "";
  return "versions 2.x are read; save the model in one of them";
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  Context context(document, inventory, faults);
  const Field detail = context.root["detail"].Map();
  if (!detail.exists()) return;
  const std::vector<Field> diagrams = detail["diagrams"].Maps();
  if (const std::string refusal = RefusalOf(context, diagrams); !refusal.empty()) {
    inventory.Skip(context.root.spot(),
                   absl::StrCat("Threat Dragon model, version ", Quote(context.root["version"].Line())), refusal);
    return;
  }
  ReadHead(context);
  for (size_t i = 0; i < diagrams.size(); ++i) {
    inventory.Count("diagrams");
    for (const Field& cell : diagrams[i]["cells"].Maps()) ReadCell(context, cell, i);
  }
  IndexCells(context);
  MatchCells(context);
  ImportBoundaries(context);
  ImportNodes(context);
  ImportFlows(context);
  KeepThreats(context);
}

bool Claims(const YamlNode& root) {
  const YamlNode* detail = root.Find("detail");
  return root.Find("summary") != nullptr && detail != nullptr && detail->Find("diagrams") != nullptr;
}

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) ImportDocument(document, inventory, faults);
}

}  // namespace

absl::string_view WordOf(CellKind kind) {
  for (const CellWord& word : kCellWords) {
    if (word.kind == kind) return word.word;
  }
  return "cell";
}

bool IsNode(CellKind kind) {
  return kind == CellKind::kActor || kind == CellKind::kProcess || kind == CellKind::kStore;
}

bool Box::Holds(const Box& inner) const {
  return x <= inner.x && y <= inner.y && inner.x + inner.width <= x + width && inner.y + inner.height <= y + height;
}

bool Box::Touches(const Box& other) const {
  return x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height;
}

void Keep(Context& context, const Cell& cell, std::string text) {
  context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, cell.in.spot(), cell.in.path(), std::move(text));
}

std::string TitleOf(const Cell& cell) {
  return absl::StrCat(WordOf(cell.kind), " ", Quote(cell.name.empty() ? cell.id : cell.name));
}

}  // namespace threat_dragon

const Format kThreatDragon = {"threat-dragon", threat_dragon::Claims, threat_dragon::Import};

}  // namespace metapowers::importers
