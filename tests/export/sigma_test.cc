// Sigma rules of whole models: valid by the specification, stable, and each finds its test event and not the other one.
#include "service/export/sigma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/base/digest.h"
#include "service/knowledge/threats.h"
#include "tests/export/sigma_evaluator.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::exporting {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kExamples[] = {"api-platform", "patient-platform", "team-notes"};

std::string Example(const std::string& name) {
  return testing_support::ReadTestFile("deploy/examples/" + name + "/system-model.yaml");
}

// A model with its logs, detections and rules.
class Rules {
 public:
  explicit Rules(const std::string& yaml, const std::string& topic = "topic") {
    const auto model = model::Model::Parse(yaml, "m.yaml");
    EXPECT_OK(model);
    if (!model.ok()) return;
    facts_ = analysis::Facts::Compute(*model);
    threats_ = std::make_unique<analysis::ThreatSource>(facts_, nullptr, model::v1::Decisions());
    sources_ = analysis::LogSources::Of(threats_->Get().landscape());
    detections_ = analysis::Detections::Of(threats_->Get(), sources_);
    rules_ = WriteSigma(threats_->Get().landscape(), *detections_, topic);
  }

  const std::vector<SigmaRule>& all() const { return rules_; }
  const analysis::LogSources& sources() const { return sources_; }
  const SigmaRule& Find(const std::string& name) const {
    for (const SigmaRule& rule : rules_) {
      if (rule.name == name) return rule;
    }
    ADD_FAILURE() << "no rule " << name;
    return rules_.front();
  }

 private:
  std::shared_ptr<const analysis::Facts> facts_;
  std::unique_ptr<const analysis::ThreatSource> threats_;
  analysis::LogSources sources_;
  std::unique_ptr<const analysis::Detections> detections_;
  std::vector<SigmaRule> rules_;
};

// A rule read back from its text.
class Parsed {
 public:
  explicit Parsed(const SigmaRule& rule) {
    model::Faults faults;
    tree_ = model::YamlTree::Parse(rule.yaml, faults);
    EXPECT_TRUE(faults.empty()) << rule.yaml;
  }
  const YamlNode* Find(const std::string& key) const { return tree_->root().Find(key); }
  std::string Text(const std::string& key) const {
    const YamlNode* node = Find(key);
    return node == nullptr ? "" : node->text;
  }
  std::vector<std::string> List(const YamlNode* node) const {
    std::vector<std::string> texts;
    if (node == nullptr) return texts;
    for (const YamlNode* item : node->items) texts.push_back(item->text);
    return texts;
  }
  std::vector<std::string> List(const std::string& key) const { return List(Find(key)); }

 private:
  std::unique_ptr<const model::YamlTree> tree_;
};

TEST(Sigma, EveryRuleHasWhatTheSpecificationAsksFor) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Rules rules(Example(example), example);
    EXPECT_GT(rules.all().size(), 5u);
    std::set<std::string> ids;
    std::set<std::string> names;
    for (const SigmaRule& rule : rules.all()) {
      SCOPED_TRACE(rule.name);
      const Parsed parsed(rule);
      EXPECT_TRUE(std::regex_match(parsed.Text("id"),
                                   std::regex("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
      EXPECT_TRUE(ids.insert(parsed.Text("id")).second);
      EXPECT_TRUE(names.insert(rule.name).second);
      EXPECT_TRUE(std::regex_match(rule.name, std::regex("[a-z0-9]+(-+[a-z0-9]+)*")));
      EXPECT_FALSE(parsed.Text("title").empty());
      EXPECT_THAT(parsed.Text("status"), AnyOf("test", "experimental"));
      EXPECT_THAT(parsed.Text("level"), AnyOf("informational", "low", "medium", "high", "critical"));
      EXPECT_TRUE(std::regex_match(parsed.Text("date"), std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}")));
      EXPECT_FALSE(parsed.List("falsepositives").empty());
      EXPECT_NE(parsed.Find("detection") != nullptr, parsed.Find("correlation") != nullptr);
      EXPECT_EQ(parsed.Find("detection") != nullptr, parsed.Find("logsource") != nullptr);
      EXPECT_EQ(parsed.Find("correlation") != nullptr, rule.correlation);
    }
  }
}

TEST(Sigma, TagsStandInTheCatalogue) {
  std::set<std::string> tactics;
  for (const auto& entry : knowledge::Attack().entries())
    tactics.insert(entry.tactics().begin(), entry.tactics().end());
  const Rules rules(Example("api-platform"));
  for (const SigmaRule& rule : rules.all()) {
    for (const std::string& tag : Parsed(rule).List("tags")) {
      ASSERT_TRUE(absl::StartsWith(tag, "attack.")) << tag;
      const std::string name = tag.substr(7);
      const std::string upper = absl::AsciiStrToUpper(name);
      EXPECT_TRUE(tactics.contains(name) || knowledge::FindWeakness(upper) != nullptr) << rule.name << " " << tag;
    }
  }
}

TEST(Sigma, LogSourcesStandInTheTableOfLogSources) {
  for (const char* example : kExamples) {
    const Rules rules(Example(example));
    for (const SigmaRule& rule : rules.all()) {
      if (rule.correlation) continue;
      const Parsed parsed(rule);
      const YamlNode* wanted = parsed.Find("logsource");
      const auto part = [wanted](const char* key) {
        const YamlNode* node = wanted->Find(key);
        return node == nullptr ? std::string() : node->text;
      };
      bool found = false;
      for (const analysis::LogSource& source : rules.sources().all()) {
        found |= source.category == part("category") && source.product == part("product") &&
                 source.service == part("service");
      }
      EXPECT_TRUE(found) << rule.name;
      EXPECT_FALSE(part("category").empty() && part("product").empty() && part("service").empty()) << rule.name;
    }
  }
}

TEST(Sigma, EachRuleFindsItsTestEventAndNotTheOtherOne) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Rules rules(Example(example));
    for (const SigmaRule& rule : rules.all()) {
      if (rule.correlation) continue;
      SCOPED_TRACE(rule.yaml);
      const Parsed parsed(rule);
      const SigmaEvaluator evaluator(*parsed.Find("detection"));
      EXPECT_TRUE(evaluator.Matches(nlohmann::json::parse(rule.matching_event))) << rule.matching_event;
      EXPECT_FALSE(evaluator.Matches(nlohmann::json::parse(rule.other_event))) << rule.other_event;
    }
  }
}

