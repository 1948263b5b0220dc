// Typed results as JSON.
#include "service/export/results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "metapowers/security/identify/v1/risk_assessment.pb.h"

namespace metapowers::exporting {
namespace {

using nlohmann::json;

std::vector<File> FilesAt(const std::string& commit) {
  v1::Command command;
  command.set_id("risk-assessment");
  command.set_phase("identify");
  security::identify::v1::RiskAssessmentResult result;
  result.add_risks()->set_key("no-tls@web");
  return WriteResults({{&command, &result}}, {"shop", "Shop \"A\"", "2026-03-01", "b10b", commit, 7, "1.2.3", "1.0"});
}

TEST(Results, AreProto3JsonWithWhatTheyAreOf) {
  const std::vector<File> files = FilesAt("c0ffee");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "risk-assessment.json");
  const json file = json::parse(files[0].text);
  EXPECT_EQ(file["type"], "metapowers.security.identify.v1.RiskAssessmentResult");
  EXPECT_EQ(file["result"]["risks"][0]["key"], "no-tls@web");
  for (const File& each : files) {
    EXPECT_NE(each.text.find(each.mark), std::string::npos);
    EXPECT_NE(each.text.find(std::string(kResultsMark)), std::string::npos);
  }
}

TEST(Results, OnlyTheIndexSaysWhichCommit) {
  const std::vector<File> files = FilesAt("c0ffee"), others = FilesAt("decade");
  EXPECT_EQ(files[0].text, others[0].text);
  EXPECT_NE(files[1].text, others[1].text);
  const json index = json::parse(files[1].text);
  EXPECT_EQ(index["commit"], "c0ffee");
  EXPECT_EQ(index["revision"], 7);
  EXPECT_EQ(index["version"], "1.2.3");
  EXPECT_EQ(index["system"], "Shop \"A\"");
  EXPECT_EQ(index["results"][0]["file"], "risk-assessment.json");
}

}  // namespace
}  // namespace metapowers::exporting
