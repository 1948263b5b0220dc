// Reads texts with one format, for tests of formats.
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

// What a format reads from files. Nodes live as long as this does.
class ReadFormat {
 public:
  ReadFormat(const Format& format, const std::vector<std::pair<std::string, std::string>>& files) {
    std::vector<Document> documents;
    for (const auto& [name, text] : files) {
      model::Faults syntax;
      texts_.push_back(text);
      for (auto& tree : model::YamlTree::ParseAll(texts_.back(), 1'000'000, syntax)) {
        trees_.push_back(std::move(tree));
        const model::YamlNode& root = trees_.back()->root();
        if (format.claims(root)) documents.push_back({name, &root, texts_.back()});
      }
      EXPECT_TRUE(syntax.empty()) << ::testing::PrintToString(model::Lines(syntax.ToStatus(name)));
    }
    claimed = documents.size();
    format.import(documents, inventory, faults);
  }

  // The element of a name; a default one, after a failure, when there is none.
  template <class Element>
  static const Shown<Element>& Find(const std::deque<Shown<Element>>& elements, absl::string_view name) {
    static const Shown<Element> none;
    const Shown<Element>* found = nullptr;
    for (const Shown<Element>& element : elements) {
      if (element.name != name) continue;
      EXPECT_EQ(found, nullptr) << name << " stands twice";
      found = &element;
    }
    EXPECT_NE(found, nullptr) << "no " << name << " among " << Names(elements);
    return found == nullptr ? none : *found;
  }
  const Shown<model::v1::Component>& Component(absl::string_view name) const {
    return Find(inventory.components, name);
  }
  const Shown<model::v1::Flow>& Flow(absl::string_view name) const { return Find(inventory.flows, name); }
  const Shown<model::v1::Zone>& Zone(absl::string_view name) const { return Find(inventory.zones, name); }

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
  // "a > b" for each flow.
  std::vector<std::string> Flows() const {
    std::vector<std::string> out;
    for (const auto& flow : inventory.flows) {
      out.push_back(absl::StrCat(absl::StrJoin(Referred(flow, "source", inventory.components), ", "), " > ",
                                 absl::StrJoin(Referred(flow, "target", inventory.components), ", ")));
    }
    return out;
  }

  // "location text".
  std::vector<std::string> Notes(v1::ImportNoteKind kind) const {
    std::vector<std::string> out;
    for (const v1::ImportNote& note : inventory.notes) {
      if (note.kind() == kind) out.push_back(absl::StrCat(note.location(), " ", note.text()));
    }
    return out;
  }
  // "location item: reason".
  std::vector<std::string> Skipped() const {
    std::vector<std::string> out;
    for (const v1::SkippedItem& item : inventory.skipped) {
      out.push_back(absl::StrCat(item.location(), " ", item.item(), ": ", item.reason()));
    }
    return out;
  }
  std::vector<std::string> Faults() const { return model::Lines(faults.ToStatus()); }
  int Counted(const std::string& what) const {
    const auto found = inventory.counts.find(what);
    return found == inventory.counts.end() ? 0 : found->second;
  }

  // Every text that came out.
  std::string Everything() const { return absl::StrCat(TextOfInventory(inventory), absl::StrJoin(Faults(), "\n")); }

  Inventory inventory;
  FileFaults faults;
  size_t claimed = 0;

 private:
  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<const model::YamlTree>> trees_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_READ_FORMAT_H_
