// The shipped rules on event management platforms: complete, consistent, and true to what other rows say.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "service/knowledge/detections.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/siem.h"

namespace metapowers::knowledge {
namespace {

void ExpectPlain(const std::string& text) {
  static const std::regex vague(
      "\\b(appropriate|adequate|proper|properly|sufficient|regularly|timely|as needed|robust|should|etc|ensure)\\b",
      std::regex::icase);
  EXPECT_FALSE(text.empty());
  EXPECT_FALSE(std::regex_search(text, vague)) << text;
  EXPECT_FALSE(absl::EndsWith(text, ".")) << text;
}

TEST(SiemRules, DemandsAreRequirements) {
  EXPECT_GT(SiemRules().demands_size(), 0);
  for (const std::string& demand : SiemRules().demands()) EXPECT_NE(FindRequirement(demand), nullptr) << demand;
}

TEST(SiemRules, EveryCriterionHasAWeightAndATrial) {
  std::set<std::string> ids;
  std::set<std::string> pipeline;
  for (const v1::PipelineRule& rule : LoggingRules().pipeline()) pipeline.insert(rule.id());
  for (const v1::SiemCriterion& criterion : SiemRules().criteria()) {
    SCOPED_TRACE(criterion.id());
    EXPECT_TRUE(ids.insert(criterion.id()).second);
    EXPECT_GE(criterion.weight(), 1);
    EXPECT_LE(criterion.weight(), 5);
    ExpectPlain(criterion.name());
    ExpectPlain(criterion.why());
    ExpectPlain(criterion.trial());
    if (!criterion.pipeline_rule().empty()) {
      EXPECT_EQ(pipeline.count(criterion.pipeline_rule()), 1u);
    }
  }
  for (const char* id : {"sources", "rules", "retention", "volume", "paging", "assurance", "residency", "cost"}) {
    EXPECT_EQ(ids.count(id), 1u) << id;
  }
}

TEST(SiemRules, EnrichmentsAreThoseThatDetectionsRead) {
  std::set<std::string> described;
  for (const v1::SiemEnrichment& row : SiemRules().enrichments()) {
    EXPECT_TRUE(described.insert(row.field()).second) << row.field();
    ExpectPlain(row.lookup());
    ExpectPlain(row.verification());
  }
  EXPECT_EQ(described, std::set<std::string>(Detections().enrichment().begin(), Detections().enrichment().end()));
}

TEST(SiemRules, EveryPanelSupportsADecision) {
  for (const v1::SiemDashboard& dashboard : SiemRules().dashboards()) {
    SCOPED_TRACE(dashboard.audience());
    EXPECT_GT(dashboard.words_size(), 0);
    EXPECT_GT(dashboard.owners_size(), 0);
    EXPECT_GT(dashboard.panels_size(), 0);
    for (const v1::SiemPanel& panel : dashboard.panels()) {
      ExpectPlain(panel.title());
      ExpectPlain(panel.formula());
      ExpectPlain(panel.decision());
      for (const std::string& kind : panel.log_kinds()) EXPECT_NE(FindLogKind(kind), nullptr) << kind;
    }
  }
}

TEST(SiemRules, PhasesFollowOneAnother) {
  int last = 0;
  for (const v1::SiemPhaseTerm& phase : SiemRules().phases()) {
    ExpectPlain(phase.title());
    EXPECT_GT(phase.days(), last);
    last = phase.days();
  }
  EXPECT_EQ(SiemRules().phases_size(), 3);
}

}  // namespace
}  // namespace metapowers::knowledge
