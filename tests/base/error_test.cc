#include "service/base/error.h"

#include <gtest/gtest.h>

namespace metapowers {
namespace {

TEST(Error, DetailsComeBackUnchanged) {
  const ErrorDetails details{.reason = "MODEL_INVALID",
                             .metadata = {{"errors", "2"}, {"topic", "a\nb"}},
                             .violations = {{"a.b", "wrong", "m.yaml:1:2"}, {"", "", ""}},
                             .next_step = "metapowers model validate"};
  const absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, "model invalid", details);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DetailsOf(status), details);
}

TEST(Error, ForeignStatusHasNoReason) { EXPECT_EQ(DetailsOf(absl::InternalError("x")).reason, ""); }

}  // namespace
}  // namespace metapowers
