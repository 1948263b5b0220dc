// Sigma rules of whole models: valid by the specification, stable, and each finds its test event and not the other one.
#include "service/export/sigma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/digest.h"
#include "service/knowledge/detections.h"
#include "service/knowledge/threats.h"
#include "tests/export/sigma_evaluator.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::exporting {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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
  const YamlNode& root() const { return tree_->root(); }
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

// The field with its modifiers, and its values.
void ExpectValues(const model::YamlEntry& field) {
  const std::vector<std::string> parts = absl::StrSplit(field.key, '|');
  for (size_t i = 1; i < parts.size(); ++i) {
    EXPECT_THAT(parts[i], AnyOf("contains", "startswith", "endswith", "re", "cidr", "gt", "gte", "lt", "lte"));
  }
  std::vector<const YamlNode*> values = {field.value};
  if (field.value->kind == YamlNode::Kind::kList) values = field.value->items;
  EXPECT_FALSE(values.empty()) << field.key;
  for (const YamlNode* value : values) {
    int64_t number = 0;
    const bool is_number = absl::SimpleAtoi(value->text, &number);
    EXPECT_FALSE(is_number && !value->plain) << field.key << ": " << value->text;
    const std::string modifier = parts.back();
    EXPECT_TRUE(is_number || !std::set<std::string>({"gt", "gte", "lt", "lte"}).contains(modifier)) << value->text;
    EXPECT_TRUE(modifier != "re" || !absl::StrContains(value->text, "\\")) << value->text;
    EXPECT_TRUE(std::none_of(value->text.begin(), value->text.end(), [](char c) { return absl::ascii_iscntrl(c); }));
  }
}

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

// Of the JSON schemas of the specification and of the validators that converters run by default.
TEST(Sigma, RulesKeepToTheSchema) {
  const std::set<std::string> known = {"title",       "id",          "name",           "taxonomy", "status",
                                       "description", "author",      "date",           "tags",     "logsource",
                                       "detection",   "correlation", "falsepositives", "level"};
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Rules rules(Example(example));
    std::set<std::string> titles;
    for (const SigmaRule& rule : rules.all()) {
      SCOPED_TRACE(rule.name);
      const Parsed parsed(rule);
      for (const model::YamlEntry& entry : parsed.root().entries) EXPECT_TRUE(known.contains(entry.key)) << entry.key;
      EXPECT_TRUE(titles.insert(parsed.Text("title")).second) << parsed.Text("title");
      EXPECT_LE(parsed.Text("title").size(), 256u);
      EXPECT_FALSE(absl::EndsWith(parsed.Text("title"), "."));
      EXPECT_GE(parsed.Text("description").size(), 16u);
      EXPECT_LE(parsed.Text("description").size(), 65535u);
      const size_t file = rule.name.size() + std::string(".yml").size();
      EXPECT_TRUE(file >= 10 && file <= 90) << file;
      for (const char* key : {"tags", "falsepositives"}) {
        const std::vector<std::string> items = parsed.List(key);
        EXPECT_EQ(std::set<std::string>(items.begin(), items.end()).size(), items.size()) << key;
        for (const std::string& item : items) EXPECT_GE(item.size(), 2u) << key;
      }
      for (const std::string& tag : parsed.List("tags")) {
        EXPECT_TRUE(std::regex_match(tag, std::regex("[a-z0-9_-]+\\.[a-z0-9._-]+"))) << tag;
      }
      if (rule.correlation) continue;
      for (const model::YamlEntry& entry : parsed.Find("logsource")->entries) {
        EXPECT_THAT(entry.key, AnyOf("category", "product", "service", "definition"));
        EXPECT_FALSE(entry.value->text.empty()) << entry.key;
      }
    }
  }
}

// A selection that the condition does not use finds nothing, and a number in quotes matches no number.
TEST(Sigma, SelectionsAreUsedAndTheirValuesAreOfTheirType) {
  const std::regex identifier("[a-zA-Z0-9_]+");
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Rules rules(Example(example));
    for (const SigmaRule& rule : rules.all()) {
      if (rule.correlation) continue;
      SCOPED_TRACE(rule.yaml);
      const Parsed parsed(rule);
      const YamlNode& detection = *parsed.Find("detection");
      const std::vector<std::string> words = absl::StrSplit(detection.Find("condition")->text, ' ');
      EXPECT_THAT(words, Not(Contains("them")));
      for (const model::YamlEntry& entry : detection.entries) {
        if (entry.key == "condition") continue;
        EXPECT_TRUE(std::regex_match(entry.key, identifier)) << entry.key;
        EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&entry](absl::string_view word) {
          return word == entry.key || (absl::ConsumeSuffix(&word, "*") && absl::StartsWith(entry.key, word));
        })) << entry.key;
        for (const model::YamlEntry& field : entry.value->entries) ExpectValues(field);
      }
    }
  }
}

