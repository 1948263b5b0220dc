#include "service/analysis/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Facts::MetricValue Measure(const ModelText& text, model::v1::ThresholdMetric metric) {
  return FactsOf(text)->Metric(metric);
}

TEST(Metric, RecordsExposedIsTheMostOfOneClassInAnExposedStore) {
  const std::string classes =
      "- {id: big, name: B, owner: core, confidentiality: internal, record_count: 9000}\n"
      "- {id: cards, name: C, owner: core, confidentiality: confidential, record_count: 500}\n"
      "- {id: people, name: P, owner: core, confidentiality: confidential, record_count: 700}\n"
      "- {id: keys, name: K, owner: core, confidentiality: strictly_confidential}\n";
  const auto value = Measure(
      {.components = "- {id: web, name: W, kind: process, internet_facing: \"yes\", stores: [big, cards, keys]}\n"
                     "- {id: ftp, name: F, kind: process, internet_facing: \"yes\", stores: [cards]}\n"
                     "- {id: db, name: D, kind: datastore, internet_facing: \"no\", stores: [people]}\n",
       .data_classes = classes},
      model::v1::THRESHOLD_METRIC_RECORDS_EXPOSED_MAX);
  EXPECT_EQ(value.value, 500);
  EXPECT_THAT(value.ids, ElementsAre("ftp", "web"));
  EXPECT_EQ(Measure({}, model::v1::THRESHOLD_METRIC_RECORDS_EXPOSED_MAX).value, 0);
}

TEST(Metric, UnencryptedStoresAreThoseKnownToBe) {
  const auto value =
      Measure({.components = "- {id: a, name: A, kind: datastore, stores: [cards], encryption_at_rest: none}\n"
                             "- {id: b, name: B, kind: datastore, stores: [cards]}\n"
                             "- {id: c, name: C, kind: datastore, stores: [cards], encryption_at_rest: transparent}\n"
                             "- {id: d, name: D, kind: datastore, stores: [notes], encryption_at_rest: none}\n"},
              model::v1::THRESHOLD_METRIC_UNENCRYPTED_SENSITIVE_STORES);
  EXPECT_EQ(value.value, 1);
  EXPECT_THAT(value.ids, ElementsAre("a"));
}

TEST(Metric, SinglePointsAreComponentsOfTier0And1) {
  const auto value = Measure({.components = "- {id: cache, name: C, kind: process, tier: tier_3, replicas: 1}\n"
                                            "- {id: pay, name: P, kind: process, tier: tier_0, replicas: 1}\n",
                              .flows = "- {id: f, name: F, source: pay, target: cache, dependency: hard}\n"},
                             model::v1::THRESHOLD_METRIC_SINGLE_POINTS_OF_FAILURE);
  EXPECT_EQ(value.value, 1);
  EXPECT_THAT(value.ids, ElementsAre("pay"));
}

TEST(Metric, AttestationsAreMissingOrExpiredForRegulatedDataOnly) {
  const auto value = Measure(
      {.rest = "third_parties:\n"
               "- {id: a, name: A, service: x, data_shared: [people], attestation: none}\n"
               "- {id: b, name: B, service: x, data_shared: [cards], attestation: soc2_t2, attestation_expires: "
               "2026-02-28}\n"
               "- {id: c, name: C, service: x, data_shared: [cards], attestation: soc2_t2, attestation_expires: "
               "2026-03-01}\n"
               "- {id: d, name: D, service: x, data_shared: [people]}\n"
               "- {id: e, name: E, service: x, data_shared: [notes], attestation: none}\n"
               "- {id: f, name: F, service: x, data_shared: [accounts], attestation: self_assessed}\n"},
      model::v1::THRESHOLD_METRIC_EXPIRED_ATTESTATIONS);
  EXPECT_THAT(value.ids, ElementsAre("a", "b", "f"));
  EXPECT_EQ(value.value, 3);
}

