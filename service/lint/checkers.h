// The checks of each phase, in the file that is named after it.
#ifndef METAPOWERS_SERVICE_LINT_CHECKERS_H_
#define METAPOWERS_SERVICE_LINT_CHECKERS_H_

#include "absl/types/span.h"
#include "service/lint/check.h"

namespace metapowers::lint {

absl::Span<const Checker> DocumentCheckers();  // items `all-*`
absl::Span<const Checker> GovernCheckers();
absl::Span<const Checker> IdentifyCheckers();
absl::Span<const Checker> ProtectCheckers();
absl::Span<const Checker> DetectCheckers();
absl::Span<const Checker> RespondCheckers();
absl::Span<const Checker> RecoverCheckers();

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_CHECKERS_H_
