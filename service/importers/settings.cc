#include "service/importers/settings.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/setting_words.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxValue = 64 << 10;  // longer values are files
constexpr size_t kMaxHost = 253;        // RFC 1035
constexpr size_t kMaxAddresses = 64;    // of one value
constexpr absl::string_view kSeparators = " \t\r\n,;|\"'<>{}()[]";

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

bool IsHost(absl::string_view text) {
  if (text.empty() || text.size() > kMaxHost || !absl::ascii_isalnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; });
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
  const std::vector<std::string> words = WordsOfName(name);
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
  const std::vector<std::string> words = WordsOfName(name);
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
  const std::vector<std::string> words = WordsOfName(name);
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
