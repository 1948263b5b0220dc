#include "service/importers/settings.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxName = 256;        // longer names are no names
constexpr size_t kMaxValue = 64 << 10;  // longer values are files
constexpr size_t kMaxHost = 253;        // RFC 1035
constexpr size_t kMaxAddresses = 64;    // of one value
constexpr absl::string_view kSeparators = " \t\r\n,;|\"'<>{}()[]";

// A password or key by itself, and in two words.
constexpr absl::string_view kSecretWords[] = {"password",   "passwd", "passphrase",  "pass",       "pwd",
                                              "secret",     "token",  "secrets",     "apikey",     "creds",
                                              "privatekey", "psk",    "credentials", "credential", "requirepass"};
// What is one only as the last word: `JWT_AUD` and `SALT_ROUNDS` are none.
constexpr absl::string_view kLastSecretWords[] = {"jwt", "salt"};
constexpr absl::string_view kKeyKinds[] = {"api",     "access",  "secret",  "private", "encryption", "signing",
                                           "account", "auth",    "master",  "shared",  "app",        "license",
                                           "storage", "session", "service", "deploy",  "crypt",      "crypto",
                                           "cipher",  "enc",     "fernet",  "jwt",     "cookie"};
constexpr absl::string_view kSecretEnds[] = {"password",  "passwd",    "secret",     "token",       "apikey",
                                             "accesskey", "secretkey", "privatekey", "erlangcookie"};
// Last words of what only tells of a secret.
constexpr absl::string_view kAboutSecrets[] = {
    "file",       "path",    "dir",      "name",      "ref",      "policy",   "length",   "ttl",      "expiry",
    "expiration", "expires", "lifetime", "timeout",   "url",      "uri",      "endpoint", "host",     "user",
    "username",   "id",      "type",     "algorithm", "alg",      "enabled",  "required", "rotation", "min",
    "max",        "count",   "issuer",   "audience",  "header",   "provider", "age",      "hours",    "minutes",
    "seconds",    "days",    "field",    "interval",  "validity", "store",    "manager",  "backend",  "reset",
    "algo",       "scheme",  "method",   "mode",      "format",   "prefix",   "suffix",   "rounds",   "cost",
    "in",         "exp",     "expire",   "lifespan",  "duration", "period",   "leeway",   "limit",    "size",
    "aud",        "iss",     "claim",    "claims",    "scope",    "scopes",   "role",     "roles",    "group",
    "strength",   "pattern", "regex",    "attempts",  "retries",  "table",    "column",   "domain",   "version"};
constexpr absl::string_view kSwitches[] = {"true", "false", "yes", "no", "on", "off", "none", "null", "0", "1"};
// How tokens of well-known issuers begin.
constexpr absl::string_view kTokenStarts[] = {"AKIA",        "ASIA",   "ghp_",     "gho_",     "ghs_",
                                              "github_pat_", "glpat-", "sk_live_", "rk_live_", "xoxb-",
                                              "xoxp-",       "xapp-",  "AIza",     "npm_"};

// Last words of a setting that names a host by itself.
constexpr absl::string_view kHostWords[] = {"host",    "hosts",     "hostname", "server",    "servers", "addr",
                                            "address", "addresses", "endpoint", "endpoints", "url",     "uri",
                                            "broker",  "brokers",   "upstream", "nodes",     "seeds"};
constexpr absl::string_view kOwnWords[] = {"origin",  "origins",    "cors",      "allowed",  "root",      "public",
                                           "site",    "redirect",   "callback",  "self",     "canonical", "virtual",
                                           "trusted", "advertised", "cookie",    "domain",   "domains",   "external",
                                           "listen",  "bind",       "whitelist", "allowlist"};
// Last labels that are hardly ever a name inside; others, such as `dev`, may be, e.g. that of a namespace.
constexpr absl::string_view kPublicLabels[] = {"biz", "com", "edu", "gov", "info", "int", "mil", "net", "org"};
// Last labels that the public DNS does not have.
constexpr absl::string_view kPrivateLabels[] = {"local",   "internal",  "lan",      "localdomain", "home",
                                                "corp",    "private",   "intranet", "svc",         "test",
                                                "invalid", "localhost", "arpa",     "cluster"};

