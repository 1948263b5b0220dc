// Reads texts with one format, for tests of formats: what it adds to an inventory, and its faults.
#ifndef METAPOWERS_TESTS_IMPORTERS_READ_FORMAT_H_
#define METAPOWERS_TESTS_IMPORTERS_READ_FORMAT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/model/yaml_tree.h"
#include "tests/importers/input_files.h"
#include "tests/importers/inventory_text.h"
#include "tests/model/model_texts.h"

namespace metapowers::importers {

// Name and text of the files of one import.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// What a format reads from the documents that it claims. Nodes live as long as this does.
class ReadFormat {
 public:
  ReadFormat(const Format& format, const NamedTexts& files) {
    constexpr uint64_t kNodes = 10'000'000;
    std::vector<Document> documents;
    for (const auto& [name, text] : files) {
      model::Faults syntax;
      texts_.push_back(text);
      for (auto& tree : model::YamlTree::ParseAll(texts_.back(), kNodes, syntax)) {
        trees_.push_back(std::move(tree));
        const model::YamlNode& root = trees_.back()->root();
        if (format.claims(root)) documents.push_back({name, &root, texts_.back(), trees_.back().get()});
      }
      EXPECT_TRUE(syntax.empty()) << ::testing::PrintToString(model::Lines(syntax.ToStatus(name)));
    }
    claimed = documents.size();
    FileFaults found;
    format.import(documents, inventory, found);
    faults = model::Lines(found.ToStatus());
  }

  // The first element of a name; a default one, after a failure, when there is none.
  template <class Element>
  static const Shown<Element>& Find(const std::deque<Shown<Element>>& elements, absl::string_view name,
                                    absl::string_view scope = "") {
    static const Shown<Element> none;
    const Shown<Element>* found = nullptr;
    for (const Shown<Element>& element : elements) {
      if (element.name != name || (!scope.empty() && element.scope != scope)) continue;
      found = &element;
      break;
    }
    EXPECT_NE(found, nullptr) << "no " << name << " among " << Names(elements);
    return found == nullptr ? none : *found;
  }
  const Shown<model::v1::Component>& Component(absl::string_view name, absl::string_view scope = "") const {
    return Find(inventory.components, name, scope);
  }
  const Shown<model::v1::Flow>& Flow(absl::string_view name) const { return Find(inventory.flows, name); }
  const Shown<model::v1::Zone>& Zone(absl::string_view name) const { return Find(inventory.zones, name); }
  const Shown<model::v1::Credential>& Credential(absl::string_view name) const {
    return Find(inventory.credentials, name);
  }

  template <class Element>
  static std::string Names(const std::deque<Shown<Element>>& elements) {
    return absl::StrJoin(elements, ", ", [](std::string* out, const auto& e) { absl::StrAppend(out, e.name); });
  }

  // The names of the elements of a collection that a field of an element refers to, sorted as they are written.
  template <class Element, class Other>
  static std::vector<std::string> Referred(const Shown<Element>& from, absl::string_view field,
                                           const std::deque<Shown<Other>>& among) {
    std::vector<std::string> names;
    for (const auto& [name, reference] : from.references) {
      if (name != field) continue;
      std::string to = absl::StrCat("nothing called ", reference.name);
      for (const Shown<Other>& element : among) {
        if (std::find(element.names.begin(), element.names.end(), reference.name) != element.names.end() ||
            element.name == reference.name) {
          to = element.name;
        }
      }
      names.push_back(std::move(to));
    }
    return names;
  }
  std::string ZoneOf(absl::string_view component) const {
    return absl::StrJoin(Referred(Component(component), "zone", inventory.zones), ", ");
  }
  std::string ParentOf(absl::string_view zone) const {
    return absl::StrJoin(Referred(Zone(zone), "parent", inventory.zones), ", ");
  }
  // "a > b" for each flow, of the elements that its ends refer to.
  std::vector<std::string> Flows() const {
    std::vector<std::string> out;
    for (const auto& flow : inventory.flows) {
      out.push_back(absl::StrCat(absl::StrJoin(Referred(flow, "source", inventory.components), ", "), " > ",
                                 absl::StrJoin(Referred(flow, "target", inventory.components), ", ")));
    }
    return out;
  }
  std::vector<std::string> FlowNames() const {
    std::vector<std::string> names;
    for (const auto& flow : inventory.flows) names.push_back(flow.name);
    return names;
  }

  // "location text".
  std::vector<std::string> Notes(v1::ImportNoteKind kind) const {
    std::vector<std::string> out;
    for (const v1::ImportNote& note : inventory.notes) {
      if (note.kind() == kind) out.push_back(absl::StrCat(note.location(), " ", note.text()));
    }
    return out;
  }
  // Texts alone.
  std::vector<std::string> Warnings() const { return TextsOf(v1::IMPORT_NOTE_KIND_WARNING); }
  std::vector<std::string> Questions() const { return TextsOf(v1::IMPORT_NOTE_KIND_QUESTION); }
  // "location item: reason".
  std::vector<std::string> Skipped() const {
    std::vector<std::string> out;
    for (const v1::SkippedItem& item : inventory.skipped) {
      out.push_back(absl::StrCat(item.location(), " ", item.item(), ": ", item.reason()));
    }
    return out;
  }
  int Counted(const std::string& what) const {
    const auto found = inventory.counts.find(what);
    return found == inventory.counts.end() ? 0 : found->second;
  }

  // Every text that came out, to look for what must not be in it.
  std::string Everything() const { return absl::StrCat(TextOfInventory(inventory), absl::StrJoin(faults, "\n")); }

  Inventory inventory;
  std::vector<std::string> faults;  // `file:line:column: path: what`
  size_t claimed = 0;

 private:
  std::vector<std::string> TextsOf(v1::ImportNoteKind kind) const {
    std::vector<std::string> out;
    for (const v1::ImportNote& note : inventory.notes) {
      if (note.kind() == kind) out.push_back(note.text());
    }
    return out;
  }

  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<const model::YamlTree>> trees_;
};

inline bool IsClaimed(const Format& format, const std::string& text) {
  model::Faults faults;
  const auto trees = model::YamlTree::ParseAll(text, model::kMaxTreeNodes, faults);
  return trees.size() == 1 && format.claims(trees[0]->root());
}

// The names that a field refers to, as they are written.
template <class Element>
std::string Refers(const Shown<Element>& shown, const std::string& field) {
  std::string names;
  for (const auto& [name, reference] : shown.references) {
    if (name == field) absl::StrAppend(&names, names.empty() ? "" : " ", reference.name);
  }
  return names;
}

// `source>target` of all flows, as they are written.
inline std::vector<std::string> FlowsOf(const Inventory& inventory) {
  std::vector<std::string> flows;
  for (const auto& flow : inventory.flows) {
    flows.push_back(absl::StrCat(Refers(flow, "source"), ">", Refers(flow, "target")));
  }
  return flows;
}

// "observed file:line" or "assumed file:line" of an attribute; "" without its own basis.
template <class Element>
std::string BasisOf(const Shown<Element>& element, const std::string& field) {
  const auto found = element.bases.find(field);
  if (found == element.bases.end()) return "";
  const Basis& basis = found->second;
  const char* kind = basis.kind == v1::BASIS_OBSERVED  ? "observed "
                     : basis.kind == v1::BASIS_DEFAULT ? "default "
                                                       : "assumed ";
  return absl::StrCat(kind, LocationOf(basis.spot));
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_READ_FORMAT_H_
