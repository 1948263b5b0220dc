// Tables that are found in results by their form.
#include "service/export/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "metapowers/security/identify/v1/asset_inventory.pb.h"
#include "metapowers/security/identify/v1/risk_assessment.pb.h"

namespace metapowers::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace identify = security::identify::v1;

v1::Command CommandOf(const std::string& id) {
  v1::Command command;
  command.set_id(id);
  return command;
}

std::map<std::string, std::string> TextsOf(const std::vector<CommandResult>& results) {
  std::map<std::string, std::string> texts;
  for (const File& file : WriteTables(results)) {
    texts[file.name] = file.text;
    EXPECT_THAT(file.text, StartsWith("\xEF\xBB\xBF" + file.mark));
  }
  return texts;
}

TEST(Tables, RowsWithKeyAndOwnerAreATable) {
  const v1::Command command = CommandOf("risk-assessment");
  identify::RiskAssessmentResult result;
  identify::RiskRow& row = *result.add_risks();
  row.set_key("no-tls@web");
  row.set_title("=cmd");
  row.add_elements("web");
  row.add_elements("edge");
  row.set_severity(model::v1::SEVERITY_HIGH);
  row.mutable_current()->set_likelihood(3);
  row.set_owner("Core");
  result.add_matrix()->set_likelihood("High");
  const auto texts = TextsOf({{&command, &result}});
  ASSERT_EQ(texts.count("risk-assessment-risks.csv"), 1u);
  const std::string& text = texts.at("risk-assessment-risks.csv");
  EXPECT_THAT(text, HasSubstr("current.likelihood"));
  EXPECT_THAT(text, HasSubstr("\r\nno-tls@web,"));
  EXPECT_THAT(text, HasSubstr(",'=cmd,"));
  EXPECT_THAT(text, HasSubstr(",web; edge,"));
  EXPECT_THAT(text, HasSubstr(",high,"));
  EXPECT_EQ(texts.size(), 2u) << "the matrix is nothing that people answer for";
  EXPECT_THAT(texts.at("tables.csv"), HasSubstr("risk-assessment-risks.csv,risk-assessment,1\r\n"));
}

TEST(Tables, ListsInsideListsBringWhatStandsAround) {
  const v1::Command command = CommandOf("asset-inventory");
  identify::AssetInventoryResult result;
  identify::GapGroup& group = *result.add_gaps();
  group.set_kind(knowledge::v1::ASSET_GAP_NO_OWNER);
  group.set_title("No owner");
  group.add_rows()->set_id("web");
  group.add_rows()->set_id("edge");
  const auto texts = TextsOf({{&command, &result}});
  const std::string& text = texts.at("asset-inventory-gaps-rows.csv");
  EXPECT_THAT(text, HasSubstr("gaps.kind"));
  EXPECT_THAT(text, HasSubstr("no_owner"));
  EXPECT_THAT(text, HasSubstr("web"));
  EXPECT_THAT(text, HasSubstr("edge"));
}

TEST(Tables, SharedRowsStandOnceForAllCommands) {
  const v1::Command first = CommandOf("asset-inventory"), second = CommandOf("data-classification");
  identify::AssetInventoryResult one, other;
  for (identify::AssetInventoryResult* result : {&one, &other}) {
    v1::Question& question = *result->add_questions();
    question.set_field("components[web].tier");
    question.set_text("Which tier?");
  }
  other.add_questions()->set_text("Another?");
  const auto texts = TextsOf({{&first, &one}, {&second, &other}});
  const std::string& text = texts.at("questions.csv");
  EXPECT_THAT(text, StartsWith("\xEF\xBB\xBF"
                               "commands,field,text"));
  EXPECT_THAT(text, HasSubstr("\r\nasset-inventory; data-classification,components[web].tier,Which tier?"));
  EXPECT_THAT(text, HasSubstr("\r\ndata-classification,,Another?"));
}

TEST(Tables, NothingToWorkOnIsAListOfNoTables) {
  const v1::Command command = CommandOf("asset-inventory");
  const identify::AssetInventoryResult result;
  const auto texts = TextsOf({{&command, &result}});
  EXPECT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts.at("tables.csv"),
            "\xEF\xBB\xBF"
            "file,commands,rows\r\n");
}

}  // namespace
}  // namespace metapowers::exporting
