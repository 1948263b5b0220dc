// Text of drawings, broken into lines. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_TEXT_BLOCK_H_
#define METAPOWERS_SERVICE_EXPORT_TEXT_BLOCK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

inline constexpr double kLineHeight = 16;

// Lines with the room that they take, rather more than less, since readers have fonts of their own.
struct TextBlock {
  std::vector<std::string> lines;
  double width = 0;
  double height = 0;
};

// Lines of at most `line_length` characters, broken between words where they are not longer; nine of them at most, then
// an ellipsis.
TextBlock BreakLines(absl::string_view text, size_t line_length);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_TEXT_BLOCK_H_
