// The Threagile importer: what is refused, and what hostile files do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/importers/threagile_ids.h"
#include "tests/importers/threagile_drafts.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- What is refused ---------------------------------------------------------------------------------------------

// A file that `rest` completes; line 4 is that of the one asset, `rest` starts on line 5.
std::string Small(absl::string_view rest, absl::string_view asset = "{id: web, type: process}") {
  return absl::StrCat(
      "title: T\ndata_assets: {D: {id: data, confidentiality: public}}\ntechnical_assets:\n  Web: ", asset, "\n", rest);
}

TEST(ThreagileFaultsTest, TheSmallestFileIsGood) { EXPECT_THAT(FaultsOf(Small("")), IsEmpty()); }

TEST(ThreagileFaultsTest, NoThreagileFile) {
  EXPECT_THAT(FaultsOf(""), ElementsAre("some/where/t.yaml:1:1: : is empty"));
  EXPECT_THAT(FaultsOf("# nothing\n"), ElementsAre(HasSubstr(": is empty")));
  for (const char* other : {"services: {web: {image: nginx}}\n", "hello\n", "- a\n", "{}\n"}) {
    EXPECT_THAT(FaultsOf(other), ElementsAre(HasSubstr("is no Threagile model: it has neither data_assets nor ")));
  }
  EXPECT_THAT(FaultsOf("data_assets:\ntechnical_assets:\n"), ElementsAre(HasSubstr("is no Threagile model")));
  EXPECT_THAT(FaultsOf("technical_assets: {Web: {id: web, type: process}}\n"),
              ElementsAre("some/where/t.yaml:1:1: data_assets: is empty: a system model has at least one"));
  EXPECT_THAT(FaultsOf("\x7f"
                       "ELF\x01\x02"),
              Contains(HasSubstr("is not allowed")));
  EXPECT_THAT(FaultsOf(std::string(10 << 20, 'x')), ElementsAre(HasSubstr("has 10485760 bytes; the limit is 4194304")));
  EXPECT_THAT(FaultsOf(absl::StrCat("data_assets: ", std::string(3000, '['))),
              ElementsAre(HasSubstr("nested more than")));
}

TEST(ThreagileFaultsTest, AllInOneGo) {
  EXPECT_THAT(
      FaultsOf(Small("includes: [more.yaml]\n"
                     "date: 2026-02-30\n"
                     "trust_boundaries:\n"
                     "  A: {id: a, type: network-onprem, technical_assets_inside: [web, webb]}\n"
                     "  B: {id: b, type: network-on-prem, technical_assets_inside: [web]}\n"
                     "risk_tracking: {x@web: {status: maybe, date: soon}}\n",
                     "{id: web, type: proces, usage: business, tags: loose, internet: perhaps, "
                     "data_assets_processed: [Date], data_formats_accepted: [jsn], "
                     "communication_links: {L: {protocol: [http]}}}")),
      ElementsAre(
          HasSubstr("4:24: technical_assets.'Web'.type: must be one of external-entity, process, datastore, not "
                    "'proces'; did you mean 'process'?"),
          HasSubstr("technical_assets.'Web'.tags: must be a list, not text"),
          HasSubstr("technical_assets.'Web'.internet: must be true or false, not 'perhaps'"),
          HasSubstr("data_assets_processed[0]: 'Date' is no data asset of this file"),
          HasSubstr("data_formats_accepted[0]: must be one of json, xml"),
          HasSubstr("communication_links.'L'.target: is required: a link has a target"),
          HasSubstr("communication_links.'L'.protocol: must be text, not a list"),
          HasSubstr("5:11: includes: names other files, which are not read"),
          HasSubstr("6:7: date: '2026-02-30' is not a date"),
          HasSubstr("8:20: trust_boundaries.'A'.type: must be one of network-on-prem"),
          HasSubstr("trust_boundaries.'A'.technical_assets_inside[1]: 'webb' is no technical asset of this file; "
                    "did you mean 'web'?"),
          HasSubstr("trust_boundaries.'B'.technical_assets_inside[0]: 'web' is inside trust boundary 'a' "
                    "already; it can be inside one"),
          HasSubstr("risk_tracking.'x@web'.status: must be one of unchecked"),
          HasSubstr("risk_tracking.'x@web'.date: 'soon' is not a date")));
}

TEST(ThreagileFaultsTest, MissingAndDuplicateIds) {
  EXPECT_THAT(FaultsOf(Small("", "{type: process}")),
              ElementsAre(HasSubstr("technical_assets.'Web'.id: is required: a technical asset has an id")));
  EXPECT_THAT(FaultsOf(Small("  Other: {id: web, type: process}\n")),
              ElementsAre(HasSubstr("5:15: technical_assets.'Other'.id: 'web' is the id of another technical asset, on "
                                    "line 4")));
  EXPECT_THAT(FaultsOf(Small("  Web: {id: other, type: process}\n")),
              ElementsAre(HasSubstr("technical_assets.'Web': is written twice; the first time on line 4")));
  EXPECT_THAT(FaultsOf(Small("", "{id: [web], type: process}")),
              ElementsAre(HasSubstr("id: must be text, not a list"), HasSubstr("id: is required")));
  EXPECT_THAT(FaultsOf(Small("", "")), Contains(HasSubstr("'Web': must be a mapping of fields, not nothing")));
  EXPECT_THAT(FaultsOf(Small("", "{id: web}")), ElementsAre(HasSubstr("type: must be one of external-entity")));
}

