#include "service/commands/recover/business_continuity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::recover {
namespace {

using security::recover::v1::BusinessContinuityResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

BusinessContinuityResult Plan(const std::string& yaml) { return BusinessContinuity(Case(yaml).input()); }

// "rule subject: fact" of each gap.
std::vector<std::string> Gaps(const BusinessContinuityResult& result) {
  std::vector<std::string> gaps;
  for (const auto& row : result.gaps()) {
    for (const std::string& subject : row.subjects()) {
      gaps.push_back(absl::StrCat(row.rule(), " ", subject, ": ", row.fact()));
    }
  }
  return gaps;
}

TEST(BusinessContinuity, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const BusinessContinuityResult result = BusinessContinuity(c.input());
    const auto& totals = result.totals();
    EXPECT_EQ(totals.functions(), result.functions_size());
    EXPECT_EQ(totals.procedures(), c.model().proto().recovery().procedures_size());
    EXPECT_EQ(totals.suppliers(), result.suppliers_size());
    EXPECT_EQ(totals.gaps(), result.gaps_size());
    EXPECT_EQ(totals.questions(), result.questions_size());
    int unproven = 0;
    for (const auto& row : result.procedures()) unproven += row.state() == "tested" ? 0 : 1;
    EXPECT_EQ(unproven, totals.unproven_procedures());
    for (const auto& row : result.calendar()) {
      EXPECT_FALSE(row.passes().empty() || row.owner().empty() || row.date().empty()) << row.test();
    }
    for (const auto& row : result.gaps()) EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.rule();
    for (const auto& row : result.disruptions()) EXPECT_FALSE(row.answer().empty()) << row.scenario();
  }
}

TEST(BusinessContinuity, EveryCriticalSupplierHasAProcedureOrAGap) {
  for (const char* name : kExamples) {
    const BusinessContinuityResult result = Plan(Example(name));
    const std::vector<std::string> gaps = Gaps(result);
    for (const auto& row : result.suppliers()) {
      if (row.procedure().empty()) {
        EXPECT_THAT(gaps, Contains(HasSubstr("supplier-without-procedure " + row.id()))) << name;
      }
    }
  }
  EXPECT_THAT(Gaps(Plan(Example("team-notes"))), Contains("supplier-without-procedure hetzner: declared critical"));
}

TEST(BusinessContinuity, WhatStopsWithASupplierFollowsFromDependencies) {
  const BusinessContinuityResult result = Plan(Example("api-platform"));
  for (const auto& row : result.suppliers()) {
    if (row.id() != "stripe") continue;
    EXPECT_THAT(row.stops(), Contains("payment-processor"));
    EXPECT_THAT(row.stops(), Contains("api-gateway")) << "it depends on the payment processor";
    EXPECT_THAT(row.stops(), Not(Contains("fraud-service")));
    EXPECT_THAT(row.functions(), Contains("payment processing"));
  }
}

TEST(BusinessContinuity, UntestedProceduresAreFlagged) {
  const std::vector<std::string> gaps = Gaps(Plan(Example("api-platform")));
  EXPECT_THAT(gaps, Contains("procedure-untested manual-reports: no date of a test is declared"));
  EXPECT_THAT(gaps, Not(Contains(HasSubstr("procedure-untested manual-payments"))));
  const std::string old = Edited(Example("api-platform"), {{"last_tested: 2026-03-11}\n    - {id: manual-reports",
                                                            "last_tested: 2025-03-11}\n    - {id: manual-reports"}});
  EXPECT_THAT(Gaps(Plan(old)), Contains("procedure-old manual-payouts: last tested on 2025-03-11"));
}

TEST(BusinessContinuity, AProcedureThatEndsBeforeTheRestoreIsAGap) {
  const std::string yaml =
      Edited(Example("api-platform"), {{"capacity_percent: 8, max_hours: 24", "capacity_percent: 8, max_hours: 2"}});
  EXPECT_THAT(
      Gaps(Plan(yaml)),
      Contains("procedure-short manual-payments: lasts 2 hours; payment processing is restored after 175 minutes"));
}

TEST(BusinessContinuity, AFunctionThatIsRestoredTooLateIsAGap) {
  const std::string yaml =
      Edited(Example("api-platform"), {{"name: payment processing, criticality: critical, max_outage_minutes: 480",
                                        "name: payment processing, criticality: critical, max_outage_minutes: 120"}});
  EXPECT_THAT(Gaps(Plan(yaml)),
              Contains("outage-too-long payment processing: restored after 175 minutes, tolerated 2 hours"));
}

TEST(BusinessContinuity, CriticalFunctionsWithoutAProcedureAreNamed) {
  const std::vector<std::string> gaps = Gaps(Plan(Example("api-platform")));
  EXPECT_THAT(gaps, Contains(HasSubstr("function-without-procedure customer accounts: declared high")));
  EXPECT_THAT(gaps, Not(Contains(HasSubstr("function-without-procedure analytics"))));
}

TEST(BusinessContinuity, ExercisesThatAreLateOrMissingAreGaps) {
  EXPECT_THAT(Gaps(Plan(Example("api-platform"))), Contains(HasSubstr("plan-unproven red-team: last on 2025-09-25")));
  EXPECT_THAT(Gaps(Plan(Example("patient-platform"))), Contains("plan-unproven campus-failover: never run"));
  EXPECT_THAT(Gaps(Plan(Example("team-notes"))),
              Contains("plan-unproven Tabletop exercise: no exercise of this kind is declared"));
}

TEST(BusinessContinuity, StatusPageAndPartnersComeFromTheModel) {
  const BusinessContinuityResult result = Plan(Example("api-platform"));
  EXPECT_EQ(result.status_source(), "updated automatically from PagerDuty incident management");
  EXPECT_EQ(result.partner_notice(), "30 minutes");
  EXPECT_EQ(Plan(Example("team-notes")).partner_notice(), "");
}

TEST(BusinessContinuity, AFunctionWithoutATargetIsAskedForAndDueAtItsLongestOutage) {
  const BusinessContinuityResult result = Plan(Example("patient-platform"));
  std::vector<std::string> texts, milestones;
  for (const auto& row : result.questions()) texts.push_back(row.text());
  for (const auto& row : result.milestones()) milestones.push_back(row.due() + ": " + row.text());
  EXPECT_THAT(texts, Contains("Which RTO and RPO does the function patient care records have?"));
  EXPECT_THAT(texts, Not(Contains("Which RTO and RPO does the function imaging have?")));
  EXPECT_THAT(milestones, Contains("within 24 hours: patient care records: restored, and the checks before reopening "
                                   "passed (its longest outage, since no RTO is declared)"));
  EXPECT_THAT(milestones, Contains("within 4 hours: imaging: restored, and the checks before reopening passed"));
}

TEST(BusinessContinuity, LossesAreWholeAmounts) {
  const BusinessContinuityResult result = Plan(Example("patient-platform"));
  std::vector<std::string> losses;
  for (const auto& row : result.functions()) losses.push_back(row.name() + ": " + row.loss());
  EXPECT_THAT(losses, Contains("patient care records: USD 258,333"));
}

TEST(BusinessContinuity, UnknownsAreQuestions) {
  const BusinessContinuityResult result = Plan(Example("team-notes"));
  std::vector<std::string> texts;
  for (const auto& row : result.questions()) texts.push_back(row.text());
  EXPECT_THAT(texts, Contains("How critical is Postbox Mail?"));
  EXPECT_THAT(Gaps(result), Not(Contains(HasSubstr("postbox-mail"))));
}

}  // namespace
}  // namespace metapowers::commands::recover