TEST(Sigma, CorrelationsJoinRulesThatAreThereAndFieldsThatTheirEventsHave) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Rules rules(Example(example));
    std::set<std::string> names;
    for (const SigmaRule& rule : rules.all()) names.insert(rule.name);
    for (const SigmaRule& rule : rules.all()) {
      if (!rule.correlation) continue;
      SCOPED_TRACE(rule.name);
      const Parsed parsed(rule);
      const YamlNode& correlation = *parsed.Find("correlation");
      const std::string type = correlation.Find("type")->text;
      EXPECT_THAT(type, AnyOf("event_count", "value_count", "temporal", "temporal_ordered"));
      EXPECT_TRUE(std::regex_match(correlation.Find("timespan")->text, std::regex("[1-9][0-9]*[mhd]")));
      const std::vector<std::string> joined = parsed.List(correlation.Find("rules"));
      EXPECT_FALSE(joined.empty());
      for (const std::string& name : joined) {
        EXPECT_TRUE(names.contains(name)) << name;
        EXPECT_NE(name, rule.name);
      }
      const bool counts = type == "event_count" || type == "value_count";
      const YamlNode* condition = correlation.Find("condition");
      ASSERT_EQ(condition != nullptr, counts);
      if (!counts) {
        EXPECT_GE(joined.size(), 2u);
        continue;
      }
      EXPECT_EQ(condition->Find("field") != nullptr, type == "value_count");
      int limit = 0;
      EXPECT_TRUE(absl::SimpleAtoi(condition->Find("gte")->text, &limit));
      EXPECT_GE(limit, 1);
      for (const std::string& name : joined) {
        const SigmaRule& base = rules.Find(name);
        if (base.correlation) continue;
        const auto event = nlohmann::json::parse(base.matching_event);
        for (const std::string& field : parsed.List(correlation.Find("group-by"))) {
          EXPECT_TRUE(event.contains(field)) << name << " " << field;
        }
        const YamlNode* field = condition->Find("field");
        EXPECT_TRUE(field == nullptr || event.contains(field->text)) << name;
      }
    }
  }
}

TEST(Sigma, TakesNumbersFromTheAlertsOfTheModel) {
  const Rules rules(Example("api-platform"));
  const Parsed parsed(rules.Find("many-secrets-read"));
  const YamlNode& correlation = *parsed.Find("correlation");
  EXPECT_EQ(correlation.Find("timespan")->text, "10m");
  EXPECT_EQ(correlation.Find("condition")->Find("gte")->text, "30");
  EXPECT_THAT(parsed.List(correlation.Find("group-by")), ElementsAre("user.id"));
}

TEST(Sigma, SameModelSameBytesWhateverTheOrderOfItsLists) {
  const Rules once(Example("patient-platform"), "a");
  const Rules twice(Example("patient-platform"), "a");
  const Rules elsewhere(Example("patient-platform"), "b");
  ASSERT_EQ(once.all().size(), twice.all().size());
  for (size_t i = 0; i < once.all().size(); ++i) {
    EXPECT_EQ(once.all()[i].yaml, twice.all()[i].yaml);
    EXPECT_NE(once.all()[i].uuid, elsewhere.all()[i].uuid);
  }
}

TEST(Sigma, IdsAreThoseOfTheStandard) {
  EXPECT_EQ(UuidOf("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Sigma, SmallSystemGetsNoRuleOfPlatformsThatItDoesNotHave) {
  const Rules rules(Example("team-notes"));
  for (const SigmaRule& rule : rules.all()) {
    for (const char* word : {"kubernetes", "Kubernetes", "vault", "cloudtrail", "namespace", "container"}) {
      EXPECT_EQ(rule.yaml.find(word), std::string::npos) << rule.name << " says " << word;
    }
  }
}

TEST(Sigma, TestEventsAreOneJsonText) {
  const Rules rules(Example("team-notes"));
  const SigmaTestEvents text = TestEventsOf(rules.all(), "team-notes");
  EXPECT_THAT(text.json, HasSubstr(text.mark));
  const auto events = nlohmann::json::parse(text.json);
  ASSERT_FALSE(events["events"].empty());
  EXPECT_TRUE(events["events"][0].contains("matches"));
}

}  // namespace
}  // namespace metapowers::exporting
