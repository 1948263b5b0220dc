#include "service/commands/recover/resilience_improvement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "service/commands/recover/backup_validation.h"
#include "service/commands/recover/business_continuity.h"
#include "service/commands/recover/recovery_plan.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::recover {
namespace {

using security::recover::v1::ResilienceImprovementResult;
using ::testing::Contains;
using ::testing::HasSubstr;

ResilienceImprovementResult Improvement(const std::string& yaml) { return ResilienceImprovement(Case(yaml).input()); }

TEST(ResilienceImprovement, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const ResilienceImprovementResult result = Improvement(Example(name));
    const auto& totals = result.totals();
    int by_source = 0, by_severity = 0, by_pattern = 0, in_matrix = 0, points = 0, days = 0;
    for (const auto& row : result.sources()) {
      by_source += row.findings();
      by_severity += row.critical() + row.high() + row.medium() + row.low();
    }
    for (const auto& row : result.patterns()) {
      by_pattern += row.findings();
      points += row.points();
    }
    for (const auto& row : result.matrix()) {
      in_matrix += row.small() + row.medium() + row.large();
      EXPECT_EQ(row.small() + row.medium() + row.large(), row.findings());
    }
    for (const auto& row : result.roadmap()) days += row.days();
    EXPECT_EQ(by_source, totals.findings());
    EXPECT_EQ(by_severity, totals.findings());
    EXPECT_EQ(by_pattern, totals.findings());
    EXPECT_EQ(in_matrix, totals.findings());
    EXPECT_EQ(result.findings_size(), totals.findings());
    EXPECT_EQ(result.priorities_size() + totals.further(), totals.findings());
    EXPECT_EQ(points, totals.points());
    EXPECT_EQ(days, totals.days());
    EXPECT_EQ(result.single_points_size(), totals.single_points());
  }
}

TEST(ResilienceImprovement, FindsWhatTheOtherSectionsFind) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    std::multiset<std::string> expected, found;
    const auto add = [](const auto& gaps, std::multiset<std::string>& to) {
      for (const auto& gap : gaps) {
        for (const std::string& subject : gap.subjects()) {
          to.insert(absl::StrCat(gap.rule(), "@", subject, ": ", gap.fact()));
        }
      }
    };
    add(RecoveryPlan(c.input()).gaps(), expected);
    add(BackupValidation(c.input()).gaps(), expected);
    add(BusinessContinuity(c.input()).gaps(), expected);
    const ResilienceImprovementResult result = ResilienceImprovement(c.input());
    for (const auto& gap : result.findings()) {
      if (gap.rule().rfind("single-", 0) != 0)
        found.insert(absl::StrCat(gap.rule(), "@", gap.subjects(0), ": ", gap.fact()));
    }
    EXPECT_EQ(found, expected) << name;
  }
}

TEST(ResilienceImprovement, PrioritiesAreRankedByPointsPerDay) {
  for (const char* name : kExamples) {
    const ResilienceImprovementResult result = Improvement(Example(name));
    for (int i = 1; i < result.priorities_size(); ++i) {
      const auto& before = result.priorities(i - 1);
      const auto& after = result.priorities(i);
      EXPECT_GE(before.points() * after.days(), after.points() * before.days()) << name << " rank " << after.rank();
    }
    for (const auto& row : result.priorities()) {
      EXPECT_GT(row.points(), 0) << row.subject();
      EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.subject();
    }
  }
}

TEST(ResilienceImprovement, ASingleReplicaIsASinglePoint) {
  const auto kinds = [](const ResilienceImprovementResult& result) {
    std::map<std::string, std::string> by_id;
    for (const auto& row : result.single_points()) by_id[absl::StrCat(row.kind(), " ", row.id())] = row.reason();
    return by_id;
  };
  const auto api = kinds(Improvement(Example("api-platform")));
  ASSERT_EQ(api.count("component partner-service"), 1u);
  EXPECT_THAT(api.at("component partner-service"), HasSubstr("1 replica"));
  EXPECT_EQ(api.count("supplier stripe"), 1u);
  EXPECT_EQ(api.count("component payment-processor"), 0u);
  const auto notes = kinds(Improvement(Example("team-notes")));
  EXPECT_EQ(notes.count("infrastructure app-server"), 1u);
  const std::string twice =
      Edited(Example("api-platform"),
             {{"    replicas: 1\n    custom_code: true\n    language: Java",
               "    replicas: 2\n    multi_region: true\n    custom_code: true\n    language: Java"}});
  EXPECT_EQ(kinds(Improvement(twice)).count("component partner-service"), 0u);
}

TEST(ResilienceImprovement, OpenActionsOfIncidentsAreListed) {
  const ResilienceImprovementResult result = Improvement(Example("patient-platform"));
  ASSERT_EQ(result.incidents_size(), 1);
  EXPECT_THAT(result.incidents(0).actions(),
              Contains("License and build the second engine node (due 2026-09-30, 32 days late)"));
}

TEST(ResilienceImprovement, MetricsComeFromTheModel) {
  const ResilienceImprovementResult result = Improvement(Example("team-notes"));
  std::map<std::string, std::string> values;
  for (const auto& row : result.metrics()) values[row.name()] = row.value();
  EXPECT_EQ(values["Backups that meet 3-2-1"], "0% (0 of 1)");
  EXPECT_EQ(values["Continuity procedures that are proven"], "0% (0 of 1)");
  EXPECT_EQ(values["Critical suppliers with an outage procedure"], "0% (0 of 1)");
}

}  // namespace
}  // namespace metapowers::commands::recover
