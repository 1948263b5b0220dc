// What the model says of the way of its logs, and which alerts it lacks.
#include "service/analysis/log_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/analysis/alert_coverage.h"
#include "service/analysis/attributes.h"
#include "service/knowledge/logging.h"
#include "tests/analysis/facts_of.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Pipeline {
 public:
  explicit Pipeline(const std::string& rest, const std::string& components =
                                                 "- {id: till, name: Till, kind: process, zone: inside, "
                                                 "processes: [cards], event_rate_per_second: 10}\n"
                                                 "- {id: web, name: Web, kind: process, zone: inside}\n")
      : facts_(FactsOf(ModelText{.components = components, .rest = rest})),
        landscape_(*facts_),
        sources_(LogSources::Of(landscape_)) {}

  RuleState Rule(const std::string& id) const {
    for (const PipelineRuleFact& fact : PipelineRules(landscape_, sources_)) {
      if (fact.rule->id() == id) return fact.state;
    }
    ADD_FAILURE() << id;
    return RuleState::kUnknown;
  }
  RedactionFact Of(model::v1::DataCategory category) const {
    for (const RedactionFact& fact : Redactions(landscape_, sources_)) {
      if (fact.rule->category() == category) return fact;
    }
    ADD_FAILURE() << category;
    return {};
  }
  std::vector<RetentionFact> Duties() const { return Retentions(landscape_, sources_); }
  LogVolume Volume() const { return VolumeOf(facts_->model(), sources_); }
  const model::Model& model() const { return facts_->model(); }

 private:
  std::shared_ptr<const Facts> facts_;
  Landscape landscape_;
  LogSources sources_;
};

TEST(LogPipeline, EveryShippedConditionIsOneThatTheSystemKnows) {
  for (const k::PipelineRule& rule : knowledge::LoggingRules().pipeline()) {
    for (const auto* rows : {&rule.met(), &rule.broken()}) {
      for (const auto& row : *rows) {
        EXPECT_TRUE(Condition::Compile(k::THREAT_SUBJECT_SYSTEM, row).ok()) << rule.id();
      }
    }
  }
  for (const k::RequiredAlert& alert : knowledge::MonitoringRules().alerts()) {
    for (const auto& row : alert.match()) {
      EXPECT_TRUE(Condition::Compile(k::THREAT_SUBJECT_SYSTEM, row).ok()) << alert.id();
    }
  }
  for (int i = 0; i <= static_cast<int>(Redaction::kUnknown); ++i) {
    EXPECT_FALSE(VerdictOf(static_cast<Redaction>(i)).fact().empty()) << i;
  }
}

TEST(LogPipeline, ARuleIsMetBrokenOrUnknown) {
  const auto tamper = [](const std::string& component) {
    return Pipeline("logging: {tamper_protection: yes}\n",
                    "- {id: web, name: Web, kind: process, zone: inside" + component + "}\n")
        .Rule("tamper-protection");
  };
  EXPECT_EQ(tamper(", logging: central"), RuleState::kMet);
  EXPECT_EQ(tamper(", logging: none"), RuleState::kBroken) << "no log reaches what protects logs";
  EXPECT_EQ(tamper(""), RuleState::kUnknown);
  EXPECT_EQ(Pipeline("logging: {tamper_protection: no}\n").Rule("tamper-protection"), RuleState::kBroken);
  EXPECT_EQ(Pipeline("").Rule("tamper-protection"), RuleState::kUnknown);
  EXPECT_EQ(Pipeline("").Rule("correlation-id"), RuleState::kUnknown);
  EXPECT_EQ(Pipeline("logging: {correlation_id: yes}\n").Rule("correlation-id"), RuleState::kMet);
  EXPECT_EQ(Pipeline("logging: {correlation_id: no}\n").Rule("correlation-id"), RuleState::kBroken);
  const std::string silent = "- {id: web, name: Web, kind: process, zone: inside, logging: none}\n";
  EXPECT_EQ(Pipeline("logging: {correlation_id: yes}\n", silent).Rule("correlation-id"), RuleState::kUnknown);
}

TEST(LogPipeline, RedactionIsJudgedByPlaceAndByWhatMustNeverBeLogged) {
  const auto pan = model::v1::DATA_CATEGORY_PAN;
  const auto pii = model::v1::DATA_CATEGORY_PII;
  EXPECT_EQ(Pipeline("logging: {redaction: source, redacted: [pan]}\n").Of(pan).state, Redaction::kAtSource);
  EXPECT_EQ(Pipeline("logging: {redaction: ingestion, redacted: [pan]}\n").Of(pan).state, Redaction::kLateAtIngestion);
  EXPECT_EQ(Pipeline("logging: {redaction: ingestion, redacted: [pii]}\n").Of(pii).state, Redaction::kAtIngestion);
  EXPECT_EQ(Pipeline("logging: {redaction: ingestion, redacted: [pii]}\n").Of(pan).state, Redaction::kNotListed);
  EXPECT_EQ(Pipeline("logging: {redaction: query, redacted: [pii]}\n").Of(pii).state, Redaction::kLateAtQuery);
  EXPECT_EQ(Pipeline("logging: {redaction: none}\n").Of(pan).state, Redaction::kNowhere);
  EXPECT_EQ(Pipeline("logging: {redaction: none}\n").Of(pii).state, Redaction::kMinimise);
  EXPECT_EQ(Pipeline("").Of(pan).state, Redaction::kUnknown);
  EXPECT_FALSE(Pipeline("").Of(pan).finding());
  const RedactionFact policy =
      Pipeline("policy_parameters: {never_logged: [pii]}\nlogging: {redaction: none}\n").Of(pii);
  EXPECT_EQ(policy.state, Redaction::kNowhere);
  EXPECT_TRUE(policy.by_policy);
  EXPECT_FALSE(policy.due.empty());
  EXPECT_THAT(Pipeline("").Of(pan).components, ElementsAre("till"));
}

