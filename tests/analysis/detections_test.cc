// Which detections a model can run, which threats they show, and why others are not seen.
#include "service/analysis/detections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "service/analysis/declared_values.h"
#include "service/analysis/log_view.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string OwnRule(const std::string& technique) {
  return RuleText("own-read", absl::StrCat("stride: STRIDE_INFORMATION_DISCLOSURE subject: THREAT_SUBJECT_COMPONENT "
                                           "match { attribute: 'stored_categories' operator: MATCH_OPERATOR_SET } "
                                           "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'backup' "
                                           "impact: 1 } attack: '",
                                           technique, "'"));
}

ModelText Shop(const std::string& logging, const std::string& technology = "postgresql") {
  return {.components = absl::StrCat(
              "- {id: web, name: Web, kind: process, zone: inside, technology: [web-application], custom_code: true}\n"
              "- {id: db, name: Db, kind: datastore, zone: inside, technology: [",
              technology, "], stores: [people], logging: ", logging, "}\n"),
          .flows =
              "- {id: web-to-db, name: Reads, source: web, target: db, protocol: jdbc, transport_security: none, "
              "receives: [people]}\n"};
}

class Case {
 public:
  explicit Case(const ModelText& model, const std::string& technique = "T1213.006")
      : threats_(model, OwnRule(technique)),
        sources_(LogSources::Of(threats_.threats().landscape())),
        detections_(Detections::Of(threats_.threats(), sources_)) {}

  const Detections& operator*() const { return *detections_; }
  const Threats& threats() const { return threats_.threats(); }
  const LogSources& sources() const { return sources_; }
  const ThreatSight& On(const std::string& key) const { return *detections_->SightOf(threats_[key]); }

  std::vector<std::string> Ids(const ThreatSight& sight) const {
    std::vector<std::string> ids;
    for (const AppliedDetection* detection : sight.detections) ids.push_back(detection->row->id());
    return ids;
  }

 private:
  ThreatCase threats_;
  LogSources sources_;
  std::unique_ptr<const Detections> detections_;
};

TEST(Detections, SightIsThatOfTheBestLog) {
  EXPECT_EQ(Case(Shop("central")).On("own-read@db").sight, Sight::kDetected);
  EXPECT_EQ(Case(Shop("unknown")).On("own-read@db").sight, Sight::kUnconfirmed);
  const Case local(Shop("local"));
  const ThreatSight& sight = local.On("own-read@db");
  EXPECT_EQ(sight.sight, Sight::kNotCollected);
  ASSERT_FALSE(sight.uncollected.empty());
  EXPECT_EQ(sight.uncollected.front()->key, "database_audit@db");
}

TEST(Detections, ADeclaredAlertForTheSameConfirmsItsLogs) {
  ModelText shop = Shop("unknown");
  const std::string alert =
      "monitoring:\n  on_call:\n  - {id: duty, name: Duty, team: core}\n  alerts:\n"
      "  - {id: login-failures, name: Login failures, condition: More than 7 failed logins, "
      "threshold: 7, window_minutes: 3, severity: high, "
      "components: [web], routed_to: duty}\n";
  shop.rest = alert;
  const Case with(shop, "T1110.001");
  const AppliedDetection* detection = (*with).Find("sign-ins-fail");
  ASSERT_NE(detection, nullptr);
  EXPECT_EQ(detection->collected, 0);
  EXPECT_TRUE(detection->running);
  EXPECT_EQ(detection->threshold.value, 7);
  EXPECT_EQ(detection->threshold.minutes, 3);
  const Case without(Shop("unknown"), "T1110.001");
  ASSERT_NE((*without).Find("sign-ins-fail"), nullptr);
  EXPECT_FALSE((*without).Find("sign-ins-fail")->running);
  EXPECT_TRUE((*without).Find("sign-ins-fail")->threshold.assumed());
}

TEST(Detections, TakesTheNumberOfAnAlertThatCountsTheSameAlone) {
  const auto threshold = [](const std::string& condition) {
    ModelText shop = Shop("central");
    shop.rest = absl::StrCat(
        "monitoring:\n  on_call:\n  - {id: duty, name: Duty, team: core}\n  alerts:\n"
        "  - {id: login-failures, name: Login failures, condition: '",
        condition, "', threshold: 7, window_minutes: 3, severity: high, components: [web], routed_to: duty}\n");
    const Case seen(shop, "T1110.001");
    const AppliedDetection* detection = (*seen).Find("sign-ins-fail");
    EXPECT_EQ(detection->alerts.size(), 1u) << "it is about the same whatever it counts";
    return detection->threshold;
  };
  EXPECT_EQ(threshold("More than 7 failed log-ins or 7 failed sign-ins in 3 minutes").value, 7);
  for (const char* other : {"Failures exceed the failed sign-ins of yesterday by 7 in 3 minutes",
                            "More than 7 % of sign-ins fail", "More than 70 failed sign-ins", "Too many"}) {
    EXPECT_TRUE(threshold(other).assumed()) << other;
    EXPECT_NE(threshold(other).value, 7) << other;
  }
}

