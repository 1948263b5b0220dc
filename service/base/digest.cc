#include "service/base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace metapowers {

std::string Sha256Hex(absl::string_view text, size_t digits) {
  // Looking the algorithm up costs more than the digest of a short text.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  const bool done = EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest, nullptr) == 1;
  if (!done) std::abort();  // no memory, or a libcrypto without SHA-256
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), digits / 2));
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
