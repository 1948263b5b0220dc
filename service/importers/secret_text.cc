#include "service/importers/secret_text.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/settings.h"

namespace metapowers::importers {
namespace {

constexpr absl::string_view kPassword = "a password";
constexpr absl::string_view kToken = "a token";
constexpr absl::string_view kKey = "a private key";

constexpr size_t kMaxReach = 512;  // how far a secret is looked for from where it begins
constexpr absl::string_view kBlanks = " \t\r\n";
constexpr absl::string_view kEnds = " \t\r\n\"'`<>,;()[]{}";

// Words after `password:` that tell of it and are none.
constexpr absl::string_view kProse[] = {"a",
                                        "an",
                                        "any",
                                        "apikey",
                                        "argon2",
                                        "authentication",
                                        "authorization",
                                        "base64",
                                        "based",
                                        "basic",
                                        "bcrypt",
                                        "bearer",
                                        "clear",
                                        "cookie",
                                        "encrypted",
                                        "external",
                                        "generated",
                                        "hash",
                                        "hashed",
                                        "header",
                                        "hidden",
                                        "in",
                                        "internal",
                                        "is",
                                        "it",
                                        "jwt",
                                        "key",
                                        "masked",
                                        "must",
                                        "mutual",
                                        "never",
                                        "no",
                                        "none",
                                        "not",
                                        "null",
                                        "oauth",
                                        "oauth2",
                                        "object",
                                        "oidc",
                                        "opaque",
                                        "optional",
                                        "password",
                                        "query",
                                        "redacted",
                                        "required",
                                        "rotated",
                                        "secret",
                                        "see",
                                        "set",
                                        "shared",
                                        "stored",
                                        "string",
                                        "strong",
                                        "text",
                                        "the",
                                        "their",
                                        "to",
                                        "token",
                                        "unknown",
                                        "unset",
                                        "used",
                                        "user",
                                        "vault",
                                        "weak",
                                        "yes",
                                        "your",
                                        "yubikey"};

bool IsWordChar(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; }

bool HasDigit(absl::string_view text) { return std::any_of(text.begin(), text.end(), absl::ascii_isdigit); }

// The beginning of `text` up to one of `ends`.
absl::string_view UpTo(absl::string_view text, absl::string_view ends) {
  text = text.substr(0, kMaxReach);
  return text.substr(0, text.find_first_of(ends));
}

// What stands for a value that is kept elsewhere, and placeholders for it.
bool IsPlaceholder(absl::string_view value) {
  return IsReference(value) || absl::StartsWith(value, "<") || absl::StartsWith(value, "[") ||
         absl::StartsWith(value, "%") || absl::StrContains(value, "://") ||
         value.find_first_not_of("*xX.…") == absl::string_view::npos;
}

FoundSecret PrivateKeyAt(absl::string_view text) {
  constexpr absl::string_view kEnd = "-----END ";
  if (!absl::StartsWith(text, "-----BEGIN ")) return {};
  const size_t head = text.substr(0, 64).find("PRIVATE KEY");
  if (head == absl::string_view::npos) return {};
  const size_t end = text.find(kEnd);
  if (end == absl::string_view::npos) return {text, kKey, true};
  const size_t dashes = text.find("-----", end + kEnd.size());
  return {text.substr(0, dashes == absl::string_view::npos ? dashes : dashes + 5), kKey, true};
}

// `AKIA…`, `ghp_…`, and `eyJ….….…` of JWT.
FoundSecret TokenAt(absl::string_view text) {
  size_t size = 0;
  const absl::string_view near = text.substr(0, kMaxReach * 8);
  while (size < near.size() && (IsWordChar(near[size]) || near[size] == '.')) ++size;
  absl::string_view token = absl::StripSuffix(near.substr(0, size), ".");
  if (absl::StartsWith(token, "eyJ") && token.size() >= 20 && absl::StrContains(token, '.'))
    return {token, kToken, true};
  token = token.substr(0, token.find('.'));
  return BeginsToken(token) ? FoundSecret{token, kToken, true} : FoundSecret{};
}

// `Bearer x`, `Basic eDp5`.
FoundSecret SchemeAt(absl::string_view text) {
  for (const absl::string_view scheme : {"bearer ", "basic "}) {
    if (!absl::StartsWithIgnoreCase(text, scheme)) continue;
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(scheme.size()));
    const absl::string_view token = UpTo(rest, kEnds);
    const bool mixed = HasDigit(token) || absl::EndsWith(token, "=");
    if (token.size() >= 8 && mixed && !IsPlaceholder(token)) return {token, kToken, false};
  }
  return {};
}

// The user information of `scheme://user:password@host` and, where a path or a port follows, of `user:password@host`.
FoundSecret UserInfoAt(absl::string_view text, size_t word) {
  absl::string_view rest = text;
  const bool url = absl::StartsWith(text.substr(word), "://");
  if (url) {
    rest.remove_prefix(word + 3);
  } else if (word >= text.size() || text[word] != ':') {
    return {};
  }
  rest = UpTo(rest, " \t\r\n\"'<>");
  if (const size_t next = rest.find("://"); next != absl::string_view::npos) rest = rest.substr(0, next);
  const size_t at = rest.rfind('@');
  if (at == absl::string_view::npos || at == 0 || at + 1 == rest.size()) return {};
  const absl::string_view info = rest.substr(0, at);
  const absl::string_view host = rest.substr(at + 1);
  const size_t colon = info.find(':');
  if (colon == absl::string_view::npos) {
    // A token may stand alone.
    const bool token = url && info.size() >= 16 && HasDigit(info) && !absl::StrContains(info, '/');
    return token && !IsPlaceholder(info) ? FoundSecret{info, kToken, false} : FoundSecret{};
  }
  const absl::string_view password = info.substr(colon + 1);
  const size_t slash = info.find('/');
  if (slash < colon || (slash != absl::string_view::npos && !HasPassword(rest))) return {};  // a path with `@`
  if (password.empty() || IsPlaceholder(password)) return {};
  if (!url) {
    const bool digest = absl::StartsWith(host, "sha256:") || absl::StartsWith(host, "sha512:");
    const size_t end = host.find_first_of("/:(");
    if (digest || end == absl::string_view::npos || absl::StartsWith(info, "mailto:")) return {};
  }
  return {info, kPassword, url};
}

// `-u user:password`, `-uuser:password` and `--user key:` of curl, which stands before it on the line.
FoundSecret CurlUserAt(absl::string_view text, absl::string_view before) {
  if (!before.empty() && !absl::StrContains(kEnds, before.back())) return {};  // within a word
  if (!absl::ConsumePrefix(&text, "-u") && !absl::ConsumePrefix(&text, "--user ")) return {};
  before = before.substr(before.size() - std::min(before.size(), kMaxReach));
  if (!absl::StrContains(before.substr(before.rfind('\n') + 1), "curl")) return {};
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
  const absl::string_view info = UpTo(text, kEnds);
  const size_t colon = info.find(':');
  if (colon == absl::string_view::npos || IsPlaceholder(info)) return {};
  const absl::string_view password = info.substr(colon + 1);
  // A key stands alone, before a colon.
  if (password.empty()) return {info.substr(0, colon), kToken, false};
  return IsPlaceholder(password) ? FoundSecret{} : FoundSecret{password, kPassword, false};
}

// Where the value of `name: value`, `name=value`, `"name": "value"` and `name is value` begins after the name; 0 for
// none. Sets whether it was said by `=`.
size_t ValueAfter(absl::string_view rest, bool& exact) {
  size_t at = 0;
  if (at < rest.size() && (rest[at] == '"' || rest[at] == '\'' || rest[at] == '`')) ++at;
  at = std::min(rest.find_first_not_of(kBlanks, at), rest.size());
  if (absl::StartsWith(rest.substr(at), "is ") && at > 0) {
    at += 3;
  } else if (at < rest.size() && (rest[at] == ':' || rest[at] == '=')) {
    exact = rest[at] == '=';
    ++at;
    if (at < rest.size() && (rest[at] == '=' || rest[at] == ':')) return 0;
  } else {
    return 0;
  }
  at = rest.substr(0, kMaxReach).find_first_not_of(kBlanks, at);
  return at == absl::string_view::npos ? 0 : at;
}

// What follows a name of `word` bytes that is that of a secret; `before` is the word before it.
FoundSecret ValueAt(absl::string_view text, size_t word, absl::string_view before) {
  const absl::string_view name = text.substr(0, word);
  bool exact = false;
  const size_t begin = ValueAfter(text.substr(word), exact);
  if (begin == 0) return {};
  if (!NamesSecret(name) && (before.empty() || !NamesSecret(absl::StrCat(before, " ", name)))) return {};
  absl::string_view rest = text.substr(word + begin);
  const char quote = rest.front();
  const bool quoted = quote == '"' || quote == '\'' || quote == '`';
  if (quoted) rest.remove_prefix(1);
  absl::string_view value = UpTo(rest, quoted ? absl::string_view(&quote, 1) : kEnds);
  // The first word of a sentence is none; the only one of a line or clause is.
  const absl::string_view after = rest.substr(value.size(), 1);
  bool alone = after.empty() || after.find_first_of("\r\n,;)]}") == 0;
  while (!quoted && !value.empty() && (value.back() == '.' || value.back() == ':')) {
    value.remove_suffix(1);
    alone = true;
  }
  if (value.empty() || IsPlaceholder(value) || !HoldsSecret("password", value)) return {};
  const std::string lower = absl::AsciiStrToLower(value);
  if (std::binary_search(std::begin(kProse), std::end(kProse), lower)) return {};
  const bool odd = value.size() >= 6 && (HasDigit(value) || value.find_first_of("!#$%&*+^~|=@") < value.size());
  if (!exact && !quoted && !odd && !alone) return {};
  const std::string lower_name = absl::AsciiStrToLower(name);
  const bool token = absl::StrContains(lower_name, "token") || absl::StrContains(lower_name, "key");
  return {value, token ? kToken : kPassword, false};
}

}  // namespace

