// Duties to tell follow regions, data and roles; what no rule knows is asked.
#include "service/commands/respond/incident_communication.h"

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
using ::testing::Not;

pb::IncidentCommunicationResult Of(const std::string& yaml) { return IncidentCommunication(Case(yaml).input()); }

std::map<std::string, pb::NotificationDutyRow> DutiesOf(const pb::IncidentCommunicationResult& result) {
  return RowsBy(result.duties(), &pb::NotificationDutyRow::id);
}

TEST(IncidentCommunication, TheCountriesThatDecideOnLawsAreAskedFor) {
  const std::string yaml = Example("team-notes");
  EXPECT_THAT(QuestionsOf(Of(yaml)), Not(Contains(HasSubstr("have an establishment"))));
  EXPECT_THAT(QuestionsOf(Of(Edited(yaml, {{"  countries: [DE]\n", ""}}))),
              Contains(HasSubstr("have an establishment")));
}

TEST(IncidentCommunication, PlaceholdersOfTheMessagesAreKnown) {
  static const std::set<std::string> kNames = {"on",       "data",     "system",        "organization", "regions",
                                               "channels", "law",      "losses",        "privacy",      "data_held",
                                               "command",  "decision", "communication", "clocks",       "functions"};
  const auto check = [](const auto& lines) {
    for (const auto& line : lines) {
      for (const std::string& name : PlaceholdersOf(line.text())) {
        EXPECT_TRUE(kNames.contains(name) || FieldAt(*model::v1::SystemModel::descriptor(), name) != nullptr)
            << name << " in " << line.text();
      }
      EXPECT_TRUE(PlaceholdersOf(line.otherwise()).empty()) << line.otherwise();
    }
  };
  for (const auto& row : knowledge::NotificationRules().templates()) check(row.lines());
  for (const auto& rule : knowledge::NotificationRules().rules()) check(rule.content());
}

TEST(IncidentCommunication, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const pb::IncidentCommunicationResult result = Of(Example(example));
    EXPECT_EQ(result.totals().duties(), result.duties_size());
    int without = 0;
    for (const pb::NotificationDutyRow& row : result.duties()) {
      without += row.authority() && row.recipients().empty() ? 1 : 0;
    }
    EXPECT_EQ(without, result.totals().without_recipient());
    int declared = 0;
    for (const pb::NotificationDutyRow& row : result.duties()) declared += row.clock_start().empty() ? 1 : 0;
    EXPECT_EQ(result.duties_size() - declared + result.no_duties_size(), knowledge::NotificationRules().rules_size());
    for (const auto& message : result.customers()) EXPECT_THAT(message.text(), Not(HasSubstr("{")));
    int open = 0;
    for (const pb::NotificationNoDutyRow& row : result.no_duties()) open += row.open();
    EXPECT_EQ(result.totals().open_rules(), open);
    EXPECT_GT(result.alerts_size(), 0);
    EXPECT_GT(result.briefings_size(), 0);
    EXPECT_GT(result.media_size(), 0);
    EXPECT_GT(result.summaries_size(), 0);
  }
}

TEST(IncidentCommunication, MatrixOfAFinancialEntityHasItsClocks) {
  const auto duties = DutiesOf(Of(Example("api-platform")));
  EXPECT_THAT(duties.at("dora-authority").stages(0), HasSubstr("within 4 hours of classification, at most 24 hours"));
  EXPECT_THAT(duties.at("dora-authority").stages(1), HasSubstr("within 72 hours of the initial notification"));
  EXPECT_THAT(duties.at("gdpr-authority").stages(0), HasSubstr("within 72 hours"));
  EXPECT_THAT(duties.at("gdpr-authority").regions(), Contains("eu-central-1"));
  EXPECT_THAT(duties.at("gdpr-authority").decides(), HasSubstr("Data protection officer"));
  EXPECT_THAT(duties.at("nydfs-superintendent").stages(0), HasSubstr("within 72 hours"));
  EXPECT_THAT(duties.at("pci-brands").stages(0), HasSubstr("immediately"));
  EXPECT_THAT(duties.at("pci-brands").recipients(0), HasSubstr("Stripe incident desk"));
  EXPECT_FALSE(duties.contains("nis2-authority"));
  EXPECT_FALSE(duties.contains("hipaa-secretary"));
}

TEST(IncidentCommunication, SourcesOfRulesThatDoNotHoldStandInBrackets) {
  std::string rules;
  const pb::IncidentCommunicationResult result = Of(Example("api-platform"));
  for (const pb::NotificationReasonRow& row : result.reasons()) absl::StrAppend(&rules, row.rules(), "; ");
  EXPECT_THAT(rules, HasSubstr("Investors, by Form 8-K: SEC Form 8-K Item 1.05"));
}

