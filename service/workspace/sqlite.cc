#include "service/workspace/sqlite.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

constexpr char kUsing[] = "cannot use the server's database";

// What the last failed call on `database` means to a caller.
absl::Status SqliteError(sqlite3* database, absl::string_view what) {
  const int code = sqlite3_extended_errcode(database);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return StorageError(ENOSPC, what);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return StorageError(EROFS, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DatabaseCorruptError(sqlite3_errmsg(database));
    case SQLITE_IOERR: {
      const int system_error = sqlite3_system_errno(database);
      return StorageError(system_error == 0 ? EIO : system_error, what);
    }
    default:
      return StorageError(EIO, absl::StrCat(what, " (SQLite ", code, ")"));
  }
}

}  // namespace

absl::StatusOr<Database> OpenDatabase(const std::string& file, bool create, const char* set_up) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
  const int rc = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (rc != SQLITE_OK) return SqliteError(raw, "cannot open the server's database");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5'000);  // milliseconds; only a person with sqlite3 at hand can hold the file
  RETURN_IF_ERROR(Execute(raw, set_up));
  return database;
}

absl::Status Execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
  return SqliteError(database, kUsing);
}

absl::Status Statement::Prepare(sqlite3* database, const char* sql) {
  database_ = database;
  sqlite3_stmt* raw = nullptr;
  const int rc = sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement_.reset(raw);
  return rc == SQLITE_OK ? absl::OkStatus() : SqliteError(database, kUsing);
}

Statement& Statement::Bind(int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::BindText(absl::string_view value) {
  sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::BindBytes(absl::string_view value) {
  const char* data = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  sqlite3_bind_blob64(statement_.get(), ++bound_, data, value.size(), SQLITE_STATIC);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int rc = sqlite3_step(statement_.get());
  if (rc == SQLITE_ROW) return true;
  const absl::Status status = rc == SQLITE_DONE ? absl::OkStatus() : SqliteError(database_, kUsing);
  Reset();
  if (!status.ok()) return status;
  return false;
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::string Statement::Bytes(int column) const {
  const char* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? std::string() : std::string(data, static_cast<size_t>(size));
}

}  // namespace metapowers::workspace
