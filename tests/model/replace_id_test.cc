#include "service/model/replace_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::ElementsAre;

TEST(ReplaceIdTest, ChangesTheValueAndNothingElse) {
  struct {
    std::string before, after;
  } const kCases[] = {
      {"id: old\n", "id: new\n"},
      {"id:   old   # the id: old\n", "id:   new   # the id: old\n"},
      {"id: \"old\"\nname: old\n", "id: new\nname: old\n"},
      {"id: 'old' \r\nname: x\r\n", "id: new \r\nname: x\r\n"},
      {"# id: no\nteams:\n  - id: old\n  - {id: old}\nid: old\n",
       "# id: no\nteams:\n  - id: old\n  - {id: old}\nid: new\n"},
      {"name: id\nid: old", "name: id\nid: new"},
      {"{name: id, id: old, x: [id]}", "{name: id, id: new, x: [id]}"},
      {"\xef\xbb\xbfname: \xc3\xa4\xf0\x9f\x94\x92\nid: old\n",
       "\xef\xbb\xbfname: \xc3\xa4\xf0\x9f\x94\x92\nid: new\n"},
      {"? id\n: old\n", "? id\n: new\n"},
      {"id:\nname: x\n", "id: new\nname: x\n"},
      {"id: old\nflows: [broken after it is not looked at\n", "id: new\nflows: [broken after it is not looked at\n"},
  };
  for (const auto& test : kCases) {
    ASSERT_OK_AND_ASSIGN(const std::string after, ReplaceModelId(test.before, "new"));
    EXPECT_EQ(after, test.after);
  }
}

TEST(ReplaceIdTest, TheResultIsTheSameModelByAnotherName) {
  for (const char* id : {"other-shop", "null", "true", "a"}) {
    ASSERT_OK_AND_ASSIGN(const std::string text, ReplaceModelId(kMinimal, id));
    ASSERT_OK_AND_ASSIGN(const auto renamed, Model::Parse(text, "m.yaml"));
    EXPECT_EQ(renamed->proto().id(), id);
    ASSERT_OK_AND_ASSIGN(const std::string back, ReplaceModelId(text, "shop"));
    EXPECT_EQ(back.size(), kMinimal.size());
  }
}

TEST(ReplaceIdTest, RefusesWhatHasNoId) {
  EXPECT_THAT(ReplaceModelId(kMinimal, "No Slug"), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
  for (const char* text : {"", "- id: old\n", "name: x\n", "id: [old]\n", "id: |\n  old\n", "teams: {id: old}\n",
                           "x: id\n", "[id, old]", "id: *old\n", "a: [}"}) {
    EXPECT_THAT(ReplaceModelId(text, "new"), HasError(absl::StatusCode::kInvalidArgument, "MODEL_INVALID", _))
        << "for '" << text << "'";
  }
}

}  // namespace
}  // namespace metapowers::model
