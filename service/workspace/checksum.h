// The checksum of what the journal keeps. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_CHECKSUM_H_
#define METAPOWERS_SERVICE_WORKSPACE_CHECKSUM_H_

#include <libdeflate.h>

#include <cstdint>
#include <initializer_list>

#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// CRC-32 (RFC 1952) of the parts, one after the other: finds damage, not malice. Thread-safe.
inline uint32_t Crc32(std::initializer_list<absl::string_view> parts) {
  uint32_t sum = 0;
  for (const absl::string_view part : parts) sum = libdeflate_crc32(sum, part.data(), part.size());
  return sum;
}

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_CHECKSUM_H_