constexpr auto kUnset = pb::TRANSPORT_SECURITY_UNSPECIFIED;
constexpr auto kNone = pb::TRANSPORT_SECURITY_NONE;
constexpr auto kTls = pb::TRANSPORT_SECURITY_TLS;
// Sorted by scheme. What may be encrypted or not under one scheme says nothing of it.
constexpr SchemeMeaning kSchemes[] = {
    {"amqp", "amqp", kNone},
    {"amqps", "amqps", kTls},
    {"bolt", "bolt", kUnset},
    {"clickhouse", "", kUnset},
    {"cockroachdb", "postgresql", kUnset},
    {"ftp", "ftp", kUnset},
    {"ftps", "ftps", kTls},
    {"grpc", "grpc", kUnset},
    {"grpcs", "grpc", kTls},
    {"http", "http", kNone},
    {"https", "https", kTls},
    {"imap", "imap", kUnset},
    {"imaps", "imap-encrypted", kTls},
    {"kafka", "kafka", kUnset},
    {"ldap", "ldap", kUnset},
    {"ldaps", "ldaps", kTls},
    {"mariadb", "mysql", kUnset},
    {"mongodb", "mongodb", kUnset},
    {"mongodb+srv", "mongodb", kTls},
    {"mqtt", "mqtt", kUnset},
    {"mqtts", "mqtts", kTls},
    {"mssql", "tds", kUnset},
    {"mysql", "mysql", kUnset},
    {"mysql2", "mysql", kUnset},
    {"nats", "nats", kUnset},
    {"neo4j", "bolt", kUnset},
    {"neo4j+s", "bolt", kTls},
    {"postgres", "postgresql", kUnset},
    {"postgresql", "postgresql", kUnset},
    {"redis", "redis", kNone},
    {"rediss", "rediss", kTls},
    {"s3", "s3-api", kUnset},
    {"sftp", "sftp", pb::TRANSPORT_SECURITY_SSH},
    {"smtp", "smtp", kUnset},
    {"smtps", "smtp-encrypted", kTls},
    {"sqlserver", "tds", kUnset},
    {"ssh", "ssh", pb::TRANSPORT_SECURITY_SSH},
    {"ws", "ws", kNone},
    {"wss", "wss", kTls},
};
static_assert(std::is_sorted(std::begin(kSchemes), std::end(kSchemes),
                             [](const SchemeMeaning& a, const SchemeMeaning& b) { return a.scheme < b.scheme; }));

