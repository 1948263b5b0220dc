// Digests of texts, to tell whether inputs have changed, and ids made from names.
#ifndef METAPOWERS_SERVICE_BASE_DIGEST_H_
#define METAPOWERS_SERVICE_BASE_DIGEST_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace metapowers {

// The first `digits` (even, at most 64) lower-case hex digits of SHA-256 (FIPS 180-4). Thread-safe.
std::string Sha256Hex(absl::string_view text, size_t digits = 64);

// Of what a decision rests on: 12 digits of SHA-256. Thread-safe.
inline std::string Fingerprint(absl::string_view text) { return Sha256Hex(text, 12); }

// SHA-1 (FIPS 180-4) of `head` and `text` as one, 40 lower-case hex digits: for what Git names by it, never to tell
// texts apart that somebody chose. Thread-safe.
std::string Sha1Hex(absl::string_view head, absl::string_view text);

// UUID of version 5 (RFC 9562, section 5.5) of a name within a namespace, which is a UUID as well, in the usual form
// with lower-case digits. Thread-safe.
std::string UuidOf(absl::string_view name_space, absl::string_view name);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_DIGEST_H_
