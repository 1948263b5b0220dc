// Runs one format over texts, for tests of formats: what it adds to an inventory, and its faults.
#ifndef METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_
#define METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/importers/importer.h"

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

// Every text of an inventory but the attachments, to look for what must not be in it.
inline std::string AllText(const FormatRun& run) {
  std::string text;
  const auto add = [&](const auto& elements) {
    for (const auto& each : elements) {
      absl::StrAppend(&text, each.name, "\n", each.scope, "\n", each.value.DebugString());
      for (const std::string& name : each.names) absl::StrAppend(&text, name, "\n");
      for (const auto& [field, basis] : each.bases) absl::StrAppend(&text, basis.reason, "\n");
      for (const auto& [field, reference] : each.references) absl::StrAppend(&text, reference.name, "\n");
    }
  };
  const Inventory& in = run.inventory;
  add(in.data_classes), add(in.zones), add(in.components), add(in.flows), add(in.apis), add(in.consumer_classes);
  add(in.credentials), add(in.evidence);
  absl::StrAppend(&text, in.name, "\n", in.description, "\n");
  for (const auto& note : in.notes) absl::StrAppend(&text, note.DebugString());
  for (const auto& item : in.skipped) absl::StrAppend(&text, item.DebugString());
  for (const std::string& fault : run.faults) absl::StrAppend(&text, fault, "\n");
  return text;
}

inline std::string TextOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A fixture of a format, `tests/importers/<path>`.
inline std::string FixtureOf(const std::string& path) {
  std::string text = TextOfFile("tests/importers/" + path);
  EXPECT_FALSE(text.empty()) << path;
  return text;
}

// A public input beside the checkout; empty where that folder is absent.
inline std::string PublicInput(const std::string& path) {
  for (const char* shared : {"../shared", "../../shared"}) {
    std::string text = TextOfFile(absl::StrCat(shared, "/testdata/", path));
    if (!text.empty()) return text;
  }
  return "";
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_FORMAT_RUNS_H_
