// The section's figures agree with each other and with the threats; what it says follows from the model alone.
#include "service/commands/detect/anomaly_detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::detect {
namespace {

namespace pb = security::detect::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

pb::AnomalyDetectionResult Of(const std::string& yaml) { return AnomalyDetection(Case(yaml).input()); }

template <class Rows>
auto* Find(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return &row;
  }
  ADD_FAILURE() << "no row " << id;
  return &*rows.begin();
}

TEST(AnomalyDetection, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case model(Example(example));
    const pb::AnomalyDetectionResult result = AnomalyDetection(model.input());
    int open = 0;
    int severe = 0;
    for (const analysis::Threat& threat : model.input().threats.Get().all()) {
      if (!threat.open()) continue;
      ++open;
      severe += threat.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0;
    }
    EXPECT_EQ(result.totals().open(), open);
    EXPECT_EQ(result.totals().severe(), severe);
    EXPECT_EQ(result.totals().severe_detected() + result.blind_spots_size(), severe);
    EXPECT_EQ(result.totals().detections(), result.detections_size());
    pb::SightCount sum;
    for (const pb::SightCount& row : result.sights()) {
      EXPECT_EQ(row.open(), row.detected() + row.unconfirmed() + row.not_collected() + row.no_log() + row.no_event() +
                                row.no_detection());
      if (row.severity() == "all") {
        EXPECT_EQ(row.open(), sum.open());
        EXPECT_EQ(row.detected(), sum.detected());
        EXPECT_EQ(row.detected(), result.totals().detected());
      } else {
        sum.set_open(sum.open() + row.open());
        sum.set_detected(sum.detected() + row.detected());
      }
    }
    int files = 0;
    int tuned = 0;
    for (const pb::DetectionRow& row : result.detections()) files += row.files_size();
    for (const pb::TuningRow& row : result.tuning()) tuned += row.detections();
    EXPECT_EQ(files, result.totals().rules());
    EXPECT_EQ(tuned, result.totals().running());
    EXPECT_EQ(tuned + result.waiting_tuning(), result.totals().detections());
    int assumed = 0;
    for (const pb::ThresholdRow& row : result.thresholds()) {
      EXPECT_EQ(row.assumed(), row.source().empty() || absl::StartsWith(row.source(), "to be confirmed"));
      assumed += row.assumed() ? 1 : 0;
    }
    EXPECT_EQ(assumed, result.totals().assumed());
  }
}

TEST(AnomalyDetection, EveryBlindSpotSaysWhyAndWhoseItIs) {
  for (const char* example : kExamples) {
    const pb::AnomalyDetectionResult result = Of(Example(example));
    for (const pb::BlindSpotRow& row : result.blind_spots()) {
      EXPECT_THAT(row.reason(), Not(IsEmpty())) << row.threat();
      EXPECT_THAT(row.closes(), Not(IsEmpty())) << row.threat();
      EXPECT_THAT(row.owner(), Not(IsEmpty())) << row.threat();
    }
  }
}

TEST(AnomalyDetection, ADetectionNeedsALogOfItsKind) {
  const auto ids = [](const pb::AnomalyDetectionResult& result) {
    std::set<std::string> found;
    for (const pb::DetectionRow& row : result.detections()) found.insert(row.id());
    return found;
  };
  EXPECT_THAT(ids(Of(Example("api-platform"))), Contains("cluster-rights-granted"));
  EXPECT_THAT(ids(Of(Example("patient-platform"))), Contains("device-obeys-stranger"));
  const std::set<std::string> small = ids(Of(Example("team-notes")));
  EXPECT_THAT(small, Not(Contains("cluster-rights-granted")));
  EXPECT_THAT(small, Not(Contains("device-obeys-stranger")));
  EXPECT_THAT(small, Contains("query-text-in-request"));
}

TEST(AnomalyDetection, LogsThatStayWhereTheyAriseDetectNothing) {
  const pb::AnomalyDetectionResult result = Of(Example("team-notes"));
  EXPECT_EQ(result.totals().running(), 0);
  EXPECT_EQ(result.totals().detected(), 0);
}

TEST(AnomalyDetection, WhatWaitsStandsWithTheLogsThatItWaitsFor) {
  for (const char* example : kExamples) {
    const pb::AnomalyDetectionResult result = Of(Example(example));
    std::set<std::string> waiting;
    for (const pb::DetectionRow& row : result.detections()) {
      if (!row.running()) waiting.insert(row.id());
    }
    std::set<std::string> listed;
    int last = result.totals().severe();
    for (const pb::MissingLog& row : result.missing_logs()) {
      EXPECT_LE(row.severe(), last) << row.log();
      last = row.severe();
      EXPECT_LE(row.severe(), row.open());
      EXPECT_THAT(row.elements(), Not(IsEmpty()));
      EXPECT_EQ(row.detections(), row.ids_size());
      listed.insert(row.ids().begin(), row.ids().end());
    }
    EXPECT_EQ(listed, waiting) << example;
  }
}

