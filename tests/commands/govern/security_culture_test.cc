#include "service/commands/govern/security_culture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::govern {
namespace {

using security::govern::v1::SecurityCultureResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

SecurityCultureResult Culture(const std::string& yaml) { return SecurityCulture(Case(yaml).input()); }

// "rule subject: fact" of each gap.
std::vector<std::string> Gaps(const SecurityCultureResult& result) {
  std::vector<std::string> gaps;
  for (const auto& row : result.gaps()) {
    for (const std::string& subject : row.subjects()) {
      gaps.push_back(absl::StrCat(row.rule(), " ", subject, ": ", row.fact()));
    }
  }
  return gaps;
}

TEST(SecurityCulture, EveryTeamAndModuleStandsOnceAndTheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const SecurityCultureResult result = SecurityCulture(c.input());
    const auto& totals = result.totals();
    EXPECT_EQ(result.teams_size(), c.model().proto().teams_size());
    EXPECT_EQ(totals.teams(), result.teams_size());
    EXPECT_EQ(result.modules_size(), c.model().proto().training().modules_size());
    EXPECT_EQ(totals.modules(), result.modules_size());
    EXPECT_EQ(totals.owning(), result.champions_size());
    EXPECT_EQ(totals.topics(), result.topics_size());
    EXPECT_EQ(totals.gaps(), result.gaps_size());
    EXPECT_EQ(totals.questions(), result.questions_size());
    int open = 0;
    for (const auto& row : result.teams()) open += row.open();
    int expected = 0;
    for (const auto& threat : c.input().threats.Get().all()) expected += threat.open() ? 1 : 0;
    EXPECT_EQ(open, expected) << "every open threat has one team";
    for (const auto& row : result.gaps()) EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.rule();
    for (const auto& row : result.measures()) EXPECT_FALSE(row.owner().empty()) << row.name();
  }
}

TEST(SecurityCulture, TrainingBelowTheTargetIsAGap) {
  const std::vector<std::string> gaps = Gaps(Culture(Example("api-platform")));
  EXPECT_THAT(gaps, Contains("module-below-target secure-coding: 84% up to date on 2026-10-05, target 95%"));
  EXPECT_THAT(gaps, Not(Contains(HasSubstr("module-below-target security-basics"))));
}

TEST(SecurityCulture, TopicsAreThoseThatBindTheSystem) {
  const auto topics = [](const SecurityCultureResult& result) {
    std::map<std::string, int> modules;
    for (const auto& row : result.topics()) modules[row.title()] = row.modules_size();
    return modules;
  };
  const auto api = topics(Culture(Example("api-platform")));
  EXPECT_EQ(api.count("Handling of health information"), 0u);
  EXPECT_GT(api.at("Handling of cardholder data"), 0);
  const auto hospital = topics(Culture(Example("patient-platform")));
  EXPECT_GT(hospital.at("Handling of health information"), 0);
  EXPECT_THAT(Gaps(Culture(Example("patient-platform"))), Contains(HasSubstr("topic-missing Phishing")));
}

TEST(SecurityCulture, TeamsThatBuildNeedSecureCoding) {
  const std::string yaml =
      Edited(Example("api-platform"),
             {{"audience: [payments, accounts, data, platform], interval_days: 365, completion_percent: 84",
               "audience: [payments, accounts, platform], interval_days: 365, completion_percent: 84"}});
  EXPECT_THAT(Gaps(Culture(yaml)), Contains("builders-untrained Data and reporting: it owns components of own code"));
  EXPECT_THAT(Gaps(Culture(Example("api-platform"))), Not(Contains(HasSubstr("builders-untrained"))));
}

TEST(SecurityCulture, ATeamWithoutAChampionIsAGapWhereAProgrammeIsPlanned) {
  EXPECT_THAT(Gaps(Culture(Example("api-platform"))), Contains(HasSubstr("champion-missing Data and reporting")));
  EXPECT_THAT(Gaps(Culture(Example("team-notes"))), Not(Contains(HasSubstr("champion-missing"))));
}

TEST(SecurityCulture, OverdueLessonsAreGaps) {
  EXPECT_THAT(Gaps(Culture(Example("patient-platform"))), Contains(HasSubstr("lesson-overdue second-engine: License")));
}

TEST(SecurityCulture, FewTeamsAreNotCompared) {
  const SecurityCultureResult notes = Culture(Example("team-notes"));
  EXPECT_FALSE(notes.not_compared().empty());
  for (const auto& row : notes.incentives()) EXPECT_THAT(row.title(), Not(HasSubstr("team takes most risk")));
  EXPECT_TRUE(Culture(Example("api-platform")).not_compared().empty());
}

TEST(SecurityCulture, AModelWithoutTrainingAsksForIt) {
  std::string text = Example("team-notes");
  const size_t begin = text.find("\ntraining:\n");
  const size_t end = text.find("\n# --- Data", begin);
  ASSERT_LT(begin, end);
  text.erase(begin, end - begin);
  const SecurityCultureResult result = Culture(text);
  EXPECT_EQ(result.totals().modules(), 0);
  std::vector<std::string> questions;
  for (const auto& row : result.questions()) questions.push_back(row.text());
  EXPECT_THAT(questions, Contains("Which security training do people take?"));
}

}  // namespace
}  // namespace metapowers::commands::govern
