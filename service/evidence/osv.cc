// JSON of OSV-Scanner (https://google.github.io/osv-scanner/output/): packages of each source with their
// vulnerabilities in the OSV schema.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"
#include "service/evidence/cvss.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

// Fixed versions that are named of one vulnerability.
constexpr size_t kMaxVersions = 32;

// By id of a vulnerability: the group that it is in, which holds the highest score of its aliases.
std::map<absl::string_view, const Value*> GroupsOf(const Value& package) {
  std::map<absl::string_view, const Value*> groups;
  for (const Value& group : package.List("groups")) {
    for (const Value& member : group.List("ids")) groups.emplace(member.text, &group);
  }
  return groups;
}

std::optional<Cvss> ScoreOf(const Value& vulnerability, const Value* group) {
  std::vector<CvssCandidate> candidates;
  for (const Value& severity : vulnerability.List("severity")) {
    candidates.push_back({{0, CleanText(severity.Text("score")), ""}, false, true});
  }
  std::optional<Cvss> cvss = ChooseCvss(candidates);
  if (cvss.has_value() || group == nullptr) return cvss;
  const double score = group->Number("max_severity", -1);
  // The scanner computed it from a vector that may be of version 4.0, which is not computed here.
  const std::string vector = candidates.size() == 1 ? candidates[0].cvss.vector : "";
  return ChooseCvss({{{score, vector, VersionOfVector(vector)}, true, true}});
}

// Fixed versions of the ranges of this package, in the order of the file.
std::string FixedVersions(const Value& vulnerability, absl::string_view package) {
  std::vector<std::string> versions;
  for (const Value& affected : vulnerability.List("affected")) {
    const Value* about = affected.Find("package");
    if (about == nullptr || about->Text("name") != package) continue;
    for (const Value& range : affected.List("ranges")) {
      if (range.Text("type") == "GIT") continue;
      for (const Value& event : range.List("events")) {
        const std::string fixed(event.Text("fixed"));
        if (fixed.empty() || versions.size() >= kMaxVersions) continue;
        if (std::find(versions.begin(), versions.end(), fixed) == versions.end()) versions.push_back(fixed);
      }
    }
  }
  return absl::StrJoin(versions, ", ");
}

absl::Status ReadPackage(const Value& package, absl::string_view source, const std::string& place,
                         Collector& collector) {
  const Value* about = package.Find("package");
  if (about == nullptr || !about->is_object()) {
    collector.Warn(place, "names no package, and is left out");
    return absl::OkStatus();
  }
  const auto groups = GroupsOf(package);
  ASSIGN_OR_RETURN(const auto* vulnerabilities, collector.ListAt(package, "vulnerabilities", place));
  for (size_t i = 0; i < vulnerabilities->size(); ++i) {
    const std::string at = absl::StrCat(place, ".vulnerabilities[", i, "]");
    const Value* entry = collector.Object((*vulnerabilities)[i], at);
    if (entry == nullptr) continue;
    Finding finding;
    finding.id = std::string(entry->Text("id"));
    for (const Value& alias : entry->List("aliases")) finding.aliases.push_back(alias.text);
    finding.title = std::string(entry->Text("summary"));
    finding.package = std::string(about->Text("name"));
    finding.installed_version = std::string(about->Text("version"));
    finding.fixed_version = FixedVersions(*entry, about->Text("name"));
    if (const Value* own = entry->Find("database_specific")) {
      finding.severity = std::string(own->Text("severity"));
      for (const Value& cwe : own->List("cwe_ids")) {
        if (auto id = CweId(cwe.text)) finding.cwes.push_back(*id);
      }
    }
    const auto group = groups.find(finding.id);
    finding.cvss = ScoreOf(*entry, group == groups.end() ? nullptr : group->second);
    collector.SetFile(source, at, finding);
    RETURN_IF_ERROR(collector.Add(std::move(finding), at));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadOsv(const Value& root, Collector& collector) {
  collector.SetTool("OSV-Scanner", "");
  ASSIGN_OR_RETURN(const auto* results, collector.ListAt(root, "results", ""));
  for (size_t i = 0; i < results->size(); ++i) {
    const std::string place = absl::StrCat("results[", i, "]");
    const Value* result = collector.Object((*results)[i], place);
    if (result == nullptr) continue;
    // The path is that of the machine that scanned, often from its root: only the name of the file is told.
    absl::string_view source;
    if (const Value* file = result->Find("source")) source = file->Text("path");
    const size_t slash = source.find_last_of("/\\");
    if (slash != absl::string_view::npos) source.remove_prefix(slash + 1);
    ASSIGN_OR_RETURN(const auto* packages, collector.ListAt(*result, "packages", place));
    for (size_t j = 0; j < packages->size(); ++j) {
      const std::string at = absl::StrCat(place, ".packages[", j, "]");
      const Value* package = collector.Object((*packages)[j], at);
      if (package != nullptr) RETURN_IF_ERROR(ReadPackage(*package, source, at, collector));
    }
  }
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
