// How the lines of a text end: with LF, or with CRLF as editors on Windows write it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_LINE_ENDS_H_
#define METAPOWERS_SERVICE_DOCUMENT_LINE_ENDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::document {

// Whether most lines of `text` end with CRLF.
bool MostlyCrlf(absl::string_view text);

// `text` with all lines ending the one way or the other.
std::string WithLf(absl::string_view text);
std::string WithCrlf(absl::string_view text);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_LINE_ENDS_H_
