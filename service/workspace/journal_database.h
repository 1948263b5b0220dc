// What the journal knows beside its log, in one SQLite file: up to where each workspace's steps are stored in its
// repository, the records of their requests, and steps that are waiting longer than the log is to be kept for. Internal
// to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_JOURNAL_DATABASE_H_
#define METAPOWERS_SERVICE_WORKSPACE_JOURNAL_DATABASE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/workspace/journal.h"
#include "service/workspace/sqlite.h"

namespace metapowers::workspace {

// Writes are all or none, and durable when they return. They are called by one thread, the rest by any.
class JournalDatabase {
 public:
  // Opens `file`, making it when it is absent. FAILED_PRECONDITION/STORAGE_VERSION when a newer release wrote it,
  // DATA_LOSS/STORAGE_CORRUPT when it is damaged. Beyond `most_bytes` of answers, requests lose theirs, oldest first.
  static absl::StatusOr<std::unique_ptr<JournalDatabase>> Open(const std::string& file,
                                                               int64_t most_bytes = kAnswerBytesKept);

  // Keeps the requests, forgets the steps that Keep() was given, and remembers up to where.
  absl::Status Retire(const std::vector<Retirement>& retirements);

  // Keeps steps that no repository takes.
  absl::Status Keep(const std::vector<JournalEntry>& entries);

  // Those steps, in order of sequence.
  absl::StatusOr<std::vector<JournalEntry>> Entries() ABSL_LOCKS_EXCLUDED(reader_mutex_);

  // Of each workspace, the highest sequence that was retired.
  absl::StatusOr<std::map<std::string, int64_t>> Retired() ABSL_LOCKS_EXCLUDED(reader_mutex_);

  // As of Journal.
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view workspace, absl::string_view id)
      ABSL_LOCKS_EXCLUDED(reader_mutex_);

 private:
  // Of the requests that are kept.
  struct Kept {
    int64_t answer_bytes = 0;
    absl::Time next_expiry = absl::InfinitePast();
    int64_t dropped_up_to = 0;  // sequence: none up to it has its answer
  };

  explicit JournalDatabase(int64_t most_bytes) : most_bytes_(most_bytes) {}

  absl::Status SetUp(const std::string& file) ABSL_LOCKS_EXCLUDED(reader_mutex_);
  // Runs `body` as one transaction.
  template <class Body>
  absl::Status Transaction(const Body& body);
  absl::Status KeepRequest(absl::string_view workspace, const RequestRecord& request);
  absl::Status Expire(int64_t most, Kept& kept);
  absl::Status DropAnswers(int64_t most, Kept& kept);

  // Of the thread that writes. Statements go before their database.
  Database writer_;
  Statement keep_entry_, forget_entries_, set_retired_;
  Statement keep_request_, expire_, oldest_answers_, drop_answer_, set_answer_bytes_;
  const int64_t most_bytes_;
  Kept kept_;

  absl::Mutex reader_mutex_;
  Database reader_ ABSL_GUARDED_BY(reader_mutex_);
  Statement entries_ ABSL_GUARDED_BY(reader_mutex_);
  Statement retired_ ABSL_GUARDED_BY(reader_mutex_);
  Statement find_request_ ABSL_GUARDED_BY(reader_mutex_);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_JOURNAL_DATABASE_H_
