// Secrets that people write into texts: descriptions, labels, references of images.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// A secret in a text, and what it is: `a password`. A view of the text.
struct FoundSecret {
  absl::string_view text;
  absl::string_view kind;
  // Its own form tells (a private key, a token of a known form, the user information of a URL), and not the name
  // before it alone.
  bool by_form = false;
};

// What of a text is a secret by its form: private keys, tokens of known forms (also after `Bearer` and `Basic`), the
// user information of a URL or of an image reference, that of `curl -u`, and what follows a name that is that of a
// secret (`password: hunter2`), unless it is a reference or reads as a sentence (`Password: the user's password`). In
// the order of the text, without overlaps. Linear in the size of the text.
std::vector<FoundSecret> SecretsIn(absl::string_view text);

// The secrets of a file that is kept as it is, by line, at most `limit`: "line 12 holds a token". With `by_form_only`,
// those that are none by a name alone.
std::vector<std::string> LinesWithSecrets(absl::string_view file, bool by_form_only, size_t limit);

// Stands for a secret in a text.
inline constexpr absl::string_view kRedacted = "[redacted]";

// `text` with `[redacted]` for each of them.
std::string WithoutSecrets(absl::string_view text);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_
