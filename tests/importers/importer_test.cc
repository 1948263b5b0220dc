#include "service/importers/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace metapowers::importers {
namespace {

using ::testing::ElementsAre;

TEST(FileFaultsTest, FaultsNameTheirFiles) {
  FileFaults faults;
  EXPECT_TRUE(faults.empty());
  EXPECT_TRUE(faults.ToStatus().ok());
  faults.Add({"b.yaml", {3, 5}}, "spec", "must be a mapping");
  model::Faults read;
  read.Add({1, 2}, "kind", "is written twice");
  faults.Add("a.yaml", read);
  const absl::Status status = faults.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "MODEL_INVALID");
  EXPECT_THAT(details.violations, ElementsAre(Violation{"spec", "must be a mapping", "b.yaml:3:5"},
                                              Violation{"kind", "is written twice", "a.yaml:1:2"}));
}

TEST(FileFaultsTest, TheFirstAreListedAndTheRestIsCounted) {
  FileFaults faults;
  for (int i = 1; i <= 150; ++i) faults.Add({"a.yaml", {i, 1}}, "", "is wrong");
  const ErrorDetails details = DetailsOf(faults.ToStatus());
  ASSERT_EQ(details.violations.size(), model::kMaxFaults + 1);
  EXPECT_EQ(details.violations.back().description, "and 50 more");
  EXPECT_EQ(details.metadata.at("errors"), "150");
}

}  // namespace
}  // namespace metapowers::importers
