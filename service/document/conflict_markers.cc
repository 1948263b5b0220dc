#include "service/document/conflict_markers.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::document {

std::vector<int> ConflictMarkerLines(absl::string_view text) {
  std::vector<int> lines;
  bool open = false;
  bool found = false;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    const auto marks = [&](absl::string_view marker) {
      return absl::StartsWith(line, marker) && (line.size() == marker.size() || line[marker.size()] == ' ');
    };
    const bool begins = marks("<<<<<<<");
    const bool ends = marks(">>>>>>>");
    // Seven '=' may underline a heading.
    if (begins || ends || (open && (line == "=======" || marks("|||||||")))) lines.push_back(number);
    open = begins || (open && !ends);
    found = found || begins || ends;
  }
  return found ? lines : std::vector<int>();
}

}  // namespace metapowers::document
