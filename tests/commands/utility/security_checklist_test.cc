#include "service/commands/utility/security_checklist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "service/analysis/risk_register.h"
#include "service/commands/checklist_items.h"
#include "service/commands/compliance_assessment.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::utility {
namespace {

using security::utility::v1::SecurityChecklistResult;
using ::testing::HasSubstr;
using ::testing::Not;

SecurityChecklistResult Checklist(const std::string& yaml) { return SecurityChecklist(Case(yaml).input()); }

TEST(SecurityChecklist, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const SecurityChecklistResult result = Checklist(Example(name));
    const auto& totals = result.totals();
    EXPECT_EQ(totals.done() + totals.open() + totals.unknown(), totals.items());
    EXPECT_EQ(result.items_size() + totals.items_left_out(), totals.open() + totals.unknown());
    EXPECT_EQ(result.guidance_size(), result.items_size());
    EXPECT_EQ(result.blockers_size() + totals.blockers_left_out(), totals.blockers());
    EXPECT_EQ(result.accepted_size(), totals.accepted());
    int done = 0, open = 0;
    for (const auto& row : result.areas()) {
      EXPECT_EQ(row.done() + row.open() + row.unknown(), row.items()) << row.area();
      done += row.done();
      open += row.open();
    }
    EXPECT_EQ(done, totals.done());
    EXPECT_EQ(open, totals.open());
    EXPECT_THAT(result.phrases().items(), HasSubstr(std::to_string(totals.items())));
    EXPECT_THAT(result.phrases().blockers(), HasSubstr(std::to_string(totals.blockers())));
  }
}

TEST(SecurityChecklist, EachItemStandsOnceWithOwnerDateAndProof) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    std::set<std::string> ids;
    const SecurityChecklistResult result = Checklist(Example(name));
    for (const auto& row : result.items()) {
      SCOPED_TRACE(row.id());
      EXPECT_TRUE(ids.insert(row.id()).second);
      EXPECT_FALSE(row.owners().empty());
      EXPECT_FALSE(row.due().empty());
      EXPECT_FALSE(row.verification().empty());
      EXPECT_GT(row.risks(), 0);
      EXPECT_NE(row.worst(), model::v1::SEVERITY_UNSPECIFIED);
      EXPECT_THAT(row.verification() + row.name(), Not(HasSubstr("{")));
    }
    for (const auto& row : result.guidance()) {
      EXPECT_EQ(ids.count(row.id()), 1u) << row.id();
      EXPECT_FALSE(row.measure().empty()) << row.id();
      EXPECT_THAT(row.measure(), Not(HasSubstr("{"))) << row.id();
    }
  }
}

TEST(SecurityChecklist, TheWorstComesFirstAndFewPeopleGetAShortList) {
  const SecurityChecklistResult platform = Checklist(Example("api-platform"));
  EXPECT_EQ(platform.items_size(), 25);
  for (int i = 1; i < platform.items_size(); ++i) EXPECT_GE(platform.items(i - 1).worst(), platform.items(i).worst());
  EXPECT_EQ(Checklist(Example("team-notes")).items_size(), 10) << "two teams";
}

std::vector<ChecklistItem> Items(const Case& c) {
  const analysis::Compliance compliance = AssessCompliance(c.input(), c.input().threats.Get().landscape());
  const auto risks = analysis::BuildRiskRegister(c.input().threats.Get(), compliance, c.input().threats.decisions());
  return ChecklistItems(c.input(), compliance, risks);
}

ChecklistItem ItemOf(const std::vector<ChecklistItem>& items, const std::string& id) {
  for (const ChecklistItem& item : items) {
    if (item.id == id) return item;
  }
  ADD_FAILURE() << "no item " << id;
  return {};
}

TEST(ChecklistItems, EveryRiskToBeMitigatedHasAnItem) {
  const Case c(Example("api-platform"));
  const analysis::Compliance compliance = AssessCompliance(c.input(), c.input().threats.Get().landscape());
  const auto risks = analysis::BuildRiskRegister(c.input().threats.Get(), compliance, c.input().threats.decisions());
  std::set<std::string> open;
  for (const ChecklistItem& item : ChecklistItems(c.input(), compliance, risks)) {
    if (item.state != ChecklistState::kDone) open.insert(item.id);
  }
  for (const analysis::Risk& risk : risks.risks) {
    if (risk.treatment != analysis::RiskTreatment::kMitigate) continue;
    for (const std::string& id : ItemsThatEnd(risk)) EXPECT_EQ(open.count(id), 1u) << risk.key << " " << id;
  }
}

