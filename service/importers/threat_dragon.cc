#include "service/importers/threat_dragon.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "service/importers/id_table.h"
#include "service/importers/source.h"
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

std::optional<Box> BoxOf(Context& context, const Section& cell) {
  NodeReader& reader = context.reader;
  const std::optional<Section> position = reader.Map(cell, "position");
  const std::optional<Section> size = reader.Map(cell, "size");
  if (!position.has_value() || !size.has_value()) return std::nullopt;
  const std::optional<double> x = reader.Number(*position, "x");
  const std::optional<double> y = reader.Number(*position, "y");
  const std::optional<double> width = reader.Number(*size, "width");
  const std::optional<double> height = reader.Number(*size, "height");
  if (!x || !y || !width || !height || *width <= 0 || *height <= 0) return std::nullopt;
  return Box{*x, *y, *width, *height};
}

void ReadCell(Context& context, const Section& in, size_t diagram) {
  NodeReader& reader = context.reader;
  const Section data = reader.Map(in, "data").value_or(in);
  const std::string shape = reader.Raw(in, "shape");
  const std::string type = reader.Raw(data, "type");
  Cell cell{in, data, diagram, reader.Raw(in, "id"), KindOf(type, shape), reader.Line(data, "name"), {}, ""};
  if (cell.kind == CellKind::kOther) {
    context.inventory.Skip(reader.SpotOf(in), absl::StrCat("cell ", Quote(cell.id)),
                           absl::StrCat("type ", Quote(type.empty() ? shape : type), " is none of Threat Dragon 2"));
    return;
  }
  if (cell.id.empty()) {
    reader.Fault(in, "id", "is required: flows name a cell by its id");
    return;
  }
  if (cell.kind != CellKind::kFlow && cell.kind != CellKind::kCurve) cell.box = BoxOf(context, in);
  context.cells.push_back(std::move(cell));
}

void IndexCells(Context& context) {
  for (const Cell& cell : context.cells) {
    const auto [first, is_new] = context.by_id.try_emplace({cell.diagram, cell.id}, &cell);
    if (is_new) continue;
    context.reader.Fault(
        cell.in, "id",
        absl::StrCat("is ", Quote(cell.id), ", which line ", context.reader.SpotOf(first->second->in, "id").at.line,
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
  NodeReader& reader = context.reader;
  const std::optional<Section> summary = reader.Map(reader.Root(), "summary");
  const std::optional<Section> detail = reader.Map(reader.Root(), "detail");
  if (!summary.has_value() || !detail.has_value()) return;
  Inventory& inventory = context.inventory;
  if (inventory.name.empty()) inventory.name = reader.Line(*summary, "title");
  if (inventory.description.empty()) inventory.description = reader.Prose(*summary, "description");
  std::vector<std::string> people;
  for (const Section& contributor : reader.Maps(*detail, "contributors")) {
    const std::string name = reader.Line(contributor, "name");
    if (!name.empty()) people.push_back(name);
  }
  const auto keep = [&](const Section& in, absl::string_view key, absl::string_view word, const std::string& text) {
    if (text.empty()) return;
    inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, reader.SpotOf(in, key), reader.PathOf(in, key), absl::StrCat(word, text));
  };
  keep(*summary, "owner", "owner: ", reader.Line(*summary, "owner"));
  keep(*detail, "reviewer", "reviewer: ", reader.Line(*detail, "reviewer"));
  keep(*detail, "contributors", "contributors: ", absl::StrJoin(people, ", "));
}

// Why the file is not read; "" for a version that is.
std::string RefusalOf(Context& context, const std::vector<Section>& diagrams) {
  const std::string version = context.reader.Line(context.reader.Root(), "version");
  const bool first = std::any_of(diagrams.begin(), diagrams.end(),
                                 [](const Section& in) { return in.node->Find("diagramJson") != nullptr; });
  if (first || absl::StartsWith(version, "1.")) {
    return "version 1 is not read; open the model in Threat Dragon 2 and save it again";
  }
  if (version.empty() || version == "2" || absl::StartsWith(version, "2.")) return "";
  return "versions 2.x are read; save the model in one of them";
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  Context context(document, inventory, faults);
  NodeReader& reader = context.reader;
  const std::optional<Section> detail = reader.Map(reader.Root(), "detail");
  if (!detail.has_value()) return;
  const std::vector<Section> diagrams = reader.Maps(*detail, "diagrams");
  if (const std::string refusal = RefusalOf(context, diagrams); !refusal.empty()) {
    inventory.Skip(reader.SpotOf(reader.Root()),
                   absl::StrCat("Threat Dragon model, version ", Quote(reader.Line(reader.Root(), "version"))),
                   refusal);
    return;
  }
  ReadHead(context);
  for (size_t i = 0; i < diagrams.size(); ++i) {
    inventory.Count("diagrams");
    for (const Section& cell : reader.Maps(diagrams[i], "cells")) ReadCell(context, cell, i);
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
  context.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, context.reader.SpotOf(cell.in), cell.in.path, std::move(text));
}

std::string TitleOf(const Cell& cell) {
  return absl::StrCat(WordOf(cell.kind), " ", Quote(cell.name.empty() ? cell.id : cell.name));
}

}  // namespace threat_dragon

const Format kThreatDragon = {"threat-dragon", threat_dragon::Claims, threat_dragon::Import};

}  // namespace metapowers::importers
