#include "service/workspace/sqlite_journal.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

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
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/sqlite.h"

namespace metapowers::workspace {
namespace {

constexpr int kVersion = 2;
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
  PRAGMA user_version = 2;
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
    "PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
constexpr absl::Duration kExpireEvery = absl::Minutes(1);
// Requests that one transaction forgets, beside twice those that it keeps: it catches up, and holds nobody up.
constexpr int64_t kExpiredAtOnce = 200;

constexpr int64_t kNoChecksum = -1;

// CRC-32 of the parts, one after the other.
int64_t Checksum(std::initializer_list<absl::string_view> parts) {
  uLong sum = ::crc32(0, nullptr, 0);
  for (const absl::string_view part : parts) {
    sum = ::crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  }
  return static_cast<int64_t>(sum);
}

int64_t Checksum(const JournalEntry& entry) {
  return Checksum({absl::StrCat(entry.sequence, " ", entry.workspace, " "), entry.body});
}

int64_t Checksum(absl::string_view workspace, const RequestRecord& request) {
  return Checksum({absl::StrCat(workspace, " ", request.id, " ", absl::ToUnixSeconds(request.time), " "),
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

class SqliteJournal : public Journal {
 public:
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& file, int64_t most_bytes) {
    auto journal = std::unique_ptr<SqliteJournal>(new SqliteJournal(most_bytes));
    RETURN_IF_ERROR(SyncLeftovers(file));
    RETURN_IF_ERROR(journal->SetUp(file));
    return journal;
  }

  absl::Status Append(const std::vector<JournalEntry>& entries) override {
    if (failed_) return JournalFailedError();
    const absl::Status written = Transaction([&]() -> absl::Status {
      for (const JournalEntry& entry : entries) {
        RETURN_IF_ERROR(
            append_.Bind(entry.sequence).BindText(entry.workspace).BindBytes(entry.body).Bind(Checksum(entry)).Run());
      }
      return Failpoint("journal_before_sync");
    });
    return written.ok() ? Failpoint("journal_after_sync") : written;
  }

  absl::Status Retire(const std::vector<Retirement>& retirements) override {
    if (failed_) return JournalFailedError();
    RETURN_IF_ERROR(Execute(writer_.get(), "PRAGMA synchronous = NORMAL"));  // synced with the next Append
    Kept kept = kept_;
    const absl::Status status = Transaction([&]() -> absl::Status {
      int64_t requests = 0;
      for (const Retirement& retirement : retirements) {
        for (const RequestRecord& request : retirement.requests) {
          RETURN_IF_ERROR(Keep(retirement.workspace, request));
          kept.answer_bytes += static_cast<int64_t>(request.answer.size());
        }
        requests += static_cast<int64_t>(retirement.requests.size());
        RETURN_IF_ERROR(retire_.BindText(retirement.workspace).Bind(retirement.up_to).Run());
      }
      RETURN_IF_ERROR(Failpoint("journal_retire"));
      RETURN_IF_ERROR(Expire(kExpiredAtOnce + 2 * requests, kept));
      return set_answer_bytes_.Bind(kept.answer_bytes).Run();
    });
    if (status.ok()) kept_ = kept;
    const absl::Status synced_again = Execute(writer_.get(), "PRAGMA synchronous = FULL");
    if (synced_again.ok()) return status;
    failed_ = true;
    return JournalFailedError();
  }

  absl::StatusOr<std::vector<JournalEntry>> Entries() override {
    absl::MutexLock lock(&reader_mutex_);
    std::vector<JournalEntry> entries;
    while (true) {
      ASSIGN_OR_RETURN(const bool row, entries_.Step());
      if (!row) return entries;
      JournalEntry& entry =
          entries.emplace_back(JournalEntry{entries_.Number(0), entries_.Bytes(1), entries_.Bytes(2)});
      const int64_t checksum = entries_.Number(3);
      entry.damaged = checksum != kNoChecksum && checksum != Checksum(entry);
    }
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view workspace, absl::string_view id) override {
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

 private:
  // Of the requests that are kept.
  struct Kept {
    int64_t answer_bytes = 0;
    absl::Time next_expiry = absl::InfinitePast();
    int64_t dropped_up_to = 0;  // sequence: none up to it has its answer
  };

  explicit SqliteJournal(int64_t most_bytes) : most_bytes_(most_bytes) {}

  absl::Status SetUp(const std::string& file) {
    ASSIGN_OR_RETURN(writer_, OpenDatabase(file, /*create=*/true, kSetUp));
    Statement version;
    RETURN_IF_ERROR(version.Prepare(writer_.get(), "PRAGMA user_version"));
    RETURN_IF_ERROR(version.Step().status());
    const int64_t found = version.Number(0);
    version.Reset();
    if (found == 0) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kSchema); }));
    if (found == 1) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kFromVersion1); }));
    if (found > kVersion) return JournalVersionError(found, kVersion);
    RETURN_IF_ERROR(append_.Prepare(writer_.get(), "INSERT INTO entry VALUES (?, ?, ?, ?)"));
    RETURN_IF_ERROR(retire_.Prepare(writer_.get(), "DELETE FROM entry WHERE workspace = ? AND sequence <= ?"));
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
    RETURN_IF_ERROR(drop_answer_.Prepare(
        writer_.get(), "UPDATE request SET answer = x'', checksum = ? WHERE workspace = ? AND id = ?"));
    Statement answers;
    RETURN_IF_ERROR(answers.Prepare(writer_.get(), "SELECT bytes FROM answers"));
    RETURN_IF_ERROR(answers.Step().status());
    kept_.answer_bytes = answers.Number(0);
    answers.Reset();
    absl::MutexLock lock(&reader_mutex_);
    ASSIGN_OR_RETURN(reader_, OpenDatabase(file, /*create=*/false, kSetUp));
    RETURN_IF_ERROR(
        entries_.Prepare(reader_.get(), "SELECT sequence, workspace, body, checksum FROM entry ORDER BY sequence"));
    return find_request_.Prepare(
        reader_.get(),
        "SELECT fingerprint, answer, time, checksum FROM request WHERE workspace = ? AND id = ? AND time >= ?");
  }

  // Runs `body` as one transaction. A failed write leaves nothing of it. After a commit that failed otherwise, nobody
  // knows whether it is durable: the log may be synced before the rest fails. The journal is unusable then.
  template <class Body>
  absl::Status Transaction(const Body& body) {
    RETURN_IF_ERROR(Execute(writer_.get(), "BEGIN IMMEDIATE"));
    absl::Status status = body();
    bool unknown = false;
    if (status.ok()) {
      status = Execute(writer_.get(), "COMMIT");
      const int code = sqlite3_extended_errcode(writer_.get());
      const bool certain = code == SQLITE_FULL || code == SQLITE_IOERR_WRITE || (code & 0xff) == SQLITE_BUSY;
      unknown = FailpointError("journal_sync") != 0 || (!status.ok() && !certain);
    }
    if (status.ok() && !unknown) return status;
    if (sqlite3_get_autocommit(writer_.get()) == 0) (void)Execute(writer_.get(), "ROLLBACK");
    if (!unknown) return status;
    failed_ = true;
    return JournalFailedError();
  }

  absl::Status Keep(absl::string_view workspace, const RequestRecord& request) {
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
  absl::Status Expire(int64_t most, Kept& kept) {
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

  absl::Status DropAnswers(int64_t most, Kept& kept) {
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

  // Of the thread that appends. Statements go before their database.
  Database writer_;
  Statement append_, retire_, keep_request_, expire_, oldest_answers_, drop_answer_, set_answer_bytes_;
  const int64_t most_bytes_;
  Kept kept_;
  bool failed_ = false;

  absl::Mutex reader_mutex_;
  Database reader_ ABSL_GUARDED_BY(reader_mutex_);
  Statement entries_ ABSL_GUARDED_BY(reader_mutex_), find_request_ ABSL_GUARDED_BY(reader_mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& file, int64_t most_bytes) {
  return SqliteJournal::Open(file, most_bytes);
}

}  // namespace metapowers::workspace
