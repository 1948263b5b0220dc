#include "service/commands/recover/recovery_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::recover {
namespace {

using security::recover::v1::RecoveryPlanResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RecoveryPlanResult Plan(const std::string& yaml) { return RecoveryPlan(Case(yaml).input()); }

// "rule subject: fact" of each gap.
std::vector<std::string> Gaps(const RecoveryPlanResult& result) {
  std::vector<std::string> gaps;
  for (const auto& row : result.gaps()) {
    for (const std::string& subject : row.subjects()) {
      gaps.push_back(absl::StrCat(row.rule(), " ", subject, ": ", row.fact()));
    }
  }
  return gaps;
}

std::vector<std::string> Questions(const RecoveryPlanResult& result) {
  std::vector<std::string> texts;
  for (const auto& row : result.questions()) texts.push_back(row.text());
  return texts;
}

TEST(RecoveryPlan, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const RecoveryPlanResult result = Plan(Example(name));
    const auto& totals = result.totals();
    EXPECT_EQ(totals.components(), result.steps_size());
    EXPECT_EQ(totals.waves(), result.waves_size());
    EXPECT_EQ(totals.met() + totals.not_met() + totals.unknown(), totals.components());
    EXPECT_EQ(totals.gaps(), result.gaps_size());
    EXPECT_EQ(totals.questions(), result.questions_size());
    std::multiset<std::string> in_waves, in_steps, in_procedures;
    for (const auto& row : result.waves()) in_waves.insert(row.components().begin(), row.components().end());
    for (const auto& row : result.procedures()) in_procedures.insert(row.components().begin(), row.components().end());
    std::map<std::string, int> verdicts;
    for (const auto& row : result.steps()) {
      in_steps.insert(row.id());
      ++verdicts[row.verdict()];
      EXPECT_FALSE(row.owner().empty()) << row.id();
    }
    EXPECT_EQ(in_waves, in_steps);
    EXPECT_EQ(in_procedures, in_steps);
    EXPECT_EQ(verdicts["not met"], totals.not_met());
    for (const auto& row : result.gaps()) EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.rule();
    for (const auto& row : result.milestones()) EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.text();
    for (const auto& row : result.way_back()) EXPECT_FALSE(row.owner().empty()) << row.text();
  }
}

TEST(RecoveryPlan, ACycleIsNamedWithWhereItIsBroken) {
  const std::string yaml =
      Edited(Example("api-platform"), {{"\nflows:\n",
                                        "\nflows:\n  - {id: db-to-ledger, name: Database calls the ledger, source: "
                                        "platform-db, target: ledger-service, purpose: Test, dependency: hard}\n"}});
  const RecoveryPlanResult result = Plan(yaml);
  ASSERT_EQ(result.cycles_size(), 1);
  EXPECT_THAT(result.cycles(0).components(), ElementsAre("ledger-service", "platform-db"));
  EXPECT_EQ(result.cycles(0).first(), "ledger-service");
  EXPECT_THAT(result.cycles(0).without(), ElementsAre("platform-db"));
  EXPECT_THAT(Gaps(result), Contains(HasSubstr("restore-cycle ledger-service: ledger-service and platform-db wait")));
  EXPECT_THAT(Plan(Example("api-platform")).cycles(), IsEmpty());
}

TEST(RecoveryPlan, AnRtoShorterThanThatOfADependencyIsAGap) {
  const std::string yaml =
      Edited(Example("team-notes"),
             {{"    tier: tier_2\n    environment: production\n    multi_tenant: yes\n    replicas: 1\n    custom",
               "    tier: tier_1\n    environment: production\n    multi_tenant: yes\n    replicas: 1\n    custom"},
              {"    - {tier: tier_2, rto_minutes: 1440, rpo_minutes: 1440}",
               "    - {tier: tier_2, rto_minutes: 1440, rpo_minutes: 1440}\n"
               "    - {tier: tier_1, rto_minutes: 60, rpo_minutes: 1440}"}});
  EXPECT_THAT(Gaps(Plan(yaml)), Contains("rto-dependency web-app: RTO 1 hour, depends on notes-db with RTO 24 hours"));
}

TEST(RecoveryPlan, ARestoreThatTakesLongerThanTheRtoIsAGapWithItsPath) {
  const std::vector<std::string> gaps = Gaps(Plan(Example("patient-platform")));
  EXPECT_THAT(gaps,
              Contains("rto-path ehr-application: 250 minutes (ehr-database 190, ehr-application 60), RTO 2 hours "
                       "of tier 0"));
  EXPECT_THAT(gaps, Contains(HasSubstr("region-late main-campus: 48 hours to switch")));
}

