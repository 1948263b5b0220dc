#include "service/commands/protect/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "service/analysis/privileges.h"
#include "service/commands/protection_gaps.h"
#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/snippet_checks.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::AccessControlResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

AccessControlResult Control(const std::string& yaml) { return AccessControl(Case(yaml).input()); }

// The text of the section.
std::string Rendered(const AccessControlResult& result) {
  const Command& command = *FindCommand("protect/access_control");
  const auto wording = render::Template::Parse(command.template_text, command.stem);
  EXPECT_OK(wording.status());
  const auto text = wording->Render(result);
  EXPECT_OK(text.status());
  return *text;
}

const security::protect::v1::MfaPathRow* FindPath(const AccessControlResult& result, const std::string& flow) {
  for (const auto& row : result.paths()) {
    if (row.flow() == flow) return &row;
  }
  return nullptr;
}

bool HasGap(const AccessControlResult& result, const std::string& rule, const std::string& subject) {
  return std::any_of(result.gaps().begin(), result.gaps().end(), [&](const auto& gap) {
    return gap.rule() == rule && absl::c_linear_search(gap.subjects(), subject);
  });
}

TEST(AccessControl, TotalsAreTheRowsCounted) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case c(Example(example));
    const AccessControlResult result = AccessControl(c.input());
    EXPECT_EQ(result.totals().roles(), c.model().proto().roles_size());
    EXPECT_EQ(result.role_privileges_size(), result.roles_size());
    EXPECT_EQ(result.components_size(), result.component_privileges_size());
    EXPECT_EQ(result.data_privileges_size(), c.model().proto().data_classes_size());
    EXPECT_EQ(result.totals().accounts(), c.model().proto().secrets().credentials_size());
    EXPECT_EQ(result.totals().paths(), result.paths_size());
    EXPECT_EQ(result.totals().conflicts(), result.conflicts_size());
    EXPECT_EQ(result.totals().gaps(), CountGaps(result.gaps()));
    int missing = 0;
    for (const auto& gap : result.gaps()) {
      if (gap.rule() == "mfa-missing" || gap.rule() == "mfa-missing-cde") missing += gap.subjects_size();
    }
    EXPECT_EQ(result.totals().lacking(), missing);
  }
}

TEST(AccessControl, NoRoleAdministersEverything) {
  for (const char* example : {"api-platform", "patient-platform"}) {
    const AccessControlResult result = Control(Example(example));
    for (const auto& row : result.role_privileges()) {
      EXPECT_LT(row.administers_size(), result.components_size()) << row.role();
    }
  }
}

TEST(AccessControl, TheLeadOfATeamWithoutSuchARoleAdministersItsComponents) {
  const Case c(Example("api-platform"));
  const AccessControlResult result = AccessControl(c.input());
  int leads = 0;
  for (const auto& row : result.component_privileges()) {
    const auto* team = c.model().Find<model::v1::Team>(c.facts().Find(row.component())->component->owner_team());
    if (team == nullptr || !analysis::OperatingRoles(c.model(), team->id()).empty()) continue;
    EXPECT_THAT(row.administer(), ElementsAre(team->lead() + " (leads " + team->name() + ")"));
    ++leads;
  }
  EXPECT_GT(leads, 0);
}

// Not where everybody may, as payers may enter a card.
TEST(AccessControl, WhoMayDoAllIsAGapWhereConfidentialDataIsAtStake) {
  EXPECT_TRUE(HasGap(Control(Example("patient-platform")), "flow-unauthorised", "lab-to-engine"));
  EXPECT_FALSE(HasGap(Control(Example("api-platform")), "flow-unauthorised", "payer-eu-to-card-capture"));
}

TEST(AccessControl, EveryComponentOfTheCdeIsInTheTable) {
  const Case c(Example("api-platform"));
  const AccessControlResult result = AccessControl(c.input());
  int expected = 0;
  for (const auto& [id, facts] : c.facts().components())
    expected += facts.pci_scope == analysis::PciScope::kCde ? 1 : 0;
  EXPECT_EQ(result.cde_size(), expected);
  EXPECT_THAT(Control(Example("patient-platform")).cde(), IsEmpty());
}

