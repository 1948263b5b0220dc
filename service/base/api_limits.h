// Limits of the API that clients know too, so that they can refuse early and say why.
#ifndef METAPOWERS_SERVICE_BASE_API_LIMITS_H_
#define METAPOWERS_SERVICE_BASE_API_LIMITS_H_

#include <cstddef>

namespace metapowers {

// Of the files attached to one call, together.
inline constexpr size_t kMaxAttachmentBytes = 64 << 20;

// Of the files of one import: their number, the size of each and of all together.
inline constexpr size_t kMaxImportFiles = 2000;
inline constexpr size_t kMaxImportFileBytes = 16 << 20;
inline constexpr size_t kMaxImportBytes = 48 << 20;

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_API_LIMITS_H_
