// Files to a draft: what is read, what is skipped and why, what stops an import.
#include "service/importers/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/api_limits.h"
#include "service/base/error.h"
#include "service/model/model.h"
#include "service/model/yaml_tree.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Two models of one system.
constexpr char kShop[] = R"(title: Shop
date: 2026-02-03
data_assets:
  Orders: {id: orders, confidentiality: confidential, owner: Core}
technical_assets:
  Web: {id: web, type: process, owner: Core, technology: web-server, data_assets_processed: [orders], communication_links: {Store: {target: db, protocol: jdbc}}}
  DB: {id: db, type: datastore, owner: Core, data_assets_stored: [orders]}
trust_boundaries:
  Inside: {id: inside, type: network-on-prem, technical_assets_inside: [web, db]}
)";
constexpr char kLedger[] = R"(title: Ledger
data_assets:
  Entries: {id: entries, confidentiality: internal, owner: Money}
technical_assets:
  Ledger: {id: ledger, type: process, owner: Money, communication_links: {Store: {target: db, protocol: jdbc}}}
  DB: {id: db, type: datastore, owner: Money, redundant: true}
risk_tracking: {unencrypted-asset@db: {status: accepted}}
)";

absl::StatusOr<v1::ImportModelResponse> Import(const std::vector<SourceFile>& files) {
  return ImportModel(files, {"shop", "2026-03-01", nullptr});
}

// "location: item: reason" of what was skipped.
std::vector<std::string> Skipped(const v1::ImportModelResponse& response) {
  std::vector<std::string> lines;
  for (const auto& item : response.skipped()) {
    lines.push_back(absl::StrCat(item.location(), ": ", item.item(), ": ", item.reason()));
  }
  return lines;
}

std::vector<std::string> FaultsOf(const absl::Status& status) {
  std::vector<std::string> lines;
  for (const Violation& violation : DetailsOf(status).violations) {
    lines.push_back(absl::StrCat(violation.location, ": ", violation.field, ": ", violation.description));
  }
  return lines;
}

TEST(ImportTest, FilesMakeOneModel) {
  ASSERT_OK_AND_ASSIGN(const auto response, Import({{"shop.yaml", kShop}, {"money/ledger.yaml", kLedger}}));
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(response.model_yaml(), "draft"));
  const auto& proto = model->proto();
  EXPECT_EQ(proto.name(), "Shop");
  EXPECT_EQ(proto.as_of(), "2026-02-03");
  ASSERT_EQ(proto.components_size(), 3) << "both know the data store";
  EXPECT_EQ(proto.components(0).id(), "db");
  EXPECT_THAT(proto.components(0).stores(), ElementsAre("orders"));
  EXPECT_EQ(proto.components(0).redundant(), model::v1::TRISTATE_YES);
  EXPECT_EQ(proto.flows_size(), 2);
  EXPECT_EQ(response.format(), "threagile");
  EXPECT_EQ(response.imported_files_size(), 2);
  EXPECT_THAT(response.decisions_yaml(), IsEmpty());
  std::vector<std::string> notes;
  for (const auto& note : response.notes()) notes.push_back(absl::StrCat(note.location(), " ", note.field()));
  EXPECT_THAT(notes, AllOf(Contains("money/ledger.yaml:6 components[db].owner_team"),
                           Contains("money/ledger.yaml risk_tracking")));
}

TEST(ImportTest, TheDraftSaysWhatItRestsOn) {
  ASSERT_OK_AND_ASSIGN(const auto response, Import({{"shop.yaml", kShop}, {"ledger.yaml", kLedger}}));
  EXPECT_THAT(
      response.model_yaml(),
      AllOf(HasSubstr("# System model of Shop, drafted from 2 files (threagile).\n"),
            HasSubstr("  - id: db  # observed shop.yaml:7\n"),
            HasSubstr("    redundant: yes  # observed ledger.yaml:6\n"),
            HasSubstr("organization:  # assumed: a model must have it, and no file says it\n"),
            HasSubstr("# --- Notes of the import ---\n# - warning (ledger.yaml): risk_tracking of 1 risks is not "),
            HasSubstr("# - warning (ledger.yaml:6): components[db].owner_team is "
                      "'money' here and 'core' at shop.yaml:7; the first in the order of the files stands")));
  const auto& bases = response.bases();
  const auto found = std::find_if(bases.begin(), bases.end(),
                                  [](const auto& basis) { return basis.field() == "components[db].redundant"; });
  ASSERT_NE(found, bases.end());
  EXPECT_EQ(found->location(), "ledger.yaml:6");
}

