#include "service/server/section_blame.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/document/text_diff.h"
#include "service/server/commit_message.h"
#include "service/server/page_token.h"
#include "service/server/revisions.h"
#include "service/server/section_guard.h"
#include "service/server/section_history.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

// Commits that are looked at beyond a page to find what came before its last change.
constexpr int kLookedAtBeyond = 16;

// Every line with its end, so that a line is the same whether others follow or not.
std::string WithEnd(absl::string_view section) { return section.empty() ? "" : absl::StrCat(section, "\n"); }

// Lines of the section whose commit is not known yet, by number from 0, and which line of an older version each is.
using OpenLines = std::map<int, int>;

// Runs of lines that stand together in both: "first,line in the older version,count", with ';' between.
std::string FormatOpen(const OpenLines& open) {
  std::vector<std::string> runs;
  for (auto at = open.begin(); at != open.end();) {
    const auto [first, place] = *at;
    int count = 0;
    while (at != open.end() && at->first == first + count && at->second == place + count) ++at, ++count;
    runs.push_back(absl::StrCat(first, ",", place, ",", count));
  }
  return absl::StrJoin(runs, ";");
}

// nullopt when `text` was not made by FormatOpen() for a section of so many lines.
std::optional<OpenLines> ParseOpen(absl::string_view text, int lines, int older_lines) {
  OpenLines open;
  for (const absl::string_view run : absl::StrSplit(text, ';')) {
    const std::vector<absl::string_view> numbers = absl::StrSplit(run, ',');
    int first = 0, place = 0, count = 0;
    if (numbers.size() != 3 || !absl::SimpleAtoi(numbers[0], &first) || !absl::SimpleAtoi(numbers[1], &place) ||
        !absl::SimpleAtoi(numbers[2], &count)) {
      return std::nullopt;
    }
    if (first < 0 || place < 0 || count < 1 || first > lines - count || place > older_lines - count) {
      return std::nullopt;
    }
    for (int i = 0; i < count; ++i) open[first + i] = place + i;
  }
  return open;
}

int CountLines(absl::string_view section) { return static_cast<int>(document::SplitLines(WithEnd(section)).size()); }

// One page of the blame.
class Blame {
 public:
  Blame(Backend& backend, std::string uid, const ResourceName& topic, const CommandEntry& entry)
      : backend_(backend), uid_(std::move(uid)), topic_(topic), entry_(entry) {}

  // The section at the commit that the page begins at. NOT_FOUND DOCUMENT_NOT_FOUND.
  absl::Status ReadTarget(const std::string& commit);
  // Where the page before ended: `cursor` is what Cursor() gave. INVALID_ARGUMENT PAGE_TOKEN_INVALID.
  absl::Status GoOn(absl::string_view cursor);
  absl::Status Walk(const Call& call, v1::BlameSectionResponse& response);
  // "" when every line has its commit.
  std::string Cursor() const;

 private:
  absl::StatusOr<std::string> SectionAt(const std::string& commit) const;
  // What the section was made anew for at `commit`, after its version of `older`.
  absl::Status FindCause(const workspace::CommitInfo& commit, const workspace::CommitInfo& older,
                         v1::BlamedRevision& out) const;

  Backend& backend_;
  const std::string uid_;
  const ResourceName& topic_;
  const CommandEntry& entry_;
  std::string target_;   // commit
  std::string section_;  // with a line end
  OpenLines open_;
  std::string next_;  // commit from which the walk goes on
};

absl::StatusOr<std::string> Blame::SectionAt(const std::string& commit) const {
  ASSIGN_OR_RETURN(const auto snapshot, backend_.env.engine->At(uid_, commit));
  RETURN_IF_ERROR(TopicTree(*snapshot, topic_).status());
  ASSIGN_OR_RETURN(const auto text, snapshot->ReadFile(topic_.PathOf(entry_.spec->document())));
  const std::string document = text.value_or("");
  const auto section = FindSection(document, entry_.spec->heading());
  if (section.has_value()) return std::string(*section);
  return SectionNotFound({topic_.workspace, topic_.topic, entry_.spec->document()}, entry_.spec->id());
}

absl::Status Blame::ReadTarget(const std::string& commit) {
  ASSIGN_OR_RETURN(const std::string section, SectionAt(commit));
  target_ = next_ = commit;
  section_ = WithEnd(section);
  for (int i = 0; i < CountLines(section); ++i) open_[i] = i;
  return absl::OkStatus();
}

absl::Status Blame::GoOn(absl::string_view cursor) {
  const std::vector<std::string> parts = absl::StrSplit(cursor, '/');
  if (parts.size() == 3) {
    RETURN_IF_ERROR(ReadTarget(parts[0]));
    next_ = parts[1];
    ASSIGN_OR_RETURN(const std::string older, SectionAt(next_));
    if (auto open = ParseOpen(parts[2], static_cast<int>(open_.size()), CountLines(older))) {
      open_ = *std::move(open);
      return absl::OkStatus();
    }
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "the page token is not of this listing",
                   {"PAGE_TOKEN_INVALID", {}, {}, "list again from the first page"});
}