TEST(AnomalyDetection, ANumberOfSomethingElseIsNotTaken) {
  const pb::AnomalyDetectionResult result = Of(Example("api-platform"));
  const auto row = std::find_if(result.thresholds().begin(), result.thresholds().end(),
                                [](const auto& one) { return one.detection() == "clear-values-read"; });
  ASSERT_NE(row, result.thresholds().end());
  EXPECT_TRUE(row->assumed());
  EXPECT_EQ(row->source(), "to be confirmed: alert detokenisation-volume counts something else");
}

TEST(AnomalyDetection, NumbersComeFromAlertsAndElseAreQuestions) {
  const pb::AnomalyDetectionResult result = Of(Example("api-platform"));
  for (const pb::ThresholdRow& row : result.thresholds()) {
    if (row.detection() != "many-secrets-read") continue;
    EXPECT_EQ(row.number(), "30 values of secret.path");
    EXPECT_EQ(row.span(), "10 minutes");
    EXPECT_EQ(row.source(), "alert secret-read-anomaly");
  }
  EXPECT_GT(result.totals().assumed(), 0);
  EXPECT_THAT(result.questions(0).text(), StartsWith("Confirm the "));
  for (const pb::ThresholdRow& row : result.thresholds()) {
    EXPECT_TRUE(Find(result.detections(), row.detection())->running()) << row.detection();
  }
  const pb::AnomalyDetectionResult small = Of(Example("team-notes"));
  EXPECT_THAT(small.thresholds(), IsEmpty());
  EXPECT_THAT(small.tuning(), IsEmpty());
  EXPECT_GT(small.waiting_thresholds(), 0);
}

TEST(AnomalyDetection, AnActorHasTheLimitsOfTheInterfacesBehindAForwarder) {
  const pb::AnomalyDetectionResult result = Of(Example("api-platform"));
  EXPECT_THAT(Find(result.actors(), "partner-system")->limits(), Contains("1,000 a minute (partner)"));
  for (const std::string& limit : Find(result.actors(), "partner-system")->limits()) {
    EXPECT_THAT(limit, Not(HasSubstr("supplier-webhook"))) << "it signs in another way";
  }
}

TEST(AnomalyDetection, ALogThatStaysIsNotSentToWhereItIs) {
  const pb::AnomalyDetectionResult result = Of(Example("team-notes"));
  for (const pb::BlindSpotRow& row : result.blind_spots()) {
    EXPECT_THAT(row.closes(), Not(HasSubstr("Files on the server"))) << row.threat();
  }
}

TEST(AnomalyDetection, NoMachineActsOnDevicesOrTierZero) {
  const Case model(Example("patient-platform"));
  const pb::AnomalyDetectionResult result = AnomalyDetection(model.input());
  for (const pb::ActionRow& row : result.actions()) {
    for (const std::string& id : row.automatic_on()) {
      const auto* component = model.model().Find<model::v1::Component>(id);
      if (component == nullptr) continue;  // "3 more"
      EXPECT_NE(component->machine(), model::v1::MACHINE_DEVICE) << id;
      EXPECT_NE(component->tier(), model::v1::TIER_TIER_0) << id;
      EXPECT_NE(component->tier(), model::v1::TIER_UNSPECIFIED) << id;
    }
  }
  for (const char* id : {"interface-engine", "lab-system", "pacs"}) {
    EXPECT_THAT(Find(result.actions(), "revoke-session")->automatic_on(), Not(Contains(id)))
        << "its flows lead to tier 0 and devices";
  }
  for (const char* action : {"block-address", "slow-caller"}) {
    EXPECT_THAT(Find(result.actions(), action)->automatic_on(), Not(Contains("interface-engine")))
        << "it calls tier 0 itself";
  }
  EXPECT_THAT(Find(result.actions(), "block-address")->automatic_on(), Contains("portal-front-door"));
  const pb::AnomalyDetectionResult api = Of(Example("api-platform"));
  EXPECT_THAT(Find(api.actions(), "block-address")->automatic_on(), Not(Contains("fraud-service")))
      << "nobody from outside calls it";
}

TEST(AnomalyDetection, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("api-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "components")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::detect
