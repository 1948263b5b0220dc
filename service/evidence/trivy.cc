// Trivy's JSON report, schema 2 (https://trivy.dev, "Report formats"): vulnerabilities, misconfigurations and secrets
// by target. What a secret looks like is never read.
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/evidence/cvss.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

constexpr absl::string_view kExport = "export it with a current Trivy: trivy … --format json";

// Members of a score by CVSS version.
struct Members {
  absl::string_view score;
  absl::string_view vector;
  absl::string_view version;
};
constexpr Members kScores[] = {
    {"V3Score", "V3Vector", "3.0"}, {"V40Score", "V40Vector", "4.0"}, {"V2Score", "V2Vector", "2.0"}};

std::optional<Cvss> ScoreOf(const Value& vulnerability) {
  const Value* scores = vulnerability.Find("CVSS");
  if (scores == nullptr || !scores->is_object()) return std::nullopt;
  std::vector<CvssCandidate> candidates;
  for (size_t i = 0; i < scores->items.size(); ++i) {
    const Value& by_source = scores->items[i];
    for (const Members& members : kScores) {
      const double score = by_source.Number(members.score, -1);
      const std::string vector = CleanText(by_source.Text(members.vector));
      if (score < 0 && vector.empty()) continue;
      candidates.push_back({{score, vector, std::string(members.version)}, score >= 0, scores->keys[i] == "nvd"});
    }
  }
  return ChooseCvss(std::move(candidates));
}

class Reader {
 public:
  explicit Reader(Collector& collector) : collector_(collector) {}

  absl::Status ReadResult(const Value& result, const std::string& place) {
    // Only targets of these classes are files; that of an operating system is the name of the image.
    const absl::string_view type = result.Text("Class");
    const absl::string_view file = type == "os-pkgs" ? absl::string_view() : result.Text("Target");
    ASSIGN_OR_RETURN(const auto* vulnerabilities, collector_.ListAt(result, "Vulnerabilities", place));
    for (size_t i = 0; i < vulnerabilities->size(); ++i) {
      const std::string at = absl::StrCat(place, ".Vulnerabilities[", i, "]");
      RETURN_IF_ERROR(ReadVulnerability((*vulnerabilities)[i], file, at));
    }
    ASSIGN_OR_RETURN(const auto* misconfigurations, collector_.ListAt(result, "Misconfigurations", place));
    for (size_t i = 0; i < misconfigurations->size(); ++i) {
      const std::string at = absl::StrCat(place, ".Misconfigurations[", i, "]");
      RETURN_IF_ERROR(ReadWeakness((*misconfigurations)[i], file, "ID", at));
    }
    ASSIGN_OR_RETURN(const auto* secrets, collector_.ListAt(result, "Secrets", place));
    for (size_t i = 0; i < secrets->size(); ++i) {
      RETURN_IF_ERROR(ReadWeakness((*secrets)[i], file, "RuleID", absl::StrCat(place, ".Secrets[", i, "]")));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadVulnerability(const Value& entry, absl::string_view target, const std::string& place) {
    if (collector_.Object(entry, place) == nullptr) return absl::OkStatus();
    Finding finding;
    finding.id = std::string(entry.Text("VulnerabilityID"));
    for (const Value& alias : entry.List("VendorIDs")) finding.aliases.push_back(alias.text);
    for (const Value& cwe : entry.List("CweIDs")) {
      if (auto id = CweId(cwe.text)) finding.cwes.push_back(*id);
    }
    finding.title = std::string(entry.Text("Title"));
    finding.package = std::string(entry.Text("PkgName"));
    if (const Value* identifier = entry.Find("PkgIdentifier")) finding.purl = std::string(identifier->Text("PURL"));
    const absl::string_view path = entry.Text("PkgPath");
    collector_.SetFile(path.empty() ? target : path, place, finding);
    finding.installed_version = std::string(entry.Text("InstalledVersion"));
    finding.fixed_version = std::string(entry.Text("FixedVersion"));
    finding.severity = std::string(entry.Text("Severity"));
    finding.cvss = ScoreOf(entry);
    if (entry.Text("Status") == "not_affected") {
      finding.vex = VexState::kNotAffected;
      finding.justification = absl::StrCat("vendor status, source ", entry.Text("SeveritySource"));
    }
    return collector_.Add(std::move(finding), place);
  }

  absl::Status ReadWeakness(const Value& entry, absl::string_view file, absl::string_view id,
                            const std::string& place) {
    if (collector_.Object(entry, place) == nullptr) return absl::OkStatus();
    if (entry.Text("Status") == "PASS") return absl::OkStatus();
    Finding finding;
    finding.id = std::string(entry.Text(id));
    finding.title = std::string(entry.Text("Title"));
    finding.severity = std::string(entry.Text("Severity"));
    collector_.SetFile(file, place, finding);
    const Value* cause = entry.Find("CauseMetadata");
    finding.line = LineOf(cause == nullptr ? entry : *cause, "StartLine");
    return collector_.Add(std::move(finding), place);
  }

  Collector& collector_;
};

}  // namespace

absl::Status ReadTrivy(const Value& root, Collector& collector) {
  const double schema = root.Number("SchemaVersion", 0);
  if (schema != 2)
    return collector.Fault("SchemaVersion", absl::StrCat("is ", schema, ", and only 2 is read"), kExport);
  const Value* tool = root.Find("Trivy");
  collector.SetTool("Trivy", tool == nullptr ? "" : tool->Text("Version"));
  ASSIGN_OR_RETURN(const auto* results, collector.ListAt(root, "Results", ""));
  Reader reader(collector);
  for (size_t i = 0; i < results->size(); ++i) {
    const std::string place = absl::StrCat("Results[", i, "]");
    const Value* result = collector.Object((*results)[i], place);
    if (result != nullptr) RETURN_IF_ERROR(reader.ReadResult(*result, place));
  }
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