TEST(AccessControl, PersonnelReachTheCdeThroughTheProxyWithSeveralFactors) {
  const AccessControlResult result = Control(Example("api-platform"));
  const auto* path = FindPath(result, "proxy-to-cde-db");
  ASSERT_NE(path, nullptr);
  EXPECT_EQ(path->people(), "personnel");
  EXPECT_EQ(path->verdict(), "met");
  EXPECT_THAT(path->way(), HasSubstr("through access-proxy"));
  EXPECT_EQ(path->required(), "path into the CDE");
  const auto* payer = FindPath(result, "payer-us-to-card-capture");
  ASSERT_NE(payer, nullptr);
  EXPECT_EQ(payer->people(), "customer");
  EXPECT_EQ(payer->verdict(), "not required");
}

TEST(AccessControl, APathWithOneFactorIsAGap) {
  const AccessControlResult result = Control(Example("team-notes"));
  ASSERT_NE(FindPath(result, "founder-to-server"), nullptr);
  EXPECT_EQ(FindPath(result, "founder-to-server")->verdict(), "fails");
  EXPECT_TRUE(HasGap(result, "mfa-missing", "founder-to-server"));
  EXPECT_FALSE(HasGap(result, "mfa-missing", "customer-to-app"));
  const AccessControlResult mended = Control(
      Edited(Example("team-notes"),
             {{"transport_security: ssh, authentication: signature", "transport_security: ssh, authentication: mfa"}}));
  EXPECT_FALSE(HasGap(mended, "mfa-missing", "founder-to-server"));
}

TEST(AccessControl, AnUnknownMethodIsAQuestionAndNoGap) {
  const AccessControlResult result = Control(Edited(
      Example("team-notes"),
      {{"transport_security: ssh, authentication: signature", "transport_security: ssh, authentication: unknown"}}));
  EXPECT_EQ(FindPath(result, "founder-to-server")->verdict(), "unknown");
  EXPECT_FALSE(HasGap(result, "mfa-missing", "founder-to-server"));
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(),
                          [](const auto& each) { return each.text().find("founder-to-server") != std::string::npos; }));
}

TEST(AccessControl, ReadersInClearAreThoseThatTheDataNames) {
  const AccessControlResult result = Control(Example("api-platform"));
  for (const auto& row : result.data_privileges()) {
    if (row.data() == "cardholder-data") {
      EXPECT_THAT(row.read_in_clear(), ElementsAre("security-engineer"));
    }
  }
  const AccessControlResult none =
      Control(Edited(Example("api-platform"),
                     {{"    tokenised: true\n    access_roles: [security-engineer]\n", "    tokenised: true\n"}}));
  EXPECT_TRUE(HasGap(none, "access-roles-missing", "cardholder-data"));
  EXPECT_FALSE(HasGap(result, "access-roles-missing", "cardholder-data"));
}

TEST(AccessControl, AReviewerBesidesTheAuthorSeparatesDuties) {
  EXPECT_TRUE(HasGap(Control(Example("team-notes")), "duties-not-separated", "code changes"));
  EXPECT_FALSE(HasGap(Control(Edited(Example("team-notes"), {{"code_reviewers: 0", "code_reviewers: 1"}})),
                      "duties-not-separated", "code changes"));
}

TEST(AccessControl, ConfigurationParsesAndFollowsThePlatform) {
  for (const char* example : kExamples) {
    const auto result = Control(Example(example));
    for (const auto& snippet : result.snippets()) ExpectParses(snippet);
  }
  EXPECT_THAT(Control(Example("team-notes")).snippets(), IsEmpty());
  const auto result = Control(Example("patient-platform"));
  for (const auto& snippet : result.snippets()) {
    EXPECT_EQ(snippet.json().find("s3:"), std::string::npos) << snippet.title();
  }
}

TEST(AccessControl, EmergencyAccessIsTakenFromTheModel) {
  const AccessControlResult result = Control(Example("api-platform"));
  EXPECT_TRUE(std::any_of(result.emergency().begin(), result.emergency().end(), [](const auto& row) {
    return row.target() == "access-proxy" && row.way().find("break-glass accounts") != std::string::npos;
  }));
  const AccessControlResult none = Control(
      Edited(Example("api-platform"),
             {{"    degraded_mode: Two break-glass accounts with hardware keys in the safe of each office.\n", ""}}));
  EXPECT_TRUE(HasGap(none, "emergency-access-missing", "access-proxy"));
  EXPECT_FALSE(HasGap(result, "emergency-access-missing", "access-proxy"));
}