TEST(ImportTest, AThreagileModelAloneIsTakenAsItIs) {
  ASSERT_OK_AND_ASSIGN(const auto response, Import({{"ledger.yaml", kLedger}, {"README.yaml", "a: 1\n"}}));
  EXPECT_THAT(response.decisions_yaml(), HasSubstr("threagile:unencrypted-asset@db"));
  EXPECT_THAT(response.model_yaml(), HasSubstr("drafted from the Threagile model ledger.yaml"));
  EXPECT_THAT(Skipped(response), ElementsAre(HasSubstr("README.yaml: file: is of no format that is known here")));
  ASSERT_EQ(response.imported_files_size(), 1);
  EXPECT_EQ(response.imported_files(0).format(), "threagile");
}

TEST(ImportTest, WhatIsNotImportedIsTold) {
  const std::string large(kMaxImportFileBytes + 1, ' ');
  std::string nested;
  for (int i = 0; i < 5000; ++i) nested += "[";
  ASSERT_OK_AND_ASSIGN(const auto response,
                       Import({{"shop.yaml", kShop},
                               {"logo.yaml", absl::string_view("\x89PNG\0\x1a", 6)},
                               {"windows.yaml", absl::string_view("\xff\xfe"
                                                                  "a\0:\0",
                                                                  6)},
                               {"empty.yaml", " \n"},
                               {"comments.yaml", "# nothing\n---\n# here\n"},
                               {"large.json", large},
                               {"chart/templates/web.yaml", "apiVersion: v1\nname: {{ .Values.name }}\n"},
                               {"broken.yaml", "a: [1\n"},
                               {"nested.json", nested},
                               {"latin.yaml", "a: \xe4\n"},
                               {"values.yaml", "replicas: 3\n"},
                               {"list.json", "[1, 2]"},
                               {"two.yaml", "a: 1\n---\nb: 2\n"}}));
  EXPECT_THAT(
      Skipped(response),
      ElementsAre("logo.yaml: file: is a binary file", "windows.yaml: file: is UTF-16; save it as UTF-8",
                  "empty.yaml: file: is empty", "comments.yaml: file: has no document in it, only comments",
                  HasSubstr("large.json: file: has 16777217 bytes; the limit is 16777216 a file"),
                  AllOf(HasSubstr("chart/templates/web.yaml: file: is a template that was not rendered"),
                        HasSubstr("'helm template'")),
                  HasSubstr("broken.yaml: file: cannot be read as YAML or JSON: broken.yaml:2:1: is not YAML"),
                  HasSubstr("nested.json: file: cannot be read as YAML or JSON: nested.json:1:65: is nested"),
                  HasSubstr("latin.yaml: file: cannot be read as YAML or JSON: latin.yaml:1:4: is not UTF-8"),
                  HasSubstr("values.yaml: file: is of no format"), HasSubstr("list.json: file: is of no format"),
                  HasSubstr("two.yaml:1: document: is of no format"),
                  HasSubstr("two.yaml:3: document: is of no format")));
}

TEST(ImportTest, WhatNoFileNamesReadsAsANameInSentences) {
  ASSERT_OK_AND_ASSIGN(const auto response, Import({{"shop.yaml", kShop}, {"more.yaml", kShop}}));
  EXPECT_THAT(response.model_yaml(), HasSubstr("name: Organisation to be named\n"));
  EXPECT_THAT(response.model_yaml(), Not(HasSubstr(": To be named")));
  EXPECT_THAT(response.model_yaml(), HasSubstr("which the import does not name."));
}

TEST(ImportTest, SkippedFilesStandAtTheEndOfAMixedDraft) {
  ASSERT_OK_AND_ASSIGN(const auto response,
                       Import({{"shop.yaml", kShop}, {"ledger.yaml", kLedger}, {"empty.yaml", ""}}));
  EXPECT_THAT(response.model_yaml(), HasSubstr("# --- Not imported ---\n# - empty.yaml: file is empty\n"));
}

TEST(ImportTest, AFaultInAFileOfAKnownFormatStopsTheImport) {
  const auto twice = Import({{"shop.yaml", kShop}, {"b.yaml", "technical_assets: {A: {id: a, id: b}}\n"}});
  EXPECT_EQ(DetailsOf(twice.status()).reason, "MODEL_INVALID");
  EXPECT_THAT(FaultsOf(twice.status()),
              ElementsAre(HasSubstr("b.yaml:1:31: technical_assets.'A'.id: is written twice")));
  const auto cut = Import({{"shop.yaml", kShop}, {"b.yaml", "technical_assets:\n  A: {id: a\n"}});
  EXPECT_THAT(FaultsOf(cut.status()), ElementsAre(HasSubstr("b.yaml:3:1: ")));
  const auto wrong = Import({{"shop.yaml", kShop}, {"b.yaml", "technical_assets: {A: {id: a, type: wrong}}\n"}});
  EXPECT_THAT(FaultsOf(wrong.status()), Contains(HasSubstr("technical_assets.'A'.type: must be one of")));
}

