// The kinds of security tests: what they cite exists.
#include "service/knowledge/security_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
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

// Whatever of the shipped data writes a workflow: each action stands at the commit of the one list.
TEST(PinnedActions, AreThoseOfTheListEverywhere) {
  std::map<std::string, const v1::PinnedAction*> listed;
  for (const v1::PinnedAction& action : SecurityTests().actions()) {
    EXPECT_TRUE(listed.emplace(action.name(), &action).second) << action.name();
    EXPECT_EQ(action.commit().size(), 40u) << action.name();
  }
  for (const char* written_by_code : {"actions/checkout", "actions/upload-artifact"}) {
    EXPECT_EQ(listed.count(written_by_code), 1u) << written_by_code;
  }
  const std::regex uses(R"(uses: \\?"?([\w-]+/[\w-]+)[\w/-]*@([^"\\ ]+)\\?"?(  # (v[0-9.]+))?)");
  std::set<std::string> used;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("service/knowledge/data")) {
    if (entry.path().extension() != ".textproto") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator at(text.begin(), text.end(), uses), end; at != end; ++at) {
      const std::smatch& match = *at;
      SCOPED_TRACE(entry.path().string() + ": " + match.str());
      const auto action = listed.find(match[1]);
      ASSERT_NE(action, listed.end());
      EXPECT_EQ(match[2], action->second->commit());
      EXPECT_EQ(match[4], action->second->version());
      used.insert(match[1]);
    }
  }
  EXPECT_EQ(used.size(), listed.size()) << "an action of the list is used nowhere, or none was found";
}

}  // namespace
}  // namespace metapowers::knowledge
