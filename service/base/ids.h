// Identifiers that come from outside, checked before anything else sees them.
#ifndef METAPOWERS_SERVICE_BASE_IDS_H_
#define METAPOWERS_SERVICE_BASE_IDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers {

// The rule of IsSlug() in words, for error messages.
extern const char kSlugRule[];

// True for [a-z]([a-z0-9-]{0,61}[a-z0-9])?: topics, workspaces and ids inside a model.
bool IsSlug(absl::string_view text);

// True for the canonical text form of a UUID (RFC 9562 section 4), in lower or upper case.
bool IsUuid(absl::string_view text);

// A random (version 4) UUID in lower case, from the system's entropy. Thread-safe.
std::string NewUuid();

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_IDS_H_
