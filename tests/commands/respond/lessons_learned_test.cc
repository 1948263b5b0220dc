// Lessons lead to backlog ids and controls; what an incident does not say is found or asked.
#include "service/commands/respond/lessons_learned.h"

#include <map>
#include <set>
#include <string>

#include "tests/commands/respond/respond_checks.h"

namespace metapowers::commands::respond {
namespace {

namespace pb = security::respond::v1;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

pb::LessonsLearnedResult Of(const std::string& yaml) { return LessonsLearned(Case(yaml).input()); }

std::map<std::string, pb::LessonAction> ActionsOf(const pb::LessonsLearnedResult& result) {
  return RowsBy(result.actions(), &pb::LessonAction::id);
}

std::map<std::string, pb::LessonMetricRow> MetricsOf(const pb::LessonsLearnedResult& result) {
  return RowsBy(result.metrics(), &pb::LessonMetricRow::name);
}

TEST(LessonsLearned, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const pb::LessonsLearnedResult result = Of(Example(example));
    int overdue = 0;
    for (const auto& row : result.findings()) overdue += row.rule() == "action-overdue" ? 1 : 0;
    EXPECT_EQ(overdue, result.totals().overdue());
    EXPECT_EQ(MetricsOf(result).at("Actions overdue").value(), std::to_string(overdue));
    EXPECT_EQ(MetricsOf(result).at("Incidents").value(), std::to_string(result.incidents_size()));
    int without = 0;
    for (const auto& row : result.findings()) without += row.rule() == "action-without-control" ? 1 : 0;
    EXPECT_EQ(without, result.totals().actions() - result.totals().with_control());
    EXPECT_EQ(result.causes_size(), result.incidents_size());
  }
}

TEST(LessonsLearned, ActionsAreBacklogEntriesWithControlAndDelay) {
  const auto actions = ActionsOf(Of(Example("team-notes")));
  const pb::LessonAction& elsewhere = actions.at("disk-filled/backup-elsewhere");
  EXPECT_EQ(elsewhere.control(), "daily-backup");
  EXPECT_EQ(elsewhere.control_state(), "partial");
  EXPECT_EQ(elsewhere.state(), "overdue by 32 days");
  EXPECT_EQ(actions.at("disk-filled/disk-alert").state(), "done");
  EXPECT_THAT(FindingsOf(Of(Example("team-notes"))), Contains("action-without-control disk-filled/disk-alert"));
}

TEST(LessonsLearned, ControlOfAnActionLeadsToThreatsAndPlaybooks) {
  for (const char* example : kExamples) {
    const pb::LessonsLearnedResult result = Of(Example(example));
    EXPECT_GT(result.playbook_updates_size(), 0) << example;
  }
}

TEST(LessonsLearned, MeasuresAreComparedWithDeclaredObjectives) {
  const auto metrics = MetricsOf(Of(Example("api-platform")));
  EXPECT_EQ(metrics.at("Time to detect").value(), "75 minutes");
  EXPECT_EQ(metrics.at("Time to detect").target(), "at most 10 minutes");
  EXPECT_EQ(metrics.at("Time to detect").state(), "missed");
  EXPECT_THAT(metrics.at("Time to resolve").target(), IsEmpty());
  EXPECT_THAT(metrics.at("Time to resolve").state(), IsEmpty());
}

TEST(LessonsLearned, IncidentWithoutCauseOrActionIsFound) {
  std::string text = Edited(Example("team-notes"),
                            {{"      root_cause: Backups were kept on the disk of the database without a limit.\n", ""},
                             {"      detection_minutes: 40\n", ""}});
  const size_t from = text.find("      actions:\n", text.find("past_incidents"));
  text.erase(from, text.find("      resolution_minutes:", from) - from);
  const pb::LessonsLearnedResult result = Of(text);
  EXPECT_THAT(FindingsOf(result), Contains("incident-without-cause disk-filled"));
  EXPECT_THAT(FindingsOf(result), Contains("incident-without-action disk-filled"));
  EXPECT_THAT(QuestionsOf(result), Contains("After how many minutes was disk-filled detected?"));
  EXPECT_EQ(MetricsOf(result).at("Time to detect").state(), "not known");
  EXPECT_EQ(MetricsOf(result).at("Actions done").state(), "not known");
}

TEST(LessonsLearned, WithoutIncidentsNothingIsClaimed) {
  std::string text = Example("team-notes");
  const size_t from = text.find("  past_incidents:");
  text.erase(from, text.find("\ncontainment_switches:", from) - from);
  const pb::LessonsLearnedResult result = Of(text);
  EXPECT_EQ(result.incidents_size(), 0);
  EXPECT_EQ(result.playbook_updates_size(), 0);
  EXPECT_THAT(result.findings(), IsEmpty());
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Which incidents has Team Notes had")));
}

TEST(LessonsLearned, TeamOrControlThatDoesNotExistIsRefused) {
  for (const auto& [from, to] :
       {std::pair("owner_team: founders, due: 2026-09-30", "owner_team: nobody, due: 2026-09-30"),
        std::pair("done: false, control: daily-backup", "done: false, control: no-such-control")}) {
    EXPECT_FALSE(model::Model::Parse(Edited(Example("team-notes"), {{from, to}}), "m.yaml").ok()) << to;
  }
}

TEST(LessonsLearned, TimelineStandsInTheOrderOfTime) {
  const pb::LessonsLearnedResult result = Of(Example("api-platform"));
  for (const pb::LessonTimeline& timeline : result.timelines()) {
    for (int i = 1; i < timeline.entries_size(); ++i) {
      EXPECT_EQ(timeline.entries(i).after(), timeline.entries(i).minute() - timeline.entries(i - 1).minute());
      EXPECT_GE(timeline.entries(i).after(), 0);
    }
  }
}

TEST(LessonsLearned, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("patient-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "components")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::respond
