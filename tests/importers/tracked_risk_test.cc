// Risks that another tool tracks, and the findings that they are.
#include "service/importers/tracked_risk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/importers/threagile_drafts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(ForeignKeyTest, NamesTheRiskUntilItIsAFinding) {
  EXPECT_EQ(ForeignKey({"threagile:x", {"b", "a"}, ""}), "threagile:x@a+b");
  EXPECT_EQ(ForeignKey({"threagile:x", {"b", "a"}, "d"}), "threagile:x@a+b/d");
  EXPECT_EQ(ForeignKey({"threagile:x", {"b", "*", "a"}, ""}), "threagile:x@b+*+a");
  EXPECT_EQ(ForeignKey({"threagile:x", {}, ""}), "threagile:x");
}

TEST(TrackedRiskTest, IsADraftOnEachFindingThatItIs) {
  const FindingLookup findings_of = [](const std::shared_ptr<const model::Model>& draft, const TrackedRisk& risk) {
    EXPECT_NE(draft->Find<pb::Component>("web-shop"), nullptr);
    return risk.equivalent == "threagile:unencrypted-asset" && risk.elements == std::vector<std::string>{"database"}
               ? std::vector<std::string>{"in-clear@database", "replaced@database"}
               : std::vector<std::string>();
  };
  ASSERT_OK_AND_ASSIGN(const auto response,
                       ImportThreagile(Fixture("complete.yaml"), {"shop", "t.yaml", "2026-05-06", findings_of}));
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(response.model_yaml(), "draft"));
  ASSERT_OK_AND_ASSIGN(const auto decisions, model::ParseDecisions(response.decisions_yaml(), "d.yaml", *model));
  ASSERT_EQ(decisions.drafts_size(), 7) << "six tracked risks, one of them two findings";
  for (const char* finding : {"in-clear@database", "replaced@database"}) {
    const auto draft = std::find_if(decisions.drafts().begin(), decisions.drafts().end(),
                                    [&](const pb::DecisionDraft& each) { return each.finding() == finding; });
    ASSERT_NE(draft, decisions.drafts().end()) << finding;
    EXPECT_EQ(draft->imported_id(), "unencrypted-asset@database");
    EXPECT_EQ(draft->rationale(), "Moves next year");
  }
  std::vector<std::string> left;
  for (const auto& note : response.notes()) {
    if (note.text().find("is no finding of this draft") != std::string::npos) left.push_back(note.text());
  }
  EXPECT_EQ(left.size(), 5u);
  EXPECT_THAT(left, Contains(HasSubstr("threagile:missing-vault-isolation@gone")));
}

TEST(TrackedRiskTest, OfTheModelAsAWholeNamesNoElement) {
  const std::string text = Fixture("bare.yaml") +
                           "risk_tracking: {missing-vault@app: {status: accepted}, "
                           "dos-risky-access-across-trust-boundary@app@person@person>write->: {status: accepted}}\n";
  std::vector<TrackedRisk> asked;
  const FindingLookup findings_of = [&](const std::shared_ptr<const model::Model>&, const TrackedRisk& risk) {
    asked.push_back(risk);
    return std::vector<std::string>();
  };
  ASSERT_OK_AND_ASSIGN(const auto response, ImportThreagile(text, {"bare", "t.yaml", "2026-05-06", findings_of}));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].elements, std::vector<std::string>{"*"});
  EXPECT_EQ(asked[1].elements, (std::vector<std::string>{"app", "person", "person-write"}))
      << "later versions name the links before and after a proxy";
}

}  // namespace
}  // namespace metapowers::importers