std::string Blame::Cursor() const {
  return open_.empty() || next_.empty() ? "" : absl::StrCat(target_, "/", next_, "/", FormatOpen(open_));
}

absl::Status Blame::FindCause(const workspace::CommitInfo& commit, const workspace::CommitInfo& older,
                              v1::BlamedRevision& out) const {
  std::optional<workspace::CommitInfo> cause;
  for (const absl::string_view file : {kModelFile, kDecisionsFile}) {
    ASSIGN_OR_RETURN(workspace::HistoryPage page,
                     backend_.env.engine->History(uid_, {commit.id, topic_.PathOf(file), 1, ""}));
    if (page.commits.empty() || page.commits.front().revision <= older.revision) continue;
    if (cause.has_value() && cause->revision >= page.commits.front().revision) continue;
    cause = std::move(page.commits.front());
  }
  if (cause.has_value() && cause->id != commit.id) Describe(*cause, *out.mutable_cause());
  return absl::OkStatus();
}

absl::Status Blame::Walk(const Call& call, v1::BlameSectionResponse& response) {
  const std::vector<absl::string_view> lines = document::SplitLines(section_);
  std::map<int, std::string> found;                    // line -> commit
  std::optional<workspace::CommitInfo> without_older;  // the last one in `response`, while its version before is sought
  SectionHistory history(backend_, uid_, topic_, entry_, next_);
  const auto close = [&](const workspace::CommitInfo& older) -> absl::Status {
    if (!without_older.has_value()) return absl::OkStatus();
    const workspace::CommitInfo newer = *std::exchange(without_older, std::nullopt);
    return FindCause(newer, older, *response.mutable_revisions(response.revisions_size() - 1));
  };
  while (!open_.empty()) {
    ASSIGN_OR_RETURN(const std::optional<SectionChange> change, history.Next(call));
    if (!change.has_value()) break;
    RETURN_IF_ERROR(close(change->commit));
    const std::vector<int> match =
        document::MatchLines(WithEnd(change->before.value_or("")), WithEnd(change->after.value_or("")));
    OpenLines still;
    for (const auto& [line, place] : open_) {
      const int older = place < static_cast<int>(match.size()) ? match[static_cast<size_t>(place)] : document::kNewLine;
      if (older == document::kNewLine) {
        found[line] = change->commit.id;
      } else {
        still[line] = older;
      }
    }
    if (still.size() < open_.size()) {
      Describe(change->commit, *response.add_revisions()->mutable_revision());
      if (CommandOf(change->commit) == entry_.spec->id() && change->before.has_value()) without_older = change->commit;
    }
    open_ = std::move(still);
  }
  next_ = history.next();
  response.set_looked_back_to(history.looked_back_to());
  if (without_older.has_value()) {
    ASSIGN_OR_RETURN(const auto older, history.Next(call, kMaxCommitsLookedAt + kLookedAtBeyond));
    if (older.has_value()) RETURN_IF_ERROR(close(older->commit));
  }
  for (const auto& [line, commit] : found) {
    v1::BlamedLine& out = *response.add_lines();
    out.set_line(line + 1);
    const absl::string_view text = absl::StripSuffix(lines[static_cast<size_t>(line)], "\n");
    out.set_text(IsUtf8(text) ? std::string(text) : absl::CHexEscape(text));
    out.set_commit(commit);
  }
  response.set_commit(target_);
  response.set_open_lines(static_cast<int32_t>(open_.size()));
  return absl::OkStatus();
}

}  // namespace

absl::Status BlameSection(Backend& backend, Call& call, const v1::BlameSectionRequest& request,
                          v1::BlameSectionResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const CommandEntry* const entry, SectionCommand(request.command()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, topic));
  const std::string query_id =
      absl::StrCat("BlameSection ", found.uid, " ", topic.ToString(), " ", entry->spec->id(), " ", request.revision());
  ASSIGN_OR_RETURN(const std::string cursor, ReadPageToken(query_id, request.page_token()));
  Blame blame(backend, found.uid, topic, *entry);
  if (cursor.empty()) {
    ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
    RETURN_IF_ERROR(TopicTree(*snapshot, topic).status());
    RETURN_IF_ERROR(blame.ReadTarget(snapshot->commit()));
  } else {
    RETURN_IF_ERROR(blame.GoOn(cursor));
  }
  RETURN_IF_ERROR(blame.Walk(call, response));
  response.set_next_page_token(MakePageToken(query_id, blame.Cursor()));
  return absl::OkStatus();
}

}  // namespace metapowers::server
