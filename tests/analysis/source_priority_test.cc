// In which order kinds of logs come in, and what each phase shows.
#include "service/analysis/source_priority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

std::string OwnRule() {
  return RuleText("own-read",
                  "stride: STRIDE_INFORMATION_DISCLOSURE subject: THREAT_SUBJECT_COMPONENT match { attribute: "
                  "'stored_categories' operator: MATCH_OPERATOR_SET } impact { legs: IMPACT_LEG_CONFIDENTIALITY } "
                  "controls { control: 'backup' impact: 1 } attack: 'T1213.006'");
}

ModelText Shop(const std::string& logging) {
  return {
      .components = absl::StrCat(
          "- {id: web, name: Web, kind: process, zone: inside, technology: [web-application], custom_code: true}\n"
          "- {id: db, name: Db, kind: datastore, zone: inside, technology: [postgresql], stores: [people], logging: ",
          logging, "}\n"),
      .flows =
          "- {id: web-to-db, name: Reads, source: web, target: db, protocol: jdbc, transport_security: none, "
          "receives: [people]}\n"};
}

std::set<const LogSource*> KeptIn(const LogSources& sources, const std::string& kind) {
  const std::vector<const LogSource*> kept = sources.OfKind(kind);
  return {kept.begin(), kept.end()};
}

class Plan {
 public:
  // With sources of the kind `kept` as those that must be kept.
  explicit Plan(const std::string& logging, const std::string& kept = "")
      : threats_(Shop(logging), OwnRule()),
        sources_(LogSources::Of(threats_.threats().landscape())),
        detections_(Detections::Of(threats_.threats(), sources_)),
        plan_(PlanSources(sources_, *detections_, KeptIn(sources_, kept))) {}

  const SourcePlan& operator*() const { return plan_; }
  const SourcePlan* operator->() const { return &plan_; }
  const KindPriority& Of(const std::string& kind) const {
    for (const KindPriority& each : plan_.kinds) {
      if (each.kind->id() == kind) return each;
    }
    ADD_FAILURE() << "no kind " << kind;
    return plan_.kinds.front();
  }

 private:
  ThreatCase threats_;
  LogSources sources_;
  std::unique_ptr<const Detections> detections_;
  SourcePlan plan_;
};

TEST(SourcePriority, WhatIsCollectedStandsLastAndEndsNothing) {
  const Plan shop("central");
  const KindPriority& audit = shop.Of("database_audit");
  EXPECT_EQ(audit.phase, 0);
  EXPECT_EQ(audit.ended, 0);
  EXPECT_TRUE(audit.uncollected.empty());
  bool done = false;
  for (const KindPriority& kind : shop->kinds) {
    EXPECT_TRUE(kind.phase == 0 || !done) << kind.kind->id();
    done = done || kind.phase == 0;
  }
}

TEST(SourcePriority, EveryBlindSpotThatALogWouldShowEndsOnce) {
  const Plan shop("local");
  int ended = 0;
  int severe = 0;
  for (const KindPriority& kind : shop->kinds) {
    ended += kind.ended;
    severe += kind.ended_severe;
  }
  const PhaseOutcome& now = shop->outcomes[0];
  const PhaseOutcome& end = shop->outcomes[kSourcePhases];
  EXPECT_GT(ended, 0);
  EXPECT_EQ(end.detected - now.detected, ended);
  EXPECT_EQ(end.severe_detected - now.severe_detected, severe);
}

TEST(SourcePriority, WhatMustBeKeptComesFirst) {
  const Plan shop("local", "web_access");
  EXPECT_EQ(shop->kinds.front().kind->id(), "web_access");
  EXPECT_EQ(shop->kinds.front().phase, 1);
}

TEST(SourcePriority, WithoutADutyAKindComesEarlyOnlyForABlindSpot) {
  const Plan shop("local");
  int last = 1;
  for (const KindPriority& kind : shop->kinds) {
    if (kind.phase == 1) {
      EXPECT_GT(kind.ended_severe, 0) << kind.kind->id();
    }
    if (kind.phase == 2) {
      EXPECT_GT(kind.ended, 0) << kind.kind->id();
    }
    if (kind.phase == 3) {
      EXPECT_EQ(kind.ended, 0) << kind.kind->id();
    }
    if (kind.phase == 0) continue;
    EXPECT_GE(kind.phase, last);
    last = kind.phase;
  }
}

TEST(SourcePriority, EachRuleIsCompletedInOnePhase) {
  const Plan shop("local");
  size_t completed = 0;
  for (const PhaseOutcome& outcome : shop->outcomes) {
    completed += outcome.completed.size();
    EXPECT_EQ(static_cast<size_t>(outcome.complete), completed);
  }
}

}  // namespace
}  // namespace metapowers::analysis
