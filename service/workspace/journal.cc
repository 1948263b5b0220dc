#include "service/workspace/journal.h"

#include <algorithm>
#include <utility>

#include "service/base/status_macros.h"
#include "service/workspace/journal_database.h"
#include "service/workspace/step_log.h"

namespace metapowers::workspace {
namespace {

class LoggedJournal : public Journal {
 public:
  LoggedJournal(std::unique_ptr<StepLog> log, std::unique_ptr<JournalDatabase> database)
      : log_(std::move(log)), database_(std::move(database)) {}

  absl::Status Load() {
    ASSIGN_OR_RETURN(entries_, database_->Entries());
    ASSIGN_OR_RETURN(const auto retired, database_->Retired());
    for (JournalEntry& entry : log_->TakeEntries()) {
      first_sequence_ = std::max(first_sequence_, entry.sequence + 1);
      const auto up_to = retired.find(entry.workspace);
      if (up_to == retired.end() || up_to->second < entry.sequence) entries_.push_back(std::move(entry));
    }
    for (const auto& [workspace, up_to] : retired) {
      log_->Forget(workspace, up_to);
      first_sequence_ = std::max(first_sequence_, up_to + 1);
    }
    const auto earlier = [](const JournalEntry& a, const JournalEntry& b) { return a.sequence < b.sequence; };
    const auto same = [](const JournalEntry& a, const JournalEntry& b) { return a.sequence == b.sequence; };
    std::stable_sort(entries_.begin(), entries_.end(), earlier);
    entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());  // moved, not yet forgotten
    if (!entries_.empty()) first_sequence_ = std::max(first_sequence_, entries_.back().sequence + 1);
    return absl::OkStatus();
  }

  absl::Status Append(const std::vector<JournalEntry>& entries) override { return log_->Append(entries); }

  absl::Status Retire(const std::vector<Retirement>& retirements) override {
    RETURN_IF_ERROR(database_->Retire(retirements));
    for (const Retirement& retirement : retirements) log_->Forget(retirement.workspace, retirement.up_to);
    // The entries are retired whatever comes of these, which are moved with a later retirement then.
    (void)MoveStragglers();
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<JournalEntry>> TakeEntries() override { return std::move(entries_); }

  int64_t first_sequence() const override { return first_sequence_; }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view workspace, absl::string_view id) override {
    return database_->FindRequest(workspace, id);
  }

 private:
  // A repository that takes nothing keeps few steps, and must not keep all that others append meanwhile.
  absl::Status MoveStragglers() {
    while (true) {
      ASSIGN_OR_RETURN(const std::vector<JournalEntry> stragglers, log_->Stragglers());
      if (stragglers.empty()) return absl::OkStatus();
      RETURN_IF_ERROR(database_->Keep(stragglers));
      for (const JournalEntry& entry : stragglers) log_->Forget(entry.workspace, entry.sequence);
    }
  }

  const std::unique_ptr<StepLog> log_;
  const std::unique_ptr<JournalDatabase> database_;
  std::vector<JournalEntry> entries_;
  int64_t first_sequence_ = 1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(const std::string& directory, const std::string& file) {
  ASSIGN_OR_RETURN(auto database, JournalDatabase::Open(file));
  ASSIGN_OR_RETURN(auto log, StepLog::Open(directory));
  auto journal = std::make_unique<LoggedJournal>(std::move(log), std::move(database));
  RETURN_IF_ERROR(journal->Load());
  return journal;
}

}  // namespace metapowers::workspace
