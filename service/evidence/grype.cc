// Grype's JSON report (https://github.com/anchore/grype): one match for each vulnerability and package. Ignored
// matches are not read: who ignores a finding says so in a VEX file.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"
#include "service/evidence/cvss.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

void AddScores(const Value& vulnerability, std::vector<CvssCandidate>& candidates) {
  for (const Value& entry : vulnerability.List("cvss")) {
    const Value* metrics = entry.Find("metrics");
    const double score = metrics == nullptr ? -1 : metrics->Number("baseScore", -1);
    candidates.push_back({{score, CleanText(entry.Text("vector")), CleanText(entry.Text("version"))},
                          score >= 0,
                          entry.Text("type") == "Primary"});
  }
}

std::string FixedVersions(const Value& vulnerability) {
  const Value* fix = vulnerability.Find("fix");
  if (fix == nullptr || fix->Text("state") == "not-fixed") return "";
  std::vector<std::string> versions;
  for (const Value& version : fix->List("versions")) versions.push_back(version.text);
  return absl::StrJoin(versions, ", ");
}

absl::Status ReadMatch(const Value& match, const std::string& place, Collector& collector) {
  const Value* vulnerability = match.Find("vulnerability");
  const Value* artifact = match.Find("artifact");
  if (vulnerability == nullptr || artifact == nullptr) {
    collector.Warn(place, "has no vulnerability or no artifact, and is left out");
    return absl::OkStatus();
  }
  Finding finding;
  finding.id = std::string(vulnerability->Text("id"));
  finding.title = std::string(vulnerability->Text("description"));
  finding.severity = std::string(vulnerability->Text("severity"));
  finding.fixed_version = FixedVersions(*vulnerability);
  std::vector<CvssCandidate> candidates;
  AddScores(*vulnerability, candidates);
  for (const Value& related : match.List("relatedVulnerabilities")) {
    finding.aliases.emplace_back(related.Text("id"));
    if (finding.title.empty()) finding.title = std::string(related.Text("description"));
    AddScores(related, candidates);
  }
  finding.cvss = ChooseCvss(std::move(candidates));
  finding.package = std::string(artifact->Text("name"));
  finding.purl = std::string(artifact->Text("purl"));
  finding.installed_version = std::string(artifact->Text("version"));
  // Paths are those of the image's root.
  const std::vector<Value>& locations = artifact->List("locations");
  absl::string_view path = locations.empty() ? absl::string_view() : locations[0].Text("path");
  while (absl::StartsWith(path, "/")) path.remove_prefix(1);
  collector.SetFile(path, absl::StrCat(place, ".artifact.locations[0].path"), finding);
  return collector.Add(std::move(finding), place);
}

}  // namespace

absl::Status ReadGrype(const Value& root, Collector& collector) {
  const Value* descriptor = root.Find("descriptor");
  collector.SetTool("Grype", descriptor == nullptr ? "" : descriptor->Text("version"));
  ASSIGN_OR_RETURN(const auto* matches, collector.ListAt(root, "matches", ""));
  for (size_t i = 0; i < matches->size(); ++i) {
    const std::string place = absl::StrCat("matches[", i, "]");
    const Value* match = collector.Object((*matches)[i], place);
    if (match != nullptr) RETURN_IF_ERROR(ReadMatch(*match, place, collector));
  }
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