template <class List>
bool IsIn(const List& list, absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// `dbPassword`, `DB_PASSWORD` and `db.password` are `db` and `password`.
std::vector<std::string> WordsOf(absl::string_view name) {
  std::vector<std::string> words(1);
  name = name.substr(0, kMaxName);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool hump = absl::ascii_isupper(c) && i > 0 && absl::ascii_islower(name[i - 1]);
    if ((hump || !absl::ascii_isalnum(c)) && !words.back().empty()) words.emplace_back();
    if (absl::ascii_isalnum(c)) words.back() += absl::ascii_tolower(c);
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool IsHost(absl::string_view text) {
  if (text.empty() || text.size() > kMaxHost || !absl::ascii_isalnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; });
}

// `Server=db;Password=x`, `?user=a&password=x`.
bool HasSecretPair(absl::string_view value) {
  for (const absl::string_view pair : absl::StrSplit(value, absl::ByAnyChar("?&;, \t\r\n\"'"), absl::SkipEmpty())) {
    const size_t equals = pair.find('=');
    if (equals == absl::string_view::npos || equals + 1 == pair.size()) continue;
    if (NamesSecret(pair.substr(0, equals)) && !IsReference(pair.substr(equals + 1))) return true;
  }
  return false;
}

// Whether a word of a command calls a client that takes `-psecret`.
bool IsMysqlClient(absl::string_view word) {
  const absl::string_view program = word.substr(word.rfind('/') + 1);
  return absl::StartsWith(program, "mysql") || absl::StartsWith(program, "mariadb");
}

// `value` with each variable in it as a single `$`, which stands in no name.
std::string WithoutVariables(absl::string_view value) {
  std::string out;
  while (!value.empty()) {
    const size_t dollar = value.find('$');
    absl::StrAppend(&out, value.substr(0, dollar));
    if (dollar == absl::string_view::npos) break;
    value.remove_prefix(dollar + 1);
    out += '$';
    const char open = value.empty() ? '\0' : value.front();
    size_t end = 0;
    if (open == '{' || open == '(') {
      int depth = 0;
      do {
        if (value[end] == open) ++depth;
        if (value[end] == (open == '{' ? '}' : ')')) --depth;
      } while (++end < value.size() && depth > 0);
    } else {
      while (end < value.size() && (absl::ascii_isalnum(value[end]) || value[end] == '_')) ++end;
    }
    value.remove_prefix(end);
  }
  return out;
}

// `tcp(db:3306)` of MySQL's driver for Go is `db:3306`; its brackets are separators, so `tcp` stands alone before it.
absl::string_view AfterCredentials(absl::string_view token) {
  const size_t at = token.rfind('@');
  return at == absl::string_view::npos ? token : token.substr(at + 1);
}

// Host and port of `db:3306/name?x`; false when the text is none.
bool SetHost(absl::string_view authority, Address& address) {
  const std::vector<absl::string_view> parts = absl::StrSplit(authority, ':');
  if (parts.size() > 2 || !IsHost(parts[0])) return false;
  const bool open = parts.size() == 2 && parts[1] == "$";
  if (parts.size() == 2 && !open &&
      (!absl::SimpleAtoi(parts[1], &address.port) || address.port < 1 || address.port > 65535)) {
    return false;
  }
  address.host = absl::AsciiStrToLower(absl::StripSuffix(parts[0], "."));
  return true;
}

// What the query of a URL says of encryption.
void SetTransport(absl::string_view query, Address& address) {
  for (const absl::string_view pair : absl::StrSplit(query, absl::ByAnyChar("?&;"), absl::SkipEmpty())) {
    const std::string text = absl::AsciiStrToLower(pair);
    for (const absl::string_view yes : {"sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=true",
                                        "tls=true", "usessl=true", "encrypt=true", "sslmode=required"}) {
      if (text == yes) address.transport = kTls;
    }
    for (const absl::string_view no :
         {"sslmode=disable", "ssl=false", "tls=false", "usessl=false", "encrypt=false", "sslmode=disabled"}) {
      if (text == no) address.transport = kNone;
    }
  }
}

bool TakeUrl(absl::string_view token, size_t colon, Address& address) {
  const size_t begin = token.substr(0, colon).find_last_of(":=@") + 1;  // `jdbc:postgresql`, `--url=https`
  const absl::string_view scheme = token.substr(begin, colon - begin);
  absl::string_view rest = token.substr(colon + 3);
  const size_t end = rest.find_first_of("/?#");
  absl::string_view authority = rest.substr(0, end);
  const absl::string_view tail = end == absl::string_view::npos ? "" : rest.substr(end);
  const size_t at = authority.rfind('@');
  // A password with a slash ends what looks like the authority.
  const bool split = absl::StrContains(tail, '@') && absl::StrContains(authority, ':');
  if (split) return false;
  if (at != absl::string_view::npos) {
    address.credentials = absl::StrContains(authority.substr(0, at), ':');
    authority = authority.substr(at + 1);
  }
  if (!SetHost(authority, address)) return false;
  if (const SchemeMeaning* meaning = FindScheme(absl::AsciiStrToLower(scheme)); meaning != nullptr) {
    address.protocol = std::string(meaning->protocol);
    address.transport = meaning->transport;
  }
  if (const size_t query = tail.find('?'); query != absl::string_view::npos) SetTransport(tail.substr(query), address);
  return true;
}

// Whether a URL that ends at a separator goes on behind it, so that what looks like host and port is the user and the
// beginning of the password: `amqp://user:12,34@mq`. `token` is a part of `value`.
bool EndsInPassword(absl::string_view token, absl::string_view value) {
  if (absl::StrContains(token, '@')) return false;
  absl::string_view rest = value.substr(static_cast<size_t>(token.data() - value.data()) + token.size());
  rest = rest.substr(0, rest.find("://"));  // first, so that many URLs cost no more than one
  return absl::StrContains(rest.substr(0, rest.find_first_of(" \t\r\n")), '@');
}

}  // namespace

const SchemeMeaning* FindScheme(absl::string_view scheme) {
  const auto* const found = std::lower_bound(std::begin(kSchemes), std::end(kSchemes), scheme,
                                             [](const SchemeMeaning& a, absl::string_view b) { return a.scheme < b; });
  return found == std::end(kSchemes) || found->scheme != scheme ? nullptr : found;
}

