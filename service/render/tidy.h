// The shape every rendered text has. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_RENDER_TIDY_H_
#define METAPOWERS_SERVICE_RENDER_TIDY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::render {

// `text` without spaces at line ends, without blank lines at the start and end, and, outside of fenced code,
// with at most one blank line in a row and none between two rows of a table. Ends with one LF unless empty.
std::string Tidy(absl::string_view text);

}  // namespace metapowers::render

#endif  // METAPOWERS_SERVICE_RENDER_TIDY_H_
