// Digests of texts, to tell whether inputs have changed.
#ifndef METAPOWERS_SERVICE_BASE_DIGEST_H_
#define METAPOWERS_SERVICE_BASE_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers {

// SHA-256 (FIPS 180-4) in 64 lower-case hex digits. Thread-safe.
std::string Sha256Hex(absl::string_view text);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_DIGEST_H_
