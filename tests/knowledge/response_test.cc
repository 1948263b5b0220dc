// The rows on incident response: what they cite exists, and no threat is without a playbook.
#include "service/knowledge/response.h"

#include <google/protobuf/generated_enum_util.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

TEST(ResponsePlans, EveryThreatRuleBelongsToExactlyOneClass) {
  std::set<std::string> known;
  for (const v1::ThreatRule& rule : ThreatRules().rules()) known.insert(rule.id());
  std::map<std::string, int> named;
  for (const v1::IncidentClass& row : ResponsePlans().classes()) {
    for (const std::string& rule : row.rules()) {
      EXPECT_TRUE(known.contains(rule)) << row.id() << " names " << rule;
      ++named[rule];
    }
  }
  for (const std::string& rule : known) EXPECT_EQ(named[rule], 1) << rule;
  EXPECT_EQ(IncidentClassOf("store-held-to-ransom")->id(), "ransomware");
  EXPECT_EQ(IncidentClassOf("acme-own-rule"), nullptr);
}

TEST(ResponsePlans, ClassesAreComplete) {
  std::set<std::string> ids;
  for (const v1::IncidentClass& row : ResponsePlans().classes()) {
    SCOPED_TRACE(row.id());
    EXPECT_TRUE(ids.insert(row.id()).second);
    EXPECT_FALSE(row.starts().empty());
    EXPECT_FALSE(row.closed().empty());
    EXPECT_GT(row.switches_size(), 0);
    std::set<v1::ResponsePhase> phases;
    for (const v1::ResponseStep& step : row.steps()) {
      phases.insert(step.phase());
      EXPECT_GT(step.roles_size(), 0) << step.action();
    }
    EXPECT_TRUE(phases.contains(v1::RESPONSE_PHASE_TRIAGE));
    EXPECT_TRUE(phases.contains(v1::RESPONSE_PHASE_CONTAIN));
    EXPECT_TRUE(phases.contains(v1::RESPONSE_PHASE_ERADICATE));
    for (const std::string& reference : row.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    EXPECT_TRUE(row.requirement().empty() || FindRequirement(row.requirement()) != nullptr);
    EXPECT_TRUE(row.tree().empty() || PlanTreeOf(row.tree()).id() == row.tree());
  }
  // What a reader of PCI DSS and of incident handling looks for first.
  for (const char* entry :
       {"api-abuse", "stolen-credential", "supply-chain", "insider", "ransomware", "third-party-breach", "pan-found"}) {
    EXPECT_TRUE(ids.contains(entry)) << entry;
  }
}

TEST(ResponsePlans, ReadinessRulesCiteWhatTheCataloguesHave) {
  std::set<std::string> ids;
  for (const v1::ReadinessRule& rule : ResponsePlans().readiness()) {
    SCOPED_TRACE(rule.id());
    EXPECT_TRUE(ids.insert(rule.id()).second);
    EXPECT_FALSE(rule.measure().empty());
    EXPECT_FALSE(rule.verification().empty());
    EXPECT_NE(rule.severity(), model::v1::SEVERITY_UNSPECIFIED);
    for (const std::string& reference : rule.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
  for (const std::string& reference : ResponsePlans().references()) EXPECT_NE(FindRequirement(reference), nullptr);
}

TEST(ResponsePlans, TreesEndInActions) {
  for (const v1::PlanTree& tree : ResponsePlans().trees()) {
    SCOPED_TRACE(tree.id());
    std::map<std::string, int> position;
    for (const v1::PlanNode& node : tree.nodes()) position.emplace(node.id(), static_cast<int>(position.size()));
    EXPECT_EQ(static_cast<int>(position.size()), tree.nodes_size());
    for (const v1::PlanNode& node : tree.nodes()) {
      SCOPED_TRACE(node.id());
      for (const std::string& next : {node.yes(), node.no()}) {
        EXPECT_TRUE(next.empty() || position.at(next) > position.at(node.id())) << "it leads back";
      }
      if (node.yes().empty()) {
        EXPECT_GT(node.roles_size(), 0) << "an action without an actor";
        // Nothing takes the place of an action, so that it must have a text in every model.
        const std::string& last = node.otherwise().empty() ? node.text() : node.otherwise();
        EXPECT_EQ(last.find('{'), std::string::npos);
      } else {
        EXPECT_FALSE(node.no().empty());
      }
    }
  }
}

TEST(NotificationRules, CiteWhatTheCataloguesHaveAndGiveHoursOnlyWithWords) {
  std::set<std::string> ids;
  for (const v1::NotificationRule& rule : NotificationRules().rules()) {
    SCOPED_TRACE(rule.id());
    EXPECT_TRUE(ids.insert(rule.id()).second);
    EXPECT_NE(rule.recipient(), v1::NOTIFICATION_RECIPIENT_UNSPECIFIED);
    EXPECT_TRUE(rule.framework().empty() || FindFramework(rule.framework()) != nullptr);
    EXPECT_TRUE(rule.references_size() > 0 || !rule.source().empty()) << "it rests on nothing";
    for (const std::string& reference : rule.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    EXPECT_GT(rule.stages_size(), 0);
    for (const v1::NotificationStage& stage : rule.stages()) EXPECT_FALSE(stage.within().empty());
    EXPECT_GT(rule.deciders_size(), 0);
    if (rule.recipient() == v1::NOTIFICATION_RECIPIENT_AUTHORITY) {
      EXPECT_GT(rule.content_size(), 0);
      EXPECT_FALSE(rule.question().empty());
    }
  }
}

TEST(NotificationRules, TemplatesAreWrittenCheckedAndReleasedByKnownFunctions) {
  std::set<std::string> functions;
  for (const v1::ResponseFunction& function : ResponsePlans().functions()) functions.insert(function.id());
  for (const v1::MessageTemplate& row : NotificationRules().templates()) {
    SCOPED_TRACE(row.id());
    EXPECT_NE(row.place(), v1::MESSAGE_PLACE_UNSPECIFIED);
    for (const std::string& function : {row.writer(), row.checker(), row.releaser()}) {
      EXPECT_TRUE(functions.contains(function)) << function;
    }
    EXPECT_GT(row.lines_size(), 4);
    EXPECT_FALSE(row.when().empty());
  }
}

TEST(ContainmentRules, EveryKindOfSwitchHasItsRowAndTheLastWaySelectsAll) {
  const auto* kinds = google::protobuf::GetEnumDescriptor<model::v1::ContainmentKind>();
  EXPECT_EQ(ContainmentRules().kinds_size(), kinds->value_count() - 1);
  std::set<int> known;
  for (const v1::SwitchKindRule& rule : ContainmentRules().kinds()) {
    EXPECT_TRUE(known.insert(rule.kind()).second);
    EXPECT_FALSE(rule.stops().empty() || rule.costs().empty() || rule.evidence().empty());
  }
  const auto& ways = ContainmentRules().isolations();
  ASSERT_FALSE(ways.empty());
  EXPECT_EQ(ways.rbegin()->binds().where_size(), 0);
  for (const v1::ManualIsolation& way : ways) {
    EXPECT_EQ(way.binds().collection(), "components");
    EXPECT_FALSE(way.action().empty() || way.undo().empty());
  }
}

TEST(ForensicRules, AreCompleteAndCiteWhatTheCataloguesHave) {
  std::set<std::string> functions;
  for (const v1::ResponseFunction& function : ResponsePlans().functions()) functions.insert(function.id());
  std::set<std::string> ids;
  for (const v1::ForensicSource& source : ForensicRules().sources()) {
    SCOPED_TRACE(source.id());
    EXPECT_TRUE(ids.insert(source.id()).second);
    EXPECT_FALSE(source.lost().empty() || source.preserve().empty() || source.kept_otherwise().empty());
    EXPECT_FALSE(source.binds().collection().empty());
  }
  for (const v1::CustodyStep& step : ForensicRules().custody()) EXPECT_TRUE(functions.contains(step.function()));
  std::set<int> providers;
  for (const v1::CloudEvidence& cloud : ForensicRules().clouds())
    EXPECT_TRUE(providers.insert(cloud.provider()).second);
  for (const std::string& reference : ForensicRules().hold_references()) EXPECT_NE(FindRequirement(reference), nullptr);
  EXPECT_GT(ForensicRules().tools_size(), 0);
  EXPECT_GT(ForensicRules().custody_fields_size(), 5);
}

TEST(LessonRules, MeasureEachThingOnce) {
  std::set<int> measures;
  for (const v1::LessonMetric& metric : LessonRules().metrics()) {
    EXPECT_TRUE(measures.insert(metric.measure()).second) << metric.name();
    EXPECT_FALSE(metric.formula().empty() || metric.source().empty()) << metric.name();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