TEST(ChecklistItems, GapsOfAControlAreNoItemsOfTheirOwn) {
  const std::vector<ChecklistItem> items = Items(Case(Example("api-platform")));
  for (const ChecklistItem& item : items) EXPECT_THAT(item.id, Not(HasSubstr("gap:posture:")));
  const ChecklistItem redaction = ItemOf(items, "log_redaction");
  EXPECT_THAT(redaction.elements, ::testing::IsSupersetOf({"card-capture", "ledger-service"}))
      << "a threat waits on one, frameworks on the other";
  EXPECT_EQ(redaction.area, "logging-architecture");
}

TEST(ChecklistItems, GapsOfTheInventoryAreOneItemAKind) {
  const ChecklistItem item = ItemOf(Items(Case(Example("api-platform"))), "gap:scope_contradiction");
  EXPECT_EQ(item.state, ChecklistState::kOpen);
  EXPECT_EQ(item.area, "asset-inventory");
  EXPECT_THAT(item.elements, ::testing::Contains("fraud-service"));
  EXPECT_FALSE(item.verification.empty());
}

TEST(ChecklistItems, WhatTheModelDoesNotSayIsNotKnown) {
  const std::string text = Example("team-notes");
  EXPECT_EQ(ItemOf(Items(Case(text)), "code_review").state, ChecklistState::kUnknown);
  EXPECT_EQ(ItemOf(Items(Case(text)), "mfa").state, ChecklistState::kOpen);
}

TEST(ChecklistItems, WhatDoesNotConcernTheSystemIsNotDone) {
  for (const ChecklistItem& item : Items(Case(Example("team-notes")))) {
    EXPECT_NE(item.id, "container_hardening") << "it runs no container";
  }
}

TEST(ChecklistItems, NamesOfPeopleWhoMeanHarmStayNames) {
  const Case c(Edited(Example("team-notes"), {{"name: Founders, lead:", "name: \"{element} | {{x}}\", lead:"}}));
  const SecurityChecklistResult result = SecurityChecklist(c.input());
  EXPECT_THAT(result.items(0).owners(), ::testing::Contains("{element} | {{x}}"));
}

TEST(SecurityChecklist, EverySevereOpenThreatStopsALaunch) {
  const Case c(Example("api-platform"));
  const SecurityChecklistResult result = SecurityChecklist(c.input());
  std::set<std::string> blockers;
  for (const auto& row : result.blockers()) {
    blockers.insert(row.id());
    EXPECT_FALSE(row.owner().empty()) << row.id();
    EXPECT_FALSE(row.mitigation().empty()) << row.id();
    EXPECT_GE(row.severity(), model::v1::SEVERITY_HIGH) << row.id();
  }
  for (const auto* threat : c.input().threats.Get().Prioritised()) {
    if (threat->severity() >= model::v1::SEVERITY_HIGH) {
      EXPECT_EQ(blockers.count(threat->key()), 1u) << threat->key();
    }
  }
}

TEST(SecurityChecklist, AnAcceptedRiskIsNoBlocker) {
  Case c(Example("api-platform"));
  const SecurityChecklistResult before = SecurityChecklist(c.input());
  c.Decide(
      "schema_version: \"1\"\ndecisions:\n"
      "- {finding: 'gap:scope_contradiction@fraud-service', status: accepted, requested_by: product-owner, "
      "approved_by: ciso, "
      "authority: high, rationale: It is replaced in December., decided_on: 2026-10-30, expires_on: 2026-11-20}\n");
  const SecurityChecklistResult after = SecurityChecklist(c.input());
  ASSERT_EQ(after.accepted_size(), 1);
  EXPECT_EQ(after.accepted(0).id(), "gap:scope_contradiction@fraud-service");
  EXPECT_EQ(after.accepted(0).decision(), "accept");
  EXPECT_FALSE(after.accepted(0).approved_by().empty());
  for (const auto& row : after.blockers()) EXPECT_NE(row.id(), after.accepted(0).id());
  EXPECT_EQ(after.totals().blockers() + 1, before.totals().blockers());
}

TEST(SecurityChecklist, ASmallSystemGetsNoItemThatItDoesNotNeed) {
  const std::string all = Checklist(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "cluster", "container_hardening", "admission_control"}) {
    EXPECT_THAT(all, Not(HasSubstr(word)));
  }
}

}  // namespace
}  // namespace metapowers::commands::utility
