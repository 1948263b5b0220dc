// Evidence, where it must stay and who keeps it follow the declared elements.
#include "service/commands/respond/forensic_readiness.h"

#include <map>
#include <set>
#include <string>

#include "service/commands/model_query.h"
#include "service/commands/plan_text.h"
#include "service/knowledge/response.h"
#include "tests/commands/respond/respond_checks.h"

namespace metapowers::commands::respond {
namespace {

namespace pb = security::respond::v1;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

pb::ForensicReadinessResult Of(const std::string& yaml) { return ForensicReadiness(Case(yaml).input()); }

std::map<std::string, pb::EvidenceRow> EvidenceOf(const pb::ForensicReadinessResult& result) {
  return RowsBy(result.evidence(), &pb::EvidenceRow::name);
}

TEST(ForensicReadiness, PlaceholdersAreKnown) {
  const auto check = [](const std::string& text) {
    for (const std::string& name : PlaceholdersOf(text)) {
      EXPECT_TRUE(name == "details" || FieldAt(*model::v1::SystemModel::descriptor(), name) != nullptr) << name;
    }
  };
  for (const auto& step : knowledge::ForensicRules().preservation()) {
    check(step.action());
    check(step.otherwise());
  }
  for (const auto& source : knowledge::ForensicRules().sources()) check(source.kept());
}

TEST(ForensicReadiness, FiguresAgreeAndEveryRowIsComplete) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const pb::ForensicReadinessResult result = Of(Example(example));
    EXPECT_EQ(result.totals().kinds(), result.evidence_size());
    EXPECT_EQ(result.totals().findings(), result.findings_size());
    EXPECT_LE(result.totals().collected(), result.totals().logs());
    EXPECT_LE(result.evidence_size(), 40);
    int order = 0;
    for (const pb::EvidenceRow& row : result.evidence()) {
      SCOPED_TRACE(row.name());
      EXPECT_EQ(row.order(), ++order);
      EXPECT_GT(row.count(), 0);
      EXPECT_THAT(row.preserve(), Not(IsEmpty()));
      EXPECT_THAT(row.kept(), Not(IsEmpty()));
      EXPECT_THAT(row.region_limit(), Not(IsEmpty()));
      EXPECT_GT(row.handed_over_by_size(), 0);
    }
    for (const pb::PreservationStep& step : result.steps()) EXPECT_THAT(step.action(), Not(HasSubstr("{")));
  }
}

TEST(ForensicReadiness, PersonalDataOfTheUnionLeavesOnlyUnderAMechanism) {
  const auto rows = EvidenceOf(Of(Example("api-platform")));
  EXPECT_THAT(rows.at("Backups and snapshots of stores").region_limit(),
              HasSubstr("evidence of eu-central-1 leaves the EU only under a transfer mechanism"));
  for (const auto& [name, row] : EvidenceOf(Of(Example("patient-platform")))) {
    EXPECT_THAT(row.region_limit(), Not(HasSubstr("mechanism"))) << name;
  }
}

TEST(ForensicReadiness, SaysHowLongLogsOfEachStateAreKept) {
  const auto rows = EvidenceOf(Of(Example("customer-lakehouse")));
  EXPECT_EQ(rows.at("Application log").kept(), "90 days hot, 400 days in all");
  EXPECT_EQ(rows.at("Authentication log").kept(), "90 days hot, 400 days in all, where it is collected");
  EXPECT_EQ(rows.at("Host log").kept(), "on the element alone, until it is overwritten there");
  EXPECT_EQ(rows.at("Cloud audit log").kept(), "not known: whether it is collected is an open question");
  const auto unknown = EvidenceOf(Of(Edited(
      Example("customer-lakehouse"), {{"  hot_retention_days: 90\n", ""}, {"  total_retention_days: 400\n", ""}})));
  EXPECT_EQ(unknown.at("Application log").kept(), "not declared");
}

TEST(ForensicReadiness, BackupsStayWhereTheyAreKept) {
  const auto rows = EvidenceOf(Of(Example("customer-lakehouse")));
  EXPECT_THAT(rows.at("Backups and snapshots of stores").region_limit(),
              HasSubstr("evidence of belgium leaves the EU only under a transfer mechanism"));
  EXPECT_THAT(rows.at("Sessions, running statements and transaction log of stores").region_limit(),
              Not(HasSubstr("belgium")));
}

TEST(ForensicReadiness, RegionWithoutJurisdictionIsSaidToBeUnknownAndAsked) {
  const pb::ForensicReadinessResult result =
      Of(Edited(Example("team-notes"),
                {{"{id: falkenstein, name: Hetzner Falkenstein, jurisdiction: eu, country: DE, hosting: true}",
                  "{id: falkenstein, name: Hetzner Falkenstein, hosting: true}"}}));
  EXPECT_THAT(EvidenceOf(result).at("Disks of machines").region_limit(),
              HasSubstr("jurisdiction of a region not declared"));
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Which jurisdiction is region falkenstein in?")));
}

