// Every shipped rule on a model that it fires on and on one that it does not: rule_examples/<rule-id>.yaml. The format
// stands in rule_examples/_base.yaml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/analysis/facts.h"
#include "service/analysis/threats.h"
#include "service/base/error.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

using Ids = std::set<std::string>;

constexpr absl::string_view kFolder = "tests/analysis/rule_examples";

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// One model of an example, with the elements that the rule must fire on; none in a negative part.
struct Part {
  bool positive = false;
  Ids elements;
  std::string yaml;
  int line = 0;
};

// The parts of an example; adds a failure for a text that is none.
std::vector<Part> PartsOf(const std::string& path) {
  std::vector<Part> parts;
  int line = 0;
  const std::string text = Read(path);
  for (absl::string_view row : absl::StrSplit(text, '\n')) {
    ++line;
    if (absl::ConsumePrefix(&row, "--- positive:")) {
      Part part{.positive = true, .line = line};
      for (absl::string_view id : absl::StrSplit(row, ' ', absl::SkipWhitespace())) part.elements.emplace(id);
      EXPECT_FALSE(part.elements.empty()) << path << ":" << line << ": name the elements that the rule fires on";
      parts.push_back(std::move(part));
    } else if (absl::StripAsciiWhitespace(row) == "--- negative") {
      parts.push_back({.line = line});
    } else if (!parts.empty()) {
      absl::StrAppend(&parts.back().yaml, row, "\n");
    } else {
      EXPECT_TRUE(row.empty() || absl::StartsWith(row, "#"))
          << path << ":" << line << ": only comments stand before the first `--- positive: <ids>` or `--- negative`";
    }
  }
  return parts;
}

// The id that a row of a list starts with; empty for any other line.
absl::string_view RowId(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "  - {id: ") && !absl::ConsumePrefix(&line, "  - id: ")) return "";
  return line.substr(0, line.find_first_of(",} "));
}

// The base with the rows of the part: a row with the id of a base row takes its place.
std::string Merge(const std::string& base, const std::string& part) {
  std::map<std::string, std::string> sections;  // of the part, by top-level key
  std::map<std::string, Ids> ids;               // of their rows
  std::string key;
  for (absl::string_view line : absl::StrSplit(part, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') key = std::string(line.substr(0, line.find(':') + 1));
    if (line != key) absl::StrAppend(&sections[key], line, "\n");
    ids[key].emplace(RowId(line));
  }
  std::string merged;
  for (absl::string_view line : absl::StrSplit(base, '\n')) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') key = std::string(line.substr(0, line.find(':') + 1));
    if (!RowId(line).empty() && ids[key].contains(std::string(RowId(line)))) continue;
    absl::StrAppend(&merged, line, "\n");
    if (line == key && sections.contains(key)) {
      absl::StrAppend(&merged, sections[key]);
      sections.erase(key);
    }
  }
  for (const auto& [rest, rows] : sections) {
    absl::StrAppend(&merged, absl::StartsWith(rows, " ") ? absl::StrCat(rest, "\n") : "", rows);
  }
  return merged;
}

// Ids of the elements that the rule fires on in `base` with `part`; adds a failure when that is no valid model.
Ids FiredOn(const std::string& rule, const std::string& base, const Part& part, const std::string& where) {
  auto model = model::Model::Parse(Merge(base, part.yaml), where);
  if (!model.ok()) {
    std::string faults(model.status().message());
    for (const Violation& v : DetailsOf(model.status()).violations) {
      absl::StrAppend(&faults, "\n  ", v.field, ": ", v.description);
    }
    ADD_FAILURE() << where << ": no valid model: " << faults;
    return {};
  }
  const auto facts = Facts::Compute(*std::move(model));
  const auto threats = Threats::Compute(*facts, RuleSet::Shipped(), model::v1::Decisions());
  Ids fired;
  for (const Threat& threat : threats->all()) {
    if (threat.rule->id() == rule) fired.insert(threat.element_id());
  }
  for (const QualityFinding& finding : threats->model_quality()) {
    if (finding.rule->id() == rule) fired.insert(finding.element_id);
  }
  return fired;
}

// Ids of all rules, those on the quality of the model included.
Ids RuleIds() {
  Ids ids;
  for (const auto& rule : knowledge::ThreatRules().rules()) ids.insert(rule.id());
  for (const auto& rule : knowledge::ThreatRules().model_quality()) ids.insert(rule.id());
  return ids;
}

// Ids that examples are there for.
Ids ExampleIds() {
  Ids ids;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(kFolder))) {
    const std::string name = entry.path().stem();
    if (name != "_base") ids.insert(name);
  }
  return ids;
}

std::string PathOf(const std::string& rule) { return absl::StrCat(kFolder, "/", rule, ".yaml"); }

TEST(RuleExamplesTest, EveryRuleHasOneAndEveryOneHasARule) {
  const Ids rules = RuleIds();
  const Ids examples = ExampleIds();
  for (const std::string& rule : rules) {
    EXPECT_TRUE(examples.contains(rule)) << "rule " << rule << " is never tried: write " << PathOf(rule)
                                         << " with a `--- positive: <ids>` and a `--- negative` part; the format "
                                            "stands in "
                                         << kFolder << "/_base.yaml";
  }
  for (const std::string& example : examples) {
    EXPECT_TRUE(rules.contains(example)) << PathOf(example) << " is an example of no rule: rename or remove it";
  }
}

TEST(RuleExamplesTest, EveryExampleHasBothKindsOfParts) {
  for (const std::string& rule : ExampleIds()) {
    int positive = 0, negative = 0;
    for (const Part& part : PartsOf(PathOf(rule))) ++(part.positive ? positive : negative);
    EXPECT_GT(positive, 0) << PathOf(rule) << ": add a part `--- positive: <ids>` that the rule fires on";
    EXPECT_GT(negative, 0) << PathOf(rule) << ": add a part `--- negative` that differs by one attribute";
  }
}

TEST(RuleExamplesTest, RulesFireOnTheElementsNamedAndOnNoOthers) {
  const std::string base = Read(absl::StrCat(kFolder, "/_base.yaml"));
  ASSERT_FALSE(base.empty()) << "run from the top of the tree";
  for (const std::string& rule : ExampleIds()) {
    for (const Part& part : PartsOf(PathOf(rule))) {
      const std::string where = absl::StrCat(PathOf(rule), ":", part.line);
      const Ids fired = FiredOn(rule, base, part, where);
      EXPECT_EQ(fired, part.elements) << where << ": rule " << rule << " fires on {" << absl::StrJoin(fired, ", ")
                                      << "}, expected {" << absl::StrJoin(part.elements, ", ") << "}";
    }
  }
}

}  // namespace
}  // namespace metapowers::analysis
