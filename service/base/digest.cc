#include "service/base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace metapowers {
namespace {

// Of the texts as one.
std::string DigestOf(const EVP_MD* algorithm, std::initializer_list<absl::string_view> texts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  bool done = EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1;
  for (const absl::string_view text : texts) {
    done = done && EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1;
  }
  done = done && EVP_DigestFinal_ex(context.get(), digest, &size) == 1;
  if (!done) std::abort();  // no memory, or a libcrypto without the algorithm
  return {reinterpret_cast<const char*>(digest), size};
}

}  // namespace

// Looking an algorithm up costs more than the digest of a short text.
std::string Sha256Hex(absl::string_view text, size_t digits) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return absl::BytesToHexString(absl::string_view(DigestOf(algorithm, {text})).substr(0, digits / 2));
}

std::string Sha1Hex(absl::string_view head, absl::string_view text) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return absl::BytesToHexString(DigestOf(algorithm, {head, text}));
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
