// Keys in `decisions.yaml` that name something other than a threat.
#ifndef METAPOWERS_SERVICE_ANALYSIS_FINDING_KEYS_H_
#define METAPOWERS_SERVICE_ANALYSIS_FINDING_KEYS_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace metapowers::analysis {

// "lint:identify-4": an accepted decision on it exempts the topic from an item of the lint list until it expires.
inline constexpr absl::string_view kLintKeyPrefix = "lint:";

inline bool IsLintKey(absl::string_view key) { return absl::StartsWith(key, kLintKeyPrefix); }

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FINDING_KEYS_H_
