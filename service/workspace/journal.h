// Where a step is durable before its repository holds it: one journal for all workspaces, so that one sync serves
// whoever waits. What is appended goes to a log (step_log.h); what is left of it once repositories hold the steps, the
// records of requests, to a database (journal_database.h). Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_JOURNAL_H_
#define METAPOWERS_SERVICE_WORKSPACE_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

// A step, encoded (step_codec.h).
struct JournalEntry {
  int64_t sequence = 0;   // ascends over all workspaces
  std::string workspace;  // uid
  std::string body;
  bool damaged = false;  // it is not what was appended
};

// What a repository holds by now.
struct Retirement {
  std::string workspace;
  int64_t up_to = 0;                    // sequence, inclusive
  std::vector<RequestRecord> requests;  // of these entries
};

// Append is called by one thread, Retire by one, which may be another; the rest by any.
class Journal {
 public:
  virtual ~Journal() = default;

  // Makes the entries durable, all or none, before it returns. After INTERNAL/STORAGE_FAILED nobody knows which, and
  // every later call fails alike: only opening the journal anew tells.
  virtual absl::Status Append(const std::vector<JournalEntry>& entries) = 0;

  // Forgets the entries and keeps their requests. On an error some may be forgotten; retiring them again does no harm.
  virtual absl::Status Retire(const std::vector<Retirement>& retirements) = 0;

  // What was appended and not retired when the journal was opened, in order of sequence, damaged entries among it;
  // once.
  virtual absl::StatusOr<std::vector<JournalEntry>> TakeEntries() = 0;

  // Above the sequence of every entry that was ever appended before the journal was opened.
  virtual int64_t first_sequence() const = 0;

  // The request of a retired entry, no older than kRequestsKept; without its answer where kAnswerBytesKept took it.
  // DATA_LOSS/STORAGE_CORRUPT when it is not what was appended.
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view workspace,
                                                                   absl::string_view id) = 0;
};

// Opens the journal whose log is in `directory`, which exists, and whose database is `file`, making both when they are
// absent. FAILED_PRECONDITION/STORAGE_VERSION when a newer release wrote them, DATA_LOSS/STORAGE_CORRUPT when they are
// damaged and nobody knows whose entries are.
absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(const std::string& directory, const std::string& file);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_JOURNAL_H_
