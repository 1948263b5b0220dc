#include "client/diff_view.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/output.h"

namespace metapowers::client {
namespace {

constexpr char kGone = '\0';  // the mark of a line that stands elsewhere

// The number of lines of one side in "@@ -12,3 +14 @@ …"; `sign` is '-' or '+'.
int CountIn(absl::string_view header, char sign) {
  const size_t at = header.find(sign);
  if (at == absl::string_view::npos) return 0;
  const absl::string_view range = header.substr(at + 1, header.find(' ', at) - at - 1);
  const size_t comma = range.find(',');
  int count = 1;
  if (comma != absl::string_view::npos && !absl::SimpleAtoi(range.substr(comma + 1), &count)) return 0;
  return count;
}

// What follows on the ranges of a hunk's header.
absl::string_view SectionIn(absl::string_view header) {
  const size_t end = header.find("@@", 2);
  return end == absl::string_view::npos ? absl::string_view() : absl::StripAsciiWhitespace(header.substr(end + 2));
}

absl::string_view PathIn(absl::string_view header) {
  absl::string_view path = header.substr(4);
  if (!absl::ConsumePrefix(&path, "a/")) absl::ConsumePrefix(&path, "b/");
  return path;
}

bool Speaks(absl::string_view text) { return std::any_of(text.begin(), text.end(), absl::ascii_isalnum); }

void FindMoves(FileDiff& file) {
  std::map<absl::string_view, std::vector<DiffLine*>> removed;
  for (DiffBlock& block : file.blocks) {
    for (DiffLine& line : block.lines) {
      if (line.mark == '-' && Speaks(line.text)) removed[line.text].push_back(&line);
    }
  }
  for (DiffBlock& block : file.blocks) {
    for (DiffLine& line : block.lines) {
      const auto found = line.mark == '+' ? removed.find(line.text) : removed.end();
      if (found == removed.end() || found->second.empty()) continue;
      found->second.back()->mark = kGone;
      found->second.pop_back();
      line.mark = '>';
    }
  }
}

void Conclude(FileDiff& file) {
  FindMoves(file);
  for (DiffBlock& block : file.blocks) {
    const auto gone = [](const DiffLine& line) { return line.mark == kGone; };
    block.lines.erase(std::remove_if(block.lines.begin(), block.lines.end(), gone), block.lines.end());
    for (const DiffLine& line : block.lines) {
      file.added += line.mark == '+' ? 1 : 0;
      file.removed += line.mark == '-' ? 1 : 0;
      file.moved += line.mark == '>' ? 1 : 0;
    }
  }
  const auto idle = [](const DiffBlock& block) {
    return std::all_of(block.lines.begin(), block.lines.end(), [](const DiffLine& line) { return line.mark == ' '; });
  };
  file.blocks.erase(std::remove_if(file.blocks.begin(), file.blocks.end(), idle), file.blocks.end());
}

void PrintRaw(Session& session, absl::string_view diff) {
  int old_lines = 0, new_lines = 0;  // left in the hunk
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(diff, "\n"), '\n')) {
    const std::string safe = ForTerminal(line);
    const bool in_hunk = old_lines > 0 || new_lines > 0;
    if (!in_hunk && absl::StartsWith(line, "@@")) {
      old_lines = CountIn(line, '-');
      new_lines = CountIn(line, '+');
      session.out() << session.Styled("36", safe) << '\n';
      continue;
    }
    const char mark = line.empty() ? ' ' : line.front();
    if (mark != '+' && mark != '\\') --old_lines;
    if (mark != '-' && mark != '\\') --new_lines;
    const char* const code = !in_hunk ? "1" : mark == '+' ? "32" : mark == '-' ? "31" : "";
    session.out() << (*code == '\0' ? safe : session.Styled(code, safe)) << '\n';
  }
}

void PrintFile(Session& session, const FileDiff& file) {
  std::string counts;
  if (file.added > 0) absl::StrAppend(&counts, "  +", file.added);
  if (file.removed > 0) absl::StrAppend(&counts, "  -", file.removed);
  if (file.moved > 0) absl::StrAppend(&counts, "  ", file.moved, " moved");
  session.out() << session.Styled("1", ForTerminal(file.path)) << counts << '\n';
  const DiffBlock* last = nullptr;
  for (const DiffBlock& block : file.blocks) {
    if (!block.section.empty() && (last == nullptr || last->section != block.section)) {
      session.out() << session.Styled("36", ForTerminal(block.section)) << '\n';
    } else if (last != nullptr) {
      session.out() << session.Styled("2", "  …") << '\n';
    }
    for (const DiffLine& line : block.lines) {
      const char* const code = line.mark == '+' ? "32" : line.mark == '-' ? "31" : line.mark == '>' ? "34" : "2";
      session.out() << session.Styled(code,
                                      ForTerminal(absl::StrCat("  ", absl::string_view(&line.mark, 1), " ", line.text)))
                    << '\n';
    }
    last = &block;
  }
}

}  // namespace

std::vector<FileDiff> ReadDiff(absl::string_view diff) {
  std::vector<FileDiff> files;
  int old_lines = 0, new_lines = 0;  // left in the hunk
  for (const absl::string_view line : absl::StrSplit(diff, '\n')) {
    if (old_lines <= 0 && new_lines <= 0) {
      if (absl::StartsWith(line, "--- ")) {
        files.push_back({PathIn(line), {}});
      } else if (absl::StartsWith(line, "+++ ") && !files.empty() && files.back().path == "/dev/null") {
        files.back().path = PathIn(line);
      } else if (absl::StartsWith(line, "@@") && !files.empty()) {
        old_lines = CountIn(line, '-');
        new_lines = CountIn(line, '+');
        files.back().blocks.push_back({SectionIn(line), {}});
      }
      continue;
    }
    const char mark = line.empty() ? ' ' : line.front();
    if (mark == '\\') continue;  // no newline at the end of the file
    const absl::string_view text = line.empty() ? line : line.substr(1);
    if (mark != '+') --old_lines;
    if (mark != '-') --new_lines;
    std::vector<DiffBlock>& blocks = files.back().blocks;
    if (absl::StartsWith(text, "## ") && text != blocks.back().section && absl::EndsWith(files.back().path, ".md")) {
      blocks.push_back({text, {}});
    }
    blocks.back().lines.push_back({mark, text});
  }
  for (FileDiff& file : files) Conclude(file);
  return files;
}

void PrintDiff(Session& session, const std::string& diff, bool raw) {
  if (diff.empty()) return;
  if (raw || !session.for_terminal()) {
    PrintRaw(session, diff);
    return;
  }
  for (const FileDiff& file : ReadDiff(diff)) PrintFile(session, file);
}

}  // namespace metapowers::client
