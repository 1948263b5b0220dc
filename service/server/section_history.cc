#include "service/server/section_history.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/section_guard.h"

namespace metapowers::server {
namespace {

// The commit that is looked for is one of the first, mostly: pages grow.
constexpr int kFirstPage = 2;
constexpr int kLargestPage = 64;

}  // namespace

SectionHistory::SectionHistory(Backend& backend, absl::string_view uid, std::string path, const CommandEntry& entry,
                               std::string from)
    : backend_(backend),
      uid_(uid),
      entry_(entry),
      path_(std::move(path)),
      next_(std::move(from)),
      page_size_(kFirstPage) {}

SectionHistory::SectionHistory(Backend& backend, absl::string_view uid, const ResourceName& topic,
                               const CommandEntry& entry, std::string from)
    : SectionHistory(backend, uid, topic.PathOf(entry.spec->document()), entry, std::move(from)) {}

absl::Status SectionHistory::ReadPage() {
  const std::string from = cursor_.empty() ? next_ : "";
  ASSIGN_OR_RETURN(workspace::HistoryPage page, backend_.env.engine->History(uid_, {from, path_, page_size_, cursor_}));
  page_size_ = std::min(2 * page_size_, kLargestPage);
  cursor_ = std::move(page.next_cursor);
  std::move(page.commits.begin(), page.commits.end(), std::back_inserter(waiting_));
  if (waiting_.empty() && cursor_.empty()) next_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> SectionHistory::SectionAt(const std::string& commit) {
  if (commit.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto snapshot, backend_.env.engine->At(uid_, commit));
  ASSIGN_OR_RETURN(const std::string blob, snapshot->BlobId(path_));
  if (blob.empty()) return std::nullopt;
  if (blob == read_blob_) return read_;
  ASSIGN_OR_RETURN(const std::optional<std::string> document, snapshot->ReadFile(path_));
  const std::string text = document.value_or("");
  const auto section = FindSection(text, entry_.spec->heading());
  read_blob_ = blob;
  read_ = section.has_value() ? std::optional<std::string>(*section) : std::nullopt;
  return read_;
}

absl::StatusOr<std::optional<SectionChange>> SectionHistory::Next(const Call& call, int most) {
  while (!next_.empty() && looked_at_ < most) {
    RETURN_IF_ERROR(call.CheckAlive());
    if (waiting_.empty()) {
      RETURN_IF_ERROR(ReadPage());
      if (waiting_.empty()) continue;
    }
    SectionChange change{std::move(waiting_.front()), {}, {}};
    waiting_.pop_front();
    ++looked_at_;
    looked_back_to_ = change.commit.id;
    next_ = waiting_.empty() && cursor_.empty() ? "" : change.commit.first_parent;
    ASSIGN_OR_RETURN(change.after, SectionAt(change.commit.id));
    ASSIGN_OR_RETURN(change.before, SectionAt(change.commit.first_parent));
    if (change.before != change.after) return change;
  }
  return std::nullopt;
}

absl::StatusOr<const CommandEntry*> SectionCommand(absl::string_view command) {
  ASSIGN_OR_RETURN(const std::vector<const CommandEntry*> entries, CommandIndex::Get().Resolve(command));
  if (entries.size() == 1) return entries.front();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("\"", Printable(command), "\" names ", entries.size(), " sections, not one"),
                   {"ARGUMENT_INVALID", {}, {{"command", "must be one command", ""}}, "metapowers commands"});
}

}  // namespace metapowers::server
