// Which parts of two versions of a section are the same, and what was done to them; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_PART_PAIRS_H_
#define METAPOWERS_SERVICE_DOCUMENT_PART_PAIRS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "service/document/line_pairs.h"
#include "service/document/outline.h"

namespace metapowers::document {

// For each of `before` the part of `other` that is a version of it, or -1: by title, then by what stands in it.
std::vector<int> PairParts(const std::vector<OutlinePart>& before, const std::vector<OutlinePart>& other,
                           Editor editor);

// Whether a person rewrote anything of a part, beyond adding to it or deleting from it.
bool Rewrites(const OutlinePart& before, const OutlinePart& standing);

// True when both are the same but for how their lines end.
bool SameText(absl::string_view a, absl::string_view b);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_PART_PAIRS_H_