TEST(Sigma, EachClassOfCallersHasItsOwnLimit) {
  const Rules rules(Example("api-platform"));
  const Parsed partner(rules.Find("request-rate-above-limit-of-partner"));
  EXPECT_EQ(partner.Find("correlation")->Find("condition")->Find("gt")->text, "1000");
  EXPECT_THAT(partner.List(partner.Find("correlation")->Find("group-by")), ElementsAre("service.name", "user.id"));
  const Parsed visitor(rules.Find("request-rate-above-limit-of-unauthenticated"));
  EXPECT_EQ(visitor.Find("correlation")->Find("condition")->Find("gt")->text, "100");
  EXPECT_THAT(visitor.List(visitor.Find("correlation")->Find("group-by")), ElementsAre("service.name", "source.ip"));
  // Whoever has a limit of its own counts nowhere else.
  const SigmaRule& rest = rules.Find("request-rate-above-limit-api-gateway-webserver");
  auto event = nlohmann::json::parse(rest.matching_event);
  const Parsed parsed(rest);
  EXPECT_TRUE(SigmaEvaluator(*parsed.Find("detection")).Matches(event));
  event["labels.caller_class"] = "partner";
  EXPECT_FALSE(SigmaEvaluator(*parsed.Find("detection")).Matches(event));
  // A class without a declared number has no rule.
  const Rules small(Example("team-notes"));
  for (const SigmaRule& rule : small.all()) {
    EXPECT_FALSE(absl::StartsWith(rule.name, "request-rate-above-limit-of-")) << rule.name;
  }
}

TEST(Sigma, TagsStandInTheCatalogue) {
  std::set<std::string> tactics;
  for (const auto& entry : knowledge::Attack().entries())
    tactics.insert(entry.tactics().begin(), entry.tactics().end());
  for (const char* example : kExamples) {
    const Rules rules(Example(example));
    for (const SigmaRule& rule : rules.all()) {
      for (const std::string& tag : Parsed(rule).List("tags")) {
        ASSERT_TRUE(absl::StartsWith(tag, "attack.")) << tag;
        const std::string name = tag.substr(7);
        const std::string upper = absl::AsciiStrToUpper(name);
        EXPECT_TRUE(tactics.contains(name) || knowledge::FindWeakness(upper) != nullptr) << rule.name << " " << tag;
      }
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
      // Only what counts by itself alone may be dropped by a converter.
      const bool joins = !rule.detection->joins.empty() || !rule.detection->row->has_correlation();
      const YamlNode* generate = correlation.Find("generate");
      EXPECT_EQ(generate == nullptr ? "none" : generate->text, joins ? "true" : "none");
      const YamlNode* condition = correlation.Find("condition");
      ASSERT_NE(condition, nullptr);
      EXPECT_EQ(condition->Find("field") != nullptr, type == "value_count");
      ASSERT_NE(condition->Find("gte") != nullptr, condition->Find("gt") != nullptr);
      int limit = 0;
      EXPECT_TRUE(absl::SimpleAtoi(
          (condition->Find("gt") == nullptr ? condition->Find("gte") : condition->Find("gt"))->text, &limit));
      EXPECT_GE(limit, 1);
      const std::vector<std::string> grouped = parsed.List(correlation.Find("group-by"));
      EXPECT_FALSE(grouped.empty());
      EXPECT_EQ(std::set<std::string>(grouped.begin(), grouped.end()).size(), grouped.size());
      EXPECT_EQ(std::set<std::string>(joined.begin(), joined.end()).size(), joined.size());
      if (!counts) {
        EXPECT_GE(joined.size(), 2u);
        EXPECT_EQ(static_cast<size_t>(limit), joined.size());
        continue;
      }
      for (const std::string& name : joined) {
        const SigmaRule& base = rules.Find(name);
        if (base.correlation) continue;
        const auto event = nlohmann::json::parse(base.matching_event);
        const auto& added = knowledge::Detections().enrichment();
        for (const std::string& field : grouped) {
          EXPECT_TRUE(event.contains(field) || std::find(added.begin(), added.end(), field) != added.end())
              << name << " " << field;
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