TEST(AccessControl, OrderInTheFileNeverMatters) {
  for (const char* list : {"components", "flows", "roles", "teams"}) {
    EXPECT_EQ(Control(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Control(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(AccessControl, ACredentialThatOpensMoreThanItsFlowIsAGap) {
  const AccessControlResult result = Control(Example("api-platform"));
  int beyond = 0;
  for (const auto& row : result.reach()) {
    if (row.beyond().empty()) continue;
    ++beyond;
    EXPECT_TRUE(HasGap(result, "credential-beyond-flow", row.credential())) << row.credential();
  }
  EXPECT_GT(beyond, 0);
}

TEST(AccessControl, AClauseInForceNamesThePathsThatDoNotKeepIt) {
  const auto not_met = [](const AccessControlResult& result, const std::string& clause) {
    std::string all;
    for (const auto& row : result.clauses()) {
      if (row.id() != clause) continue;
      for (const std::string& each : row.not_met()) all += each + ";";
    }
    return all;
  };
  const AccessControlResult hospital = Control(Example("patient-platform"));
  const std::string text = not_met(hospital, "mfa-infrastructure");
  for (const auto& row : hospital.paths()) {
    if (row.verdict() == "fails") {
      EXPECT_THAT(text, HasSubstr(row.flow()));
    } else {
      EXPECT_THAT(text, Not(HasSubstr(row.flow() + " ")));
    }
  }
  EXPECT_THAT(text, HasSubstr("clinician-to-pacs"));
  EXPECT_THAT(not_met(Control(Example("team-notes")), "password-length"), HasSubstr("web-app"));
}

TEST(AccessControl, OperatorsAndDeploymentControllersKeepTheirToken) {
  const AccessControlResult result = Control(Example("api-platform"));
  int identities = 0;
  for (const auto& snippet : result.snippets()) {
    if (snippet.yaml().find("kind: ServiceAccount") == std::string::npos) continue;
    ++identities;
    EXPECT_THAT(snippet.yaml(), Not(HasSubstr("name: external-secrets-operator\n")));
    EXPECT_THAT(snippet.yaml(), Not(HasSubstr("name: gitops-controller\n")));
  }
  EXPECT_GT(identities, 0);
}

TEST(AccessControl, AClauseIsInForceWhenItsPolicyIsApproved) {
  const auto states = [](const std::string& yaml) {
    std::set<std::string> all;
    const auto control = Control(yaml);
    for (const auto& row : control.clauses()) all.insert(row.state());
    return all;
  };
  const std::string text = Example("team-notes");
  EXPECT_THAT(states(text), Contains("in force"));
  EXPECT_THAT(states(text), Not(Contains("not adopted")));
  const std::string policy =
      "  - {id: accounts-and-access, title: Accounts and access, area: access_management, owner: security-lead, "
      "approver: managing-director, status: approved, effective_date: 2026-02-01, last_reviewed: 2026-02-01, "
      "review_interval_months: 12}\n";
  const std::string draft =
      "  - {id: accounts-and-access, title: Accounts and access, area: access_management, owner: security-lead, "
      "approver: managing-director, status: draft}\n";
  for (const std::string& other : {draft, std::string()}) {
    SCOPED_TRACE(other);
    EXPECT_THAT(states(Edited(text, {{policy, other}})), Contains("not adopted"));
    EXPECT_THAT(states(Edited(text, {{policy, other}})), Not(Contains("in force")));
  }
}

TEST(AccessControl, WhatACredentialWithoutAFlowReachesIsNotKnown) {
  const std::string text = Example("team-notes");
  EXPECT_THAT(Rendered(Control(text)), Not(HasSubstr("- Not known of ")));
  const std::string told =
      Rendered(Control(Edited(text, {{"used_by: [web-app], flow: app-to-mail,", "used_by: [web-app],"}})));
  EXPECT_THAT(told, HasSubstr("- Not known of mail-password: the model does not say which flow it is for.\n"));
  EXPECT_THAT(told, Not(HasSubstr("each declared credential opens what its flow carries")));
  EXPECT_THAT(told, Not(HasSubstr("- Not known of stripe-key")));
}

TEST(AccessControl, LeastPrivilegeThatIsUnknownIsAskedFor) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const AccessControlResult result = Control(Example(example));
    const auto unknown = std::count_if(result.least_privilege().begin(), result.least_privilege().end(),
                                       [](const auto& row) { return row.state() == "unknown"; });
    const auto asked = std::count_if(result.questions().begin(), result.questions().end(), [](const auto& question) {
      return question.text().find("(least_privilege)?") != std::string::npos;
    });
    EXPECT_EQ(asked, unknown);
    EXPECT_THAT(Rendered(result), Not(HasSubstr("the model answers every question")));
  }
}

}  // namespace
}  // namespace metapowers::commands::protect
