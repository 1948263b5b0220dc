// Ways of logs, who is called, and what a machine may do by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "service/analysis/automatic_response.h"
#include "service/analysis/log_paths.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/on_call.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A web component and an agent that sends its logs to a platform.
ModelText Logged(const std::string& extra = "") {
  return {.components =
              "- {id: web, name: Web, kind: process, zone: inside, tier: tier_0, logging: central}\n"
              "- {id: siem, name: Siem, kind: process, zone: vault, technology: [siem]}\n"
              "- {id: lone, name: Lone, kind: process, tier: tier_2}\n"
              "- {id: user, name: User, kind: external_entity, zone: open}\n",
          .flows =
              "- {id: logs, name: Logs, source: web, target: siem, sends: [events]}\n"
              "- {id: use, name: Use, source: user, target: web, sends: [notes]}\n",
          .data_classes =
              "- {id: events, name: Events, owner: core, confidentiality: internal, categories: [logs]}\n"
              "- {id: notes, name: Notes, owner: core, confidentiality: internal}\n"
              "- {id: people, name: People, owner: core, confidentiality: confidential, categories: "
              "[pii], retention_days: 30}\n",
          .rest = extra};
}

TEST(LogPaths, AreFlowsThatCarryLogsAndNothingElse) {
  const ThreatCase threats(Logged(), "");
  const Landscape& landscape = threats.threats().landscape();
  const LogSources sources = LogSources::Of(landscape);
  const LogPaths paths(landscape, sources);
  std::vector<std::string> ids;
  for (const FlowView* path : paths.paths()) ids.push_back(path->flow->id());
  EXPECT_THAT(ids, ElementsAre("logs"));
  std::map<std::string, int> collected;
  for (const LogZone& zone : paths.zones()) {
    collected[IdOf(zone)] = zone.collected;
    EXPECT_FALSE(zone.sources.empty());
    for (const FlowView* path : zone.paths) {
      EXPECT_EQ(path->flow->source(), "web");
      EXPECT_EQ(IdOf(zone), "inside");
    }
  }
  EXPECT_GT(collected.at("inside"), 0);
  EXPECT_EQ(paths.SourceZoneOf(landscape.IndexOf("lone")), "elsewhere");
  EXPECT_EQ(paths.SourceZoneOf(landscape.IndexOf("user")), "elsewhere");
  EXPECT_EQ(paths.ZoneOf(landscape.IndexOf("user")), "open");
}

TEST(DataRetentions, ComparesOwnTimesWithThatOfTheLogs) {
  const auto retentions = [](const std::string& logging, int days) {
    ModelText text = Logged(logging);
    text.data_classes.replace(text.data_classes.find("categories: [logs]"), 18,
                              absl::StrCat("categories: [logs], retention_days: ", days));
    const auto facts = FactsOf(text);
    std::vector<std::string> found;
    for (const DataRetentionFact& fact : DataRetentions(facts->model())) {
      found.push_back(absl::StrCat(fact.data->id(), fact.conflict ? " conflict" : ""));
    }
    return found;
  };
  EXPECT_THAT(retentions("", 365), IsEmpty()) << "nobody says how long logs are kept";
  EXPECT_THAT(retentions("logging: {total_retention_days: 365}\n", 365), ElementsAre("events", "people"));
  EXPECT_THAT(retentions("logging: {total_retention_days: 365}\n", 90), ElementsAre("events conflict", "people"));
  EXPECT_THAT(retentions("logging: {total_retention_days: 20}\n", 20), ElementsAre("events"));
}

// One rotation that one alert on a component of tier 0 calls.
std::string OnCallText(const std::string& rotation, const std::string& alert = "routed_to: night, runbook: r.md") {
  return absl::StrCat("monitoring:\n  on_call:\n  - {id: night, name: Night, team: core, ", rotation,
                      "}\n  alerts:\n  - {id: down, name: Down, condition: It is down, severity: critical, "
                      "components: [web], ",
                      alert, "}\n");
}

ResponseState StateOfTierZero(const std::string& rotation) {
  const ThreatCase threats(Logged(OnCallText(rotation)), "");
  for (const TierResponseFact& fact : TierResponses(threats.threats().landscape())) {
    if (fact.need->tier() != model::v1::TIER_TIER_0) continue;
    EXPECT_EQ(fact.components, 1);
    EXPECT_EQ(fact.alerts, 1);
    return fact.state;
  }
  ADD_FAILURE() << "no tier 0";
  return ResponseState::kNoAlert;
}

