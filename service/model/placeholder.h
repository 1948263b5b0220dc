// What a draft has where a model must have something and no file says it. It counts as not known: questions are asked
// as if it were not there.
#ifndef METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_
#define METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace metapowers::model {

inline constexpr absl::string_view kPlaceholderText = "To be named";
inline constexpr absl::string_view kPlaceholderId = "to-be-named";

// Whether a text only says what is to be named: "Organisation to be named".
inline bool IsPlaceholderText(absl::string_view text) { return absl::EndsWithIgnoreCase(text, kPlaceholderText); }

// Whether an element stands for one that nobody has named; an import adds digits where the id is taken.
inline bool IsPlaceholderId(absl::string_view id) {
  return absl::StartsWith(id, kPlaceholderId) &&
         (id.size() == kPlaceholderId.size() || id[kPlaceholderId.size()] == '-');
}

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_
