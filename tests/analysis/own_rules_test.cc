// Rules of a team in YAML.
#include "service/analysis/own_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/analysis/threats.h"
#include "service/base/error.h"
#include "tests/analysis/facts_of.h"
#include "tests/support/status_matchers.h"

namespace metapowers::analysis {
namespace {

using ::testing::HasSubstr;

constexpr char kRule[] = R"(rules:
- id: acme-card-export
  title: Cards exported by a process of ours
  stride: information_disclosure
  subject: component
  match:
  - {attribute: categories, operator: in, values: [pan]}
  scenario: "Somebody exports {data} from {element}."
  precondition: an account that may export
  consequence: Cards leave the system.
  mitigation: Log each export.
  cwe: [CWE-200]
  impact: {legs: [confidentiality]}
  controls:
  - {control: central_logging, likelihood: 1}
)";

TEST(OwnRulesFileTest, FindsThreatsLikeShippedOnes) {
  const std::vector<model::RuleFile> files = {{".metapowers/rules/acme.yaml", kRule}};
  const auto rules = ParseOwnRules(files);
  ASSERT_OK(rules);
  const auto facts =
      FactsOf(ModelText{.components = "- {id: web, name: Web, kind: process, zone: inside, processes: [cards]}\n"});
  const model::v1::Decisions none;
  const auto threats = Threats::Compute(*facts, **rules, none);
  const Threat* found = threats->Find("acme-card-export@web");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(ScenarioOf(*found), "Somebody exports Cards from web.");
}

TEST(OwnRulesFileTest, NoFilesMeanTheShippedRules) {
  const auto rules = ParseOwnRules({});
  ASSERT_OK(rules);
  EXPECT_EQ(*rules, nullptr);
}

std::string FaultsOf(const std::string& path, const std::string& text) {
  const std::vector<model::RuleFile> files = {{path, text}};
  const auto rules = ParseOwnRules(files);
  EXPECT_FALSE(rules.ok());
  EXPECT_EQ(DetailsOf(rules.status()).reason, "RULES_INVALID");
  std::string all;
  for (const Violation& v : DetailsOf(rules.status()).violations) {
    absl::StrAppend(&all, v.location, " ", v.field, ": ", v.description, "\n");
  }
  return all;
}

TEST(OwnRulesFileTest, FaultsNamePlaceAndMend) {
  EXPECT_THAT(FaultsOf(".metapowers/rules/acme.yaml", "rules:\n- {id: acme-x, titel: T}\n"),
              HasSubstr(".metapowers/rules/acme.yaml:2:"));
  EXPECT_THAT(FaultsOf(".metapowers/rules/acme.yaml", "rules:\n- {id: acme-x, stride: spoof}\n"), HasSubstr("spoof"));
  EXPECT_THAT(FaultsOf(".metapowers/rules/other.yaml", kRule), HasSubstr("must start with 'other-'"));
  EXPECT_THAT(FaultsOf(".metapowers/rules/acme.yaml", "rules: [&a {id: acme-x}, *a]\n"), HasSubstr("acme.yaml:1:"));
  std::string bad = kRule;
  bad.replace(bad.find("attribute: categories"), 21, "attribute: categoriez");
  EXPECT_THAT(FaultsOf(".metapowers/rules/acme.yaml", bad), HasSubstr("did you mean 'categories'?"));
}

}  // namespace
}  // namespace metapowers::analysis
