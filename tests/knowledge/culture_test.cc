// The rules on security culture: what they cite exists, and the rows that code relies on are there.
#include "service/knowledge/culture.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "service/knowledge/knowledge.h"

namespace metapowers::knowledge {
namespace {

TEST(CultureRules, CiteWhatTheCataloguesHave) {
  for (const v1::TrainingTopic& topic : CultureRules().topics()) {
    EXPECT_NE(topic.audience(), v1::TOPIC_AUDIENCE_UNSPECIFIED) << topic.id();
    EXPECT_GT(topic.words_size(), 0) << topic.id();
    for (const std::string& reference : topic.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
  for (const v1::ProtectionGapRule& rule : CultureRules().gaps()) {
    SCOPED_TRACE(rule.id());
    EXPECT_NE(rule.severity(), model::v1::SEVERITY_UNSPECIFIED);
    for (const std::string* text : {&rule.title(), &rule.measure(), &rule.verification()}) EXPECT_FALSE(text->empty());
    EXPECT_GT(rule.references_size(), 0);
    for (const std::string& reference : rule.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
}

TEST(CultureRules, KeysAreUniqueAndMeasuresDecideSomething) {
  std::set<std::string> ids;
  for (const v1::CultureMeasure& measure : CultureRules().measures()) {
    EXPECT_TRUE(ids.insert(measure.id()).second) << measure.id();
    EXPECT_FALSE(measure.formula().empty() || measure.decision().empty() || measure.target().empty()) << measure.id();
    EXPECT_GT(measure.owners_size(), 0) << measure.id();
    EXPECT_GT(measure.interval_days(), 0) << measure.id();
  }
  for (const v1::Incentive& incentive : CultureRules().incentives()) {
    EXPECT_TRUE(ids.insert("incentive " + incentive.id()).second) << incentive.id();
    EXPECT_FALSE(incentive.guard().empty()) << incentive.id();
  }
  EXPECT_GT(CultureRules().completion_target_percent(), 0);
  EXPECT_GT(CultureRules().compare_from_teams(), 0);
}

}  // namespace
}  // namespace metapowers::knowledge
