// Which settings hold secrets: see settings.h.
#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/setting_words.h"
#include "service/importers/settings.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

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
    "file",       "path",     "dir",      "name",      "ref",      "policy",   "length",   "ttl",      "expiry",
    "expiration", "expires",  "lifetime", "timeout",   "url",      "uri",      "endpoint", "host",     "user",
    "username",   "id",       "type",     "algorithm", "alg",      "enabled",  "required", "rotation", "min",
    "max",        "count",    "issuer",   "audience",  "header",   "provider", "age",      "hours",    "minutes",
    "seconds",    "days",     "field",    "interval",  "validity", "store",    "manager",  "backend",  "reset",
    "algo",       "scheme",   "method",   "mode",      "format",   "prefix",   "suffix",   "rounds",   "cost",
    "in",         "exp",      "expire",   "lifespan",  "duration", "period",   "leeway",   "limit",    "size",
    "aud",        "iss",      "claim",    "claims",    "scope",    "scopes",   "role",     "roles",    "group",
    "strength",   "pattern",  "regex",    "attempts",  "retries",  "table",    "column",   "domain",   "version",
    "namespace",  "selector", "label",    "labels",    "region",   "mount",    "addr",     "address",  "port",
    "driver",     "plugin",   "names",    "paths",     "files",    "schema",   "database", "email",    "class"};
constexpr absl::string_view kSwitches[] = {"true", "false", "yes", "no", "on", "off", "none", "null", "0", "1"};
// How tokens of well-known issuers begin.
constexpr absl::string_view kTokenStarts[] = {"AKIA",        "ASIA",   "ghp_",     "gho_",     "ghs_",
                                              "github_pat_", "glpat-", "sk_live_", "rk_live_", "xoxb-",
                                              "xoxp-",       "xapp-",  "AIza",     "npm_"};

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

}  // namespace

bool NamesSecret(absl::string_view name) {
  const std::vector<std::string> words = WordsOfName(name);
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
  return absl::StartsWith(name, "--") && name.size() > 2 && name.size() <= kMaxSettingName &&
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
  const std::vector<std::string> words = WordsOfName(name);
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

}  // namespace metapowers::importers
