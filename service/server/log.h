// The server's log: one JSON object per line.
#ifndef METAPOWERS_SERVICE_SERVER_LOG_H_
#define METAPOWERS_SERVICE_SERVER_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "service/base/clock.h"

namespace metapowers::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  absl::string_view key;
  absl::variant<std::string, int64_t, double> value;
};

// `{"time":"2026-01-02T03:04:05.678Z","level":"info","msg":"…", fields…}` and a line end. Text is escaped so that
// the line is one line of printable ASCII, whatever a caller sent; fields with empty text are left out.
std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view message,
                          const std::vector<LogField>& fields);

// Thread-safe. Each line is one write(2), so that lines of processes that share a pipe do not mix
// (up to PIPE_BUF bytes; longer text is cut).
class Logger {
 public:
  // Writes lines of `least` and above to `file_descriptor`, which stays the caller's. `clock` must outlive it.
  Logger(int file_descriptor, LogLevel least, const Clock& clock)
      : fd_(file_descriptor), least_(least), clock_(clock) {}

  void Write(LogLevel level, absl::string_view message, const std::vector<LogField>& fields) const;

 private:
  const int fd_;
  const LogLevel least_;
  const Clock& clock_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_LOG_H_
