// Which lines of two versions of a text are the same; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_LINE_MATCH_H_
#define METAPOWERS_SERVICE_DOCUMENT_LINE_MATCH_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::document {

// For each line of `a` the equal line of `b` that it matches, or -1; what matches keeps its order. Lines that both have
// once are anchors; between them a longest common subsequence is sought where that is cheap. Of several equal matches
// the one is taken that has what was inserted or removed as late as possible, so that a paragraph comes with the blank
// line after it. Costs n log n and a bounded search.
std::vector<int> MatchLines(const std::vector<absl::string_view>& a, const std::vector<absl::string_view>& b);

// The elements of `values` that are on one longest increasing subsequence of those not negative.
std::vector<bool> OnLongestRise(const std::vector<int>& values);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_LINE_MATCH_H_
