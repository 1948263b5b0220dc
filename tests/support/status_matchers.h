// EXPECT_OK, ASSERT_OK_AND_ASSIGN, and matchers of status code, message and reason.
#ifndef METAPOWERS_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define METAPOWERS_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"

namespace metapowers::testing_support {

inline const absl::Status& AsStatus(const absl::Status& status) { return status; }
template <class T>
const absl::Status& AsStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// EXPECT_THAT(Parse("x"), HasError(absl::StatusCode::kInvalidArgument, "SLUG_INVALID", HasSubstr("x")))
MATCHER_P3(HasError, code, reason, message_matcher, "") {
  const absl::Status& status = AsStatus(arg);
  *result_listener << status << " reason '" << DetailsOf(status).reason << "'";
  return status.code() == code && DetailsOf(status).reason == reason &&
         ::testing::Value(std::string(status.message()), message_matcher);
}

}  // namespace metapowers::testing_support

#define EXPECT_OK(expr)                                                                             \
  do {                                                                                              \
    const auto& expect_ok_value = (expr);                                                           \
    const absl::Status expect_ok_status = ::metapowers::testing_support::AsStatus(expect_ok_value); \
    EXPECT_TRUE(expect_ok_status.ok()) << expect_ok_status;                                         \
  } while (false)

#define ASSERT_OK(expr)                                                                             \
  do {                                                                                              \
    const auto& assert_ok_value = (expr);                                                           \
    const absl::Status assert_ok_status = ::metapowers::testing_support::AsStatus(assert_ok_value); \
    ASSERT_TRUE(assert_ok_status.ok()) << assert_ok_status;                                         \
  } while (false)

#define ASSERT_OK_AND_ASSIGN(lhs, expr) ASSERT_OK_AND_ASSIGN_IMPL(METAPOWERS_CONCAT(assert_or_, __LINE__), lhs, expr)
#define ASSERT_OK_AND_ASSIGN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  ASSERT_TRUE(tmp.ok()) << tmp.status();          \
  lhs = *std::move(tmp)

#endif  // METAPOWERS_TESTS_SUPPORT_STATUS_MATCHERS_H_
