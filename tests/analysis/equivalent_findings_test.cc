#include "service/analysis/equivalent_findings.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two callers of a store, one of them on a shared machine.
const ModelText& Model() {
  static const auto* const text =
      new ModelText{.components =
                        "- {id: web, name: Web, kind: process, zone: inside, runtime_group: machine}\n"
                        "- {id: job, name: Job, kind: process, zone: inside, further_runtime_groups: [machine]}\n"
                        "- {id: store, name: Store, kind: datastore, zone: vault}\n",
                    .flows =
                        "- {id: web-to-store, name: Ask, source: web, target: store}\n"
                        "- {id: job-to-store, name: Copy, source: job, target: store}\n",
                    .rest = "shared_runtimes:\n- {id: machine, name: Machine}\n"};
  return *text;
}

std::string Rule(const std::string& id, const std::string& subject, const std::string& match) {
  return RuleText(id, absl::StrCat("stride: STRIDE_TAMPERING subject: THREAT_SUBJECT_", subject, " match { ", match,
                                   " } equivalents: \"pytm:INP05\" impact { legs: IMPACT_LEG_INTEGRITY } controls { "
                                   "control: 'backup' impact: 1 }"));
}
constexpr char kProcesses[] = "attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"process\"";
constexpr char kFlows[] = "attribute: \"target.kind\" operator: MATCH_OPERATOR_IN values: \"datastore\"";
constexpr char kSystem[] = "attribute: \"components\" operator: MATCH_OPERATOR_AT_LEAST values: \"1\"";

std::vector<std::string> Like(const std::string& rules, const std::vector<std::string>& elements) {
  const ThreatCase found(Model(), rules);
  std::vector<std::string> keys;
  for (const Threat* threat : FindingsLike(found.threats(), "pytm:INP05", elements)) {
    if (threat->key().rfind("own-", 0) == 0) keys.push_back(threat->key());
  }
  return keys;
}

TEST(FindingsLikeTest, StandOnTheFirstElement) {
  const std::string rules = Rule("own-a", "COMPONENT", kProcesses);
  EXPECT_THAT(Like(rules, {"web", "store", "web-to-store"}), ElementsAre("own-a@web"));
  EXPECT_THAT(Like(rules, {"store", "web"}), IsEmpty()) << "the others only take part";
}

TEST(FindingsLikeTest, ElseNextToIt) {
  EXPECT_THAT(Like(Rule("own-a", "COMPONENT", kProcesses), {"machine"}), ElementsAre("own-a@job", "own-a@web"));
  EXPECT_THAT(Like(Rule("own-a", "COMPONENT", kProcesses), {"inside"}), ElementsAre("own-a@job", "own-a@web"));
  EXPECT_THAT(Like(Rule("own-f", "FLOW", kFlows), {"job"}), ElementsAre("own-f@job-to-store"));
}

TEST(FindingsLikeTest, OfAnyElementTouchTheOthers) {
  EXPECT_THAT(Like(Rule("own-a", "COMPONENT", kProcesses), {"*", "store", "*"}), ElementsAre("own-a@job", "own-a@web"));
  EXPECT_THAT(Like(Rule("own-a", "COMPONENT", kProcesses), {"*", "store", "web-to-store"}), ElementsAre("own-a@web"));
  EXPECT_THAT(Like(Rule("own-f", "FLOW", kFlows), {"*", "web", "store"}), ElementsAre("own-f@web-to-store"));
  EXPECT_THAT(Like(Rule("own-f", "FLOW", kFlows), {"*"}), ElementsAre("own-f@job-to-store", "own-f@web-to-store"));
}

TEST(FindingsLikeTest, ElseOnTheSystem) {
  EXPECT_THAT(Like(Rule("own-s", "SYSTEM", kSystem), {"web"}), ElementsAre("own-s@shop"));
}

}  // namespace
}  // namespace metapowers::analysis
