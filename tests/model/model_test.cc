#include "service/model/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ModelTest, ParsesTheSmallestModel) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(kMinimal, "m.yaml"));
  EXPECT_EQ(model->proto().name(), "Shop");
  EXPECT_EQ(model->as_of(), absl::CivilDay(2026, 3, 1));
  ASSERT_NE(model->Find<v1::Team>("ops"), nullptr);
  EXPECT_EQ(model->Find<v1::Team>("ops")->name(), "Operations");
  EXPECT_EQ(model->Find<v1::Team>("web"), nullptr) << "ids of other collections do not count";
}

}  // namespace
}  // namespace metapowers::model