bool NamesSecret(absl::string_view name) {
  const std::vector<std::string> words = WordsOf(name);
  if (words.empty() || IsIn(kAboutSecrets, words.back())) return false;
  const std::string joined = absl::StrJoin(words, "");
  for (const absl::string_view end : kSecretEnds) {
    if (absl::EndsWith(joined, end)) return true;
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (IsIn(kSecretWords, words[i])) return true;
    if (i + 1 == words.size() && IsIn(kLastSecretWords, words[i])) return true;
    if (words[i] == "key" && i > 0 && IsIn(kKeyKinds, words[i - 1])) return true;
  }
  return false;
}

bool BeginsToken(absl::string_view text) {
  return std::any_of(std::begin(kTokenStarts), std::end(kTokenStarts), [&](absl::string_view start) {
    return absl::StartsWith(text, start) && text.size() >= start.size() + 12;
  });
}

bool IsReference(absl::string_view value) {
  // `$NAME`, but not `$$`, which stands for a `$`.
  if (value.size() > 1 && value[0] == '$' && (absl::ascii_isalpha(value[1]) || value[1] == '_')) return true;
  return absl::StartsWith(value, "/") || absl::StartsWith(value, "$(") || absl::StartsWith(value, "${") ||
         absl::StartsWith(value, "file:") || absl::StartsWith(value, "vault:") || absl::StartsWith(value, "arn:") ||
         absl::StartsWith(value, "{{");
}

bool HasPassword(absl::string_view value) {
  for (absl::string_view token : absl::StrSplit(value, absl::ByAnyChar(" \t\r\n\"'"), absl::SkipEmpty())) {
    if (const size_t scheme = token.find("://"); scheme != absl::string_view::npos) token = token.substr(scheme + 3);
    const size_t at = token.rfind('@');
    const size_t colon = token.find(':');
    if (at == absl::string_view::npos || at + 1 == token.size() || colon + 1 >= at) continue;
    const size_t slash = token.find('/');
    int port = 0;
    if (slash < at && absl::SimpleAtoi(token.substr(colon + 1, slash - colon - 1), &port)) continue;  // a path with `@`
    if (slash > colon && !IsReference(token.substr(colon + 1))) return true;
  }
  return false;
}

bool HoldsSecret(absl::string_view name, absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  if (value.empty() || IsIn(kSwitches, absl::AsciiStrToLower(value.substr(0, 8)))) return false;
  if (absl::StrContains(value, "PRIVATE KEY-----") || HasPassword(value) || HasSecretPair(value)) return true;
  if (BeginsToken(value)) return true;
  return NamesSecret(name) && !IsReference(value) && value.find("://") == absl::string_view::npos;
}

bool HasOptionName(absl::string_view word) {
  const absl::string_view name = word.substr(0, word.find('='));
  return absl::StartsWith(name, "--") && name.size() > 2 && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::string SecretOption(const std::vector<std::string>& words) {
  constexpr absl::string_view kNameless = "an argument";
  bool is_mysql = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const absl::string_view word = words[i];
    const absl::string_view name = word.substr(0, word.find('='));
    const std::string told(HasOptionName(word) ? name : kNameless);
    if (!absl::StartsWith(word, "-")) {
      is_mysql = is_mysql || IsMysqlClient(word);
      if (HoldsSecret("", word)) return told;
      continue;
    }
    const bool attached = !absl::StartsWith(word, "--") && word.size() > 2;
    if (attached && HoldsSecret(is_mysql && word[1] == 'p' ? "password" : "", word.substr(2))) return told;
    if (name.size() < word.size()) {
      if (HoldsSecret(name, word.substr(name.size() + 1))) return told;
    } else if (i + 1 < words.size() && !absl::StartsWith(words[i + 1], "-") && HoldsSecret(name, words[i + 1])) {
      return told;
    }
  }
  return "";
}

