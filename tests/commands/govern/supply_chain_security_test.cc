#include "service/commands/govern/supply_chain_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::govern {
namespace {

using security::govern::v1::SupplyChainSecurityResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SupplyChainSecurityResult Assessment(const std::string& yaml) { return SupplyChainSecurity(Case(yaml).input()); }

// "rule subject: fact" of each gap.
std::vector<std::string> Gaps(const SupplyChainSecurityResult& result) {
  std::vector<std::string> gaps;
  for (const auto& row : result.gaps()) {
    for (const std::string& subject : row.subjects()) {
      gaps.push_back(absl::StrCat(row.rule(), " ", subject, ": ", row.fact()));
    }
  }
  return gaps;
}

std::vector<std::string> Questions(const SupplyChainSecurityResult& result) {
  std::vector<std::string> texts;
  for (const auto& row : result.questions()) texts.push_back(row.text());
  return texts;
}

auto RowOf(const SupplyChainSecurityResult& result, const std::string& id) {
  for (const auto& row : result.suppliers()) {
    if (row.id() == id) return row;
  }
  ADD_FAILURE() << "no row " << id;
  return result.suppliers(0);
}

TEST(SupplyChainSecurity, EverySupplierStandsOnceAndTheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name), std::string("deploy/examples/") + name);
    const SupplyChainSecurityResult result = SupplyChainSecurity(c.input());
    const auto& totals = result.totals();
    EXPECT_EQ(result.suppliers_size(), c.model().proto().third_parties_size());
    EXPECT_EQ(totals.suppliers(), result.suppliers_size());
    EXPECT_EQ(totals.tier_1() + totals.tier_2() + totals.tier_3(), totals.suppliers());
    int in_tiers = 0;
    for (const auto& row : result.tiers()) in_tiers += row.suppliers_size();
    EXPECT_EQ(in_tiers, totals.suppliers());
    EXPECT_EQ(totals.gaps(), result.gaps_size());
    EXPECT_EQ(totals.built(), result.bills_size());
    EXPECT_EQ(totals.questions(), result.questions_size());
    int missing = 0;
    for (const auto* rows : {&result.requirements(), &result.software()}) {
      for (const auto& row : *rows) missing += row.missing_size();
    }
    int subjects = 0;
    for (const auto& row : result.gaps()) {
      subjects += row.subjects_size();
      EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.rule();
    }
    EXPECT_EQ(missing, subjects) << "each requirement that is not met is a gap";
  }
}

TEST(SupplyChainSecurity, ReportsThatEndedAreGapsAndReviewedNow) {
  const SupplyChainSecurityResult result = Assessment(Example("api-platform"));
  EXPECT_THAT(Gaps(result), Contains(HasSubstr("attestation-current github")));
  EXPECT_THAT(Gaps(result), Contains(HasSubstr("attestation-current harbor-trust-bank")));
  EXPECT_EQ(RowOf(result, "github").report_state(), "ended 62 days ago");
  EXPECT_EQ(result.totals().ended(), 2);
  EXPECT_EQ(result.reviews(0).due(), "2026-11-01");
}

TEST(SupplyChainSecurity, ASupplierWithoutAttestationIsAQuestionOrAGap) {
  const SupplyChainSecurityResult notes = Assessment(Example("team-notes"));
  EXPECT_THAT(Questions(notes), Contains("Which attestation does Postbox Mail hold?"));
  EXPECT_THAT(Gaps(notes), Not(Contains(HasSubstr("attestation postbox-mail"))));
  const std::string none =
      Edited(Example("team-notes"), {{"dpa: unknown, api: false}", "dpa: unknown, api: false, attestation: none}"}});
  EXPECT_THAT(Gaps(Assessment(none)), Contains("attestation postbox-mail: attestation is none"));
}

TEST(SupplyChainSecurity, WithoutSuppliersTheProvidersAreAskedFor) {
  const std::string bare =
      "schema_version: \"1\"\nid: a\nname: A\ndescription: A.\nas_of: 2026-03-01\n"
      "organization: {name: O}\nowner_team: t\nregions: [{id: eu, jurisdiction: eu}]\n"
      "teams: [{id: t, name: T, lead: L}]\n"
      "roles: [{id: r, title: R, kind: system_owner, team: t}]\n"
      "data_classes: [{id: d, name: D, owner: t, confidentiality: internal}]\n"
      "zones: [{id: z, name: Z, type: vlan}]\n";
  EXPECT_THAT(Questions(Assessment(bare + "components: [{id: c, name: C, kind: process}]\n")),
              Contains("Which suppliers does A depend on?"));
  EXPECT_THAT(Questions(Assessment(bare + "components: [{id: c, name: C, kind: process, provider: gcp}]\n")),
              Contains("Which suppliers does A depend on, Google Cloud among them?"));
  EXPECT_THAT(Questions(Assessment(Example("team-notes"))), Not(Contains(HasSubstr("Which suppliers"))));
}

TEST(SupplyChainSecurity, ResponsibilitiesAreSplitForServiceProviders) {
  const SupplyChainSecurityResult result = Assessment(Example("api-platform"));
  ASSERT_FALSE(result.responsibilities().empty());
  for (const auto& row : result.responsibilities()) {
    EXPECT_FALSE(row.theirs().empty()) << row.supplier();
    EXPECT_FALSE(row.ours().empty()) << row.supplier();
    EXPECT_NE(row.supplier(), "GitHub") << "no service provider";
  }
}

TEST(SupplyChainSecurity, WhatDoesNotBindIsNotAskedFor) {
  const SupplyChainSecurityResult hospital = Assessment(Example("patient-platform"));
  EXPECT_THAT(Gaps(hospital), Contains(HasSubstr("associate-agreement visitlink: business associate agreement: no")));
  EXPECT_THAT(Gaps(hospital), Not(Contains(HasSubstr("processor-agreement")))) << "GDPR does not apply";
}

TEST(SupplyChainSecurity, DeliveryIsJudgedByRepositoryPipelineAndRegistry) {
  const std::vector<std::string> gaps = Gaps(Assessment(Example("api-platform")));
  EXPECT_THAT(gaps, Contains("protected-branch data-services: branch protection: no"));
  EXPECT_THAT(gaps, Contains(HasSubstr("signed-artefacts apply-infrastructure")));
  EXPECT_THAT(Questions(Assessment(Example("api-platform"))), Contains("Can a tag in Package proxy be moved?"));
}

TEST(SupplyChainSecurity, BillsOfMaterialsComeFromEvidence) {
  const Case read(Example("api-platform"), "deploy/examples/api-platform");
  const SupplyChainSecurityResult with = SupplyChainSecurity(read.input());
  EXPECT_GT(with.totals().with_bill(), 0);
  EXPECT_EQ(Assessment(Example("api-platform")).totals().with_bill(), 0) << "nobody has read the files";
}

TEST(SupplyChainSecurity, SubprocessorsBehindSeveralSuppliersAreAConcentration) {
  const SupplyChainSecurityResult result = Assessment(Example("api-platform"));
  ASSERT_FALSE(result.concentrations().empty());
  EXPECT_EQ(result.concentrations(0).name(), "Amazon Web Services");
  EXPECT_THAT(result.concentrations(0).suppliers(), Contains("Stripe"));
}

}  // namespace
}  // namespace metapowers::commands::govern
