// Secrets that people write into texts: descriptions, labels, references of images.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// A secret in a text, and what it is: `a password`. A view of the text.
struct FoundSecret {
  absl::string_view text;
  absl::string_view kind;
};

// What of a text is a secret by its form: private keys, tokens of known forms (also after `Bearer` and `Basic`), the
// user information of a URL or of an image reference, and what follows a name that is that of a secret
// (`password: hunter2`), unless it is a reference or reads as a sentence (`Password: the user's password`). In the
// order of the text, without overlaps. Linear in the size of the text.
std::vector<FoundSecret> SecretsIn(absl::string_view text);

// Stands for a secret in a text.
inline constexpr absl::string_view kRedacted = "[redacted]";

// `text` with `[redacted]` for each of them.
std::string WithoutSecrets(absl::string_view text);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SECRET_TEXT_H_
