// Finds what a merge of Git left undone. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_CONFLICT_MARKERS_H_
#define METAPOWERS_SERVICE_DOCUMENT_CONFLICT_MARKERS_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::document {

// Lines of `text`, from 1, that hold Git's conflict markers; empty when there is none.
std::vector<int> ConflictMarkerLines(absl::string_view text);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_CONFLICT_MARKERS_H_