TEST(ThreagileFaultsTest, BoundariesThatHoldThemselves) {
  EXPECT_THAT(FaultsOf(Small("trust_boundaries:\n"
                             "  A: {id: a, type: network-on-prem, trust_boundaries_nested: [b]}\n"
                             "  B: {id: b, type: network-on-prem, trust_boundaries_nested: [c]}\n"
                             "  C: {id: c, type: network-on-prem, trust_boundaries_nested: [b, none]}\n")),
              ElementsAre(HasSubstr("trust_boundaries.'C'.trust_boundaries_nested[0]: 'b' is inside trust boundary 'a' "
                                    "already"),
                          HasSubstr("nested[1]: 'none' is no trust boundary of this file")));
  EXPECT_THAT(FaultsOf(Small("trust_boundaries:\n"
                             "  A: {id: a, type: network-on-prem, trust_boundaries_nested: [b]}\n"
                             "  B: {id: b, type: network-on-prem, trust_boundaries_nested: [a]}\n"
                             "  C: {id: c, type: network-on-prem, trust_boundaries_nested: [c]}\n")),
              ElementsAre(HasSubstr("6:3: trust_boundaries.'A': is nested in itself: a in b in a"),
                          HasSubstr("8:3: trust_boundaries.'C': is nested in itself: c in c")));
}

TEST(ThreagileFaultsTest, ReferencesOfRisksAndRuntimesMustExist) {
  EXPECT_THAT(
      FaultsOf(Small("shared_runtimes: {R: {id: r, technical_assets_running: [gone]}}\n"
                     "individual_risk_categories: {C: {id: c, risks_identified: {X: {most_relevant_technical_asset: "
                     "gone, most_relevant_communication_link: \"web>gone\", severity: bad}}}}\n")),
      ElementsAre(HasSubstr("'gone' is no technical asset"), HasSubstr("'gone' is no technical asset"),
                  HasSubstr("'web>gone' is no communication link"), HasSubstr("severity: must be one of low")));
}

TEST(ThreagileTest, AFloodOfWarningsIsCounted) {
  std::string yaml = Small("");
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&yaml, "titel", i, ": x\n");
  const Imported imported = Good(yaml);
  ASSERT_EQ(imported.response.notes_size(), 101);
  EXPECT_THAT(imported.response.notes(0).text(), HasSubstr("is not a field that is known here"));
  EXPECT_EQ(imported.response.notes(100).text(), "and 4900 warnings more");
}

TEST(ThreagileTest, HostileTextsStayText) {
  const std::string evil = "\"</b>: # - [x]\\n# notes\\nid: evil\"";
  const Imported imported =
      Good(absl::StrCat("title: ", evil, "\nmanagement_summary_comment: ", evil, "\nquestions: {", evil,
                        ": }\n"
                        "data_assets: {",
                        evil, ": {id: d, confidentiality: public, owner: ", evil, ", tags: [", evil,
                        "]}}\n"
                        "technical_assets: {",
                        evil, ": {id: \"../etc/passwd\", type: datastore, ", "internet: true, owner: ", evil,
                        ", description: ", evil, ", technology: ", evil,
                        "}}\n"
                        "risk_tracking: {",
                        evil, ": {status: accepted, justification: ", evil, "}}\n"));
  EXPECT_EQ(imported.model->proto().name(), ": # - [x] # notes id: evil");
  EXPECT_EQ(imported.model->proto().id(), "shop");
  EXPECT_EQ(imported.Component("etc-passwd").imported_id(), "../etc/passwd");
  EXPECT_EQ(imported.Component("etc-passwd").zone(), "");
  EXPECT_EQ(imported.decisions.drafts_size(), 1);
}

// Files cut and bent at random places end in a draft or in faults, never in a fault of ours.
TEST(ThreagileTest, DamagedFilesAreRefusedOrRead) {
  const std::string good = Fixture("complete.yaml");
  const std::vector<std::string> pieces = {":",    "\n",   " ",    "  ", "- ", "[", "]", "{", "}", "*l", "&l ",
                                           "<<: ", "id: ", "null", "\"", "'",  "|", ">", "#", "@", ",",  "\xc3"};
  std::mt19937 random(7);
  int read = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bent = good;
    for (int change = random() % 3; change >= 0; --change) {
      const size_t at = random() % bent.size();
      if (random() % 2 == 0) {
        bent.erase(at, random() % 40);
      } else {
        bent.insert(at, pieces[random() % pieces.size()]);
      }
      if (bent.empty()) bent = "x";
    }
    const auto response = Import(bent);
    if (response.ok()) {
      ++read;
    } else {
      EXPECT_EQ(DetailsOf(response.status()).reason, "MODEL_INVALID") << response.status() << "\nround " << round;
    }
  }
  EXPECT_GT(read, 0);
}

TEST(LinkIdTest, IsThatOfThreagile) {
  EXPECT_EQ(threagile::LinkId("web", "Web Application Traffic"), "web>web-application-traffic");
  EXPECT_EQ(threagile::LinkId("web", " --A & B!"), "web>a-b");
  EXPECT_EQ(threagile::LinkId("web", "..."), "web>");
}

}  // namespace
}  // namespace metapowers::importers
