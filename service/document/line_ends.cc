#include "service/document/line_ends.h"

#include <cstddef>

#include "absl/strings/str_replace.h"

namespace metapowers::document {

bool MostlyCrlf(absl::string_view text) {
  size_t lines = 0;
  size_t crlf = 0;
  for (size_t at = text.find('\n'); at != absl::string_view::npos; at = text.find('\n', at + 1)) {
    ++lines;
    if (at > 0 && text[at - 1] == '\r') ++crlf;
  }
  return 2 * crlf > lines;
}

std::string WithLf(absl::string_view text) { return absl::StrReplaceAll(text, {{"\r\n", "\n"}}); }

std::string WithCrlf(absl::string_view text) { return absl::StrReplaceAll(WithLf(text), {{"\n", "\r\n"}}); }

}  // namespace metapowers::document
