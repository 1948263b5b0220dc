#include "service/server/log.h"

#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/base/strings.h"

namespace metapowers::server {
namespace {

// Of one field, as escaped: a line of ten stays under PIPE_BUF.
constexpr size_t kMaxTextBytes = 300;

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "";
}

// The code point that starts at `at` in well-formed UTF-8; moves `at` behind it.
uint32_t NextCodePoint(absl::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(at++);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  uint32_t point = more == 0 ? first : first & (0x3f >> more);
  for (int i = 0; i < more; ++i) point = point << 6 | (byte(at++) & 0x3f);
  return point;
}

void AppendJsonText(absl::string_view text, std::string& out) {
  const bool utf8 = IsUtf8(text);
  const size_t start = out.size();
  size_t at = 0;
  out += '"';
  while (at < text.size()) {
    if (out.size() - start >= kMaxTextBytes) {
      out += "...";
      break;
    }
    // Bytes that are no UTF-8 are shown as if they were Latin-1: lossless enough to look at.
    const uint32_t point = utf8 ? NextCodePoint(text, at) : static_cast<unsigned char>(text[at++]);
    if (point == '"' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point >= 0x20 && point < 0x7f) {
      out += static_cast<char>(point);
    } else if (point < 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x", point);
    } else {
      absl::StrAppendFormat(&out, "\\u%04x\\u%04x", 0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
    }
  }
  out += '"';
}

void AppendField(const LogField& field, std::string& out) {
  if (const auto* text = absl::get_if<std::string>(&field.value)) {
    if (text->empty()) return;
    absl::StrAppend(&out, ",\"", field.key, "\":");
    AppendJsonText(*text, out);
  } else if (const auto* number = absl::get_if<int64_t>(&field.value)) {
    absl::StrAppend(&out, ",\"", field.key, "\":", *number);
  } else {
    absl::StrAppendFormat(&out, ",\"%s\":%.3f", field.key, absl::get<double>(field.value));
  }
}

}  // namespace

std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view message,
                          const std::vector<LogField>& fields) {
  std::string line = absl::StrCat("{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()),
                                  "\",\"level\":\"", LevelName(level), "\",\"msg\":");
  AppendJsonText(message, line);
  for (const LogField& field : fields) AppendField(field, line);
  line += "}\n";
  return line;
}

void Logger::Write(LogLevel level, absl::string_view message, const std::vector<LogField>& fields) const {
  if (level < least_) return;
  const std::string line = FormatLogLine(clock_.Now(), level, message, fields);
  absl::string_view left = line;
  while (!left.empty()) {  // one turn, unless the descriptor takes less than a line at a time
    const ssize_t written = ::write(fd_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nowhere left to say so
    left.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace metapowers::server
