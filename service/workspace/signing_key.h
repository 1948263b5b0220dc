// The key that the service signs its commits with: Ed25519 as OpenSSH stores it, signatures as `git commit -S` makes
// them with gpg.format=ssh (PROTOCOL.sshsig and PROTOCOL.key of OpenSSH). The same commit always gets the same
// signature, so that its id depends on nothing else. Immutable and thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_SIGNING_KEY_H_
#define METAPOWERS_SERVICE_WORKSPACE_SIGNING_KEY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

class SigningKey {
 public:
  // Reads the private key in `path`, which has no passphrase and which nobody but this user can read.
  // INVALID_ARGUMENT/ARGUMENT_INVALID says what is wrong with it and what to do; the message names the path, for the
  // operator at start.
  static absl::StatusOr<std::shared_ptr<const SigningKey>> Load(const std::string& path);

  // The armored signature of `text`, ending in a line end. INTERNAL.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;

  // The line of an allowed_signers file (ssh-keygen(1)) that verifies what `email` signs with this key.
  std::string AllowedSigner(absl::string_view email) const;

 private:
  SigningKey(std::string seed, std::string public_blob)
      : seed_(std::move(seed)), public_blob_(std::move(public_blob)) {}

  const std::string seed_;         // 32 bytes
  const std::string public_blob_;  // the public key as OpenSSH encodes it
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_SIGNING_KEY_H_