pb::CredentialKind CredentialKindOf(absl::string_view name) {
  const std::vector<std::string> words = WordsOf(name);
  const auto has = [&](absl::string_view word) { return IsIn(words, word); };
  if (has("token") || has("jwt")) return pb::CREDENTIAL_KIND_TOKEN;
  if (has("apikey") || (has("api") && has("key"))) return pb::CREDENTIAL_KIND_API_KEY;
  if (has("signing") || has("hmac")) return pb::CREDENTIAL_KIND_SIGNING_KEY;
  if (has("encryption") || has("crypt")) return pb::CREDENTIAL_KIND_ENCRYPTION_KEY;
  if (has("private") || has("tls") || has("cert") || has("pem") || has("key")) return pb::CREDENTIAL_KIND_PRIVATE_KEY;
  if (has("password") || has("passwd")) return pb::CREDENTIAL_KIND_PASSWORD;
  if (has("db") || has("database") || has("postgres") || has("mysql")) return pb::CREDENTIAL_KIND_DATABASE;
  return pb::CREDENTIAL_KIND_PASSWORD;
}

Address ParseAddress(absl::string_view text) {
  Address address;
  text = absl::StripPrefix(absl::StripAsciiWhitespace(text), "//");
  const size_t colon = text.find("://");
  const bool taken = colon != absl::string_view::npos
                         ? TakeUrl(text, colon, address)
                         : SetHost(text.substr(0, text.find_first_of("/?#")), address) && address.port != 0;
  return taken ? address : Address();
}

bool NamesHost(absl::string_view name) {
  const std::vector<std::string> words = WordsOf(name);
  return !words.empty() && (IsIn(kHostWords, words.back()) || absl::EndsWith(words.back(), "host") ||
                            absl::EndsWith(words.back(), "url"));
}

bool LeavesHostOpen(absl::string_view name, absl::string_view value) {
  const std::string plain = WithoutVariables(value.substr(0, kMaxValue));
  const size_t scheme = plain.find("://");
  if (scheme == std::string::npos) return NamesHost(name) && !NamesSecret(name) && absl::StartsWith(plain, "$");
  absl::string_view authority = absl::string_view(plain).substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  return absl::StartsWith(authority.substr(authority.rfind('@') + 1), "$");
}

std::vector<Address> AddressesIn(absl::string_view name, absl::string_view value) {
  std::vector<Address> addresses;
  const std::vector<std::string> words = WordsOf(name);
  const bool secret = NamesSecret(name);
  for (const absl::string_view other : {"image", "tag", "version"}) {
    if (IsIn(words, other)) return addresses;  // `redis:7` is no port
  }
  const bool host = NamesHost(name);
  const std::string plain = WithoutVariables(value.substr(0, kMaxValue));
  value = plain;
  for (absl::string_view token : absl::StrSplit(value, absl::ByAnyChar(kSeparators), absl::SkipEmpty())) {
    if (addresses.size() >= kMaxAddresses) break;
    const bool url = absl::StrContains(token, "://");
    if ((secret && !url) || (url && EndsInPassword(token, value))) continue;
    bool named = host;
    const size_t equals = token.find('=');
    // `m2:27017/db?tls=true`, the second host of a list, is no pair.
    if (!url && equals != absl::string_view::npos &&
        token.substr(0, equals).find_first_of(":/?") == absl::string_view::npos) {
      const std::string key = absl::AsciiStrToLower(absl::StripPrefix(token.substr(0, equals), "--"));
      if (NamesSecret(key)) continue;
      named = IsIn(kHostWords, key) || absl::EndsWith(key, "host");
      token = token.substr(equals + 1);
    }
    if (!url) token = AfterCredentials(token);
    Address address = ParseAddress(token);
    if (address.host.empty() && named && IsHost(token)) address.host = absl::AsciiStrToLower(token);
    // `0.0.0.0:80`, `8080:80` and times are no hosts that somebody connects to.
    const bool number = std::all_of(address.host.begin(), address.host.end(),
                                    [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
    if (!number && std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(std::move(address));
    }
  }
  return addresses;
}

bool NamesOwnAddress(absl::string_view name) {
  const std::vector<std::string> words = WordsOf(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return IsIn(kOwnWords, word); });
}

bool IsPublicHost(absl::string_view host) {
  host = absl::StripSuffix(host, ".");
  const size_t dot = host.rfind('.');
  if (dot == absl::string_view::npos || !IsHost(host)) return false;
  const std::string last = absl::AsciiStrToLower(host.substr(dot + 1));
  if (last.size() < 2 || !std::all_of(last.begin(), last.end(), absl::ascii_isalpha) || IsIn(kPrivateLabels, last)) {
    return false;
  }
  const bool deep = absl::StrContains(host.substr(0, dot), '.');
  return deep || last.size() == 2 || IsIn(kPublicLabels, last);
}

}  // namespace metapowers::importers