TEST(LogPipeline, RetentionCountsWhereTheFrameworkAndTheScopeDo) {
  const std::string pci = "frameworks:\n- {id: pci-dss-4.0.1, in_scope: true, reason: R, owner: ciso}\n";
  const auto state = [&](const std::string& logging) { return Pipeline(pci + logging).Duties().at(0).state; };
  EXPECT_EQ(state("logging: {hot_retention_days: 90, total_retention_days: 365}\n"), RuleState::kMet);
  EXPECT_EQ(state("logging: {hot_retention_days: 89, total_retention_days: 365}\n"), RuleState::kBroken);
  EXPECT_EQ(state("logging: {hot_retention_days: 90, total_retention_days: 364}\n"), RuleState::kBroken);
  EXPECT_EQ(state("logging: {total_retention_days: 365}\n"), RuleState::kUnknown);
  EXPECT_EQ(state(""), RuleState::kUnknown);
  const auto till = [&](const std::string& logging) {
    return Pipeline(
               pci + "logging: {hot_retention_days: 90, total_retention_days: 365}\n",
               "- {id: till, name: Till, kind: process, zone: inside, processes: [cards], logging: " + logging + "}\n")
        .Duties()
        .at(0);
  };
  EXPECT_EQ(till("central").state, RuleState::kMet);
  EXPECT_EQ(till("none").state, RuleState::kBroken);
  EXPECT_TRUE(till("none").none_kept);
  EXPECT_THAT(Pipeline("", "- {id: web, name: Web, kind: process, zone: inside}\n").Duties(), IsEmpty());
}

TEST(LogPipeline, VolumeLeavesOutWhatIsUnknownAndNamesIt) {
  const LogVolume volume = Pipeline("logging: {average_event_bytes: 100, cost_per_gb: 2}\n").Volume();
  EXPECT_EQ(volume.per_second, 10);
  EXPECT_EQ(volume.bytes_per_day, 10 * 100 * 86'400);
  EXPECT_NEAR(volume.cost_per_day.value_or(0), 0.1728, 1e-9);
  ASSERT_EQ(volume.unknown.size(), 1u);
  EXPECT_EQ(volume.unknown[0]->element_id, "web");
  EXPECT_EQ(Pipeline("").Volume().bytes_per_day, std::nullopt);
}

TEST(LogPipeline, WritesSizesAndTimesAsPeopleDo) {
  EXPECT_EQ(Bytes(999), "999 bytes");
  EXPECT_EQ(Bytes(86'400'000), "86 MB");
  EXPECT_EQ(Bytes(71'500'000'000), "71.5 GB");
  EXPECT_EQ(Bytes(26'100'000'000'000), "26.1 TB");
  EXPECT_EQ(RetentionOf(Pipeline("logging: {hot_retention_days: 90, total_retention_days: 365}\n").model()),
            "90 days hot, 1 year in all");
  EXPECT_EQ(RetentionOf(Pipeline("").model()), "");
}

// --- Alerts -----------------------------------------------------------------------------------------------

RequiredAlertFact AlertOf(const std::string& rest, const std::string& id) {
  const ThreatCase c({.components = "- {id: db, name: Db, kind: datastore, zone: inside, backup: {method: full}}\n"
                                    "- {id: db2, name: Db, kind: datastore, zone: inside, backup: {method: full}}\n",
                      .rest = rest},
                     "");
  const LogSources sources = LogSources::Of(c.threats().landscape());
  for (RequiredAlertFact& fact : RequiredAlerts(c.threats(), sources)) {
    if (fact.row->id() != id) continue;
    // What refers to the case ends with it.
    fact.threats.clear();
    fact.declared.clear();
    return fact;
  }
  ADD_FAILURE() << id;
  return {};
}

TEST(AlertCoverage, ADeclaredAlertAnswersByWordsAndCoversWhatItNames) {
  const auto monitoring = [](const std::string& name, const std::string& components) {
    return absl::StrCat("monitoring:\n  alerts:\n  - {id: a, name: ", name,
                        ", condition: C, severity: high, components: [", components, "]}\n");
  };
  EXPECT_EQ(AlertOf("", "backup-missed").state, AlertState::kMissing);
  EXPECT_THAT(AlertOf("", "backup-missed").watched, ElementsAre("db", "db2"));
  EXPECT_FALSE(AlertOf("", "backup-missed").due.empty());
  EXPECT_EQ(AlertOf(monitoring("BACKUP late", "db"), "backup-missed").state, AlertState::kInPart);
  EXPECT_THAT(AlertOf(monitoring("BACKUP late", "db"), "backup-missed").missing_on, ElementsAre("db2"));
  EXPECT_EQ(AlertOf(monitoring("Backup late", "db, db2"), "backup-missed").state, AlertState::kDeclared);
  EXPECT_EQ(AlertOf(monitoring("Backup late", "db, db2"), "backup-missed").due, "");
  EXPECT_EQ(AlertOf(monitoring("Odd", "db, db2"), "backup-missed").state, AlertState::kMissing);
}

}  // namespace
}  // namespace metapowers::analysis
