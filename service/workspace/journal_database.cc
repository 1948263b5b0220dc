#include "service/workspace/journal_database.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/failpoint.h"
#include "service/base/status_macros.h"
#include "service/workspace/checksum.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/sqlite.h"

namespace metapowers::workspace {
namespace {

constexpr int kVersion = 3;
constexpr char kSchema[] = R"sql(
  CREATE TABLE entry (sequence INTEGER PRIMARY KEY, workspace TEXT NOT NULL, body BLOB NOT NULL,
                      checksum INTEGER NOT NULL DEFAULT -1);
  CREATE INDEX entry_of_workspace ON entry (workspace, sequence);
  CREATE TABLE request (sequence INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL,
                        fingerprint BLOB NOT NULL, time INTEGER NOT NULL, checksum INTEGER NOT NULL,
                        answer BLOB NOT NULL);
  CREATE UNIQUE INDEX request_by_id ON request (workspace, id);
  CREATE TABLE answers (bytes INTEGER NOT NULL);
  INSERT INTO answers VALUES (0);
  CREATE TABLE retired (workspace TEXT PRIMARY KEY, up_to INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = 3;
)sql";
// Version 2 had all entries, which no log held.
constexpr char kFromVersion2[] = R"sql(
  CREATE TABLE retired (workspace TEXT PRIMARY KEY, up_to INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = 3;
)sql";
// Version 1 had no checksums: what it left has -1, which nothing is compared with. Its requests lay in an index of
// whole answers.
constexpr char kFromVersion1[] = R"sql(
  ALTER TABLE entry ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
  ALTER TABLE request RENAME TO old_request;
  CREATE TABLE request (sequence INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL,
                        fingerprint BLOB NOT NULL, time INTEGER NOT NULL, checksum INTEGER NOT NULL,
                        answer BLOB NOT NULL);
  INSERT INTO request (workspace, id, fingerprint, time, checksum, answer)
    SELECT workspace, id, fingerprint, time, -1, answer FROM old_request ORDER BY time;
  DROP TABLE old_request;
  CREATE UNIQUE INDEX request_by_id ON request (workspace, id);
  CREATE TABLE answers (bytes INTEGER NOT NULL);
  INSERT INTO answers SELECT total(length(answer)) FROM request;
  PRAGMA user_version = 2;
)sql";
// Pages of the log after which they are copied into the file: 16 MB, so that a burst is not held up by it.
constexpr char kSetUp[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; "
    "PRAGMA cache_size = -2000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
constexpr absl::Duration kExpireEvery = absl::Minutes(1);
// Requests that one transaction forgets, beside twice those that it keeps: it catches up, and holds nobody up.
constexpr int64_t kExpiredAtOnce = 200;

constexpr int64_t kNoChecksum = -1;

int64_t Checksum(const JournalEntry& entry) {
  return Crc32({absl::StrCat(entry.sequence, " ", entry.workspace, " "), entry.body});
}

int64_t Checksum(absl::string_view workspace, const RequestRecord& request) {
  return Crc32({absl::StrCat(workspace, " ", request.id, " ", absl::ToUnixSeconds(request.time), " "),
                request.fingerprint, request.answer});
}

// Makes durable what a killed process wrote and did not sync, which SQLite would take for committed. No part of it: a
// full disk does not keep the journal from being read.
absl::Status SyncLeftovers(const std::string& file) {
  for (const char* suffix : {"", "-wal"}) {
    const UniqueFd handle(::open((file + suffix).c_str(), O_RDONLY | O_CLOEXEC));
    if (handle.valid() ? ::fsync(handle.get()) != 0 : errno != ENOENT) {
      return StorageError(errno, "cannot sync the journal");
    }
  }
  return SyncDirectory(file.substr(0, file.rfind('/')));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JournalDatabase>> JournalDatabase::Open(const std::string& file, int64_t most_bytes) {
  auto database = std::unique_ptr<JournalDatabase>(new JournalDatabase(most_bytes));
  RETURN_IF_ERROR(SyncLeftovers(file));
  RETURN_IF_ERROR(database->SetUp(file));
  return database;
}

absl::Status JournalDatabase::SetUp(const std::string& file) {
  ASSIGN_OR_RETURN(writer_, OpenDatabase(file, /*create=*/true, kSetUp));
  Statement version;
  RETURN_IF_ERROR(version.Prepare(writer_.get(), "PRAGMA user_version"));
  RETURN_IF_ERROR(version.Step().status());
  const int64_t found = version.Number(0);
  version.Reset();
  if (found > kVersion) return JournalVersionError(found, kVersion);
  if (found == 0) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kSchema); }));
  if (found == 1) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kFromVersion1); }));
  if (found == 1 || found == 2) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kFromVersion2); }));
  RETURN_IF_ERROR(keep_entry_.Prepare(writer_.get(), "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)"));
  RETURN_IF_ERROR(forget_entries_.Prepare(writer_.get(), "DELETE FROM entry WHERE workspace = ? AND sequence <= ?"));
  RETURN_IF_ERROR(
      set_retired_.Prepare(writer_.get(),
                           "INSERT INTO retired VALUES (?, ?) ON CONFLICT (workspace) DO UPDATE SET up_to = "
                           "max(up_to, excluded.up_to)"));
  RETURN_IF_ERROR(
      keep_request_.Prepare(writer_.get(),
                            "INSERT OR REPLACE INTO request (workspace, id, fingerprint, answer, time, checksum) "
                            "VALUES (?, ?, ?, ?, ?, ?)"));
  RETURN_IF_ERROR(expire_.Prepare(writer_.get(),
                                  "DELETE FROM request WHERE time < ? AND sequence IN "
                                  "(SELECT sequence FROM request ORDER BY sequence LIMIT ?) "
                                  "RETURNING length(answer)"));
  RETURN_IF_ERROR(set_answer_bytes_.Prepare(writer_.get(), "UPDATE answers SET bytes = ?"));
  RETURN_IF_ERROR(
      oldest_answers_.Prepare(writer_.get(),
                              "SELECT workspace, id, fingerprint, time, length(answer), sequence FROM request WHERE "
                              "sequence > ? AND length(answer) > 0 ORDER BY sequence LIMIT ?"));
  RETURN_IF_ERROR(drop_answer_.Prepare(writer_.get(),
                                       "UPDATE request SET answer = x'', checksum = ? WHERE workspace = ? AND id = ?"));
  Statement answers;
  RETURN_IF_ERROR(answers.Prepare(writer_.get(), "SELECT bytes FROM answers"));
  RETURN_IF_ERROR(answers.Step().status());
  kept_.answer_bytes = answers.Number(0);
  answers.Reset();
  absl::MutexLock lock(&reader_mutex_);
  ASSIGN_OR_RETURN(reader_, OpenDatabase(file, /*create=*/false, kSetUp));
  RETURN_IF_ERROR(
      entries_.Prepare(reader_.get(), "SELECT sequence, workspace, body, checksum FROM entry ORDER BY sequence"));
  RETURN_IF_ERROR(retired_.Prepare(reader_.get(), "SELECT workspace, up_to FROM retired"));
  return find_request_.Prepare(
      reader_.get(),
      "SELECT fingerprint, answer, time, checksum FROM request WHERE workspace = ? AND id = ? AND time >= ?");
}

