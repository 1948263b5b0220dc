#include "service/commands/detect/monitoring_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/analysis/terms.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::detect {
namespace {

using security::detect::v1::MonitoringStrategyResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

MonitoringStrategyResult Monitoring(const std::string& yaml) { return MonitoringStrategy(Case(yaml).input()); }

template <class Rows>
auto RowOf(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  ADD_FAILURE() << "no row " << id;
  return rows.Get(0);
}

// "subject | fact" of each gap of on-call.
std::set<std::string> Gaps(const MonitoringStrategyResult& result) {
  std::set<std::string> gaps;
  for (const auto& row : result.rotation_gaps()) gaps.insert(row.subject() + " | " + row.fact());
  return gaps;
}

TEST(MonitoringStrategy, EveryComponentInScopeStandsOnce) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    const MonitoringStrategyResult result = MonitoringStrategy(c.input());
    std::multiset<std::string> listed;
    for (const auto& row : result.components()) listed.insert(row.id());
    for (const auto& component : c.model().proto().components()) {
      const bool ours = !analysis::IsExternal(component) && !component.out_of_scope();
      EXPECT_EQ(listed.count(component.id()), ours ? 1u : 0u) << name << " " << component.id();
    }
  }
}

TEST(MonitoringStrategy, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const MonitoringStrategyResult result = MonitoringStrategy(c.input());
    const auto& totals = result.totals();
    EXPECT_EQ(totals.alerts(), c.model().proto().monitoring().alerts_size());
    EXPECT_EQ(totals.met() + totals.partial() + totals.missing(), totals.required());
    EXPECT_EQ(result.missing_size(), totals.partial() + totals.missing());
    EXPECT_EQ(result.planned_runbooks_size(), totals.missing());
    EXPECT_EQ(result.runbooks_size(), totals.alerts());
    EXPECT_EQ(result.rotation_gaps_size(), totals.rotation_gaps());
    int called = 0;
    for (const auto& row : result.rotations()) called += row.alerts();
    EXPECT_EQ(called + totals.unrouted(), totals.alerts());
    for (const auto& row : result.missing()) {
      EXPECT_FALSE(row.owner().empty()) << row.id();
      EXPECT_FALSE(row.due().empty()) << row.id();
    }
  }
}

TEST(MonitoringStrategy, AnAlertAnswersByItsWordsAndMustNameItsComponents) {
  const std::string text = Example("api-platform");
  const auto failures = RowOf(Monitoring(text).required(), "authentication-failures");
  EXPECT_EQ(failures.state(), "in part");
  EXPECT_THAT(failures.declared(), ElementsAre("authentication-failures"));
  EXPECT_THAT(failures.missing_on(), ElementsAre("gitops-controller", "metabase-vm"));
  const auto silence = RowOf(Monitoring(text).required(), "log-silence");
  EXPECT_EQ(silence.state(), "in part");
  EXPECT_THAT(silence.missing_on(), Contains("fraud-service"));
  EXPECT_THAT(silence.missing_on(), Not(Contains("vault")));
  const std::string renamed =
      Edited(text, {{"name: Authentication failures", "name: Odd things"},
                    {"condition: More than 5 authentication failures a minute for one partner or network address",
                     "condition: More than 5 a minute"}});
  EXPECT_EQ(RowOf(Monitoring(renamed).required(), "authentication-failures").state(), "missing");
}

TEST(MonitoringStrategy, AlertsAreRequiredOfWhatTheSystemHas) {
  const MonitoringStrategyResult notes = Monitoring(Example("team-notes"));
  std::set<std::string> ids;
  for (const auto& row : notes.required()) ids.insert(row.id());
  EXPECT_THAT(ids, Contains("log-silence"));
  EXPECT_THAT(ids, Not(Contains("sensitive-zone-access"))) << "no component in PCI DSS scope";
  EXPECT_THAT(ids, Not(Contains("health-record-access")));
  EXPECT_THAT(ids, Not(Contains("intrusion-detection-failed")));
  std::set<std::string> hospital;
  const MonitoringStrategyResult patients = Monitoring(Example("patient-platform"));
  for (const auto& row : patients.required()) hospital.insert(row.id());
  EXPECT_THAT(hospital, Contains("health-record-access"));
}

TEST(MonitoringStrategy, OnCallFallsShortWhereTheModelSaysSo) {
  const std::string text = Example("team-notes");
  const std::set<std::string> gaps = Gaps(Monitoring(text));
  EXPECT_THAT(gaps, Contains("site-down | the alert has no runbook"));
  EXPECT_THAT(gaps, Contains(HasSubstr("founder-on-call | the time until the next role is called")));
  const std::set<std::string> unrouted =
      Gaps(Monitoring(Edited(Example("api-platform"), {{"routed_to: payments-on-call, ", ""}})));
  EXPECT_THAT(unrouted, Contains("payment-errors | the alert calls nobody"));
}

