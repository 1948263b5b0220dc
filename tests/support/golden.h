// Comparison with a file under tests/golden/. With UPDATE_GOLDEN=1 in the environment the file is written
// instead, for review as a diff.
#ifndef METAPOWERS_TESTS_SUPPORT_GOLDEN_H_
#define METAPOWERS_TESTS_SUPPORT_GOLDEN_H_

#include "absl/strings/string_view.h"

namespace metapowers::testing {

// Fails, naming the first line that differs, unless tests/golden/`path` holds exactly `text`.
void ExpectGolden(absl::string_view path, absl::string_view text);

}  // namespace metapowers::testing

#endif  // METAPOWERS_TESTS_SUPPORT_GOLDEN_H_
