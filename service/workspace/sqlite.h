// SQLite as this layer uses it: owning handles, prepared statements, errors in our words. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_SQLITE_H_
#define METAPOWERS_SERVICE_WORKSPACE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

// Opens `file`, making it when it is absent and `create` is set, and runs `set_up` on it. A handle serves one thread at
// a time.
absl::StatusOr<Database> OpenDatabase(const std::string& file, bool create, const char* set_up);

// Runs statements without parameters.
absl::Status Execute(sqlite3* database, const char* sql);

// A prepared statement; each use binds its parameters in order, steps, and is reset by its end. Goes before its
// database.
class Statement {
 public:
  absl::Status Prepare(sqlite3* database, const char* sql);

  Statement& Bind(int64_t value);
  // Bytes stay where they are until the statement has run.
  Statement& BindText(absl::string_view value);
  Statement& BindBytes(absl::string_view value);

  // True while there is a row; after the last one, or an error, the statement can be bound anew.
  absl::StatusOr<bool> Step();
  // Of a statement without rows.
  absl::Status Run() { return Step().status(); }
  // Of one whose rows were not all read.
  void Reset();

  // Of the row.
  int64_t Number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string Bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  sqlite3* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_SQLITE_H_
