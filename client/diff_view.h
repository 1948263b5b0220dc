// Unified diffs as people review them.
#ifndef METAPOWERS_CLIENT_DIFF_VIEW_H_
#define METAPOWERS_CLIENT_DIFF_VIEW_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/session.h"

namespace metapowers::client {

// A line of a diff: '+', '-', ' ', or '>' for one that only moved here; where it was before, it is left out.
struct DiffLine {
  char mark = ' ';
  absl::string_view text;
};

// Lines beside each other, in one section of a document ("## Heading"; "" outside of any).
struct DiffBlock {
  absl::string_view section;
  std::vector<DiffLine> lines;
};

struct FileDiff {
  absl::string_view path;
  std::vector<DiffBlock> blocks;
  int added = 0, removed = 0, moved = 0;
};

// Views into `diff`, a unified diff of any number of files whose hunks name their section. A line moved when the same
// text is removed elsewhere in the file and says something; blocks in which nothing is left to see are dropped. Pure.
std::vector<FileDiff> ReadDiff(absl::string_view diff);

// Prints `diff`: on a terminal file by file and section by section, unless `raw`; else, and into files and pipes, as it
// is, so that `git apply` takes it. Coloured where colour is on.
void PrintDiff(Session& session, const std::string& diff, bool raw = false);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_DIFF_VIEW_H_
