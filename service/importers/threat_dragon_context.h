// What the parts of the Threat Dragon importer share while they read one file; see threat_dragon.h.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_CONTEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_CONTEXT_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/fields.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/importers/name_plan.h"

namespace metapowers::importers::threat_dragon {

enum class CellKind { kOther, kActor, kProcess, kStore, kFlow, kBox, kCurve, kText };

// "store", for messages.
absl::string_view WordOf(CellKind kind);
// Whether data comes from it or goes to it.
bool IsNode(CellKind kind);

// A rectangle of a diagram.
struct Box {
  double x, y, width, height;

  // All of `inner`, edges included.
  bool Holds(const Box& inner) const;
  // Part of `other` or all of it.
  bool Touches(const Box& other) const;
  double Area() const { return width * height; }
};

struct Cell {
  Field in;
  Field data;
  size_t diagram;  // its number in the file
  std::string id;
  CellKind kind;
  std::string name;
  std::optional<Box> box;
  std::string element;  // key of the element that it shows; cells of several diagrams may show one
};

struct Context {
  Context(const Document& document, Inventory& inventory_in, FileFaults& faults)
      : reading(kExported, faults),
        root(document, reading),
        inventory(inventory_in),
        components(document.file, "component", IdUse::kNever),
        zones(document.file, "boundary", IdUse::kNever),
        flows(document.file, "flow", IdUse::kNever),
        scope(absl::StrCat("threat-dragon:", document.file)) {}

  Reading reading;
  const Field root;
  Inventory& inventory;
  NamePlan components;  // by Cell::element
  NamePlan zones;
  NamePlan flows;
  const std::string scope;  // of names that mean nothing outside of the file
  std::vector<Cell> cells;  // of all diagrams, in the order of the file
  std::map<std::pair<size_t, std::string>, const Cell*> by_id;
};

// Notes of a cell that the model has no field for.
void Keep(Context& context, const Cell& cell, std::string text);
// "store 'Orders'".
std::string TitleOf(const Cell& cell);

// After `cells` and `by_id` are complete.
void ImportBoundaries(Context& context);
void ImportNodes(Context& context);
void ImportFlows(Context& context);
void KeepThreats(Context& context);

}  // namespace metapowers::importers::threat_dragon

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_CONTEXT_H_
