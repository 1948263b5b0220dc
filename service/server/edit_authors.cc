#include "service/server/edit_authors.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/server/commit_message.h"
#include "service/server/section_guard.h"
#include "service/workspace/engine.h"

namespace metapowers::server {
namespace {

constexpr int kMaxCommits = 64;

// The lines of a text that are not blank, without the spaces around them.
class LineSet {
 public:
  LineSet() = default;
  explicit LineSet(std::string text) : text_(std::move(text)) {
    for (absl::string_view line : absl::StrSplit(text_, '\n')) {
      line = absl::StripAsciiWhitespace(line);
      if (!line.empty()) lines_.insert(line);
    }
  }
  LineSet(const LineSet&) = delete;
  LineSet& operator=(const LineSet&) = delete;

  bool Has(absl::string_view line) const { return lines_.contains(line); }
  const absl::flat_hash_set<absl::string_view>& lines() const { return lines_; }

 private:
  const std::string text_;
  absl::flat_hash_set<absl::string_view> lines_;
};

// The lines that tell an edit: those that a person wrote, or where none are, those that one deleted.
struct Traces {
  std::vector<std::string> lines;
  bool deleted = false;
};

Traces TracesOf(const document::EditConflict& conflict) {
  const LineSet standing(conflict.standing);
  const LineSet before(conflict.before);
  Traces traces;
  for (const absl::string_view line : standing.lines()) {
    if (!before.Has(line)) traces.lines.emplace_back(line);
  }
  if (!traces.lines.empty()) return traces;
  traces.deleted = true;
  for (const absl::string_view line : before.lines()) {
    if (!standing.Has(line)) traces.lines.emplace_back(line);
  }
  return traces;
}

absl::StatusOr<std::string> SectionAt(const SectionPlace& place, const std::string& commit) {
  ASSIGN_OR_RETURN(const auto snapshot, place.backend.env.engine->At(place.uid, commit));
  ASSIGN_OR_RETURN(const auto document, snapshot->ReadFile(place.topic.PathOf(place.entry.spec->document())));
  if (!document.has_value()) return std::string();
  const auto section = FindSection(*document, place.entry.spec->heading());
  return std::string(section.value_or(""));
}

}  // namespace

absl::StatusOr<std::vector<std::vector<std::string>>> EditAuthors(
    const SectionPlace& place, const std::vector<document::EditConflict>& conflicts) {
  std::vector<Traces> traces;
  for (const document::EditConflict& conflict : conflicts) traces.push_back(TracesOf(conflict));
  std::vector<std::vector<std::string>> authors(conflicts.size());
  std::vector<workspace::CommitInfo> commits;  // the newest first
  workspace::HistoryQuery query{place.head.commit(), place.topic.PathOf(place.entry.spec->document()), kMaxCommits, ""};
  while (commits.size() <= kMaxCommits) {
    RETURN_IF_ERROR(place.call.CheckAlive());
    ASSIGN_OR_RETURN(workspace::HistoryPage page, place.backend.env.engine->History(place.uid, query));
    std::move(page.commits.begin(), page.commits.end(), std::back_inserter(commits));
    if (page.next_cursor.empty()) break;
    query.cursor = std::move(page.next_cursor);
  }
  for (size_t i = 0; i < commits.size() && i < kMaxCommits; ++i) {
    if (!CommandOf(commits[i]).empty()) continue;
    RETURN_IF_ERROR(place.call.CheckAlive());
    ASSIGN_OR_RETURN(std::string now_text, SectionAt(place, commits[i].id));
    std::string before_text;
    if (i + 1 < commits.size()) {
      ASSIGN_OR_RETURN(before_text, SectionAt(place, commits[i + 1].id));
    }
    if (now_text == before_text) continue;
    const LineSet now(std::move(now_text));
    const LineSet before(std::move(before_text));
    for (size_t j = 0; j < conflicts.size(); ++j) {
      const auto end = std::remove_if(traces[j].lines.begin(), traces[j].lines.end(), [&](const std::string& line) {
        return traces[j].deleted ? !now.Has(line) && before.Has(line) : now.Has(line) && !before.Has(line);
      });
      if (end == traces[j].lines.end()) continue;
      traces[j].lines.erase(end, traces[j].lines.end());
      const std::string name = OneLine(commits[i].author.name);
      if (std::find(authors[j].begin(), authors[j].end(), name) == authors[j].end()) authors[j].push_back(name);
    }
  }
  return authors;
}

}  // namespace metapowers::server
