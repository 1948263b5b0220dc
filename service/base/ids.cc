#include "service/base/ids.h"

#include <cstdint>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace metapowers {

const char kSlugRule[] = "a lower-case letter, then up to 62 letters, digits or hyphens, not ending in a hyphen";

bool IsSlug(absl::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!absl::ascii_islower(text.front()) || text.back() == '-') return false;
  for (const char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) return false;
  }
  return true;
}

std::string NewUuid() {
  thread_local std::random_device entropy;
  std::string bytes;
  for (int word = 0; word < 4; ++word) {
    const uint32_t value = entropy();
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = absl::BytesToHexString(bytes);
  for (const size_t at : {20, 16, 12, 8}) text.insert(at, "-");
  return text;
}

}  // namespace metapowers