template <class Body>
absl::Status JournalDatabase::Transaction(const Body& body) {
  RETURN_IF_ERROR(Execute(writer_.get(), "BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = Execute(writer_.get(), "COMMIT");
  if (!status.ok() && sqlite3_get_autocommit(writer_.get()) == 0) (void)Execute(writer_.get(), "ROLLBACK");
  return status;
}

absl::Status JournalDatabase::Retire(const std::vector<Retirement>& retirements) {
  Kept kept = kept_;
  const auto retire = [&]() -> absl::Status {
    int64_t requests = 0;
    for (const Retirement& retirement : retirements) {
      for (const RequestRecord& request : retirement.requests) {
        RETURN_IF_ERROR(KeepRequest(retirement.workspace, request));
        kept.answer_bytes += static_cast<int64_t>(request.answer.size());
      }
      requests += static_cast<int64_t>(retirement.requests.size());
      RETURN_IF_ERROR(forget_entries_.BindText(retirement.workspace).Bind(retirement.up_to).Run());
      RETURN_IF_ERROR(set_retired_.BindText(retirement.workspace).Bind(retirement.up_to).Run());
    }
    RETURN_IF_ERROR(Failpoint("journal_retire"));
    RETURN_IF_ERROR(Expire(kExpiredAtOnce + 2 * requests, kept));
    return set_answer_bytes_.Bind(kept.answer_bytes).Run();
  };
  RETURN_IF_ERROR(Transaction(retire));
  kept_ = kept;
  return absl::OkStatus();
}

absl::Status JournalDatabase::Keep(const std::vector<JournalEntry>& entries) {
  return Transaction([&]() -> absl::Status {
    for (const JournalEntry& entry : entries) {
      const int64_t checksum = Checksum(entry) ^ (entry.damaged ? 1 : 0);  // it stays damaged
      RETURN_IF_ERROR(
          keep_entry_.Bind(entry.sequence).BindText(entry.workspace).BindBytes(entry.body).Bind(checksum).Run());
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<JournalEntry>> JournalDatabase::Entries() {
  absl::MutexLock lock(&reader_mutex_);
  std::vector<JournalEntry> entries;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, entries_.Step());
    if (!row) return entries;
    JournalEntry& entry = entries.emplace_back(JournalEntry{entries_.Number(0), entries_.Bytes(1), entries_.Bytes(2)});
    const int64_t checksum = entries_.Number(3);
    entry.damaged = checksum != kNoChecksum && checksum != Checksum(entry);
  }
}

absl::StatusOr<std::map<std::string, int64_t>> JournalDatabase::Retired() {
  absl::MutexLock lock(&reader_mutex_);
  std::map<std::string, int64_t> retired;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, retired_.Step());
    if (!row) return retired;
    retired[retired_.Bytes(0)] = retired_.Number(1);
  }
}

absl::StatusOr<std::optional<RequestRecord>> JournalDatabase::FindRequest(absl::string_view workspace,
                                                                          absl::string_view id) {
  absl::MutexLock lock(&reader_mutex_);
  const int64_t oldest = absl::ToUnixSeconds(absl::Now() - kRequestsKept);
  ASSIGN_OR_RETURN(const bool found, find_request_.BindText(workspace).BindText(id).Bind(oldest).Step());
  if (!found) return std::nullopt;
  RequestRecord request{std::string(id), find_request_.Bytes(0), find_request_.Bytes(1),
                        absl::FromUnixSeconds(find_request_.Number(2))};
  const int64_t checksum = find_request_.Number(3);
  find_request_.Reset();
  if (checksum != kNoChecksum && checksum != Checksum(workspace, request)) {
    return JournalCorruptError(absl::StrCat("the record of request ", id, " is not what was written"));
  }
  return request;
}

absl::Status JournalDatabase::KeepRequest(absl::string_view workspace, const RequestRecord& request) {
  return keep_request_.BindText(workspace)
      .BindText(request.id)
      .BindBytes(request.fingerprint)
      .BindBytes(request.answer)
      .Bind(absl::ToUnixSeconds(request.time))
      .Bind(Checksum(workspace, request))
      .Run();
}

// Forgets those of the `most` oldest requests that are too old, which were retired in about the order of their times,
// and as many answers that are too much. While some are found, the next transaction goes on; otherwise one of the
// next minute looks again.
absl::Status JournalDatabase::Expire(int64_t most, Kept& kept) {
  const absl::Time now = absl::Now();
  if (now < kept.next_expiry) return absl::OkStatus();
  int64_t expired = 0;
  expire_.Bind(absl::ToUnixSeconds(now - kRequestsKept)).Bind(most);
  for (;; ++expired) {
    ASSIGN_OR_RETURN(const bool row, expire_.Step());
    if (!row) break;
    kept.answer_bytes -= expire_.Number(0);
  }
  if (kept.answer_bytes > most_bytes_) RETURN_IF_ERROR(DropAnswers(most, kept));
  if (expired == 0 && kept.answer_bytes <= most_bytes_) kept.next_expiry = now + kExpireEvery;
  return absl::OkStatus();
}

absl::Status JournalDatabase::DropAnswers(int64_t most, Kept& kept) {
  std::vector<std::pair<std::string, RequestRecord>> oldest;
  oldest_answers_.Bind(kept.dropped_up_to).Bind(most);
  while (true) {
    ASSIGN_OR_RETURN(const bool row, oldest_answers_.Step());
    if (!row) break;
    oldest.push_back(
        {oldest_answers_.Bytes(0),
         {oldest_answers_.Bytes(1), oldest_answers_.Bytes(2), "", absl::FromUnixSeconds(oldest_answers_.Number(3))}});
    kept.answer_bytes -= oldest_answers_.Number(4);
    kept.dropped_up_to = oldest_answers_.Number(5);
    if (kept.answer_bytes > most_bytes_) continue;
    oldest_answers_.Reset();
    break;
  }
  // What was retired again after a crash was counted twice.
  if (oldest.empty()) kept.answer_bytes = kept.dropped_up_to = 0;
  for (const auto& [workspace, request] : oldest) {
    RETURN_IF_ERROR(drop_answer_.Bind(Checksum(workspace, request)).BindText(workspace).BindText(request.id).Run());
  }
  return absl::OkStatus();
}

}  // namespace metapowers::workspace