TEST(Detections, ACredentialIsSeenWhereItsKindIsUsed) {
  for (const auto& [kind, seen] : {std::pair("database", true), std::pair("private_key", false)}) {
    ModelText shop = Shop("central");
    shop.rest =
        absl::StrCat("secrets: {credentials: [{id: secret, name: Secret, kind: ", kind, ", used_by: [web, db]}]}\n");
    const std::string rule =
        RuleText("own-secret",
                 "stride: STRIDE_SPOOFING subject: THREAT_SUBJECT_CREDENTIAL "
                 "match { attribute: 'used_by' operator: MATCH_OPERATOR_SET } "
                 "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'backup' impact: 1 } "
                 "attack: 'T1213.006'");
    const ThreatCase threats(shop, rule);
    const LogSources sources = LogSources::Of(threats.threats().landscape());
    const auto detections = Detections::Of(threats.threats(), sources);
    std::vector<std::string> ids;
    for (const AppliedDetection* each : detections->SightOf(threats["own-secret@secret"])->detections) {
      ids.push_back(each->row->id());
    }
    EXPECT_EQ(std::count(ids.begin(), ids.end(), "database-used-by-stranger") > 0, seen) << kind;
  }
}

// A clinical system: an archive of images, a laboratory behind an interface engine, a broker, and a monitor.
ModelText Clinic() {
  return {
      .components =
          "- {id: scanner, name: S, kind: process, machine: device, zone: inside, technology: [medical-device], "
          "logging: central}\n"
          "- {id: archive, name: A, kind: process, zone: inside, technology: [pacs-server], logging: central}\n"
          "- {id: engine, name: E, kind: process, zone: inside, technology: [integration-engine], logging: central}\n"
          "- {id: lab, name: L, kind: process, zone: inside, technology: [laboratory-system], logging: local}\n"
          "- {id: broker, name: B, kind: process, zone: inside, technology: [mqtt-broker], logging: central}\n"
          "- {id: station, name: T, kind: process, zone: inside, technology: [device-gateway], logging: central}\n"
          "- {id: web, name: W, kind: process, zone: inside, technology: [web-application], logging: central}\n",
      .flows =
          "- {id: images, name: F, source: scanner, target: archive, protocol: dicom, authentication: none, sends: "
          "[people]}\n"
          "- {id: results, name: F, source: lab, target: engine, protocol: mllp, authentication: none, sends: "
          "[people]}\n"
          "- {id: orders, name: F, source: engine, target: lab, protocol: hl7v2, authentication: none, sends: "
          "[people]}\n"
          "- {id: events, name: F, source: lab, target: broker, protocol: mqtt, authentication: none, sends: "
          "[people]}\n"
          "- {id: curves, name: F, source: scanner, target: station, protocol: modbus, authentication: none, "
          "sends: [people]}\n"
          "- {id: settings, name: F, source: station, target: scanner, protocol: proprietary, authentication: none, "
          "sends: [people]}\n"
          "- {id: page, name: F, source: lab, target: web, protocol: https, authentication: none, sends: "
          "[people]}\n"};
}

TEST(Detections, ACallerWithoutIdentityIsLookedForInTheLogOfTheProtocol) {
  const Case clinic(Clinic());
  const auto shows = [&clinic](const std::string& flow) {
    return clinic.Ids(clinic.On(absl::StrCat("missing-authentication@", flow)));
  };
  EXPECT_THAT(shows("images"), ElementsAre("dicom-node-undeclared"));
  EXPECT_THAT(shows("results"), ElementsAre("hl7-sender-undeclared"));
  EXPECT_THAT(shows("events"), ElementsAre("connection-without-identity"));
  EXPECT_THAT(shows("settings"), ElementsAre("device-obeys-stranger"));
  EXPECT_THAT(shows("page"), ElementsAre("answer-without-caller"));
  EXPECT_EQ(clinic.On("missing-authentication@results").sight, Sight::kDetected);
}

