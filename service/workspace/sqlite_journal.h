// The journal in one SQLite file: a write-ahead log whose commits are synced. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_SQLITE_JOURNAL_H_
#define METAPOWERS_SERVICE_WORKSPACE_SQLITE_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/workspace/journal.h"

namespace metapowers::workspace {

// Opens `file`, making it when it is absent. FAILED_PRECONDITION/STORAGE_VERSION when a newer release wrote it,
// DATA_LOSS/STORAGE_CORRUPT when it is damaged. Beyond `most_bytes` of answers, requests lose theirs, oldest first.
absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& file,
                                                           int64_t most_bytes = kAnswerBytesKept);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_SQLITE_JOURNAL_H_
