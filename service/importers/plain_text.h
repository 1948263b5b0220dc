// Texts of other tools as people read them.
#ifndef METAPOWERS_SERVICE_IMPORTERS_PLAIN_TEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_PLAIN_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// `text` without HTML formatting and outer white space.
std::string PlainText(absl::string_view text);

// `text` on one line, with single spaces.
std::string OneLineOf(absl::string_view text);

// `text` cut to at most `size` bytes, "…" included, never inside a character.
std::string CutText(absl::string_view text, size_t size);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_PLAIN_TEXT_H_
