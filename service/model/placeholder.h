// What a draft has where a model must have something and no file says it. It counts as not known: questions are asked
// as if it were not there.
#ifndef METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_
#define METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace metapowers::model {

inline constexpr absl::string_view kPlaceholderText = "To be named";
inline constexpr absl::string_view kPlaceholderId = "to-be-named";

// Whether an element stands for one that nobody has named; an import adds digits where the id is taken.
inline bool IsPlaceholderId(absl::string_view id) {
  return absl::StartsWith(id, kPlaceholderId) &&
         (id.size() == kPlaceholderId.size() || id[kPlaceholderId.size()] == '-');
}

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_PLACEHOLDER_H_