TEST(RecoveryPlan, FailoverKeepsDataInItsJurisdiction) {
  const std::string text = Example("api-platform");
  EXPECT_THAT(Gaps(Plan(text)), Not(Contains(HasSubstr("eu-customer-db is handled"))));
  const std::string moved = Edited(text, {{"    kind: active_passive\n    primary: us-east-1\n    standby: [us-west-2]",
                                           "    kind: rebuild\n    primary: eu-central-1\n    standby: [us-west-2]"}});
  const RecoveryPlanResult result = Plan(moved);
  EXPECT_THAT(Gaps(result),
              Contains("failover-residency eu-central-1: without eu-central-1 (EU), customer-profile-eu of "
                       "customer-service-eu and eu-customer-db is handled in us-west-2"));
  std::vector<std::vector<std::string>> rows;  // of what leaves with the database
  for (const auto& row : result.residency()) {
    std::vector<std::string> components(row.components().begin(), row.components().end());
    const bool holds = std::find(components.begin(), components.end(), "eu-customer-db") != components.end();
    if (holds && row.leaving_size() > 0) rows.push_back(std::move(components));
  }
  EXPECT_THAT(rows, ElementsAre(ElementsAre("customer-service-eu", "eu-customer-db")))
      << "they hand over the same data";
}

TEST(RecoveryPlan, AWaveIsReadyWithItsOwnComponentsWhateverElseIsOnTheWay) {
  const RecoveryPlanResult plan = Plan(Example("api-platform"));
  ASSERT_GE(plan.waves_size(), 2);
  EXPECT_EQ(plan.waves(0).ready(), "8 hours") << "the analytics lake";
  EXPECT_EQ(plan.waves(plan.waves_size() - 1).ready(), "175 minutes") << "payments do not wait for it";
}

TEST(RecoveryPlan, AFlowThatDeclaresNoDependencyIsAskedForWhereItCouldHoldSomethingBack) {
  const auto asked = [](const RecoveryPlanResult& result) {
    std::multiset<std::string> fields;
    for (const auto& row : result.questions()) {
      if (absl::EndsWith(row.field(), "].dependency")) fields.insert(row.field());
    }
    return fields;
  };
  const std::string yaml = Example("team-notes");
  EXPECT_THAT(asked(Plan(yaml)), IsEmpty()) << "every flow declares it";
  const RecoveryPlanResult silent = Plan(Edited(
      yaml, {{"receives: [notes, accounts, billing], dependency: hard", "receives: [notes, accounts, billing]"}}));
  EXPECT_THAT(asked(silent), ElementsAre("flows[app-to-db].dependency"));
  EXPECT_THAT(Questions(silent), Contains("Does web-app work while notes-db does not answer flow app-to-db?"));
  for (const auto& row : silent.steps()) EXPECT_THAT(row.after(), IsEmpty()) << row.id();
}

TEST(RecoveryPlan, AnUnknownTimeIsAQuestionAndNoFinding) {
  const RecoveryPlanResult result = Plan(Example("team-notes"));
  EXPECT_THAT(Questions(result), Contains("How many minutes does it take to restore notes-db?"));
  EXPECT_THAT(Gaps(result), Not(Contains(HasSubstr("rto-path"))));
  for (const auto& row : result.steps()) EXPECT_TRUE(row.lower_bound()) << row.id();
}

TEST(RecoveryPlan, NobodyChecksOrTellsInAVacantRole) {
  const RecoveryPlanResult result = Plan(Vacated(Example("team-notes")));
  ASSERT_GT(result.checks_size(), 0);
  for (const auto& row : result.checks()) EXPECT_EQ(row.owner(), "Founders") << row.text();
  for (const auto& row : result.milestones()) EXPECT_EQ(row.owner(), "Founders") << row.text();
  for (const auto& row : result.exercises()) {
    EXPECT_TRUE(row.owner() == "Founders" || absl::EndsWith(row.owner(), " (vacant)")) << row.owner();
  }
}

TEST(RecoveryPlan, StepsNameTheirPlatform) {
  const RecoveryPlanResult result = Plan(Example("api-platform"));
  for (const auto& row : result.steps()) {
    if (row.id() == "payment-processor") {
      EXPECT_EQ(row.platform(), "EKS us-east-1");
      EXPECT_EQ(row.procedure(), "Service in a cluster");
    }
    if (row.id() == "payments-db") {
      EXPECT_EQ(row.procedure(), "Managed data store");
    }
  }
  const std::string notes = Plan(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "cluster", "container"}) EXPECT_THAT(notes, Not(HasSubstr(word)));
}

TEST(RecoveryPlan, AModelWithoutRecoverySaysSo) {
  std::string text = Example("team-notes");
  const size_t begin = text.find("\nrecovery:\n");
  ASSERT_NE(begin, std::string::npos);
  size_t end = begin + 1;
  do {
    end = text.find('\n', end + 1);
  } while (end != std::string::npos && (text[end + 1] == ' ' || text[end + 1] == '#'));
  text.erase(begin, end - begin);
  const RecoveryPlanResult result = Plan(text);
  EXPECT_FALSE(result.has_failover());
  EXPECT_EQ(result.totals().met(), 0);
  EXPECT_THAT(Gaps(result), Not(Contains(HasSubstr("rto"))));
  EXPECT_THAT(Questions(result), Contains(HasSubstr("What takes over when the place where")));
  EXPECT_FALSE(result.exercises().empty()) << "what is missing is named";
}

}  // namespace
}  // namespace metapowers::commands::recover
