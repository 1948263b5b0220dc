#include "service/workspace/signing_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr char kBegin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr char kEnd[] = "-----END OPENSSH PRIVATE KEY-----";
constexpr char kKeyType[] = "ssh-ed25519";
constexpr size_t kKeyBytes = 32;
constexpr off_t kMostBytes = 64 << 10;
constexpr char kNamespace[] = "git";
constexpr char kHash[] = "sha512";
constexpr char kMagic[] = "SSHSIG";
constexpr size_t kLineLength = 70;  // of base64, as ssh-keygen writes it
constexpr char kMakeOne[] = "make one: ssh-keygen -t ed25519 -N '' -f FILE";

absl::Status KeyInvalid(const std::string& path, absl::string_view why, absl::string_view next_step) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("signing key '", path, "' ", why),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"signing_key", std::string(why), ""}},
                    .next_step = std::string(next_step)});
}

// The file, when it is this user's alone.
absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return KeyInvalid(path, absl::StrCat("cannot be read: ", std::strerror(errno)), "name a file that this user reads");
  }
  if (!S_ISREG(status.st_mode) || status.st_size > kMostBytes) {
    return KeyInvalid(path, "is no file of a key", kMakeOne);
  }
  const bool others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (others || (status.st_uid != ::geteuid() && status.st_uid != 0)) {
    const std::string why = others ? absl::StrFormat("is open to others: its mode is %04o", status.st_mode & 07777)
                                   : std::string("belongs to another user");
    return KeyInvalid(path, why, "chown it to the user of the server, and chmod 600");
  }
  std::string text(static_cast<size_t>(status.st_size), '\0');
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count != static_cast<ssize_t>(text.size())) return KeyInvalid(path, "cannot be read", "try again");
  return text;
}

// A string or number of SSH's wire encoding (RFC 4251, section 5) taken off the front; nullopt when it is cut off.
std::optional<uint32_t> TakeNumber(absl::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(rest[static_cast<size_t>(i)]);
  rest.remove_prefix(4);
  return value;
}

std::optional<absl::string_view> TakeString(absl::string_view& rest) {
  const std::optional<uint32_t> size = TakeNumber(rest);
  if (!size.has_value() || *size > rest.size()) return std::nullopt;
  const absl::string_view value = rest.substr(0, *size);
  rest.remove_prefix(*size);
  return value;
}

std::string Encoded(absl::string_view value) {
  const auto size = static_cast<uint32_t>(value.size());
  const char bytes[] = {static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                        static_cast<char>(size)};
  return absl::StrCat(absl::string_view(bytes, sizeof(bytes)), value);
}

using KeyHandle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

KeyHandle PrivateKey(absl::string_view seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()),
                                       seed.size()),
          &EVP_PKEY_free};
}

// The public key that belongs to `seed`; "" when OpenSSL refuses.
std::string PublicKeyOf(absl::string_view seed) {
  const KeyHandle key = PrivateKey(seed);
  std::string out(kKeyBytes, '\0');
  size_t size = out.size();
  if (key == nullptr ||
      EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size) != 1)
    return "";
  return out;
}

std::string Sha512(absl::string_view text) {
  std::string digest(64, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha512(), nullptr);
  return digest;
}

// The bytes between the lines that fence a private key of OpenSSH.
absl::StatusOr<std::string> Unarmor(const std::string& path, absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (absl::StartsWith(text, "ssh-") || absl::StartsWith(text, "ecdsa-")) {
    return KeyInvalid(path, "is a public key", "name the private key, whose file has no .pub");
  }
  if (!absl::ConsumePrefix(&text, kBegin)) return KeyInvalid(path, "is no private key of OpenSSH", kMakeOne);
  std::string bytes;
  if (!absl::ConsumeSuffix(&text, kEnd) || !absl::Base64Unescape(text, &bytes)) {
    return KeyInvalid(path, "is cut off or damaged", "take it from where it was made");
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SigningKey>> SigningKey::Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSecret(path));
  ASSIGN_OR_RETURN(const std::string bytes, Unarmor(path, text));
  const absl::Status damaged = KeyInvalid(path, "is cut off or damaged", "take it from where it was made");
  absl::string_view rest = bytes;
  if (!absl::ConsumePrefix(&rest, absl::string_view("openssh-key-v1\0", 15))) return damaged;
  const auto cipher = TakeString(rest), kdf = TakeString(rest), kdf_options = TakeString(rest);
  const auto keys = TakeNumber(rest);
  const auto public_blob = TakeString(rest), secret = TakeString(rest);
  if (!cipher.has_value() || !kdf.has_value() || !kdf_options.has_value() || keys != 1u || !public_blob.has_value()) {
    return damaged;
  }
  absl::string_view public_part = *public_blob;
  const auto type = TakeString(public_part), public_key = TakeString(public_part);
  if (!type.has_value()) return damaged;
  if (*type != kKeyType)
    return KeyInvalid(path, absl::StrCat("is of type ", *type, "; ", kKeyType, " is needed"), kMakeOne);
  if (*cipher != "none") return KeyInvalid(path, "has a passphrase", "take it off: ssh-keygen -p -N '' -f FILE");
  if (!secret.has_value()) return damaged;
  absl::string_view inner = *secret;
  const auto check = TakeNumber(inner), again = TakeNumber(inner);
  const auto inner_type = TakeString(inner), inner_public = TakeString(inner), inner_private = TakeString(inner);
  if (!check.has_value() || check != again || inner_type != type || inner_public != public_key ||
      !inner_private.has_value() || inner_private->size() != 2 * kKeyBytes) {
    return damaged;
  }
  const absl::string_view seed = inner_private->substr(0, kKeyBytes);
  if (PublicKeyOf(seed) != *public_key || inner_private->substr(kKeyBytes) != *public_key) return damaged;
  return std::shared_ptr<const SigningKey>(new SigningKey(std::string(seed), std::string(*public_blob)));
}

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view text) const {
  const std::string what =
      absl::StrCat(kMagic, Encoded(kNamespace), Encoded(""), Encoded(kHash), Encoded(Sha512(text)));
  const KeyHandle key = PrivateKey(seed_);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string raw(64, '\0');
  size_t size = raw.size();
  if (key == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(raw.data()), &size,
                     reinterpret_cast<const unsigned char*>(what.data()), what.size()) != 1) {
    return MakeError(absl::StatusCode::kInternal, "cannot sign a commit", {.reason = "INTERNAL"});
  }
  const absl::string_view version("\0\0\0\1", 4);
  const std::string blob = absl::StrCat(kMagic, version, Encoded(public_blob_), Encoded(kNamespace), Encoded(""),
                                        Encoded(kHash), Encoded(absl::StrCat(Encoded(kKeyType), Encoded(raw))));
  const std::string base64 = absl::Base64Escape(blob);
  std::string armored = "-----BEGIN SSH SIGNATURE-----\n";
  for (size_t at = 0; at < base64.size(); at += kLineLength) {
    absl::StrAppend(&armored, base64.substr(at, kLineLength), "\n");
  }
  return armored + "-----END SSH SIGNATURE-----\n";
}

std::string SigningKey::AllowedSigner(absl::string_view email) const {
  return absl::StrCat(email, " namespaces=\"", kNamespace, "\" ", kKeyType, " ", absl::Base64Escape(public_blob_));
}

}  // namespace metapowers::workspace
