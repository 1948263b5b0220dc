// Takes one change of a text back out of what the text has become since. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_UNDO_H_
#define METAPOWERS_SERVICE_DOCUMENT_UNDO_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::document {

// `ours` with what turned `base` into `theirs` done to it: a three-way merge by lines. nullopt where both changed the
// same lines, or lines that touch, in different ways.
std::optional<std::string> MergeLines(absl::string_view base, absl::string_view ours, absl::string_view theirs);

// `now` without the change that made `after` of `before`; nullopt where later changes are in its way.
std::optional<std::string> UndoChange(absl::string_view before, absl::string_view after, absl::string_view now);

// The same for a Markdown document, section by section: sections that were added, changed or removed beside each other
// are not in each other's way. Where the change made the document (`before` is empty), nothing is left of it once its
// sections are gone. `note` is how the line begins that closes a document, and belongs to no section.
std::optional<std::string> UndoDocumentChange(absl::string_view before, absl::string_view after, absl::string_view now,
                                              absl::string_view note);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_UNDO_H_