TEST(Detections, ACallerWithoutIdentityIsSeenWhereItArrives) {
  const Case clinic(Clinic());
  const ThreatSight& orders = clinic.On("missing-authentication@orders");
  EXPECT_EQ(orders.sight, Sight::kNotCollected) << "the engine collects its log, and the laboratory does not";
  ASSERT_EQ(orders.uncollected.size(), 1u);
  EXPECT_EQ(orders.uncollected.front()->key, "hl7_listener@lab");
}

TEST(Detections, AProtocolThatNoDetectionReadsIsNamed) {
  const Case clinic(Clinic());
  const ThreatSight& curves = clinic.On("missing-authentication@curves");
  EXPECT_EQ(curves.sight, Sight::kNoEvent);
  EXPECT_THAT(curves.missing, ElementsAre());
  EXPECT_EQ(curves.reason, "no shipped detection reads a log of the protocol modbus");
}

// The identity of another pipeline is a stranger there.
TEST(Detections, APipelineIsDeclaredWhereItDeploys) {
  ModelText shop = Shop("central");
  shop.components +=
      "- {id: box, name: Box, kind: process, zone: inside, runs_on: rack}\n"
      "- {id: pod, name: Pod, kind: process, zone: inside, runs_on: cluster}\n";
  shop.rest =
      "infrastructure:\n- {id: rack, name: Rack, kind: virtual_machine}\n"
      "- {id: cluster, name: Cluster, kind: kubernetes_cluster}\n"
      "delivery:\n  pipelines:\n  - {id: release, name: Release, platform: GitLab CI, deploys_to: [cluster]}\n";
  const Case seen(shop);
  const auto deployers = [&seen](const std::string& element) {
    LogSource source;
    source.element_id = element;
    return DeclaredValuesOf(seen.threats().landscape(), k::DECLARED_VALUES_DEPLOYERS, &source);
  };
  EXPECT_THAT(deployers("pod"), ElementsAre("release"));
  EXPECT_THAT(deployers("cluster"), ElementsAre("release"));
  EXPECT_THAT(deployers("box"), ElementsAre());
  EXPECT_THAT(DeclaredValuesOf(seen.threats().landscape(), k::DECLARED_VALUES_DEPLOYERS, nullptr),
              ElementsAre("release"));
}

TEST(Detections, AnAlertSpeaksForWhatItWatchesAlone) {
  ModelText shop = Shop("unknown");
  shop.components +=
      "- {id: db2, name: Db, kind: datastore, zone: inside, technology: [postgresql], stores: [people]}\n";
  shop.flows +=
      "- {id: web-to-db2, name: Reads, source: web, target: db2, protocol: jdbc, transport_security: none, "
      "receives: [people]}\n";
  for (const char* id : {"desk", "kiosk"}) {
    shop.components += absl::StrCat("- {id: ", id,
                                    ", name: X, kind: process, zone: inside, technology: [web-application], "
                                    "custom_code: true}\n");
    shop.flows += absl::StrCat("- {id: ", id, "-to-db, name: Reads, source: ", id,
                               ", target: db, protocol: jdbc, transport_security: none, receives: [people]}\n");
  }
  shop.rest =
      "monitoring:\n  on_call:\n  - {id: duty, name: Duty, team: core}\n  alerts:\n"
      "  - {id: login-failures, name: Login failures, condition: Many, threshold: 7, window_minutes: 3, severity: "
      "high, components: [desk], routed_to: duty}\n";
  const Case seen(shop, "T1110.001");
  EXPECT_EQ(seen.On("own-read@db").sight, Sight::kDetected);
  EXPECT_EQ(seen.On("own-read@db2").sight, Sight::kUnconfirmed) << "only web sees it, which the alert does not watch";
  const AppliedDetection* detection = (*seen).Find("sign-ins-fail");
  ASSERT_NE(detection, nullptr);
  EXPECT_TRUE(detection->running);
}

