// Text helpers shared by the layers; all are pure and know no locale.
#ifndef METAPOWERS_SERVICE_BASE_STRINGS_H_
#define METAPOWERS_SERVICE_BASE_STRINGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers {

// The candidate nearest to `word` by edit distance, or "" when none is near enough (distance at most
// 2 and under half of the word, or `word` is a prefix of exactly one candidate).
std::string NearestWord(absl::string_view word, const std::vector<std::string>& candidates);

// "; did you mean 'x'?" or "", to end an error message with.
std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates);

// True when `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(absl::string_view text);

// `text` on one line: control characters (C0, C1, DEL) and bidirectional controls removed, line ends
// and tabs turned into one space. For commit messages, log lines and terminals.
std::string OneLine(absl::string_view text);

// `text` as it stands inside a sentence: its first letter in lower case, unless it begins an abbreviation ("TLS").
std::string InSentence(absl::string_view text);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_STRINGS_H_
