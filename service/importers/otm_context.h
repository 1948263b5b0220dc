// What the parts of the OTM importer share while they read one file; see otm.h.
#ifndef METAPOWERS_SERVICE_IMPORTERS_OTM_CONTEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_OTM_CONTEXT_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/importers/fields.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/importers/name_plan.h"
#include "service/importers/otm_words.h"
#include "service/importers/plain_text.h"
#include "service/model/faults.h"

namespace metapowers::importers::otm {

// Where an element is: a trust zone or another component, by id.
struct Parent {
  std::string zone;
  std::string component;
  Spot spot;
  std::string path;

  bool empty() const { return zone.empty() && component.empty(); }
};

// The elements of one collection of the file, each with its id.
struct Collection {
  Collection(absl::string_view file, absl::string_view kind) : names(file, kind) {}

  NamePlan names;
  std::vector<std::pair<std::string, Field>> elements;  // in the order of the file
};

struct Context {
  Context(const Document& document, Inventory& inventory_in, FileFaults& faults)
      : reading(kExported, faults),
        root(document, reading),
        inventory(inventory_in),
        zones(document.file, "zone"),
        assets(document.file, "asset"),
        components(document.file, "component"),
        flows(document.file, "dataflow"),
        scope(absl::StrCat("otm:", document.file)) {}

  Reading reading;
  const Field root;
  Inventory& inventory;
  Collection zones;
  Collection assets;
  Collection components;
  Collection flows;
  const std::string scope;                         // of names that mean nothing outside of the file
  std::map<std::string, Parent> parents;           // of components, by id
  std::map<std::string, std::string> threats;      // names by id
  std::map<std::string, std::string> mitigations;  // likewise
  std::set<std::string> threats_used;              // ids of those that an element has
  std::set<std::string> mitigations_used;          // likewise
  int drawn = 0;                                   // elements with a place in a representation
};

// Reads `parent`.
Parent ParentOf(Context& context, const Field& element);

// How deep trust zones and components may be nested.
inline constexpr size_t kMaxNesting = 64;

// The trust zone that a component is in; "" after a note, where the file does not say or names what it does not have.
std::string ZoneOf(Context& context, const std::string& component);

// Takes over what all elements have.
template <class Element>
void Describe(Context& context, const Collection& collection, const std::string& id, const Field& in,
              Shown<Element>& shown) {
  const std::string title = in["name"].Line();
  shown.value.set_name(title.empty() ? CutText(id, kMaxLine) : title);
  shown.value.set_imported_id(id);
  shown.name = collection.names.NameOf(id);
  shown.names = collection.names.NamesOf(id);
  shown.spot = in.spot();
}

// The attributes of an element that a tag can hold, and a note of the others.
std::vector<std::string> AttributeTags(Context& context, const Field& in, absl::string_view whose);

// The assets that a list names, by their handles; a note of each that the file does not have.
std::vector<Reference> AssetsOf(Context& context, const Field& in, absl::string_view key);

void ImportComponents(Context& context);
void ImportFlows(Context& context);
// After components and flows.
void ImportThreats(Context& context);
// Notes of the threats that an element has.
void KeepThreats(Context& context, const Field& in, absl::string_view whose);

}  // namespace metapowers::importers::otm

#endif  // METAPOWERS_SERVICE_IMPORTERS_OTM_CONTEXT_H_