TEST(ForensicReadiness, ChangeableAndShortLivedLogsAreFoundAndUnknownOnesAsked) {
  const std::set<std::string> found = FindingsOf(Of(Example("team-notes")));
  EXPECT_THAT(found, Contains("evidence-changeable Files on the server"));
  EXPECT_THAT(found, Contains("evidence-short-lived Files on the server"));
  EXPECT_THAT(found, Contains("no-forensic-specialist team-notes"));
  const pb::ForensicReadinessResult unknown =
      Of(Edited(Example("team-notes"), {{"  tamper_protection: no\n", ""}, {"  total_retention_days: 14\n", ""}}));
  EXPECT_THAT(FindingsOf(unknown), Not(Contains(StartsWith("evidence-changeable"))));
  EXPECT_THAT(FindingsOf(unknown), Not(Contains(StartsWith("evidence-short-lived"))));
  EXPECT_THAT(QuestionsOf(unknown), Contains("Can collected logs be changed?"));
  EXPECT_THAT(QuestionsOf(unknown), Contains("For how many days are logs kept in all?"));
}

TEST(ForensicReadiness, WhoeverOwnsTheElementCollectsItsLog) {
  const Case c(Example("patient-platform"));
  const pb::ForensicReadinessResult result = ForensicReadiness(c.input());
  std::string owner;
  for (const auto& row : result.findings()) {
    if (row.rule() == "evidence-not-collected" && row.subject() == "Database audit log") owner = row.owner();
  }
  const auto& store = *c.facts().Find("lab-database")->component;
  EXPECT_EQ(owner, c.model().Find<model::v1::Team>(store.owner_team())->name()) << "its log alone is not collected";
}

TEST(ForensicReadiness, SpecialistOnRetainerIsNoFinding) {
  const pb::ForensicReadinessResult result = Of(Example("api-platform"));
  EXPECT_THAT(FindingsOf(result), Not(Contains(StartsWith("no-forensic-specialist"))));
  EXPECT_EQ(result.contacts(0).name(), "PCI forensic investigator");
  EXPECT_TRUE(result.contacts(0).forensic());
  const pb::ForensicReadinessResult without = Of(
      Edited(Example("api-platform"), {{"purpose: Forensic investigation that card brands accept, retainer: true",
                                        "purpose: Forensic investigation that card brands accept, retainer: false"}}));
  EXPECT_THAT(FindingsOf(without), Contains("no-forensic-specialist api-platform"));
}

TEST(ForensicReadiness, CustodyOfOnePersonIsShown) {
  bool shown = false;
  const pb::ForensicReadinessResult result = Of(Example("team-notes"));
  for (const pb::CustodyRow& row : result.custody()) shown |= row.same_as().find("no: Founder Engineering") == 0;
  EXPECT_TRUE(shown);
  EXPECT_THAT(QuestionsOf(result), Contains("Who orders a legal hold?"));
}

TEST(ForensicReadiness, LogsThatNobodyHasConfirmedAreNotCalledCollected) {
  const pb::ForensicReadinessResult result = Of(Example("api-platform"));
  EXPECT_GT(result.totals().to_confirm(), 0);
  EXPECT_EQ(result.phrases().to_confirm(), std::to_string(result.totals().to_confirm()) + " logs are");
}

TEST(ForensicReadiness, HoldNeverKeepsAuthenticationDataOrKeys) {
  const pb::ForensicReadinessResult result = Of(Example("api-platform"));
  for (const pb::LegalHoldRow& row : result.holds()) {
    EXPECT_THAT(row.what(), Not(HasSubstr("CVV")));
    EXPECT_THAT(row.what(), Not(HasSubstr("secrets")));
    EXPECT_THAT(row.what(), Not(HasSubstr("keys")));
  }
}

TEST(ForensicReadiness, DevicesOfStaffAreThoseThatPeopleUse) {
  const auto rows = EvidenceOf(Of(Example("api-platform")));
  EXPECT_THAT(rows.at("Devices of those who administer").elements(), ::testing::ElementsAre("engineer"));
}

TEST(ForensicReadiness, WhatDeletesItselfStandsSoonestFirst) {
  const pb::ForensicReadinessResult result = Of(Example("team-notes"));
  ASSERT_GT(result.holds_size(), 1);
  EXPECT_EQ(result.holds(0).after(), "14 days");
}

TEST(ForensicReadiness, CloudsAndPlatformWordsComeFromTheModelAlone) {
  std::set<std::string> providers;
  const pb::ForensicReadinessResult api = Of(Example("api-platform"));
  for (const pb::CloudEvidenceRow& row : api.clouds()) {
    providers.insert(row.provider());
    EXPECT_THAT(row.contract(), Not(IsEmpty())) << row.provider();
  }
  EXPECT_EQ(providers.size(), 2u);
  const std::string text = Of(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "container", "Amazon", "Azure", "hypervisor on campus"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST(ForensicReadiness, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("api-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "components")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::respond
