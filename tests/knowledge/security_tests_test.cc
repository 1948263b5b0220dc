// The kinds of security tests: what they cite exists.
#include "service/knowledge/security_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

TEST(SecurityTestKinds, CiteWhatTheCataloguesHave) {
  std::set<std::string> ids;
  int checks_of_controls = 0;
  for (const v1::TestKind& kind : SecurityTests().kinds()) {
    SCOPED_TRACE(kind.id());
    EXPECT_TRUE(ids.insert(kind.id()).second);
    EXPECT_FALSE(kind.name().empty());
    EXPECT_FALSE(kind.passes().empty());
    EXPECT_FALSE(kind.runs().empty());
    EXPECT_GT(kind.populations_size(), 0);
    EXPECT_NE(kind.all_controls(), kind.controls_size() > 0);
    EXPECT_GT(kind.tools_size(), 0);
    checks_of_controls += kind.all_controls() ? 1 : 0;
    for (const std::string& control : kind.controls()) EXPECT_NE(FindControl(control), nullptr) << control;
    for (const std::string& control : kind.record_controls()) EXPECT_NE(FindControl(control), nullptr) << control;
    for (const auto* references : {&kind.references(), &kind.record_references()}) {
      for (const std::string& reference : *references) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    }
    const auto& activities = SecurityActivities().activities();
    EXPECT_TRUE(kind.activity().empty() ||
                std::any_of(activities.begin(), activities.end(),
                            [&kind](const v1::SecurityActivity& each) { return each.id() == kind.activity(); }))
        << kind.activity();
  }
  EXPECT_EQ(checks_of_controls, 1) << "a control that no other test tries is checked by one";
}

TEST(SecurityTestKinds, LastToolOfAKindWithLanguagesIsForAnyOther) {
  for (const v1::TestKind& kind : SecurityTests().kinds()) {
    EXPECT_TRUE(kind.tools(kind.tools_size() - 1).languages().empty()) << kind.id();
  }
}

TEST(SecurityTestKinds, PlatformsHaveAFormAndAFile) {
  for (const v1::CiPlatform& platform : SecurityTests().platforms()) {
    EXPECT_NE(platform.form(), v1::CI_FORM_UNSPECIFIED) << platform.name();
    EXPECT_FALSE(platform.file().empty()) << platform.name();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
