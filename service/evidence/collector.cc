#include "service/evidence/collector.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/strings.h"

namespace metapowers::evidence {
namespace {

std::optional<std::string> PercentDecode(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    uint32_t byte = 0;
    if (i + 2 >= text.size() || !absl::SimpleHexAtoi(text.substr(i + 1, 2), &byte)) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

bool HasScheme(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0 || !absl::ascii_isalpha(text[0])) return false;
  return std::all_of(text.begin(), text.begin() + colon,
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

auto Key(const Finding& finding) {
  return std::tie(finding.id, finding.package, finding.purl, finding.file, finding.line, finding.installed_version,
                  finding.fixed_version, finding.title, finding.severity, finding.aliases, finding.cwes, finding.vex,
                  finding.justification);
}

std::tuple<double, std::string, std::string, bool> CvssKey(const Finding& finding) {
  if (!finding.cvss.has_value()) return {-1, "", "", false};
  return {finding.cvss->score, finding.cvss->vector, finding.cvss->version, finding.cvss->computed};
}

void SortUnique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (list.size() > kMaxAliases) list.resize(kMaxAliases);
}

// A package URL without scheme, type, qualifiers and subpath; empty when it is none.
absl::string_view PurlPath(absl::string_view purl) {
  if (!absl::ConsumePrefix(&purl, "pkg:")) return {};
  purl = purl.substr(0, purl.find_first_of("?#"));
  const size_t type = purl.find('/');
  return type == absl::string_view::npos ? absl::string_view() : purl.substr(type + 1);
}

}  // namespace

std::string CleanText(absl::string_view text) {
  // What is cut away need not be cleaned: nine bytes make one at most.
  std::string clean = OneLine(absl::StripAsciiWhitespace(text.substr(0, 16 * kMaxTextBytes)));
  if (clean.size() <= kMaxTextBytes && IsUtf8(clean)) return clean;
  size_t end = std::min(clean.size(), kMaxTextBytes);
  while (end > 0 && !IsUtf8(absl::string_view(clean).substr(0, end))) --end;
  clean.resize(end);
  return clean + "…";
}

std::optional<std::string> RelativePath(absl::string_view uri) {
  if (uri.empty() || HasScheme(uri)) return std::nullopt;
  const std::optional<std::string> decoded = PercentDecode(uri);
  if (!decoded.has_value() || HasScheme(*decoded) || absl::StrContains(*decoded, '\\')) return std::nullopt;
  std::vector<absl::string_view> parts;
  if (absl::StartsWith(*decoded, "/")) return std::nullopt;
  for (const absl::string_view part : absl::StrSplit(*decoded, '/')) {
    if (part == "..") return std::nullopt;
    if (part != "." && !part.empty()) parts.push_back(part);
  }
  if (parts.empty()) return std::nullopt;
  return absl::StrJoin(parts, "/");
}

std::optional<std::string> CweId(absl::string_view text) {
  const size_t slash = text.rfind('/');
  if (slash != absl::string_view::npos) text.remove_prefix(slash + 1);
  if (!absl::StartsWithIgnoreCase(text, "CWE-")) return std::nullopt;
  text.remove_prefix(4);
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
  int number = 0;
  if (digits == 0 || digits > 5 || !absl::SimpleAtoi(text.substr(0, digits), &number) || number == 0) {
    return std::nullopt;
  }
  return absl::StrCat("CWE-", number);
}

std::string PackageOfPurl(absl::string_view purl) {
  absl::string_view path = PurlPath(purl);
  const size_t at = path.rfind('@');
  // A scope such as "@angular" may be written without encoding; it is never the version.
  if (at != absl::string_view::npos && at > 0 && path.find('/', at) == absl::string_view::npos) {
    path = path.substr(0, at);
  }
  std::string name = PercentDecode(path).value_or("");
  if (absl::StartsWith(purl, "pkg:maven/")) {
    const size_t slash = name.rfind('/');
    if (slash != std::string::npos) name[slash] = ':';
  }
  // The distribution is part of the type of these, not of the name.
  for (const absl::string_view type : {"pkg:deb/", "pkg:apk/", "pkg:rpm/"}) {
    if (absl::StartsWith(purl, type)) name = name.substr(name.rfind('/') + 1);
  }
  return name;
}

std::string VersionOfPurl(absl::string_view purl) {
  const absl::string_view path = PurlPath(purl);
  const size_t at = path.rfind('@');
  if (at == absl::string_view::npos || at == 0 || path.find('/', at) != absl::string_view::npos) return "";
  return PercentDecode(path.substr(at + 1)).value_or("");
}

int LineOf(const Value& region, absl::string_view member) {
  const double line = region.Number(member, 0);
  return line >= 1 && line <= 100'000'000 ? static_cast<int>(line) : 0;
}

absl::Status Collector::Fault(absl::string_view place, absl::string_view cause, absl::string_view mend) const {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("evidence \"", declaration_.id(), "\" (", declaration_.path(), ") cannot be used: ", cause),
      {"EVIDENCE_INVALID",
       {{"evidence", declaration_.id()}, {"path", declaration_.path()}},
       {{CleanText(place), CleanText(cause), ""}},
       CleanText(mend)});
}

absl::StatusOr<const std::vector<Value>*> Collector::ListAt(const Value& object, absl::string_view key,
                                                            absl::string_view place) const {
  static const auto* const none = new std::vector<Value>;
  const Value* value = object.Find(key);
  if (value == nullptr || value->kind == Value::Kind::kNull) return none;
  if (value->kind == Value::Kind::kArray) return &value->items;
  return Fault(absl::StrCat(place, place.empty() ? "" : ".", key), "is no list", "export the report again");
}

void Collector::Warn(absl::string_view place, absl::string_view cause) {
  if (report_.warnings.size() >= static_cast<size_t>(kMaxWarnings)) {
    ++warnings_left_out_;
    return;
  }
  report_.warnings.push_back(CleanText(absl::StrCat(place, ": ", cause)));
}

const Value* Collector::Object(const Value& entry, absl::string_view place) {
  if (entry.is_object()) return &entry;
  Warn(place, "is no object, and is left out");
  return nullptr;
}

void Collector::SetFile(absl::string_view uri, absl::string_view place, Finding& finding) {
  if (uri.empty()) return;
  const std::optional<std::string> path = RelativePath(uri);
  if (path.has_value()) {
    finding.file = *path;
  } else {
    Warn(place, "the path leads out of the repository, and is left out");
  }
}

absl::Status Collector::Add(Finding finding, absl::string_view place) {
  finding.id = CleanText(finding.id);
  if (finding.id.empty()) {
    Warn(place, "has no id, and is left out");
    return absl::OkStatus();
  }
  if (report_.findings.size() >= static_cast<size_t>(kMaxFindings)) {
    return Fault(place, absl::StrCat("the file has more than ", kMaxFindings, " findings"),
                 "split the report by component");
  }
  // Tools shorten names; the package URL has the whole one.
  if (std::string name = PackageOfPurl(finding.purl); !name.empty()) finding.package = std::move(name);
  for (std::string* text : {&finding.title, &finding.package, &finding.purl, &finding.file, &finding.installed_version,
                            &finding.fixed_version, &finding.severity, &finding.justification}) {
    *text = CleanText(*text);
  }
  for (std::string& alias : finding.aliases) alias = CleanText(alias);
  finding.aliases.erase(std::remove_if(finding.aliases.begin(), finding.aliases.end(),
                                       [&](const std::string& alias) { return alias.empty() || alias == finding.id; }),
                        finding.aliases.end());
  SortUnique(finding.aliases);
  SortUnique(finding.cwes);
  finding.severity = absl::AsciiStrToLower(finding.severity);
  if (finding.cvss.has_value()) finding.cvss->vector = CleanText(finding.cvss->vector);
  finding.evidence_id = declaration_.id();
  finding.component_id = declaration_.component();
  finding.repository_id = declaration_.repository();
  report_.findings.push_back(std::move(finding));
  return absl::OkStatus();
}

void Collector::SetTool(absl::string_view name, absl::string_view version) {
  report_.tool = CleanText(name);
  report_.tool_version = CleanText(version);
}

Report Collector::Take() {
  std::vector<Finding>& all = report_.findings;
  std::stable_sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
    return Key(a) != Key(b) ? Key(a) < Key(b) : CvssKey(a) < CvssKey(b);
  });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (report_.tool.empty()) report_.tool = CleanText(declaration_.tool());
  if (warnings_left_out_ > 0) report_.warnings.push_back(absl::StrCat("and ", warnings_left_out_, " more warnings"));
  return std::move(report_);
}

}  // namespace metapowers::evidence
