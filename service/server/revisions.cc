#include "service/server/revisions.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/commit_message.h"
#include "service/workspace/object.h"

namespace metapowers::server {
namespace {

constexpr int kMaxSteps = 10'000;  // N of HEAD~N
constexpr int kPageSize = 1'000;
constexpr int kMaxCandidates = 10;         // as many full ids as fit into the metadata of an error
constexpr size_t kMaxTextBytes = 2 << 10;  // of a text that is cut

// Ends no text inside a UTF-8 sequence.
void Cut(std::string& text) {
  if (text.size() <= kMaxTextBytes) return;
  size_t end = kMaxTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
}

absl::Status InvalidError(absl::string_view revision) {
  const std::string shown = Printable(revision);
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("'", shown, "' is not a revision"),
                   {"NAME_INVALID",
                    {{"name", shown}},
                    {},
                    absl::StrCat("use a commit id of 4 to 40 digits, HEAD or HEAD~N with N up to ", kMaxSteps)});
}

absl::Status NotFoundError(const ResourceName& scope, absl::string_view revision) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("no revision '", revision, "' in the history of ", scope.ToString()),
                   {"REVISION_NOT_FOUND",
                    {{"revision", std::string(revision)}},
                    {},
                    absl::StrCat("metapowers log", scope.topic.empty() ? "" : " ", scope.topic)});
}

absl::StatusOr<std::string> OnlyMatch(workspace::Engine& engine, absl::string_view uid, const ResourceName& scope,
                                      absl::string_view digits) {
  ASSIGN_OR_RETURN(std::vector<std::string> found, engine.Match(uid, digits, kMaxCandidates + 1));
  if (found.empty()) return NotFoundError(scope, digits);
  if (found.size() == 1) return std::move(found.front());
  const bool more = found.size() > kMaxCandidates;
  if (more) found.pop_back();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("'", digits, "' begins the ids of several commits: ", absl::StrJoin(found, ", "),
                                more ? " and more" : ""),
                   {"REVISION_AMBIGUOUS",
                    {{"revision", std::string(digits)}, {"candidates", absl::StrJoin(found, ",")}},
                    {},
                    "give more digits"});
}

// The commit `steps` before the newest one in the history of `scope`.
absl::StatusOr<std::string> StepBack(workspace::Engine& engine, absl::string_view uid, const ResourceName& scope,
                                     int steps, absl::string_view revision) {
  workspace::HistoryQuery query{"", scope.Path(), std::min(steps + 1, kPageSize), ""};
  do {
    ASSIGN_OR_RETURN(workspace::HistoryPage page, engine.History(uid, query));
    const int found = static_cast<int>(page.commits.size());
    if (steps < found) return std::move(page.commits[steps].id);
    steps -= found;
    query.cursor = std::move(page.next_cursor);
    query.limit = std::min(steps + 1, kPageSize);
  } while (!query.cursor.empty());
  return NotFoundError(scope, revision);
}

}  // namespace

absl::StatusOr<std::string> ResolveRevision(workspace::Engine& engine, absl::string_view uid, const ResourceName& scope,
                                            absl::string_view revision) {
  if (revision.empty()) return std::string();
  const ResourceName topic{scope.workspace, scope.topic, ""};
  if (revision == "HEAD") return StepBack(engine, uid, topic, 0, revision);
  absl::string_view number = revision;
  if (absl::ConsumePrefix(&number, "HEAD~")) {
    int steps = 0;
    const bool digits = !number.empty() && std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
    if (!digits || !absl::SimpleAtoi(number, &steps) || steps > kMaxSteps) return InvalidError(revision);
    return StepBack(engine, uid, topic, steps, revision);
  }
  std::string id = absl::AsciiStrToLower(revision);
  if (workspace::IsObjectId(id)) return id;
  if (!workspace::IsAbbreviatedId(id)) return InvalidError(revision);
  return OnlyMatch(engine, uid, topic, id);
}

absl::StatusOr<workspace::CommitInfo> ReadRevision(workspace::Engine& engine, absl::string_view uid,
                                                   const std::string& id) {
  ASSIGN_OR_RETURN(workspace::HistoryPage page, engine.History(uid, {id, "", 1, ""}));
  return std::move(page.commits.front());
}

void Describe(const workspace::CommitInfo& commit, v1::Revision& out) {
  out.set_commit(commit.id);
  out.set_revision(commit.revision);
  out.set_subject(commit.subject);
  out.set_body(commit.body);
  out.set_command(CommandOf(commit));
  out.set_topic(TopicOf(commit));
  out.mutable_author()->set_name(commit.author.name);
  out.mutable_author()->set_email(commit.author.email);
  out.mutable_time()->set_seconds(absl::ToUnixSeconds(commit.time));
  for (const auto& [key, value] : commit.trailers) {
    v1::Trailer& trailer = *out.add_trailers();
    trailer.set_key(key);
    trailer.set_value(value);
  }
  out.set_summary(SummaryOf(commit));
}

void LimitRevision(size_t limit, v1::Revision& revision) {
  if (revision.ByteSizeLong() <= limit) return;
  revision.clear_body();
  revision.clear_trailers();
  for (std::string* text : {revision.mutable_subject(), revision.mutable_summary(), revision.mutable_command(),
                            revision.mutable_author()->mutable_name(), revision.mutable_author()->mutable_email()}) {
    Cut(*text);
  }
}

}  // namespace metapowers::server
