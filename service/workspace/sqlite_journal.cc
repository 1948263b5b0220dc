#include "service/workspace/sqlite_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

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

constexpr int kVersion = 1;
constexpr char kSchema[] = R"sql(
  CREATE TABLE entry (sequence INTEGER PRIMARY KEY, workspace TEXT NOT NULL, body BLOB NOT NULL);
  CREATE INDEX entry_of_workspace ON entry (workspace, sequence);
  CREATE TABLE request (
    workspace TEXT NOT NULL, id TEXT NOT NULL, fingerprint BLOB NOT NULL, answer BLOB NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)) WITHOUT ROWID;
  CREATE INDEX request_by_time ON request (time);
  PRAGMA user_version = 1;
)sql";
// Pages of the log after which they are copied into the file: 16 MB, so that a burst is not held up by it.
constexpr char kSetUp[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; "
    "PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
constexpr absl::Duration kExpireEvery = absl::Minutes(1);

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
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& file) {
    auto journal = std::unique_ptr<SqliteJournal>(new SqliteJournal());
    RETURN_IF_ERROR(SyncLeftovers(file));
    RETURN_IF_ERROR(journal->SetUp(file));
    return journal;
  }

  absl::Status Append(const std::vector<JournalEntry>& entries) override {
    if (failed_) return JournalFailedError();
    const absl::Status written = Transaction([&]() -> absl::Status {
      for (const JournalEntry& entry : entries) {
        RETURN_IF_ERROR(append_.Bind(entry.sequence).BindText(entry.workspace).BindBytes(entry.body).Run());
      }
      return Failpoint("journal_before_sync");
    });
    return written.ok() ? Failpoint("journal_after_sync") : written;
  }

  absl::Status Retire(const std::vector<Retirement>& retirements) override {
    if (failed_) return JournalFailedError();
    RETURN_IF_ERROR(Execute(writer_.get(), "PRAGMA synchronous = NORMAL"));  // synced with the next Append
    const absl::Status status = Transaction([&]() -> absl::Status {
      for (const Retirement& retirement : retirements) {
        for (const RequestRecord& request : retirement.requests) {
          RETURN_IF_ERROR(keep_request_.BindText(retirement.workspace)
                              .BindText(request.id)
                              .BindBytes(request.fingerprint)
                              .BindBytes(request.answer)
                              .Bind(absl::ToUnixSeconds(request.time))
                              .Run());
        }
        RETURN_IF_ERROR(retire_.BindText(retirement.workspace).Bind(retirement.up_to).Run());
      }
      RETURN_IF_ERROR(Failpoint("journal_retire"));
      return Expire();
    });
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
      entries.push_back({entries_.Number(0), entries_.Bytes(1), entries_.Bytes(2)});
    }
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view workspace, absl::string_view id) override {
    absl::MutexLock lock(&reader_mutex_);
    const int64_t oldest = absl::ToUnixSeconds(absl::Now() - kRequestsKept);
    ASSIGN_OR_RETURN(const bool found, find_request_.BindText(workspace).BindText(id).Bind(oldest).Step());
    if (!found) return std::nullopt;
    RequestRecord request{std::string(id), find_request_.Bytes(0), find_request_.Bytes(1),
                          absl::FromUnixSeconds(find_request_.Number(2))};
    find_request_.Reset();
    return request;
  }

 private:
  SqliteJournal() = default;

  absl::Status SetUp(const std::string& file) {
    ASSIGN_OR_RETURN(writer_, OpenDatabase(file, /*create=*/true, kSetUp));
    Statement version;
    RETURN_IF_ERROR(version.Prepare(writer_.get(), "PRAGMA user_version"));
    RETURN_IF_ERROR(version.Step().status());
    const int64_t found = version.Number(0);
    version.Reset();
    if (found == 0) RETURN_IF_ERROR(Transaction([&] { return Execute(writer_.get(), kSchema); }));
    if (found > kVersion) return JournalVersionError(found, kVersion);
    RETURN_IF_ERROR(append_.Prepare(writer_.get(), "INSERT INTO entry VALUES (?, ?, ?)"));
    RETURN_IF_ERROR(retire_.Prepare(writer_.get(), "DELETE FROM entry WHERE workspace = ? AND sequence <= ?"));
    RETURN_IF_ERROR(keep_request_.Prepare(writer_.get(), "INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?, ?)"));
    RETURN_IF_ERROR(expire_.Prepare(writer_.get(), "DELETE FROM request WHERE time < ?"));
    absl::MutexLock lock(&reader_mutex_);
    ASSIGN_OR_RETURN(reader_, OpenDatabase(file, /*create=*/false, kSetUp));
    RETURN_IF_ERROR(entries_.Prepare(reader_.get(), "SELECT sequence, workspace, body FROM entry ORDER BY sequence"));
    return find_request_.Prepare(
        reader_.get(), "SELECT fingerprint, answer, time FROM request WHERE workspace = ? AND id = ? AND time >= ?");
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

  absl::Status Expire() {
    const absl::Time now = absl::Now();
    if (now < next_expiry_) return absl::OkStatus();
    next_expiry_ = now + kExpireEvery;
    return expire_.Bind(absl::ToUnixSeconds(now - kRequestsKept)).Run();
  }

  // Of the thread that appends. Statements go before their database.
  Database writer_;
  Statement append_, retire_, keep_request_, expire_;
  absl::Time next_expiry_ = absl::InfinitePast();
  bool failed_ = false;

  absl::Mutex reader_mutex_;
  Database reader_ ABSL_GUARDED_BY(reader_mutex_);
  Statement entries_ ABSL_GUARDED_BY(reader_mutex_), find_request_ ABSL_GUARDED_BY(reader_mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& file) {
  return SqliteJournal::Open(file);
}

}  // namespace metapowers::workspace
