// Settings that workloads are given: environment variables and arguments. Which of them are secrets, and which name
// where the workload connects to.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SETTINGS_H_
#define METAPOWERS_SERVICE_IMPORTERS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::importers {

// Whether a setting of this name holds a secret: `DB_PASSWORD`, `apiKey`, but not `TOKEN_URL` or `PASSWORD_FILE`.
bool NamesSecret(absl::string_view name);

// Whether the file holds the secret itself: a value that is neither empty, a switch nor a reference (`/run/secrets/x`,
// `${X}`, `$(X)`) of a setting that is a secret by its name, or a value that is one by its form (a private key, a token
// of a known form, a URL with a password). The value must never be copied.
bool HoldsSecret(absl::string_view name, absl::string_view value);

// Whether a text is a token of a well-known issuer, by how it begins: `ghp_…`.
bool BeginsToken(absl::string_view text);

// Whether a value only tells where the value is: `$X`, `${X}`, `/run/secrets/x`, `vault:…`.
bool IsReference(absl::string_view value);

// Whether a value has `scheme://user:password@host` or `user:password@host`.
bool HasPassword(absl::string_view value);

// Whether a word of a command begins with an option by its name: `--password`, `--password=x`. Words with one dash may
// have a value attached (`-psecret`): what they begin with must never be copied as a name.
bool HasOptionName(absl::string_view word);

// The option of a command that holds a secret itself, e.g. `--requirepass`; "an argument" where it has no name that may
// be told, as in `mysql -psecret`; "" when there is none.
std::string SecretOption(const std::vector<std::string>& words);

// What a secret of this name may be, e.g. a token for `API_TOKEN`; a password when the name does not say. Assumed by
// nature.
model::v1::CredentialKind CredentialKindOf(absl::string_view name);

// Where a value points to. Never with user name, password, path or query.
struct Address {
  std::string host;      // in lower case
  int port = 0;          // 0: not given
  int usual_port = 0;    // of its scheme, where a URL names none; 0: nothing says it
  std::string protocol;  // as the catalogue names it, where a scheme says it
  model::v1::TransportSecurity transport = model::v1::TRANSPORT_SECURITY_UNSPECIFIED;  // where the value says it
  bool credentials = false;  // the value has a password for it: before its `@`, or as an option beside it

  bool operator==(const Address&) const = default;
};

// The addresses in the value of a setting: URLs, `host:port`, JDBC and other connection strings, lists of them; a name
// alone where the setting is called so (`DB_HOST`). What cannot be told apart from a password is left out, and hosts
// that a variable gives (`$X`, `${X}`, `$(X)`). Options beside an address count where the value has nothing but
// addresses and pairs, or the setting is a connection string.
std::vector<Address> AddressesIn(absl::string_view name, absl::string_view value);

// Whether a setting of this name is a connection string: `ConnectionStrings__Orders`, `DB_CONNECTION_STRING`.
bool NamesConnection(absl::string_view name);

// The name that a connection string begins with, as in `cache` or `cache,ssl=true`; with an empty host where it is
// none. AddressesIn() leaves it out: it may be a key, so it must not be copied unless it is the name of something
// known.
Address ConnectionHost(absl::string_view name, absl::string_view value);

// Whether a setting of this name tells a host by itself: `DB_HOST`, `API_URL`, `KAFKA_BROKERS`, a connection string.
bool NamesHost(absl::string_view name);

// Whether the value of a setting leaves its host to a variable: `http://${HOST}:80`, and `$HOST` where the setting
// names a host.
bool LeavesHostOpen(absl::string_view name, absl::string_view value);

// The address of one URL, or of `host:port`; with an empty host when it is none.
Address ParseAddress(absl::string_view text);

// Whether a setting of this name rather tells where the workload itself is found, or from where it may be called:
// `ROOT_URL`, `CORS_ORIGINS`.
bool NamesOwnAddress(absl::string_view name);

// Whether a host is clearly a name of the public DNS: `api.stripe.com`, but not `db`, `orders.shop`, `x.local`,
// `host.docker.internal` or an IP address.
bool IsPublicHost(absl::string_view host);

// What the scheme of a URL says, e.g. of `https`.
struct SchemeMeaning {
  absl::string_view scheme;
  absl::string_view protocol;
  model::v1::TransportSecurity transport;
  int port = 0;  // where a URL names none; 0: the scheme has no such port
};
// nullptr for a scheme that is not known.
const SchemeMeaning* FindScheme(absl::string_view scheme);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SETTINGS_H_
