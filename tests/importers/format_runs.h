// Runs one format over texts, for tests of formats: what it adds to an inventory, and its faults.
#ifndef METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_
#define METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/importers/importer.h"
#include "tests/importers/input_files.h"
#include "tests/importers/inventory_text.h"

namespace metapowers::importers {

// `name` and text of the files of one run.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct FormatRun {
  Inventory inventory;
  std::vector<std::string> faults;  // `file:line:column: path: what`

  std::vector<std::string> Notes(v1::ImportNoteKind kind) const {
    std::vector<std::string> texts;
    for (const auto& note : inventory.notes) {
      if (note.kind() == kind) texts.push_back(absl::StrCat(note.location(), " ", note.text()));
    }
    return texts;
  }
  std::vector<std::string> Skipped() const {
    std::vector<std::string> texts;
    for (const auto& item : inventory.skipped) {
      texts.push_back(absl::StrCat(item.location(), " ", item.item(), ": ", item.reason()));
    }
    return texts;
  }
  int Count(const std::string& what) const {
    const auto found = inventory.counts.find(what);
    return found == inventory.counts.end() ? 0 : found->second;
  }
};

// Documents that the format does not claim are a failure of the test.
inline FormatRun RunFormat(const Format& format, const NamedTexts& files) {
  FormatRun run;
  FileFaults faults;
  std::vector<std::unique_ptr<const model::YamlTree>> trees;
  std::vector<Document> documents;
  for (const auto& [name, text] : files) {
    model::Faults read;
    for (auto& tree : model::YamlTree::ParseAll(text, model::kMaxTreeNodes, read)) {
      EXPECT_TRUE(format.claims(tree->root())) << name;
      documents.push_back({name, &tree->root(), text});
      trees.push_back(std::move(tree));
    }
    EXPECT_TRUE(read.empty()) << name;
  }
  format.import(documents, run.inventory, faults);
  for (const Violation& violation : DetailsOf(faults.ToStatus()).violations) {
    run.faults.push_back(absl::StrCat(violation.location, ": ", violation.field, ": ", violation.description));
  }
  return run;
}

inline FormatRun RunFormat(const Format& format, const std::string& text) { return RunFormat(format, {{"f", text}}); }

inline bool IsClaimed(const Format& format, const std::string& text) {
  model::Faults faults;
  const auto trees = model::YamlTree::ParseAll(text, model::kMaxTreeNodes, faults);
  return trees.size() == 1 && format.claims(trees[0]->root());
}

// An element by its name; an empty one, and a failure of the test, when there is none.
template <class Elements>
const typename Elements::value_type& Named(const Elements& elements, const std::string& name) {
  static const typename Elements::value_type none;
  for (const auto& each : elements) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "nothing is called " << name;
  return none;
}

template <class Element>
std::string Refers(const Shown<Element>& shown, const std::string& field) {
  std::string names;
  for (const auto& [name, reference] : shown.references) {
    if (name == field) absl::StrAppend(&names, names.empty() ? "" : " ", reference.name);
  }
  return names;
}

// `source>target` of all flows, sorted as they were added.
inline std::vector<std::string> FlowsOf(const Inventory& inventory) {
  std::vector<std::string> flows;
  for (const auto& flow : inventory.flows)
    flows.push_back(absl::StrCat(Refers(flow, "source"), ">", Refers(flow, "target")));
  return flows;
}

// Every text that came out, to look for what must not be in it.
inline std::string AllText(const FormatRun& run) {
  return absl::StrCat(TextOfInventory(run.inventory), absl::StrJoin(run.faults, "\n"));
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_