TEST(MonitoringStrategy, ResponseIsJudgedByTier) {
  const MonitoringStrategyResult result = Monitoring(Example("api-platform"));
  ASSERT_FALSE(result.responses().empty());
  EXPECT_EQ(result.responses(0).tier(), "tier 0");
  EXPECT_EQ(result.responses(0).state(), "not met") << "payments engineers respond within 30 minutes";
  EXPECT_THAT(Gaps(result), Contains("payments-on-call | 30 minutes on tier 0"));
}

TEST(MonitoringStrategy, RunbooksNameTheSwitchesOfTheirComponents) {
  const MonitoringStrategyResult result = Monitoring(Example("api-platform"));
  for (const auto& row : result.runbooks()) {
    for (const std::string* step : {&row.check(), &row.decide(), &row.act(), &row.escalate(), &row.called()}) {
      EXPECT_FALSE(step->empty()) << row.alert();
    }
    if (row.alert() == "pci-zone-access") {
      EXPECT_THAT(row.switches(), Contains(HasSubstr("Stop of card capture")));
    }
    if (row.alert() == "backup-missed" || row.alert() == "log-silence" || row.alert() == "replication-lag") {
      EXPECT_THAT(row.switches(), IsEmpty()) << row.alert() << " shows a fault";
    }
    if (row.alert() == "replication-lag") {
      EXPECT_THAT(row.check(), HasSubstr("last write of the standby"));
    }
  }
  const MonitoringStrategyResult notes = Monitoring(Example("team-notes"));
  for (const auto& row : notes.runbooks()) {
    if (row.alert() == "disk-full") {
      EXPECT_THAT(row.check(), HasSubstr("largest files"));
    }
    if (row.alert() == "site-down") {
      EXPECT_THAT(row.check(), HasSubstr("last release, the dependencies"));
    }
  }
}

TEST(MonitoringStrategy, ARotationThatNoAlertCallsIsAGap) {
  EXPECT_THAT(Gaps(Monitoring(Example("patient-platform"))), Contains("biomed-duty | no alert calls the rotation"));
}

TEST(MonitoringStrategy, WithoutASecurityTeamOnlyWhatASevereThreatNeedsIsAskedFor) {
  const MonitoringStrategyResult notes = Monitoring(Example("team-notes"));
  EXPECT_GT(notes.waiting_alerts(), 0);
  EXPECT_EQ(Monitoring(Example("api-platform")).waiting_alerts(), 0);
}

TEST(MonitoringStrategy, DeclaredObjectivesReplaceProposedOnes) {
  const MonitoringStrategyResult result = Monitoring(Example("api-platform"));
  EXPECT_EQ(RowOf(result.measures(), "time-to-detect").target(), "10 minutes");
  EXPECT_EQ(RowOf(result.measures(), "time-to-detect").origin(), "declared");
  EXPECT_EQ(RowOf(result.measures(), "alert-coverage").origin(), "proposed");
  EXPECT_EQ(RowOf(result.measures(), "log-coverage").value(), "") << "the declared formula counts components";
  EXPECT_THAT(RowOf(result.measures(), "alert-coverage").value(), HasSubstr("%"));
  EXPECT_EQ(RowOf(Monitoring(Example("team-notes")).measures(), "time-to-respond").target(), "240 minutes")
      << "what its tier needs";
  std::set<std::string> names;
  const MonitoringStrategyResult hospital = Monitoring(Example("patient-platform"));
  for (const auto& row : hospital.measures()) names.insert(row.name());
  EXPECT_THAT(names, Contains("Break-glass reviewed")) << "an objective that the catalogue lacks stays";
  for (const auto& row : hospital.measures()) {
    if (row.name() == "Break-glass reviewed") {
      EXPECT_EQ(row.owner(), "Privacy officer");
    }
  }
}

TEST(MonitoringStrategy, ASystemOnOneServerHasNoWordOfPlatformsItLacks) {
  const std::string all = Monitoring(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "Vault", "CloudTrail", "pod", "cluster"}) {
    EXPECT_THAT(all, Not(HasSubstr(word)));
  }
}

TEST(MonitoringStrategy, AModelWithoutMonitoringSaysSo) {
  std::string text = Example("team-notes");
  const size_t begin = text.find("\nmonitoring:\n");
  const size_t end = text.find("\nlogging:\n");
  ASSERT_LT(begin, end);
  text.erase(begin, end - begin);
  const MonitoringStrategyResult result = Monitoring(text);
  EXPECT_THAT(result.alerts(), IsEmpty());
  EXPECT_THAT(result.rotations(), IsEmpty());
  EXPECT_EQ(result.totals().missing(), result.totals().required());
}

}  // namespace
}  // namespace metapowers::commands::detect
