#include "service/commands/utility/security_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "service/knowledge/intel.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::utility {
namespace {

using security::utility::v1::SecurityTrainingResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SecurityTrainingResult Training(const std::string& yaml) { return SecurityTraining(Case(yaml).input()); }

template <class Rows>
auto RowOf(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  ADD_FAILURE() << "no row " << id;
  return rows.Get(0);
}

template <class Rows>
std::set<std::string> Ids(const Rows& rows) {
  std::set<std::string> ids;
  for (const auto& row : rows) ids.insert(row.id());
  return ids;
}

TEST(SecurityTraining, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const SecurityTrainingResult result = SecurityTraining(c.input());
    const auto& totals = result.totals();
    EXPECT_EQ(totals.covered() + totals.partly() + totals.missing(), totals.modules());
    EXPECT_EQ(result.teams_size(), c.model().proto().teams_size());
    EXPECT_EQ(result.has().tasks(), totals.tasks() > 0);
    EXPECT_EQ(result.completions_size(), c.model().proto().training().modules_size());
    EXPECT_EQ(result.tasks_size(), totals.tasks());
    EXPECT_EQ(RowOf(result.audiences(), "everyone").people(), totals.people());
  }
}

TEST(SecurityTraining, EveryTeamHasAModuleAndEveryRoleAPerson) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const SecurityTrainingResult result = SecurityTraining(c.input());
    for (const auto& row : result.teams()) EXPECT_FALSE(row.modules().empty()) << row.id();
    std::set<std::string> people;
    for (const auto& row : result.persons()) {
      EXPECT_TRUE(people.insert(row.title() + "/" + row.team()).second) << row.title();
      EXPECT_FALSE(row.reasons().empty()) << row.title();
    }
    for (const auto& role : c.model().proto().roles()) {
      const auto named = [&](const auto& row) { return row.title() == role.holder(); };
      if (role.holder().empty()) {
        EXPECT_THAT(result.vacant(), Contains(role.title()));
      } else {
        EXPECT_TRUE(std::any_of(result.persons().begin(), result.persons().end(), named)) << role.id();
      }
    }
  }
}

TEST(SecurityTraining, AudiencesFollowTheModel) {
  const std::set<std::string> notes = Ids(Training(Example("team-notes")).audiences());
  EXPECT_THAT(notes, Contains("developers"));
  EXPECT_THAT(notes, Not(Contains("card-handlers"))) << "card data never reaches it";
  EXPECT_THAT(notes, Not(Contains("health-handlers")));
  EXPECT_THAT(notes, Not(Contains("device-handlers")));
  const std::set<std::string> patients = Ids(Training(Example("patient-platform")).audiences());
  EXPECT_THAT(patients, Contains("health-handlers"));
  EXPECT_THAT(patients, Contains("device-handlers"));
  EXPECT_THAT(Ids(Training(Example("api-platform")).audiences()), Contains("card-handlers"));
}

TEST(SecurityTraining, ADeclaredModuleCoversItsAudience) {
  const std::string text = Example("api-platform");
  const auto coding = RowOf(Training(text).modules(), "secure-development");
  EXPECT_THAT(coding.declared(), Contains("secure-coding"));
  EXPECT_THAT(coding.references(), Contains(HasSubstr("6.2.2")));
  EXPECT_EQ(coding.repeat_by(), "2027-10-05");
  const auto without = RowOf(
      Training(
          Edited(text, {{"title: Secure coding for payment services, audience: [payments, accounts, data, platform]",
                         "title: Secure coding for payment services, audience: [payments]"}}))
          .modules(),
      "secure-development");
  EXPECT_GT(without.missing_size(), coding.missing_size());
}

TEST(SecurityTraining, AModuleForSomeTeamsIsNoneForEveryone) {
  const SecurityTrainingResult result = Training(Example("api-platform"));
  EXPECT_THAT(RowOf(result.modules(), "awareness").declared(), Not(Contains("pci-awareness")));
  EXPECT_THAT(RowOf(result.modules(), "cardholder-data").declared(), Contains("pci-awareness"));
}

TEST(SecurityTraining, HoldersOfRolesAreTrainedWithoutTheirTeams) {
  const SecurityTrainingResult result = Training(Example("api-platform"));
  const auto leaders = RowOf(result.audiences(), "leaders");
  EXPECT_THAT(leaders.teams(), IsEmpty());
  EXPECT_THAT(leaders.persons(), Contains(HasSubstr("Chief Executive Officer")));
  EXPECT_EQ(leaders.people(), leaders.persons_size());
  for (const auto& row : result.teams()) EXPECT_THAT(row.modules(), Not(Contains("Security for leaders"))) << row.id();
}