std::vector<FoundSecret> SecretsIn(absl::string_view text) {
  std::vector<FoundSecret> found;
  absl::string_view before;  // the word before, where only blanks are between
  for (size_t i = 0; i < text.size();) {
    const absl::string_view rest = text.substr(i);
    FoundSecret secret = rest.front() == '-' ? PrivateKeyAt(rest) : FoundSecret{};
    if (secret.text.empty() && rest.front() == '-') secret = CurlUserAt(rest, text.substr(0, i));
    size_t word = 0;
    if (secret.text.empty() && absl::ascii_isalnum(rest.front())) {
      while (word < rest.size() && (IsWordChar(rest[word]) || rest[word] == '.' || rest[word] == '+')) ++word;
      if (word <= kMaxReach * 8) {
        secret = TokenAt(rest);
        if (secret.text.empty()) secret = SchemeAt(rest);
        if (secret.text.empty()) secret = UserInfoAt(rest, word);
        if (secret.text.empty()) secret = ValueAt(rest, word, before);
      }
    }
    if (!secret.text.empty()) {
      found.push_back(secret);
      i = static_cast<size_t>(secret.text.data() - text.data()) + secret.text.size();
      before = "";
    } else if (word > 0) {
      before = rest.substr(0, word);
      i += word;
    } else {
      if (!absl::StrContains(kBlanks, rest.front())) before = "";
      ++i;
    }
  }
  return found;
}

std::vector<std::string> LinesWithSecrets(absl::string_view file, bool by_form_only, size_t limit) {
  std::vector<std::string> lines;
  size_t counted = 0;
  size_t line = 1;
  for (const FoundSecret& secret : SecretsIn(file)) {
    if (by_form_only && !secret.by_form) continue;
    const size_t at = static_cast<size_t>(secret.text.data() - file.data());
    line += static_cast<size_t>(std::count(file.begin() + static_cast<std::ptrdiff_t>(counted),
                                           file.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted = at;
    std::string told = absl::StrCat("line ", line, " holds ", secret.kind);
    if (lines.empty() || lines.back() != told) lines.push_back(std::move(told));
    if (lines.size() == limit) break;
  }
  return lines;
}

std::string WithoutSecrets(absl::string_view text) {
  std::string out;
  size_t done = 0;
  for (const FoundSecret& secret : SecretsIn(text)) {
    const size_t at = static_cast<size_t>(secret.text.data() - text.data());
    absl::StrAppend(&out, text.substr(done, at - done), kRedacted);
    done = at + secret.text.size();
  }
  return absl::StrCat(out, text.substr(done));
}

}  // namespace metapowers::importers
