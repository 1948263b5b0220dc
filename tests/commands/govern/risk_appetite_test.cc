#include "service/commands/govern/risk_appetite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands::govern {
namespace {

namespace pb = security::govern::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

pb::RiskAppetiteResult Generate(const std::string& yaml) {
  const Case test_case(yaml);
  return RiskAppetite(test_case.input());
}

std::map<std::string, pb::RiskCategoryRow> Categories(const pb::RiskAppetiteResult& result) {
  std::map<std::string, pb::RiskCategoryRow> rows;
  for (const auto& row : result.categories()) rows[row.id()] = row;
  return rows;
}

pb::ThresholdRow Threshold(const pb::RiskAppetiteResult& result, const std::string& part) {
  for (const auto& row : result.thresholds()) {
    if (row.metric().find(part) != std::string::npos) return row;
  }
  ADD_FAILURE() << "no threshold on " << part;
  return {};
}

TEST(RiskAppetite, StatesTheFactsOfTheWalkthrough) {
  const auto categories = Categories(Generate(Example("api-platform")));
  EXPECT_EQ(categories.at("data-breach").appetite(), model::v1::APPETITE_LEVEL_LOW);
  EXPECT_EQ(categories.at("availability").appetite(), model::v1::APPETITE_LEVEL_MEDIUM);
  EXPECT_THAT(categories.at("availability").limits(), HasSubstr("limit 99.9%"));
  EXPECT_EQ(categories.at("compliance").appetite(), model::v1::APPETITE_LEVEL_ZERO);
}

TEST(RiskAppetite, LowestAppetiteComesFirst) {
  const auto result = Generate(Example("api-platform"));
  for (int i = 1; i < result.categories_size(); ++i) {
    EXPECT_LE(result.categories(i - 1).appetite(), result.categories(i).appetite());
  }
}

TEST(RiskAppetite, MeasuredValueIsJudgedOnTheBadSideOfToleranceAndLimit) {
  const std::string yaml = Example("api-platform");
  const auto availability = [&](const std::string& value) {
    return Threshold(Generate(Edited(yaml, {{"current: 99.94", "current: " + value}})), "Monthly availability")
        .verdict();
  };
  EXPECT_EQ(availability("99.95"), pb::THRESHOLD_VERDICT_WITHIN_TOLERANCE);
  EXPECT_EQ(availability("99.94"), pb::THRESHOLD_VERDICT_OVER_TOLERANCE);
  EXPECT_EQ(availability("99.9"), pb::THRESHOLD_VERDICT_OVER_TOLERANCE);
  EXPECT_EQ(availability("99.89"), pb::THRESHOLD_VERDICT_OVER_LIMIT);
}

TEST(RiskAppetite, ComputedValueNamesWhatMakesItUp) {
  const Case test_case(Example("api-platform"));
  const auto result = RiskAppetite(test_case.input());
  const auto row = Threshold(result, "Policies past their review date");
  EXPECT_TRUE(row.computed());
  EXPECT_EQ(row.current(), "1 policy");
  EXPECT_THAT(row.ids(), ElementsAre("third-party-policy"));
  EXPECT_EQ(row.verdict(), pb::THRESHOLD_VERDICT_OVER_LIMIT);
  EXPECT_THAT(result.over_limit(), Contains(row.metric()));
}

TEST(RiskAppetite, UnmeasuredThresholdIsNotWithinTolerance) {
  const auto result = Generate(Edited(Example("api-platform"), {{", current: 99.94", ""}}));
  const auto row = Threshold(result, "Monthly availability");
  EXPECT_EQ(row.verdict(), pb::THRESHOLD_VERDICT_NOT_MEASURED);
  EXPECT_THAT(row.current(), IsEmpty());
  EXPECT_EQ(result.unmeasured_count(), 1);
}

TEST(RiskAppetite, EveryThresholdHasAVerdictAndCountsAgree) {
  for (const char* example : kExamples) {
    const auto result = Generate(Example(example));
    int over_limit = 0, over_tolerance = 0, unmeasured = 0;
    for (const auto& row : result.thresholds()) {
      EXPECT_NE(row.verdict(), pb::THRESHOLD_VERDICT_UNSPECIFIED) << row.metric();
      over_limit += row.verdict() == pb::THRESHOLD_VERDICT_OVER_LIMIT;
      over_tolerance += row.verdict() == pb::THRESHOLD_VERDICT_OVER_TOLERANCE;
      unmeasured += row.verdict() == pb::THRESHOLD_VERDICT_NOT_MEASURED;
    }
    EXPECT_EQ(result.over_limit_count(), over_limit) << example;
    EXPECT_EQ(result.over_tolerance_count(), over_tolerance) << example;
    EXPECT_EQ(result.unmeasured_count(), unmeasured) << example;
    EXPECT_EQ(result.threshold_count(), result.thresholds_size()) << example;
  }
}

TEST(RiskAppetite, AuthorityHasATermAndALastDay) {
  const auto result = Generate(Example("api-platform"));
  ASSERT_EQ(result.authorities_size(), 4);
  EXPECT_EQ(result.authorities(0).level(), model::v1::SEVERITY_CRITICAL);
  EXPECT_EQ(result.authorities(0).max_term(), "30 days");
  EXPECT_EQ(result.authorities(0).latest_expiry(), "2026-12-01");
  EXPECT_THAT(result.authorities(0).second_approver(), HasSubstr("CISO"));
  EXPECT_THAT(result.authorities(0).faults(), IsEmpty());
}

TEST(RiskAppetite, VacantAuthorityIsMarked) {
  const auto result = Generate(Edited(Example("api-platform"), {{"    holder: Chief Executive Officer\n", ""}}));
  EXPECT_THAT(result.authorities(0).faults(), Contains(pb::AUTHORITY_FAULT_ROLE_VACANT));
}

TEST(RiskAppetite, ExceededThresholdReachesTheGoalsItEndangers) {
  const auto result = Generate(Example("api-platform"));
  for (const auto& goal : result.goals()) {
    const std::string categories = goal.DebugString();
    const bool compliance = categories.find("Compliance (zero)") != std::string::npos;
    EXPECT_EQ(goal.exceeded().find("Policies past their review date") != std::string::npos, compliance) << goal.id();
  }
}

TEST(RiskAppetite, OrderOfTheModelDoesNotMatter) {
  std::string yaml = Example("api-platform");
  const std::string expected = Generate(yaml).SerializeAsString();
  for (const char* list : {"roles", "policies", "components", "flows"}) yaml = Reversed(yaml, list);
  EXPECT_EQ(Generate(yaml).SerializeAsString(), expected);
}

TEST(RiskAppetite, LevelThatNobodyMayAcceptNamesItsOpenThreats) {
  const std::string yaml = Example("api-platform");
  const size_t begin = yaml.find("\n  acceptance:\n");
  const size_t end = yaml.find("\n  goals:\n", begin);
  ASSERT_LT(begin, end);
  const Case test_case(yaml.substr(0, begin) + yaml.substr(end));
  const auto result = RiskAppetite(test_case.input());
  EXPECT_EQ(result.authority_count(), 0);
  ASSERT_EQ(result.levels_without_authority_size(), 4);
  int open = 0;
  for (const auto& row : result.levels_without_authority()) {
    open += row.open_count();
    EXPECT_EQ(row.open().empty(), row.open_count() == 0) << row.level();
  }
  int expected = 0;
  for (const auto& threat : test_case.input().threats.Get().all()) expected += threat.open();
  EXPECT_EQ(open, expected);
  EXPECT_EQ(result.levels_without_authority(0).level(), model::v1::SEVERITY_CRITICAL);
}

}  // namespace
}  // namespace metapowers::commands::govern