TEST(SecurityTraining, ChampionsAndLeadsArePeople) {
  const SecurityTrainingResult result = Training(Example("api-platform"));
  for (const char* audience : {"champions", "buyers", "privacy"}) {
    const auto row = RowOf(result.audiences(), audience);
    EXPECT_THAT(row.teams(), IsEmpty()) << audience;
    EXPECT_GT(row.persons_size(), 0) << audience;
  }
  EXPECT_THAT(RowOf(result.audiences(), "champions").persons(),
              Contains("Senior Engineer Card Capture of Payments engineering (security champion)"));
}

TEST(SecurityTraining, ATitleThatNamesTheTeamNamesItOnce) {
  const SecurityTrainingResult result = Training(Edited(
      Example("api-platform"),
      {{"security_champion: Senior Engineer Card Capture", "security_champion: Champion of Payments engineering"}}));
  EXPECT_THAT(RowOf(result.audiences(), "champions").persons(),
              Contains("Champion of Payments engineering (security champion)"));
}

TEST(SecurityTraining, OnePersonWithTwoRolesIsOnePerson) {
  const SecurityTrainingResult result = Training(Example("team-notes"));
  for (const auto& row : result.audiences()) EXPECT_LE(row.people(), result.totals().people()) << row.id();
  int engineers = 0;
  for (const auto& row : result.persons()) engineers += row.title() == "Founder Engineering" ? 1 : 0;
  EXPECT_EQ(engineers, 1) << "technical lead and security lead";
}

TEST(SecurityTraining, AVacantRoleIsNobody) {
  const SecurityTrainingResult result = Training(Example("patient-platform"));
  EXPECT_THAT(result.vacant(), Contains("Medical device security engineer"));
  for (const auto& row : result.audiences()) {
    for (const std::string& person : row.persons()) EXPECT_THAT(person, Not(HasSubstr("device security engineer")));
  }
}

TEST(SecurityTraining, AModuleForOtherTeamsIsNotTheirs) {
  const std::string text =
      Edited(Example("api-platform"), {{"title: Handling cardholder data, audience: [payments, platform, security, "
                                        "partner-operations]",
                                        "title: Handling cardholder data, audience: [compliance]"}});
  const auto row = RowOf(Training(text).modules(), "cardholder-data");
  EXPECT_THAT(row.missing(), Contains("Payments engineering"));
}

TEST(SecurityTraining, TimeInAYearFollowsTheDeclaredIntervals) {
  const std::string text = Example("team-notes");
  const auto founders = [](const SecurityTrainingResult& result) { return RowOf(result.teams(), "founders").yearly(); };
  const std::string once = founders(Training(text));
  const std::string edited =
      Edited(text, {{"phishing refresher, interval_days: 365", "phishing refresher, interval_days: 91"}});
  EXPECT_NE(founders(Training(edited)), once);
}

TEST(SecurityTraining, HostileNamesStayInTheirPlace) {
  const std::string text = Edited(Example("team-notes"), {{"lead: Support Engineer,", "lead: \"S | {{x}} <b>\","}});
  const SecurityTrainingResult result = Training(text);
  EXPECT_THAT(result.DebugString(), HasSubstr("S | {{x}} <b>"));
}

TEST(SecurityTraining, PeopleWhoAreLateAreCounted) {
  const SecurityTrainingResult result = Training(Example("api-platform"));
  const auto row = RowOf(result.completions(), "secure-coding");
  EXPECT_EQ(row.people(), 32);
  EXPECT_EQ(row.late(), 6) << "16% of 32, rounded up";
  std::vector<std::string> tasks;
  for (const auto& task : result.tasks()) tasks.push_back(task.task());
  EXPECT_THAT(tasks, Contains(HasSubstr("Bring 6 people up to date")));
}

TEST(SecurityTraining, WhatTheModelDoesNotSayIsAsked) {
  const SecurityTrainingResult notes = Training(Example("team-notes"));
  EXPECT_THAT(notes.phishing_interval(), IsEmpty());
  std::vector<std::string> questions;
  for (const auto& question : notes.questions()) questions.push_back(question.text());
  EXPECT_THAT(questions, Contains(HasSubstr("phishing")));
}

TEST(TrainingRules, EveryRowIsTrueToTheCatalogues) {
  std::set<std::string> audiences;
  for (const auto& row : knowledge::TrainingRules().audiences()) EXPECT_TRUE(audiences.insert(row.id()).second);
  std::set<std::string> modules;
  for (const auto& row : knowledge::TrainingRules().modules()) {
    SCOPED_TRACE(row.id());
    EXPECT_TRUE(modules.insert(row.id()).second);
    EXPECT_EQ(audiences.count(row.audience()), 1u);
    EXPECT_GT(row.topics_size(), 0);
    EXPECT_GT(row.minutes(), 0);
    EXPECT_LE(row.interval_days(), 365) << "PCI DSS 12.6.3 and 6.2.2 ask for every 12 months";
    for (const std::string& control : row.controls()) EXPECT_NE(knowledge::FindControl(control), nullptr) << control;
    for (const std::string& reference : row.references()) {
      EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << reference;
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::utility