TEST(Metric, PolicyReviewsAreOverdueAfterTheirInterval) {
  const char* head = ", title: T, area: cryptography, owner: ciso, approver: lead";
  const auto value =
      Measure({.rest = absl::StrCat(
                   "policies:\n", "- {id: on-time", head,
                   ", status: approved, last_reviewed: 2025-03-01, review_interval_months: 12}\n", "- {id: late", head,
                   ", status: approved, last_reviewed: 2025-02-28, review_interval_months: 12}\n", "- {id: never", head,
                   ", status: approved, effective_date: 2024-01-01, review_interval_months: 12}\n", "- {id: unknown",
                   head, ", status: approved, last_reviewed: 2020-01-01}\n", "- {id: draft", head,
                   ", status: draft, last_reviewed: 2020-01-01, review_interval_months: 12}\n", "- {id: over", head,
                   ", status: expired}\n")},
              model::v1::THRESHOLD_METRIC_OVERDUE_POLICY_REVIEWS);
  EXPECT_THAT(value.ids, ElementsAre("late", "never", "over"));
}

TEST(NextReview, KeepsTheDayAndShortensMonths) {
  model::v1::Policy policy;
  EXPECT_EQ(NextReview(policy), std::nullopt);
  policy.set_last_reviewed("2025-08-31");
  EXPECT_EQ(NextReview(policy), std::nullopt);
  policy.set_review_interval_months(6);
  EXPECT_EQ(NextReview(policy), absl::CivilDay(2026, 2, 28));
  policy.set_review_interval_months(12);
  EXPECT_EQ(NextReview(policy), absl::CivilDay(2026, 8, 31));
}

TEST(Metric, TransfersWithoutMechanismCountFlowsOnce) {
  const auto value = Measure({.components = "- {id: app, name: A, kind: process, regions: [eu, uk]}\n"
                                            "- {id: log, name: L, kind: process, regions: [us]}\n",
                              .flows = "- {id: f, name: F, source: app, target: log, sends: [cards]}\n"
                                       "- {id: g, name: F, source: log, target: app, sends: [cards]}\n"},
                             model::v1::THRESHOLD_METRIC_TRANSFERS_WITHOUT_MECHANISM);
  EXPECT_EQ(value.value, 1);
  EXPECT_THAT(value.ids, ElementsAre("f"));
}

TEST(Metric, CleartextFlowsCarryConfidentialData) {
  const auto value = Measure(
      {.components = "- {id: a, name: A, kind: process}\n- {id: b, name: B, kind: process}\n",
       .flows = "- {id: clear, name: F, source: a, target: b, sends: [people], transport_security: none}\n"
                "- {id: back, name: F, source: a, target: b, receives: [people], transport_security: none}\n"
                "- {id: dull, name: F, source: a, target: b, sends: [notes], transport_security: none}\n"
                "- {id: local, name: F, source: a, target: b, sends: [people], transport_security: local}\n"
                "- {id: tunnel, name: F, source: a, target: b, sends: [people], transport_security: none, vpn: true}\n"
                "- {id: unset, name: F, source: a, target: b, sends: [people]}\n"},
      model::v1::THRESHOLD_METRIC_CLEARTEXT_SENSITIVE_FLOWS);
  EXPECT_THAT(value.ids, ElementsAre("back", "clear"));
}

TEST(Metric, UnownedComponentsAreOurs) {
  const auto value = Measure({.components = "- {id: a, name: A, kind: process}\n"
                                            "- {id: b, name: B, kind: process, owner_team: core}\n"
                                            "- {id: c, name: C, kind: external_entity}\n"},
                             model::v1::THRESHOLD_METRIC_UNOWNED_COMPONENTS);
  EXPECT_THAT(value.ids, ElementsAre("a"));
}

TEST(Metric, EndOfLifeAssetsArePast) {
  const auto value = Measure({.components = "- {id: a, name: A, kind: process, eol_date: 2026-02-28}\n"
                                            "- {id: b, name: B, kind: process, eol_date: 2026-03-15}\n"},
                             model::v1::THRESHOLD_METRIC_END_OF_LIFE_ASSETS);
  EXPECT_THAT(value.ids, ElementsAre("a"));
}

// A new metric in the schema needs a value here.
TEST(Metric, EveryMetricOfTheSchemaIsTested) {
  EXPECT_EQ(model::v1::ThresholdMetric_MAX, model::v1::THRESHOLD_METRIC_END_OF_LIFE_ASSETS);
  const auto value = Measure({}, model::v1::THRESHOLD_METRIC_UNSPECIFIED);
  EXPECT_EQ(value.value, 0);
  EXPECT_THAT(value.ids, IsEmpty());
}

}  // namespace
}  // namespace metapowers::analysis
