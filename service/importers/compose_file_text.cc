#include "service/importers/compose_file_text.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/container_host.h"

namespace metapowers::importers::compose_file {
namespace {

constexpr int kMaxNesting = 8;  // of variables in defaults

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsName(char c) { return IsNameStart(c) || absl::ascii_isdigit(c); }

// Where the brace that is open at the beginning of `text` closes.
size_t ClosingBrace(absl::string_view text) {
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return absl::string_view::npos;
}

// What stands for `name:-default` and its like; nothing when only the environment says.
std::optional<absl::string_view> DefaultOf(absl::string_view inside) {
  size_t end = 0;
  while (end < inside.size() && IsName(inside[end])) ++end;
  absl::string_view rest = inside.substr(end);
  absl::ConsumePrefix(&rest, ":");
  if (!absl::ConsumePrefix(&rest, "-")) return std::nullopt;
  return rest;
}

std::string Expand(absl::string_view text, int depth) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] == '$') {
      out += text[i++];
    } else if (text[i + 1] == '{') {
      const size_t close = ClosingBrace(text.substr(i + 1));
      if (close == absl::string_view::npos) return absl::StrCat(out, text.substr(i));
      const absl::string_view inside = text.substr(i + 2, close - 1);
      const auto otherwise = DefaultOf(inside);
      if (otherwise.has_value() && depth < kMaxNesting) {
        out += Expand(*otherwise, depth + 1);
      } else {
        absl::StrAppend(&out, "${", inside, "}");
      }
      i += close + 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The name of the variable that a text is, as `$A`, `${A}` or `${A:?needed}`; "" where it is more, or none.
absl::string_view OnlyVariable(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "$")) return "";
  const bool braced = absl::StartsWith(text, "{");
  if (braced && ClosingBrace(text) + 1 != text.size()) return "";
  absl::ConsumePrefix(&text, "{");
  size_t end = 0;
  while (end < text.size() && IsName(text[end])) ++end;
  return braced || end == text.size() ? text.substr(0, end) : "";
}