// Each level names the one below ten times.
TEST(ImportTest, BombsAreRefused) {
  std::string bomb = "technical_assets:\n  l0: &l0 [x]\n";
  for (int i = 1; i < 12; ++i) {
    absl::StrAppend(&bomb, "  l", i, ": &l", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&bomb, "*l", i - 1, j < 9 ? ", " : "]\n");
  }
  EXPECT_THAT(FaultsOf(Import({{"bomb.yaml", bomb}}).status()),
              ElementsAre(HasSubstr("with every alias written out it has more than 400000 values")));
  // Many files may not do together what one may not.
  std::string wide = "technical_assets: [";
  for (int i = 0; i < 300'000; ++i) wide += "1,";
  wide += "]\n";
  EXPECT_THAT(FaultsOf(Import({{"a.yaml", wide}, {"b.yaml", wide}, {"c.yaml", wide}}).status()),
              Contains(HasSubstr("all files together may have 800000 values")));
}

TEST(ImportTest, NothingToImportIsAnError) {
  const auto empty = Import({{"a.yaml", "a: 1\n"}, {"b.yaml", ""}});
  const ErrorDetails details = DetailsOf(empty.status());
  EXPECT_EQ(details.reason, "IMPORT_EMPTY");
  EXPECT_EQ(details.metadata.at("skipped"), "2");
  EXPECT_THAT(FaultsOf(empty.status()),
              ElementsAre(HasSubstr("a.yaml: file: is of no format"), "b.yaml: file: is empty"));
  EXPECT_EQ(DetailsOf(Import({}).status()).reason, "ARGUMENT_INVALID");
  EXPECT_EQ(DetailsOf(Import(std::vector<SourceFile>(kMaxImportFiles + 1)).status()).reason, "ARGUMENT_INVALID");
  const std::string third(kMaxImportFileBytes, '#');
  EXPECT_THAT(FaultsOf(Import({{"a", third}, {"b", third}, {"c", third}, {"d", third}}).status()),
              ElementsAre(HasSubstr("must have 50331648 bytes together at most")));
}

TEST(ImportTest, FilesThatShowNothingAreToldToo) {
  const auto service = Import({{"s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n"},
                               {"bom.json", R"({"bomFormat": "CycloneDX", "specVersion": "1.6"})"}});
  EXPECT_EQ(DetailsOf(service.status()).reason, "IMPORT_EMPTY");
  EXPECT_THAT(FaultsOf(service.status()), ElementsAre(HasSubstr("s.yaml:3"), HasSubstr("bom.json")));
  const auto empty =
      Import({{"m.json", R"({"version": "2.0", "summary": {"title": "x"}, "detail": {"diagrams": []}})"}});
  EXPECT_THAT(FaultsOf(empty.status()),
              ElementsAre("m.json: file: is read as threat-dragon, and shows nothing that runs or keeps data"));
}

TEST(ImportTest, TagsThatAFormatDoesNotKnowAreFaults) {
  EXPECT_THAT(
      FaultsOf(Import({{"p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: !vault x}\nspec: {containers: []}\n"}})
                   .status()),
      ElementsAre(HasSubstr("p.yaml:3:18: metadata.name: the tag '!vault' is not understood here")));
  EXPECT_THAT(FaultsOf(Import({{"t.yaml", "Resources: {A: {Type: x, B: !Ref A}}\n"}}).status()),
              ElementsAre(HasSubstr("t.yaml: file: is of no format that is known here")));
}

TEST(ImportTest, AManifestWithoutItsVersionIsToldApart) {
  EXPECT_THAT(FaultsOf(Import({{"p.yaml", "kind: NetworkPolicy\nmetadata: {name: p}\n"}}).status()),
              ElementsAre(HasSubstr("p.yaml: file: is of the kind 'NetworkPolicy' and has no `apiVersion`")));
}

TEST(ImportTest, LineEndsAndMarksOfWindowsMakeNoDifference) {
  const std::string windows = absl::StrCat("\xef\xbb\xbf", absl::StrReplaceAll(kShop, {{"\n", "\r\n"}}));
  ASSERT_OK_AND_ASSIGN(const auto plain, Import({{"shop.yaml", kShop}, {"ledger.yaml", kLedger}}));
  ASSERT_OK_AND_ASSIGN(const auto same, Import({{"shop.yaml", windows}, {"ledger.yaml", kLedger}}));
  EXPECT_EQ(plain.model_yaml(), same.model_yaml());
}

TEST(ImportTest, NamesOfFilesCannotBreakTheDraft) {
  ASSERT_OK_AND_ASSIGN(const auto response, Import({{"a\nid: evil\x1b[31m.yaml", kShop}, {"b # c.yaml", kLedger}}));
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(response.model_yaml(), "draft"));
  EXPECT_EQ(model->proto().id(), "shop");
  EXPECT_THAT(response.model_yaml(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace metapowers::importers
