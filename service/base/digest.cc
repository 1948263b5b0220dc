#include "service/base/digest.h"

#include <openssl/sha.h>

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace metapowers {

std::string Sha256Hex(absl::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string UuidOf(absl::string_view name_space, absl::string_view name) {
  const std::string named = absl::StrCat(absl::HexStringToBytes(absl::StrReplaceAll(name_space, {{"-", ""}})), name);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest);
  constexpr size_t kVersion = 6;
  constexpr size_t kVariant = 8;
  digest[kVersion] = static_cast<unsigned char>((digest[kVersion] & 0x0f) | 0x50);
  digest[kVariant] = static_cast<unsigned char>((digest[kVariant] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), 16));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                      hex.substr(20));
}

}  // namespace metapowers
