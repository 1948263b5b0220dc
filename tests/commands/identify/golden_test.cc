// Whole rendered sections of the identify commands, for each example model.
#include "tests/commands/identify/commands_of.h"
#include "tests/support/golden.h"

namespace metapowers::commands {
namespace {

TEST(IdentifyGoldenTest, SectionsAreAsReviewed) {
  for (const char* example : kExamples) {
    for (const char* name : {"asset_inventory", "data_classification"}) {
      testing::ExpectGolden(absl::StrCat(example, "/identify/", name, ".md"),
                            Rendered(absl::StrCat("identify/", name), ExampleText(example)));
    }
  }
}

}  // namespace
}  // namespace metapowers::commands
