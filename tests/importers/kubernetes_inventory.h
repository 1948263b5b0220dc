// An import of manifests as tests look at it.
#ifndef METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_
#define METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/importers/kubernetes.h"
#include "service/model/yaml_tree.h"
#include "tests/importers/input_files.h"
#include "tests/importers/inventory_text.h"

namespace metapowers::importers {

struct ManifestFile {
  std::string name;
  std::string text;
};

inline ManifestFile ManifestFixture(const std::string& name) {
  return {name, FixtureOf(absl::StrCat("kubernetes/", name))};
}

// Imports files as the importer of all formats does: each document that is a manifest, and those only.
class Manifests {
 public:
  explicit Manifests(const std::vector<ManifestFile>& files) {
    constexpr uint64_t kNodes = 10'000'000;
    std::vector<Document> documents;
    for (const ManifestFile& file : files) {
      model::Faults read;
      for (auto& tree : model::YamlTree::ParseAll(file.text, kNodes, read))
        trees_.push_back({file.name, std::move(tree)});
      EXPECT_TRUE(read.empty()) << file.name << ": " << read.ToStatus(file.name);
    }
    for (const auto& [name, tree] : trees_) {
      if (kKubernetes.claims(tree->root())) documents.push_back({name, &tree->root(), ""});
    }
    claimed = documents.size();
    FileFaults found;
    kKubernetes.import(documents, inventory, found);
    for (const Violation& violation : DetailsOf(found.ToStatus()).violations) {
      faults.push_back(absl::StrCat(violation.location, ": ", violation.field, " ", violation.description));
    }
  }
  explicit Manifests(const std::string& text) : Manifests(std::vector<ManifestFile>{{"m.yaml", text}}) {}

  // By name, and namespace where several have it. The test fails without it.
  Shown<model::v1::Component>& Component(const std::string& name, const std::string& space = "") {
    for (auto& component : inventory.components) {
      if (component.name == name && (space.empty() || component.scope == absl::StrCat("kubernetes:", space))) {
        return component;
      }
    }
    ADD_FAILURE() << "no component " << name;
    static Shown<model::v1::Component> none;
    return none;
  }
  Shown<model::v1::Flow>& Flow(const std::string& name) {
    for (auto& flow : inventory.flows) {
      if (flow.name == name) return flow;
    }
    ADD_FAILURE() << "no flow " << name << " in " << ::testing::PrintToString(FlowNames());
    static Shown<model::v1::Flow> none;
    return none;
  }
  Shown<model::v1::Credential>& Credential(const std::string& name) {
    for (auto& credential : inventory.credentials) {
      if (credential.name == name) return credential;
    }
    ADD_FAILURE() << "no credential " << name;
    static Shown<model::v1::Credential> none;
    return none;
  }
  std::vector<std::string> FlowNames() const {
    std::vector<std::string> names;
    for (const auto& flow : inventory.flows) names.push_back(flow.name);
    return names;
  }
  std::vector<std::string> Notes(v1::ImportNoteKind kind) const {
    std::vector<std::string> texts;
    for (const v1::ImportNote& note : inventory.notes) {
      if (note.kind() == kind) texts.push_back(note.text());
    }
    return texts;
  }
  std::vector<std::string> Warnings() const { return Notes(v1::IMPORT_NOTE_KIND_WARNING); }
  std::vector<std::string> Questions() const { return Notes(v1::IMPORT_NOTE_KIND_QUESTION); }
  std::vector<std::string> Skipped() const {
    std::vector<std::string> items;
    for (const v1::SkippedItem& item : inventory.skipped) {
      items.push_back(absl::StrCat(item.location(), ": ", item.item(), ": ", item.reason()));
    }
    return items;
  }
  // Everything that leaves the importer, as text.
  std::string Everything() const { return absl::StrCat(TextOfInventory(inventory), absl::StrJoin(faults, "\n")); }

  Inventory inventory;
  std::vector<std::string> faults;
  size_t claimed = 0;

 private:
  std::vector<std::pair<std::string, std::unique_ptr<const model::YamlTree>>> trees_;
};

// What a reference of an element names; "" when it has none.
template <class Element>
std::string Named(const Shown<Element>& element, const std::string& field) {
  for (const auto& [name, reference] : element.references) {
    if (name == field) return reference.name;
  }
  return "";
}

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

#endif  // METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_