TEST(OnCall, ATierNeedsATimeAndSomebodyAtAnyHour) {
  EXPECT_EQ(StateOfTierZero("response_minutes: 15, hours: 24x7"), ResponseState::kMet);
  EXPECT_EQ(StateOfTierZero("response_minutes: 16, hours: 24x7"), ResponseState::kNotMet);
  EXPECT_EQ(StateOfTierZero("response_minutes: 15, hours: \"08:00-18:00\""), ResponseState::kNotMet);
  EXPECT_EQ(StateOfTierZero("response_minutes: 15, hours: office hours"), ResponseState::kUnknown);
  EXPECT_EQ(StateOfTierZero("hours: 24x7"), ResponseState::kUnknown);
}

TEST(OnCall, HoursAreReadAsPeopleWriteThem) {
  const auto staffing = [](const std::string& hours) {
    model::v1::OnCall rotation;
    rotation.set_hours(hours);
    return StaffingOf(rotation);
  };
  for (const char* always : {"24x7", "24/7", "24 x 7", "24/7, one site", "00:00-24:00", "0:00 - 23:59"}) {
    EXPECT_EQ(staffing(always), Staffing::kAnyHour) << always;
  }
  for (const char* part : {"08:00-18:00", "Mon-Fri 08:00-18:00", "08:00-18:00 CET", "Mon-Fri 00:00-24:00"}) {
    EXPECT_EQ(staffing(part), Staffing::kPartOfTheDay) << part;
  }
  for (const char* other : {"", "office hours", "07:00-19:00, otherwise by telephone"}) {
    EXPECT_EQ(staffing(other), Staffing::kUnknown) << other;
  }
}

TEST(OnCall, GapsNameTheirCheckAndTier) {
  const auto gaps = [](const std::string& text) {
    const ThreatCase threats(Logged(text), "");
    const Landscape& landscape = threats.threats().landscape();
    std::vector<std::string> found;
    for (const OnCallGap& gap : OnCallGaps(landscape.model(), TierResponses(landscape))) {
      found.push_back(absl::StrCat(gap.check->id(), " ", gap.subject()));
      if (gap.check->id() == "slow" || gap.check->id() == "not_any_hour") {
        EXPECT_EQ(gap.tier, model::v1::TIER_TIER_0);
      }
    }
    return found;
  };
  EXPECT_THAT(gaps(OnCallText("response_minutes: 15, hours: 24x7, escalates_to: lead, escalate_after_minutes: 15")),
              IsEmpty());
  EXPECT_THAT(gaps(OnCallText("response_minutes: 60, hours: \"08:00-18:00\", engineers: 1, escalates_to: lead")),
              ElementsAre("no_escalation night", "one_person night", "slow night", "not_any_hour night"));
  EXPECT_THAT(gaps(OnCallText("hours: 24x7, escalates_to: lead, escalate_after_minutes: 5", "threshold: 5")),
              ElementsAre("unrouted down", "no_runbook down", "not_called night"));
}

TEST(AutomaticResponse, NobodysSafetyDependsOnAMachinesDecision) {
  model::v1::Component component;
  EXPECT_EQ(BarOf(component).kind, ActionBar::Kind::kTierUnknown);
  component.set_tier(model::v1::TIER_TIER_0);
  EXPECT_EQ(BarOf(component).kind, ActionBar::Kind::kTierZero);
  component.set_tier(model::v1::TIER_TIER_1);
  EXPECT_EQ(BarOf(component).kind, ActionBar::Kind::kNone);
  component.set_machine(model::v1::MACHINE_DEVICE);
  EXPECT_EQ(BarOf(component).kind, ActionBar::Kind::kDevice);
}

TEST(AutomaticResponse, EveryElementOfAnActionIsAutomaticOrOrdered) {
  const ThreatCase threats(Logged(), "");
  const Landscape& landscape = threats.threats().landscape();
  const LogSources sources = LogSources::Of(landscape);
  const auto detections = Detections::Of(threats.threats(), sources);
  for (const ActionFact& fact : Actions(landscape, *detections)) {
    ASSERT_NE(fact.action, nullptr);
    EXPECT_GT(fact.detections, 0);
    EXPECT_THAT(fact.automatic, ::testing::Not(::testing::Contains("web"))) << "tier 0";
    if (!fact.action->automatic()) {
      EXPECT_THAT(fact.automatic, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace metapowers::analysis
