#include "service/commands/identify/asset_inventory.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::AssetInventoryResult;

AssetInventoryResult Inventory(const std::string& yaml) {
  const auto model = model::Model::Parse(yaml, "m.yaml");
  EXPECT_OK(model);
  const auto facts = analysis::Facts::Compute(*model);
  return AssetInventory(Input{**model, *facts});
}

std::string Example(const std::string& name) {
  return testing_support::ReadTestFile("deploy/examples/" + name + "/system-model.yaml");
}

TEST(AssetInventory, EqualModelsGiveEqualResults) {
  const std::string yaml = Example("team-notes");
  EXPECT_EQ(Inventory(yaml).SerializeAsString(), Inventory(yaml).SerializeAsString());
}

TEST(AssetInventory, CoversEveryComponentOfEveryExample) {
  for (const char* name : {"api-platform", "patient-platform", "team-notes"}) {
    const auto model = model::Model::Parse(Example(name), name);
    ASSERT_OK(model);
    const std::string text = Inventory(Example(name)).DebugString();
    for (const auto& component : (*model)->proto().components()) {
      EXPECT_NE(text.find(absl::StrCat("\"", component.id(), "\"")), std::string::npos) << component.id();
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::identify
