// Drafts of Threagile models, for tests of the importer.
#ifndef METAPOWERS_TESTS_IMPORTERS_THREAGILE_DRAFTS_H_
#define METAPOWERS_TESTS_IMPORTERS_THREAGILE_DRAFTS_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/threagile.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"

namespace metapowers::importers {

namespace pb = model::v1;

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string Fixture(const std::string& name) {
  std::string text = FileText("tests/importers/threagile/" + name);
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

inline absl::StatusOr<v1::ImportModelResponse> Import(absl::string_view yaml) {
  return ImportThreagile(yaml, {"shop", "some/where/t.yaml", "2026-05-06", nullptr});
}

inline std::vector<std::string> FaultsOf(absl::string_view yaml) { return model::Lines(Import(yaml).status()); }

// A draft, read back as the commands will read it.
struct Imported {
  v1::ImportModelResponse response;
  std::shared_ptr<const model::Model> model;
  pb::Decisions decisions;

  const pb::Component& Component(absl::string_view id) const { return *model->Find<pb::Component>(id); }
  const pb::Flow& Flow(absl::string_view id) const { return *model->Find<pb::Flow>(id); }
  std::vector<std::string> Notes(v1::ImportNoteKind kind) const {
    std::vector<std::string> texts;
    for (const auto& note : response.notes()) {
      if (note.kind() == kind) texts.push_back(absl::StrCat(note.location(), " ", note.text()));
    }
    return texts;
  }
};

inline Imported Good(absl::string_view yaml) {
  Imported imported;
  auto response = Import(yaml);
  EXPECT_TRUE(response.ok()) << ::testing::PrintToString(model::Lines(response.status()));
  if (!response.ok()) return imported;
  imported.response = *std::move(response);
  imported.model = *model::Model::Parse(imported.response.model_yaml(), "draft");
  if (!imported.response.decisions_yaml().empty()) {
    imported.decisions = *model::ParseDecisions(imported.response.decisions_yaml(), "d.yaml", *imported.model);
  }
  return imported;
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_THREAGILE_DRAFTS_H_