TEST(IncidentCommunication, HospitalTellsPeopleAndSecretary) {
  const pb::IncidentCommunicationResult result = Of(Example("patient-platform"));
  const auto duties = DutiesOf(result);
  EXPECT_THAT(duties.at("hipaa-individuals").stages(0), HasSubstr("at most 60 days"));
  EXPECT_EQ(duties.at("hipaa-secretary").stages_size(), 2);
  EXPECT_FALSE(duties.contains("gdpr-authority"));
  // Declared, and no rule knows its framework.
  EXPECT_THAT(duties.at("state-health-department").stages().size(), 0);
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("When must State department of health be told under state law")));
}

TEST(IncidentCommunication, RegionWithoutARuleIsAskedAndStartsNoClock) {
  const pb::IncidentCommunicationResult result =
      Of(Edited(Example("team-notes"),
                {{"{id: eu, name: Customers in the European Union, jurisdiction: eu, customers: true}",
                  "{id: eu, name: Customers in the European Union, jurisdiction: eu, customers: true}\n"
                  "  - {id: japan, name: Customers in Japan, jurisdiction: other, country: JP, customers: true}\n"
                  "  - {id: somewhere, name: Customers elsewhere, customers: true}"}}));
  EXPECT_THAT(QuestionsOf(result),
              Contains(HasSubstr("Which law on notice of breaches holds for people in japan (another "
                                 "jurisdiction)")));
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("people in somewhere (jurisdiction not declared)")));
  for (const pb::NotificationDutyRow& row : result.duties()) {
    EXPECT_THAT(row.regions(), Not(Contains("japan")));
    EXPECT_THAT(row.regions(), Not(Contains("somewhere")));
  }
}

TEST(IncidentCommunication, DataWhosePeopleAreNotPlacedIsAsked) {
  const std::string text = Edited(
      Example("team-notes"),
      {{"categories: [pii], subject_regions: [eu], record_count: 94000", "categories: [pii], record_count: 94000"}});
  EXPECT_THAT(QuestionsOf(Of(text)), Contains("In which regions are the people of Notes of customers?"));
}

TEST(IncidentCommunication, DutyWithoutRecipientIsAFindingAndAQuestion) {
  const std::string text = Edited(Example("team-notes"), {{"    - {id: state-authority, name: State commissioner for "
                                                           "data protection, framework: gdpr, regions: [eu], contact: "
                                                           "Online form, decision_owner: privacy-lead}\n",
                                                           ""},
                                                          {"  regulators:\n", ""}});
  const pb::IncidentCommunicationResult result = Of(text);
  EXPECT_THAT(FindingsOf(result), Contains("notice-without-recipient Data protection authority"));
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Which data protection authority is competent")));
}

TEST(IncidentCommunication, RolesDecideWhichDutiesHold) {
  const auto duties = DutiesOf(Of(
      Edited(Example("team-notes"), {{"legal_roles: [controller, processor, merchant]", "legal_roles: [processor]"}})));
  EXPECT_FALSE(duties.contains("gdpr-authority"));
  EXPECT_TRUE(duties.contains("gdpr-controllers"));
  const pb::IncidentCommunicationResult none =
      Of(Edited(Example("team-notes"), {{"  legal_roles: [controller, processor, merchant]\n", ""}}));
  EXPECT_THAT(QuestionsOf(none), Contains(HasSubstr("Which roles does Team Notes UG have in law and contract")));
}

TEST(IncidentCommunication, DeclaredTimeBeyondTheLegalOneIsAFinding) {
  EXPECT_THAT(FindingsOf(Of(Example("patient-platform"))), Not(Contains(HasSubstr("notice-too-late"))));
  EXPECT_THAT(FindingsOf(Of(Edited(Example("patient-platform"),
                                   {{"customer_notice_hours: 1440", "customer_notice_hours: 2000"}}))),
              Contains("notice-too-late Individuals concerned"));
}

TEST(IncidentCommunication, NoticeBehindWhichOnePersonStandsIsFound) {
  EXPECT_THAT(FindingsOf(Of(Example("team-notes"))), Contains(HasSubstr("notice-by-one-person")));
}

TEST(IncidentCommunication, TextOfTheModelStaysText) {
  const pb::IncidentCommunicationResult result =
      Of(Edited(Example("team-notes"), {{"war_room: Telephone call", "war_room: \"call {privacy} ``` | [x](y)\""}}));
  EXPECT_THAT(result.alerts(0).text(), HasSubstr("call {privacy} ``` | [x](y)"));
}

TEST(IncidentCommunication, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("api-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "data_classes")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::respond
