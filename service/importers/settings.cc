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
// Keys of connection strings and of the queries of URLs, and their values, as Folded() has them: those of the drivers
// of PostgreSQL, MySQL, SQL Server, MongoDB and Redis.
constexpr absl::string_view kPasswordKeys[] = {"password", "pwd"};
constexpr absl::string_view kEncryptionKeys[] = {"encrypt", "ssl", "tls", "usessl"};
constexpr absl::string_view kEncrypted[] = {"true", "yes", "mandatory", "strict"};
constexpr absl::string_view kClear[] = {"false", "no"};
constexpr absl::string_view kEncryptedModes[] = {"require", "required", "verifyca", "verifyfull", "verifyidentity"};
constexpr absl::string_view kClearModes[] = {"disable", "disabled", "none"};
// Last labels that are hardly ever a name inside; others, such as `dev`, may be, e.g. that of a namespace.
constexpr absl::string_view kPublicLabels[] = {"biz", "com", "edu", "gov", "info", "int", "mil", "net", "org"};
// Last labels that the public DNS does not have.
constexpr absl::string_view kPrivateLabels[] = {"local",   "internal",  "lan",      "localdomain", "home",
                                                "corp",    "private",   "intranet", "svc",         "test",
                                                "invalid", "localhost", "arpa",     "cluster"};

constexpr auto kUnset = pb::TRANSPORT_SECURITY_UNSPECIFIED;
constexpr auto kNone = pb::TRANSPORT_SECURITY_NONE;
constexpr auto kTls = pb::TRANSPORT_SECURITY_TLS;
// Sorted by scheme. What may be encrypted or not under one scheme says nothing of it. Ports are those of the registry
// of IANA (RFC 6335), and of the maker's documentation for CockroachDB and MongoDB.
constexpr SchemeMeaning kSchemes[] = {
    {"amqp", "amqp", kNone, 5672},
    {"amqps", "amqps", kTls, 5671},
    {"bolt", "bolt", kUnset, 7687},
    {"clickhouse", "", kUnset},
    {"cockroachdb", "postgresql", kUnset, 26257},
    {"ftp", "ftp", kUnset, 21},
    {"ftps", "ftps", kTls, 990},
    {"grpc", "grpc", kUnset},
    {"grpcs", "grpc", kTls},
    {"http", "http", kNone, 80},
    {"https", "https", kTls, 443},
    {"imap", "imap", kUnset, 143},
    {"imaps", "imap-encrypted", kTls, 993},
    {"kafka", "kafka", kUnset},
    {"ldap", "ldap", kUnset, 389},
    {"ldaps", "ldaps", kTls, 636},
    {"mariadb", "mysql", kUnset, 3306},
    {"mongodb", "mongodb", kUnset, 27017},
    {"mongodb+srv", "mongodb", kTls},
    {"mqtt", "mqtt", kUnset, 1883},
    {"mqtts", "mqtts", kTls, 8883},
    {"mssql", "tds", kUnset, 1433},
    {"mysql", "mysql", kUnset, 3306},
    {"mysql2", "mysql", kUnset, 3306},
    {"nats", "nats", kUnset, 4222},
    {"neo4j", "bolt", kUnset, 7687},
    {"neo4j+s", "bolt", kTls, 7687},
    {"postgres", "postgresql", kUnset, 5432},
    {"postgresql", "postgresql", kUnset, 5432},
    {"redis", "redis", kNone, 6379},
    {"rediss", "rediss", kTls, 6379},
    {"s3", "s3-api", kUnset},
    {"sftp", "sftp", pb::TRANSPORT_SECURITY_SSH, 22},
    {"smtp", "smtp", kUnset},
    {"smtps", "smtp-encrypted", kTls, 465},
    {"sqlserver", "tds", kUnset, 1433},
    {"ssh", "ssh", pb::TRANSPORT_SECURITY_SSH, 22},
    {"ws", "ws", kNone, 80},
    {"wss", "wss", kTls, 443},
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

// Whether what stands before an address without `//` is user and password: `root:x@`, but not `mailto:ops@`.
bool HasLogin(absl::string_view before) {
  static constexpr absl::string_view kNoUsers[] = {"acct", "jdbc", "mailto", "oracle", "sip", "sips", "smtp", "xmpp"};
  const size_t colon = before.find(':');
  if (colon == absl::string_view::npos || colon == 0 || colon + 1 >= before.rfind('@')) return false;
  return !IsIn(kNoUsers, absl::AsciiStrToLower(before.substr(0, colon)));
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

// `SSL Mode`, `sslMode` and `ssl-mode` are one key, and values are compared likewise.
std::string Folded(absl::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) folded += absl::ascii_tolower(c);
  }
  return folded;
}

