// What the model is silent on leaves a duty to tell open; see also tests/commands/respond.
#include "service/analysis/notification_duties.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

// "open" or "closed" of the rule with this id; "duty" where it holds.
std::string StateOf(const std::string& rule, const std::string& data_classes) {
  const auto facts = FactsOf(ModelText{.data_classes = data_classes});
  for (const NoDuty& none : FindNotificationDuties(*facts).none) {
    if (none.rule->id() == rule) return none.open ? "open" : "closed";
  }
  return "duty";
}

TEST(NotificationDutiesTest, ARuleAboutDataIsOpenWhileNoDataHasACategory) {
  const std::string head = "- {id: notes, name: Notes, owner: core, confidentiality: internal";
  EXPECT_EQ(StateOf("us-state-law", head + "}\n"), "open");
  EXPECT_EQ(StateOf("us-state-law", head + ", categories: [telemetry]}\n"), "closed");
  EXPECT_EQ(StateOf("us-state-law", head + ", categories: [pii]}\n"), "open") << "nobody says where the people are";
  EXPECT_EQ(StateOf("us-state-law", head + ", categories: [pii], subject_regions: [eu]}\n"), "closed");
  EXPECT_EQ(StateOf("us-state-law", head + ", categories: [pii], subject_regions: [us]}\n"), "duty");
}

}  // namespace
}  // namespace metapowers::analysis
