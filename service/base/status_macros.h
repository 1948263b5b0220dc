// Early return on error, for functions that return absl::Status or absl::StatusOr.
//   RETURN_IF_ERROR(Check(x));
//   ASSIGN_OR_RETURN(const Head head, engine.ReadHead(uid));
#ifndef METAPOWERS_SERVICE_BASE_STATUS_MACROS_H_
#define METAPOWERS_SERVICE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define METAPOWERS_CONCAT_INNER(a, b) a##b
#define METAPOWERS_CONCAT(a, b) METAPOWERS_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                                                                          \
  do {                                                                                                 \
    if (absl::Status status_macro_value = (expr); !status_macro_value.ok()) return status_macro_value; \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_IMPL(METAPOWERS_CONCAT(status_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr)    \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

#endif  // METAPOWERS_SERVICE_BASE_STATUS_MACROS_H_
