#include "service/commands/govern/security_roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands::govern {
namespace {

namespace pb = security::govern::v1;
using knowledge::v1::GapKind;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

pb::SecurityRolesResult Generate(const std::string& yaml) {
  const Case test_case(yaml);
  return SecurityRoles(test_case.input());
}

std::vector<std::string> Gaps(const pb::SecurityRolesResult& result, GapKind kind) {
  std::vector<std::string> subjects;
  for (const auto& gap : result.gaps()) {
    if (gap.kind() == kind) subjects.push_back(gap.subject());
  }
  return subjects;
}

TEST(SecurityRoles, EveryActivityHasOneAccountableRoleAndEveryTeamStandsSomewhere) {
  for (const char* example : kExamples) {
    const Case test_case(Example(example));
    const auto result = SecurityRoles(test_case.input());
    EXPECT_EQ(result.settled_count(), result.raci_size()) << example;
    EXPECT_EQ(result.teams_size(), test_case.model().proto().teams_size()) << example;
    int unplaced = 0;
    for (const auto& team : result.teams()) unplaced += team.roles().empty();
    EXPECT_EQ(Gaps(result, knowledge::v1::GAP_KIND_TEAM).size(), static_cast<size_t>(unplaced)) << example;
  }
}

TEST(SecurityRoles, VacantRoleIsAGapWithARecommendation) {
  const std::string yaml = Example("api-platform");
  const auto before = Generate(yaml);
  EXPECT_THAT(Gaps(before, knowledge::v1::GAP_KIND_VACANT_ROLE), Not(Contains("Compliance lead")));
  const auto after = Generate(Edited(yaml, {{"    holder: Compliance Manager\n", ""}}));
  EXPECT_THAT(Gaps(after, knowledge::v1::GAP_KIND_VACANT_ROLE), Contains("Compliance lead"));
  EXPECT_EQ(after.vacant_count(), before.vacant_count() + 1);
  std::vector<std::string> actions;
  for (const auto& row : after.recommendations()) actions.push_back(row.action());
  EXPECT_THAT(actions, Contains(HasSubstr("vacant role Compliance lead")));
}

TEST(SecurityRoles, OnePersonInConflictingRolesIsAGap) {
  const std::string yaml = Example("api-platform");
  EXPECT_THAT(Gaps(Generate(yaml), knowledge::v1::GAP_KIND_CONFLICTING_ROLES), IsEmpty());
  const auto both = Generate(
      Edited(yaml, {{"    holder: Data Protection Officer\n", "    holder: Chief Information Security Officer\n"}}));
  EXPECT_THAT(Gaps(both, knowledge::v1::GAP_KIND_CONFLICTING_ROLES),
              ElementsAre(AllOf(HasSubstr("DPO"), HasSubstr("CISO"))));
}

TEST(SecurityRoles, ActivityThatAFrameworkAsksForAndNoRowCoversIsAGap) {
  const std::string yaml = Example("api-platform");
  EXPECT_THAT(Gaps(Generate(yaml), knowledge::v1::GAP_KIND_ACTIVITY), Not(Contains("Key management")));
  const auto after = Generate(Edited(yaml, {{"activity: key-management", "activity: care-of-keys"}}));
  EXPECT_THAT(Gaps(after, knowledge::v1::GAP_KIND_ACTIVITY), Contains("Key management"));
}

TEST(SecurityRoles, RotationAroundTheClockNeedsFourPeopleASeat) {
  const auto result = Generate(Example("api-platform"));
  for (const auto& rotation : result.on_call()) {
    if (!rotation.around_the_clock()) continue;
    EXPECT_EQ(rotation.needed(), 4 * rotation.on_duty()) << rotation.id();
    EXPECT_EQ(rotation.missing(), std::max(0, rotation.needed() - rotation.members())) << rotation.id();
  }
  EXPECT_THAT(Gaps(result, knowledge::v1::GAP_KIND_ON_CALL), Contains("Security engineers"));
}

TEST(SecurityRoles, RolesThatLawAsksForFollowTheFrameworks) {
  const auto titles = [](const std::string& example) {
    std::set<std::string> all;
    const auto result = Generate(Example(example));
    for (const auto& row : result.required_roles()) all.insert(row.control() + " " + row.title());
    return all;
  };
  EXPECT_THAT(titles("patient-platform"), Contains("HIPAA 45 CFR 164.308(a)(2) security official"));
  EXPECT_THAT(titles("api-platform"), Contains(HasSubstr("PCI DSS 4.0.1 12.1.4")));
  EXPECT_THAT(titles("team-notes"), Not(Contains(HasSubstr("164.308"))));
  EXPECT_THAT(titles("team-notes"), Not(Contains(HasSubstr("PCI DSS")))) << "SAQ A asks for no such role";
}

TEST(SecurityRoles, OrphanComponentIsListed) {
  const auto result = Generate(Example("api-platform"));
  EXPECT_THAT(result.unowned_components(), ElementsAre("metabase-vm"));
}

TEST(SecurityRoles, RecommendationsHaveOwnerDateAndReasonInOrder) {
  for (const char* example : kExamples) {
    const auto result = Generate(Example(example));
    std::string last;
    for (const auto& row : result.recommendations()) {
      EXPECT_FALSE(row.owner().empty()) << row.action();
      EXPECT_FALSE(row.reason().empty()) << row.action();
      EXPECT_GT(row.due(), result.as_of()) << row.action();
      EXPECT_GE(row.due(), last);
      last = row.due();
    }
  }
}

TEST(SecurityRoles, SmallOrganisationNeedsNoChampionsProgramme) {
  const auto small = Generate(Example("team-notes"));
  EXPECT_FALSE(small.programme().needed());
  EXPECT_THAT(Gaps(small, knowledge::v1::GAP_KIND_CHAMPION), IsEmpty());
  const auto large = Generate(Example("api-platform"));
  EXPECT_TRUE(large.programme().needed());
  EXPECT_THAT(Gaps(large, knowledge::v1::GAP_KIND_CHAMPION), ElementsAre("Data and reporting"));
}

TEST(SecurityRoles, OrderOfTheModelDoesNotMatter) {
  std::string yaml = Example("api-platform");
  const std::string expected = Generate(yaml).SerializeAsString();
  for (const char* list : {"roles", "teams", "raci", "components", "policies"}) yaml = Reversed(yaml, list);
  EXPECT_EQ(Generate(yaml).SerializeAsString(), expected);
}

TEST(SecurityRoles, NobodyActsInAVacantRole) {
  const auto result = Generate(Vacated(Example("team-notes")));
  EXPECT_EQ(result.vacant_count(), result.roles_size());
  ASSERT_GT(result.recommendations_size(), 0);
  for (const auto& row : result.recommendations()) EXPECT_EQ(row.owner(), "Founders") << row.action();
  for (const auto& row : result.uncovered()) EXPECT_EQ(row.vacant(), !row.proposed().empty()) << row.title();
}

TEST(SecurityRoles, ActivitiesThatNoRoleFitsStandTogether) {
  const auto result = Generate(Example("team-notes"));
  int proposed = 0, unfilled = 0;
  for (const auto& row : result.uncovered()) {
    (row.proposed().empty() ? unfilled : proposed) += 1;
    EXPECT_EQ(result.unfilled().find(row.title() + " (") != std::string::npos, row.proposed().empty()) << row.title();
  }
  EXPECT_EQ(result.proposed_count(), proposed);
  EXPECT_EQ(result.unfilled_count(), unfilled);
  EXPECT_EQ(result.uncovered_count(), proposed + unfilled);
}

TEST(SecurityRoles, WithoutSuppliersNobodyHasToReviewThem) {
  const std::string yaml = Example("team-notes");
  const auto titles = [](const pb::SecurityRolesResult& result) {
    std::set<std::string> all;
    for (const auto& row : result.uncovered()) all.insert(row.activity());
    for (const auto& row : result.raci()) all.insert(row.activity());
    return all;
  };
  EXPECT_THAT(titles(Generate(yaml)), Contains("third-party-review"));
  EXPECT_THAT(titles(Generate("schema_version: \"1\"\nid: a\nname: A\ndescription: A.\nas_of: 2026-03-01\n"
                              "organization: {name: O}\nowner_team: t\nregions: [{id: eu, jurisdiction: eu}]\n"
                              "teams: [{id: t, name: T, lead: L}]\n"
                              "roles: [{id: r, title: R, kind: system_owner, team: t}]\n"
                              "data_classes: [{id: d, name: D, owner: t, confidentiality: internal}]\n"
                              "zones: [{id: z, name: Z, type: vlan}]\n"
                              "components: [{id: c, name: C, kind: process}]\n")),
              AllOf(Not(Contains("third-party-review")), Contains("asset-inventory")));
}

}  // namespace
}  // namespace metapowers::commands::govern