// Parts between colons; those in brackets (IPv6) and in `${…}` are kept whole.
std::vector<absl::string_view> SplitColons(absl::string_view text) {
  std::vector<absl::string_view> parts;
  size_t begin = 0;
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') ++open;
    if (text[i] == ']' || text[i] == '}') --open;
    if (text[i] != ':' || open > 0) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

std::string Interpolate(absl::string_view text) { return Expand(text, 0); }

std::vector<std::string> OpenVariables(absl::string_view text) {
  std::vector<std::string> names;
  for (size_t at = text.find('$'); at != absl::string_view::npos; at = text.find('$', at)) {
    absl::string_view rest = text.substr(++at);
    if (absl::StartsWith(rest, "$")) ++at;  // `$$` is a `$`
    if (!absl::ConsumePrefix(&rest, "{")) continue;
    size_t end = 0;
    while (end < rest.size() && IsName(rest[end])) ++end;
    const absl::string_view name = rest.substr(0, end);
    absl::string_view after = rest.substr(end);
    absl::ConsumePrefix(&after, ":");
    const bool is_set = absl::StartsWith(after, "-") || absl::StartsWith(after, "+");
    if (!name.empty() && IsNameStart(name[0]) && !is_set) names.emplace_back(name);
  }
  return names;
}

bool Port::is_loopback() const {
  return absl::StartsWith(host_ip, "127.") || host_ip == "localhost" || host_ip == "::1" || host_ip == "[::1]";
}

int ParsePortNumber(absl::string_view text) {
  int port = 0;
  const bool number = absl::SimpleAtoi(text.substr(0, text.find('-')), &port);
  return number && port > 0 && port <= 65535 ? port : 0;
}

bool SetPublished(absl::string_view text, Port& port) {
  port.published = ParsePortNumber(text);
  if (port.published == 0) {
    if (absl::StartsWith(text, "$")) port.variable = std::string(text);
    return text.empty() || text == "0" || absl::StartsWith(text, "$");
  }
  const size_t dash = text.find('-');
  if (dash != absl::string_view::npos) port.last = ParsePortNumber(text.substr(dash + 1));
  if (port.last <= port.published) port.last = 0;
  return true;
}

std::string Port::Published() const {
  if (!variable.empty()) return absl::StrCat("one that ", variable, " sets");
  if (!open_target.empty()) return absl::StrCat("one that the engine chooses for ", open_target);
  if (published == 0) return "one that the engine chooses";
  return last == 0 ? absl::StrCat(published) : absl::StrCat(published, " to ", last);
}

std::optional<Port> ParsePort(absl::string_view text) {
  const size_t slash = text.find('/');
  std::vector<absl::string_view> parts = SplitColons(text.substr(0, slash));
  Port port;
  port.is_udp = slash != absl::string_view::npos && absl::EqualsIgnoreCase(text.substr(slash + 1), "udp");
  port.target = ParsePortNumber(parts.back());
  // A variable may stand for the number; the port is published all the same.
  if (port.target == 0 && !absl::StartsWith(parts.back(), "$")) return std::nullopt;
  const absl::string_view published = parts.size() > 1 ? parts[parts.size() - 2] : "";
  if (!SetPublished(published, port)) return std::nullopt;
  if (published.empty() && port.target == 0) port.open_target = std::string(parts.back());
  // `::1:80:80` is an address without brackets.
  for (size_t i = 0; i + 2 < parts.size(); ++i) absl::StrAppend(&port.host_ip, i == 0 ? "" : ":", parts[i]);
  return port;
}

bool Mount::is_host_path() const {
  if (source.empty() || is_volume) return false;
  const char first = source.front();
  return first == '/' || first == '.' || first == '~' || absl::StrContains(source, '\\') ||
         (source.size() > 1 && source[1] == ':') || absl::StartsWith(source, "$");
}

std::string Mount::host_path() const {
  static constexpr absl::string_view kSame[] = {"/dev", "/proc", "/sys", "/var/lib/docker"};
  const absl::string_view variable = OnlyVariable(source);
  if (is_volume || variable.empty() || variable == "PWD" || variable == "HOME") return source;
  const bool same = std::find(std::begin(kSame), std::end(kSame), target) != std::end(kSame);
  if (same || IsEngineSocket(target)) return target;
  for (const absl::string_view host : {"/hostfs", "/host", "/rootfs"}) {
    absl::string_view inside = target;
    if (!absl::ConsumePrefix(&inside, host)) continue;
    if (inside.empty() || inside == "/") return "/";
    if (absl::StartsWith(inside, "/")) return std::string(inside);
  }
  return source;
}

bool Mount::is_engine_socket() const { return is_host_path() && IsEngineSocket(host_path()); }

bool Mount::is_host_system() const {
  static constexpr absl::string_view kParts[] = {"/boot",    "/dev",  "/etc", "/home", "/lib",
                                                 "/proc",    "/root", "/sys", "/usr",  "/var/lib/docker",
                                                 "/var/run", "/run",  "/var", "/Users"};
  if (is_engine_socket()) return true;
  std::string path = host_path();
  if (path == "/") return true;
  path = std::string(absl::StripSuffix(path, "/"));
  return std::find(std::begin(kParts), std::end(kParts), path) != std::end(kParts);
}

Mount ParseMount(absl::string_view text) {
  std::vector<absl::string_view> parts = SplitColons(text);
  // `C:\data:/data` begins with the letter of a drive.
  const bool drive = parts.size() > 1 && parts[0].size() == 1 && absl::ascii_isalpha(parts[0][0]) &&
                     (absl::StartsWith(parts[1], "\\") || absl::StartsWith(parts[1], "/")) && parts.size() > 2;
  Mount mount;
  if (drive) {
    mount.source = absl::StrCat(parts[0], ":", parts[1]);
    parts.erase(parts.begin(), parts.begin() + 2);
  } else if (parts.size() > 1) {
    mount.source = std::string(parts[0]);
    parts.erase(parts.begin());
  }
  mount.target = std::string(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    for (const absl::string_view option : absl::StrSplit(parts[i], ',')) {
      mount.read_only = mount.read_only || option == "ro" || option == "readonly";
    }
  }
  return mount;
}

}  // namespace metapowers::importers::compose_file
