// The unified diff of two versions of a text, as `git apply` reads it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_
#define METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace metapowers::document {

struct DiffOptions {
  int context = 3;  // unchanged lines around a change
  // The search for the shortest script costs (lines + changes) x changes. Above this many changed lines
  // the part between the common start and end is shown as replaced whole: correct, only longer.
  int max_changes = 2000;
};

// The diff that turns `before` into `after`; empty when they are the same. nullopt is a file that is not there
// (/dev/null). `path` is relative, with '/', and holds only printable ASCII without spaces, quotes or backslashes.
std::string UnifiedDiff(absl::string_view path, absl::optional<absl::string_view> before,
                        absl::optional<absl::string_view> after, const DiffOptions& options = {});

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_
