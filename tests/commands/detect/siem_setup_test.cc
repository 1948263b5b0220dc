#include "service/commands/detect/siem_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::detect {
namespace {

using security::detect::v1::SiemSetupResult;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SiemSetupResult Siem(const std::string& yaml) { return SiemSetup(Case(yaml).input()); }

template <class Rows>
auto RowOf(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  ADD_FAILURE() << "no row " << id;
  return rows.Get(0);
}

// Tasks of all phases, each with its number: "1 Name the rotation ...".
std::vector<std::string> Tasks(const SiemSetupResult& result) {
  std::vector<std::string> tasks;
  for (const auto& phase : result.phases()) {
    for (const auto& task : phase.tasks()) tasks.push_back(absl::StrCat(phase.number(), " ", task.task()));
  }
  return tasks;
}

TEST(SiemSetup, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const SiemSetupResult result = Siem(Example(name));
    const auto& totals = result.totals();
    int sources = 0;
    int collected = 0;
    for (const auto& row : result.sources()) {
      sources += row.sources();
      collected += row.collected();
      EXPECT_EQ(row.phase() == 0, row.collected() == row.sources()) << row.id();
      EXPECT_LE(row.severe(), row.open()) << row.id();
      EXPECT_FALSE(row.owners().empty()) << row.id();
    }
    EXPECT_EQ(sources, totals.sources());
    EXPECT_EQ(collected, totals.collected());
    EXPECT_EQ(totals.met() + totals.unmet() + totals.unknown(), result.criteria_size());
    EXPECT_EQ(totals.correlations(), result.correlations_size());
    int rules = 0;
    for (const auto& row : result.routing()) rules += row.critical() + row.high() + row.other();
    EXPECT_EQ(rules, totals.detections());
    EXPECT_EQ(static_cast<int>(Tasks(result).size()), totals.tasks());
    EXPECT_LE(totals.severe_detected(), totals.severe());
  }
}

TEST(SiemSetup, EveryTaskHasAnOwnerAndAnEnd) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const SiemSetupResult result = Siem(Example(name));
    std::string last;
    for (const auto& phase : result.phases()) {
      EXPECT_LT(last, phase.ends());
      last = phase.ends();
      for (const auto& task : phase.tasks()) {
        EXPECT_FALSE(task.owners().empty()) << task.task();
        EXPECT_FALSE(task.done().empty()) << task.task();
      }
    }
  }
}

TEST(SiemSetup, EachKindThatIsMissingIsBroughtInOnceInItsPhase) {
  const SiemSetupResult result = Siem(Example("api-platform"));
  const std::vector<std::string> tasks = Tasks(result);
  int last = 1;
  int ended = 0;
  for (const auto& row : result.sources()) {
    ended += row.ended_severe();
    const auto task = HasSubstr(row.name() + ": bring in");
    if (row.phase() == 0) {
      EXPECT_THAT(tasks, Not(Contains(task)));
    } else {
      EXPECT_THAT(tasks, Contains(task).Times(1));
      EXPECT_GE(row.phase(), last) << row.id();
      last = row.phase();
    }
  }
  EXPECT_GT(ended, 0);
  EXPECT_LE(ended, result.totals().severe() - result.totals().severe_detected()) << "no log shows some of them";
}

TEST(SiemSetup, ASystemWithoutAPlatformIsAskedAndGetsNoDashboards) {
  const SiemSetupResult notes = Siem(Example("team-notes"));
  EXPECT_THAT(notes.platform(), IsEmpty());
  EXPECT_THAT(notes.panels(), IsEmpty());
  EXPECT_THAT(Tasks(notes), Contains(HasSubstr("1 Decide by the criteria")));
  ASSERT_FALSE(notes.questions().empty());
  EXPECT_EQ(notes.questions(0).field(), "Monitoring.siem");
  for (const char* word : {"Kubernetes", "Vault", "CloudTrail", "cluster"}) {
    EXPECT_THAT(notes.DebugString(), Not(HasSubstr(word)));
  }
}

TEST(SiemSetup, ADeclaredPlatformIsJudgedByWhatTheModelSays) {
  const std::string text = Example("api-platform");
  const SiemSetupResult result = Siem(text);
  EXPECT_EQ(result.platform(), "Datadog Cloud SIEM");
  EXPECT_EQ(RowOf(result.criteria(), "retention").state(), "not met") << "23 NYCRR 500.6(b) asks for three years";
  const SiemSetupResult kept =
      Siem(Edited(text, {{"  total_retention_days: 365\n", "  total_retention_days: 1095\n"}}));
  EXPECT_EQ(RowOf(kept.criteria(), "retention").state(), "met");
  EXPECT_EQ(RowOf(result.criteria(), "paging").state(), "met");
  EXPECT_EQ(RowOf(result.criteria(), "rules").state(), "not known");
  EXPECT_THAT(RowOf(result.criteria(), "assurance").fact(), HasSubstr("Datadog"));
  const SiemSetupResult unrouted = Siem(Edited(text, {{"routed_to: payments-on-call, ", ""}}));
  EXPECT_EQ(RowOf(unrouted.criteria(), "paging").state(), "not met");
  EXPECT_THAT(Tasks(unrouted), Contains(HasSubstr("1 Mend \"Calls whoever is on call\"")));
}

TEST(SiemSetup, AnIncidentHasTheFirstLevelThatNamesOneOfItsComponents) {
  const SiemSetupResult result = Siem(Example("api-platform"));
  const auto access = RowOf(result.incidents(), "pci-zone-access");
  EXPECT_EQ(access.incident(), "SEV-1 Data Breach");
  EXPECT_THAT(access.actions(), Contains(AllOf(HasSubstr("notify the CISO"), HasSubstr("15 minutes"))));
  EXPECT_EQ(RowOf(result.incidents(), "secret-read-anomaly").incident(), "SEV-2 Service Compromise");
  EXPECT_THAT(Siem(Example("team-notes")).questions(),
              Not(Contains(::testing::Property(&metapowers::v1::Question::field, "SeverityLevel.components"))))
      << "both levels name web-app";
}

TEST(SiemSetup, ALongBaselineNeedsHotEvents) {
  const std::string text = Example("api-platform");
  EXPECT_EQ(Siem(text).needs(0).state(), "met");
  const SiemSetupResult brief = Siem(Edited(text, {{"hot_retention_days: 90", "hot_retention_days: 30"}}));
  EXPECT_EQ(brief.needs(0).state(), "not met");
  EXPECT_THAT(Tasks(brief), Contains(HasSubstr("1 Keep events for the longest baseline")));
}

TEST(SiemSetup, DeclaredDashboardsAreTakenByTheirAudience) {
  const SiemSetupResult result = Siem(Example("api-platform"));
  std::set<std::string> declared;
  for (const auto& row : result.panels()) declared.insert(row.declared());
  EXPECT_THAT(declared, ::testing::UnorderedElementsAre("Risk posture", "Threat indicators", "Service health", ""));
  EXPECT_THAT(result.other_dashboards(), IsEmpty());
  EXPECT_THAT(Tasks(result), Contains("2 Build the dashboard Compliance"));
}

TEST(SiemSetup, HostileNamesStayValues) {
  const SiemSetupResult result =
      Siem(Edited(Example("api-platform"), {{"siem: Datadog Cloud SIEM", "siem: \"<script>|`x`\""}}));
  EXPECT_EQ(result.platform(), "<script>|`x`");
}

}  // namespace
}  // namespace metapowers::commands::detect