TEST(Detections, EachClassOfCallersHasItsOwnLimitWhereItsRequestsAreLogged) {
  ModelText shop = Shop("central");
  shop.components +=
      "- {id: proxy, name: Proxy, kind: process, zone: inside, technology: [nginx], logging: central}\n"
      "- {id: side, name: Side, kind: process, zone: inside, technology: [web-application], logging: central}\n";
  shop.flows +=
      "- {id: proxy-to-web, name: Passes, source: proxy, target: web, protocol: https, transport_security: tls}\n"
      "- {id: buy, name: Buys, source: buyer, target: proxy, protocol: https, transport_security: tls}\n";
  shop.components += "- {id: buyer, name: Buyer, kind: external_entity}\n";
  shop.rest =
      "consumer_classes:\n- {id: free, name: Free, requests_per_minute: 60}\n"
      "- {id: paid, name: Paid, requests_per_minute: 900, authenticated: true}\n"
      "- {id: unlimited, name: Unlimited}\n- {id: nobody, name: Nobody, requests_per_minute: 5}\n"
      "apis:\n- {id: orders, name: Orders, component: web, consumers: [free, paid, unlimited]}\n";
  const Case seen(shop);
  const AppliedDetection* detection = (*seen).Find("request-rate-above-limit");
  ASSERT_NE(detection, nullptr);
  ASSERT_EQ(detection->limits.size(), 2u) << "one without a number has none, nor has one that nobody serves";
  EXPECT_EQ(detection->limits[0].callers->id(), "free");
  EXPECT_EQ(detection->limits[0].value, 60);
  EXPECT_EQ(detection->limits[1].callers->id(), "paid");
  EXPECT_EQ(detection->limits[1].value, 900);
  std::vector<std::string> keys;
  for (const LogSource* source : detection->limits[0].sources) keys.push_back(source->key);
  EXPECT_THAT(keys, ElementsAre("web_access@proxy", "web_access@web"));
  EXPECT_TRUE(detection->threshold.assumed()) << "of all other callers";
  shop.rest +=
      "monitoring:\n  on_call:\n  - {id: duty, name: Duty, team: core}\n  alerts:\n"
      "  - {id: flood, name: Flood, condition: More than 5000 requests, threshold: 5000, window_minutes: 1, severity: "
      "high, "
      "components: [web], routed_to: duty}\n";
  const Case alerted(shop);
  EXPECT_TRUE((*alerted).Find("request-rate-above-limit")->limits.empty()) << "the alert says the number";
  EXPECT_EQ((*alerted).Find("request-rate-above-limit")->threshold.value, 5000);
}

TEST(Detections, RulesOfATeamAreSeenByTechnique) {
  const Case seen(Shop("central"));
  EXPECT_THAT(seen.Ids(seen.On("own-read@db")), Contains("database-read-in-bulk"));
  const Case unseen(Shop("central"), "T1195.002");  // nothing that delivers code is declared
  EXPECT_EQ(unseen.On("own-read@db").sight, Sight::kNoLog);
  EXPECT_THAT(unseen.On("own-read@db").missing, IsSupersetOf({"ci_audit", "code_host_audit"}));
  const Case none(Shop("central"), "T1587");
  EXPECT_EQ(none.On("own-read@db").sight, Sight::kNoDetection);
}

TEST(Detections, ALogShowsItsNeighboursOnlyWhereItsKindDoes) {
  const Case shop(Shop("central"));
  const LogView view(shop.threats().landscape(), shop.sources());
  std::vector<std::string> keys;
  for (const LogSource* source :
       view.SourcesOn(shop.threats().landscape().ComponentElement(shop.threats().landscape().IndexOf("db")))) {
    keys.push_back(source->key);
  }
  EXPECT_THAT(keys, Contains("database_audit@db"));
  EXPECT_THAT(keys, Contains("web_access@web")) << "a filter sees requests for what is behind it";
  EXPECT_THAT(keys, Not(Contains("application@web"))) << "what another process writes of itself says nothing";
}

TEST(Detections, PartsOfAnElementAreItselfAndWhatItStandsIn) {
  const Case shop(Shop("central"));
  const Landscape& landscape = shop.threats().landscape();
  const LogView view(landscape, shop.sources());
  EXPECT_THAT(view.PartsOf(landscape.ComponentElement(landscape.IndexOf("db"))),
              ElementsAre(ElementRef(k::THREAT_SUBJECT_COMPONENT, "db"), ElementRef(k::THREAT_SUBJECT_ZONE, "inside")));
}

TEST(Detections, CoverageByTechniqueCountsOpenThreats) {
  const Case shop(Shop("central"));
  for (const TechniqueCoverage& row : (*shop).techniques()) {
    EXPECT_LE(row.detected, row.open) << row.technique;
    EXPECT_EQ(row.detected > 0, !row.detections.empty()) << row.technique;
  }
}

TEST(Detections, JoinedOnesApplyWhenAllTheirPartsDo) {
  for (const char* logging : {"central", "local"}) {
    const Case shop(Shop(logging));
    for (const AppliedDetection& detection : (*shop).all()) {
      EXPECT_EQ(detection.joins.size(), static_cast<size_t>(detection.row->correlation().detections_size()));
      for (const AppliedDetection* joined : detection.joins) EXPECT_NE(joined, nullptr) << detection.row->id();
      EXPECT_FALSE(detection.sources.empty()) << detection.row->id();
      EXPECT_FALSE(detection.team.empty());
    }
  }
}

}  // namespace
}  // namespace metapowers::analysis
