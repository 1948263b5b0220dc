// The unified diff of two versions of a text, as `git apply` reads it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_
#define METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_

#include <string>
#include <vector>

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
// (/dev/null). `path` is relative, with '/', and holds only printable ASCII without spaces, quotes or backslashes. In
// Markdown, each hunk names the `## ` section of its first change after its ranges.
std::string UnifiedDiff(absl::string_view path, absl::optional<absl::string_view> before,
                        absl::optional<absl::string_view> after, const DiffOptions& options = {});

// `text` as lines with their ends, so that a last line without one differs from one with it.
std::vector<absl::string_view> SplitLines(absl::string_view text);

// For each line of `after`, which line of `before` it is, from 0, or kNewLine: the lines that UnifiedDiff() keeps.
inline constexpr int kNewLine = -1;
std::vector<int> KeptLines(absl::string_view before, absl::string_view after, const DiffOptions& options = {});

// The same, and a line that only moved is the one that it was, unless it says nothing by itself, as an empty one.
std::vector<int> MatchLines(absl::string_view before, absl::string_view after, const DiffOptions& options = {});

// The number of lines that `diff`, a unified diff, adds and removes.
struct LineCounts {
  int added = 0;
  int removed = 0;
};
LineCounts CountLines(absl::string_view diff);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_TEXT_DIFF_H_
