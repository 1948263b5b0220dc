// Ladder, playbooks, people and means follow the declared facts, and what is not declared is asked or found.
#include "service/commands/respond/incident_response.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "service/base/error.h"
#include "service/commands/model_query.h"
#include "service/commands/plan_text.h"
#include "service/knowledge/response.h"
#include "tests/commands/respond/respond_checks.h"

namespace metapowers::commands::respond {
namespace {

namespace pb = security::respond::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

pb::IncidentResponseResult Of(const std::string& yaml) { return IncidentResponse(Case(yaml).input()); }

TEST(IncidentResponse, PlaceholdersOfThePlansAreKnown) {
  static const std::set<std::string> kNames = {"on",      "machines", "one_of",      "one_machine_of",
                                               "data",    "threats",  "switches",    "elements",
                                               "details", "system",   "organization"};
  const auto check = [](const std::string& text) {
    for (const std::string& name : PlaceholdersOf(text)) {
      EXPECT_TRUE(kNames.contains(name) || FieldAt(*model::v1::SystemModel::descriptor(), name) != nullptr)
          << name << " in " << text;
    }
  };
  const auto& plans = knowledge::ResponsePlans();
  const auto check_steps = [&](const auto& steps) {
    for (const auto& step : steps) {
      check(step.action());
      check(step.otherwise());
    }
  };
  check_steps(plans.common_steps());
  for (const auto& row : plans.classes()) {
    check_steps(row.steps());
    check(row.closed());
  }
  for (const auto& tree : plans.trees()) {
    for (const auto& node : tree.nodes()) {
      check(node.text());
      check(node.otherwise());
    }
  }
}

TEST(IncidentResponse, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case model(Example(example));
    const pb::IncidentResponseResult result = IncidentResponse(model.input());
    int threats = 0;
    for (const pb::Playbook& row : result.playbooks()) threats += row.threats();
    EXPECT_EQ(threats, result.totals().threats());
    EXPECT_EQ(result.totals().open(), static_cast<int>(model.input().threats.Get().Prioritised().size()));
    EXPECT_EQ(result.totals().threats(), result.totals().open()) << "an open threat without a playbook";
    EXPECT_EQ(result.totals().findings(), result.findings_size());
    int measured = 0;
    for (const auto& measure : result.measures()) measured += measure.findings();
    EXPECT_EQ(measured, result.findings_size());
    EXPECT_EQ(result.playbooks_size() + result.left_out_size(), knowledge::ResponsePlans().classes_size());
  }
}

TEST(IncidentResponse, EveryTopScenarioHasItsPlaybook) {
  for (const char* example : kExamples) {
    const pb::IncidentResponseResult result = Of(Example(example));
    std::set<std::string> names;
    for (const pb::Playbook& row : result.playbooks()) names.insert(row.name());
    ASSERT_GT(result.scenarios_size(), 0);
    for (const pb::ResponseScenario& row : result.scenarios()) EXPECT_THAT(names, Contains(row.playbook()));
  }
}

TEST(IncidentResponse, LadderUsesServicesAndDataOfThisSystem) {
  const pb::IncidentResponseResult result = Of(Example("api-platform"));
  ASSERT_EQ(result.levels_size(), 3);
  EXPECT_EQ(result.levels(0).id(), "SEV-1");
  std::map<std::string, std::string> level;
  for (const pb::SeverityPlaceRow& row : result.places()) {
    for (const std::string& component : row.components()) level[component] = row.level() + " " + row.because();
  }
  EXPECT_EQ(level["card-vault-db"], "SEV-1 the level names it");
  EXPECT_EQ(level["eu-customer-db"], "SEV-1 stores customer-profile-eu");
}

TEST(IncidentResponse, LevelsWithoutNumbersGoByTheirClocks) {
  std::string text = Example("team-notes");
  text = Edited(
      text, {{"- id: SEV-1", "- id: worst"}, {"- id: SEV-2", "- id: other"}, {"severity: SEV-2", "severity: other"}});
  const pb::IncidentResponseResult result = Of(text);
  EXPECT_EQ(result.levels(0).id(), "worst");
}

TEST(IncidentResponse, WithoutALadderItIsAskedAndNothingIsClaimed) {
  std::string text = Example("team-notes");
  const size_t from = text.find("  severities:");
  text.erase(from, text.find("  contacts:") - from);
  text = Edited(text, {{"      severity: SEV-2\n", ""}});
  const pb::IncidentResponseResult result = Of(text);
  EXPECT_EQ(result.levels_size(), 0);
  EXPECT_EQ(result.places_size(), 0);
  EXPECT_EQ(result.clocks_size(), 0);
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Which levels of incidents does Team Notes have")));
  for (const auto& tree : result.trees()) EXPECT_NE(tree.id(), "severity");
}

TEST(IncidentResponse, AKeyIsNoMachineThatIsCutOffAndRebuilt) {
  const pb::IncidentResponseResult result = Of(Example("customer-lakehouse"));
  const auto row = std::find_if(result.playbooks().begin(), result.playbooks().end(),
                                [](const pb::Playbook& each) { return each.id() == "ransomware"; });
  ASSERT_NE(row, result.playbooks().end());
  const std::set<std::string> places(row->elements().begin(), row->elements().end());
  EXPECT_THAT(places, Contains("pseudonym-key")) << "it can be lost";
  EXPECT_THAT(row->closed(), Not(HasSubstr("pseudonym-key")));
  for (const pb::PlaybookStep& step : row->steps()) EXPECT_THAT(step.action(), Not(HasSubstr("pseudonym-key")));
  // Of a key that encrypts a declared store the store is what is lost.
  EXPECT_THAT(places, Not(Contains("lake-key")));
  EXPECT_THAT(places, Contains("lake-storage"));
}

TEST(IncidentResponse, CardNumberPlaybookFollowsTheRequirementAndNotTheThreat) {
  const auto has = [](const pb::IncidentResponseResult& result) {
    for (const pb::Playbook& row : result.playbooks()) {
      if (row.id() == "pan-found") return true;
    }
    return false;
  };
  EXPECT_TRUE(has(Of(Example("api-platform"))));
  const pb::IncidentResponseResult merchant = Of(Example("team-notes"));
  EXPECT_FALSE(has(merchant));
  bool told = false;
  for (const pb::PlaybookLeftOut& row : merchant.left_out()) told |= row.reason().find("12.10.7") != std::string::npos;
  EXPECT_TRUE(told);
}

TEST(IncidentResponse, TeamThatDoesNotExistIsRefusedWithItsPlace) {
  const auto parsed = model::Model::Parse(
      Edited(Example("team-notes"), {{"name: Founder, team: founders", "name: Founder, team: night-watch"}}), "m.yaml");
  ASSERT_FALSE(parsed.ok());
  bool named = false;
  for (const Violation& violation : DetailsOf(parsed.status()).violations) {
    named |= violation.description.find("night-watch") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

TEST(IncidentResponse, RotationWithOnePersonIsAFindingAndAnUnknownNumberAQuestion) {
  EXPECT_THAT(FindingsOf(Of(Example("team-notes"))), Contains("on-call-one-person founder-on-call"));
  const pb::IncidentResponseResult unknown =
      Of(Edited(Example("team-notes"), {{"engineers: 1, response", "response"}}));
  EXPECT_THAT(FindingsOf(unknown), Not(Contains("on-call-one-person founder-on-call")));
  EXPECT_THAT(QuestionsOf(unknown), Contains("How many people are on call in founder-on-call at a time?"));
  const pb::IncidentResponseResult two =
      Of(Edited(Example("team-notes"), {{"engineers: 1, response", "engineers: 2, response"}}));
  EXPECT_THAT(FindingsOf(two), Not(Contains("on-call-one-person founder-on-call")));
}

TEST(IncidentResponse, HoursThatAreUnknownAreAskedAndOthersThanAllAreFound) {
  EXPECT_THAT(FindingsOf(Of(Example("team-notes"))), Contains("on-call-not-around-the-clock founder-on-call"));
  const pb::IncidentResponseResult unknown = Of(Edited(Example("team-notes"), {{"hours: \"08:00-22:00\", ", ""}}));
  EXPECT_THAT(FindingsOf(unknown), Not(Contains("on-call-not-around-the-clock founder-on-call")));
  EXPECT_THAT(QuestionsOf(unknown), Contains("At which hours is founder-on-call staffed?"));
}

TEST(IncidentResponse, PersonOnTwoSeatsIsFoundOnce) {
  const std::set<std::string> found = FindingsOf(Of(Example("team-notes")));
  EXPECT_THAT(found, Contains("person-in-two-seats Founder Engineering"));
  const std::set<std::string> self = FindingsOf(
      Of(Edited(Example("team-notes"),
                {{"kind: security_lead, team: founders, holder: Founder Engineering",
                  "kind: security_lead, team: founders, holder: Founder Engineering, deputy: Founder Engineering"}})));
  EXPECT_THAT(self, Contains("deputy-is-holder security-lead"));
}

TEST(IncidentResponse, VacantRoleIsAFinding) {
  const std::set<std::string> found = FindingsOf(
      Of(Edited(Example("api-platform"),
                {{"    holder: Staff Site Reliability Engineer\n    deputy: Engineering Manager Payments\n", ""}})));
  EXPECT_THAT(found, Contains("role-vacant incident-commander"));
  // The lead stands in, and is looked at in turn.
  EXPECT_THAT(found, Contains(HasSubstr("person-in-two-seats Head of Security Engineering")));
}

TEST(IncidentResponse, NoStepWaitsForAVacantRole) {
  const pb::IncidentResponseResult result = Of(Vacated(Example("team-notes")));
  ASSERT_GT(result.common_steps_size(), 0);
  for (const auto& step : result.common_steps()) EXPECT_EQ(step.role(), "Founders") << step.action();
  for (const auto& playbook : result.playbooks()) {
    for (const auto& step : playbook.steps()) EXPECT_EQ(step.role(), "Founders") << step.action();
  }
}

TEST(IncidentResponse, MeansWithoutAWayAroundAreFoundAndAsked) {
  const pb::IncidentResponseResult result = Of(Example("api-platform"));
  std::map<std::string, std::string> path;
  for (const pb::ResponseMeansRow& row : result.means()) path[row.kind() + " " + row.subject()] = row.path();
  EXPECT_THAT(path.at("Sign-in auth0"), HasSubstr("break glass of HashiCorp Vault (Three of five"));
  EXPECT_THAT(path.at("Talk among responders Slack incident channel"), HasSubstr("Telephone bridge"));
  EXPECT_THAT(path.at("Logs and alerts Datadog"), HasSubstr("archive in Amazon S3"));
  for (const pb::ResponseMeansRow& row : result.means()) {
    EXPECT_EQ(row.path().empty(), FindingsOf(result).contains("dependency-without-path " + row.subject()))
        << row.subject();
  }

  const pb::IncidentResponseResult none = Of(
      Edited(Example("api-platform"),
             {{"purpose: War room when chat or sign-in is down, out_of_band: true", "purpose: War room"},
              {"purpose: First contact when company accounts are suspect, out_of_band: true", "purpose: First contact"},
              {"purpose: Partners and payers, out_of_band: true", "purpose: Partners and payers"}}));
  EXPECT_THAT(FindingsOf(none), Contains("no-out-of-band-channel api-platform"));
  EXPECT_THAT(FindingsOf(none), Contains("dependency-without-path Slack incident channel"));
  EXPECT_THAT(FindingsOf(none), Contains("dependency-without-path PagerDuty"));
}

TEST(IncidentResponse, ChannelCalledOutOfBandThatNeedsSignInIsNoWayAround) {
  const pb::IncidentResponseResult result = Of(
      Edited(Example("api-platform"), {{"purpose: War room when chat or sign-in is down, out_of_band: true",
                                        "purpose: War room, out_of_band: true, depends_on_third_parties: [auth0]"}}));
  EXPECT_THAT(FindingsOf(result), Contains("channel-depends-on-system bridge"));
  for (const pb::ResponseMeansRow& row : result.means()) EXPECT_THAT(row.path(), Not(HasSubstr("Telephone bridge")));
}

TEST(IncidentResponse, NoRotationAndNoExerciseAreNamed) {
  std::string text = Example("team-notes");
  text = Edited(text, {{", routed_to: founder-on-call, realtime: true", ""}, {", routed_to: founder-on-call", ""}});
  const size_t from = text.find("  on_call:\n");
  text.erase(from, text.find("  alerts:", from) - from);
  const pb::IncidentResponseResult result = Of(text);
  EXPECT_EQ(result.rotations_size(), 0);
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Who is on call")));
  EXPECT_THAT(FindingsOf(result), Contains("plan-not-exercised team-notes"));
}

TEST(IncidentResponse, SpokespersonWhomNoRoleNamesIsAsked) {
  const pb::IncidentResponseResult result = Of(
      Edited(Example("api-platform"), {{"spokesperson: Head of Partner Operations", "spokesperson: Somebody Else"}}));
  EXPECT_THAT(QuestionsOf(result), Contains("Which declared role or team does Somebody Else belong to?"));
}

// A component that processes card numbers is no place to keep them.
TEST(IncidentResponse, AFoundCardNumberIsExpectedInDeclaredStoresAlone) {
  const auto questions = [](const pb::IncidentResponseResult& result) {
    std::vector<std::string> texts;
    for (const auto& tree : result.trees()) {
      if (tree.id() != "pan") continue;
      for (const auto& row : tree.rows()) texts.push_back(row.question());
    }
    return texts;
  };
  const std::vector<std::string> stored = questions(Of(Example("api-platform")));
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_THAT(stored[0], HasSubstr("sensitive authentication data"));
  EXPECT_THAT(stored[1], HasSubstr("card-vault-db"));
  EXPECT_THAT(stored[1], Not(HasSubstr("card-capture"))) << "it stores none";
  const std::vector<std::string> none =
      questions(Of(Edited(Example("api-platform"), {{"stores: [cardholder-data, card-tokens]", "stores: [card-tokens]"},
                                                    {"stores: [cardholder-data, transaction-data, card-tokens]",
                                                     "stores: [transaction-data, card-tokens]"}})));
  EXPECT_THAT(none, ElementsAre(HasSubstr("sensitive authentication data"), HasSubstr("outside the roles")));
}

TEST(IncidentResponse, TreesEndInActionsOnEveryModel) {
  for (const char* example : kExamples) {
    const pb::IncidentResponseResult result = Of(Example(example));
    for (const auto& tree : result.trees()) {
      SCOPED_TRACE(std::string(example) + " " + tree.id());
      std::set<std::string> nodes;
      for (const auto& node : tree.questions()) nodes.insert(node.id());
      for (const auto& node : tree.actions()) nodes.insert(node.id());
      for (const auto& edge : tree.edges()) {
        EXPECT_TRUE(nodes.contains(edge.source()));
        EXPECT_TRUE(nodes.contains(edge.target())) << edge.source() << " leads nowhere";
      }
      EXPECT_EQ(tree.rows_size(), tree.questions_size());
      for (const auto& row : tree.rows()) {
        EXPECT_THAT(row.yes(), Not(IsEmpty()));
        EXPECT_THAT(row.no(), Not(IsEmpty()));
      }
    }
  }
}

TEST(IncidentResponse, PlatformWordsComeFromTheModelAlone) {
  const std::string text = Of(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "Vault", "Istio", "PagerDuty", "Slack"})
    EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST(IncidentResponse, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("patient-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "roles")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::respond