// What a pair says of encryption and authentication: `sslmode=require`, `Encrypt=False`, `Pwd=x`.
void SetOption(absl::string_view pair, Address& address) {
  const size_t equals = pair.find('=');
  if (equals == absl::string_view::npos || absl::StartsWith(pair, "-")) return;  // options of a command are its own
  const std::string key = Folded(pair.substr(0, equals));
  const std::string value = Folded(pair.substr(equals + 1));
  if (IsIn(kPasswordKeys, key) && equals + 1 < pair.size()) address.credentials = true;
  const bool mode = key == "sslmode";
  if (!mode && !IsIn(kEncryptionKeys, key)) return;
  if (mode ? IsIn(kEncryptedModes, value) : IsIn(kEncrypted, value)) address.transport = kTls;
  if (mode ? IsIn(kClearModes, value) : IsIn(kClear, value)) address.transport = kNone;
}

// The same of the pairs beside the addresses of a value: `Server=db;User Id=sa;Password=x;Encrypt=False`. A text that
// has more than addresses and pairs, such as a remark, is read only where the name of the setting says what it is.
Address OptionsBeside(absl::string_view value, bool is_connection) {
  Address options;
  // Where pairs end at a `;`, their keys may have spaces in them.
  const absl::string_view ends = absl::StrContains(value, ';') ? ";" : kSeparators;
  for (absl::string_view part : absl::StrSplit(value, absl::ByAnyChar(ends), absl::SkipEmpty())) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty() || absl::StrContains(part, "://")) continue;
    const bool fits = absl::StrContains(part, '=') || !ParseAddress(part).host.empty();
    if (!fits && !is_connection) return Address();
    SetOption(part, options);
  }
  return options;
}

void AddOptions(const Address& options, Address& address) {
  if (address.transport == kUnset) address.transport = options.transport;
  address.credentials = address.credentials || options.credentials;
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
    const size_t user = authority.find(':');
    address.credentials = user < at && user + 1 < at;  // `redis://:password@cache` has none but a password
    authority = authority.substr(at + 1);
  }
  if (!SetHost(authority, address)) return false;
  if (const SchemeMeaning* meaning = FindScheme(absl::AsciiStrToLower(scheme)); meaning != nullptr) {
    address.protocol = std::string(meaning->protocol);
    address.transport = meaning->transport;
    if (!absl::StrContains(authority, ':')) address.usual_port = meaning->port;
  }
  const size_t query = tail.find('?');
  if (query == absl::string_view::npos) return true;
  for (const absl::string_view pair : absl::StrSplit(tail.substr(query), absl::ByAnyChar("?&;"), absl::SkipEmpty())) {
    SetOption(pair, address);
  }
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

bool NamesConnection(absl::string_view name) {
  const std::vector<std::string> words = WordsOfName(name);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool two = words[i] == "connection" && i + 1 < words.size() && absl::StartsWith(words[i + 1], "string");
    if (two || absl::StartsWith(words[i], "connectionstring") || absl::EndsWith(words[i], "connstr")) return true;
  }
  return false;
}

bool NamesHost(absl::string_view name) {
  const std::vector<std::string> words = WordsOfName(name);
  return !words.empty() && (IsIn(kHostWords, words.back()) || absl::EndsWith(words.back(), "host") ||
                            absl::EndsWith(words.back(), "url") || NamesConnection(name));
}

Address ConnectionHost(absl::string_view name, absl::string_view value) {
  if (!NamesConnection(name) || NamesSecret(name)) return Address();
  const std::string plain = WithoutVariables(value.substr(0, kMaxValue));
  const absl::string_view first = absl::string_view(plain).substr(0, plain.find_first_of(",;"));
  if (!IsHost(absl::StripAsciiWhitespace(first))) return Address();
  Address address = OptionsBeside(plain, true);
  address.host = absl::AsciiStrToLower(absl::StripAsciiWhitespace(first));
  return address;
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
  const bool host = NamesHost(name) && !NamesConnection(name);  // whose words may be parts of a password
  const std::string plain = WithoutVariables(value.substr(0, kMaxValue));
  value = plain;
  const Address options = OptionsBeside(value, NamesConnection(name));
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
    const absl::string_view target = url ? token : AfterCredentials(token);
    Address address = ParseAddress(target);
    if (HasLogin(token.substr(0, token.size() - target.size()))) address.credentials = true;
    token = target;
    AddOptions(options, address);
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
