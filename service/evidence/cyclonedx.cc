// CycloneDX 1.2 and later (ECMA-424; vulnerabilities since 1.4), in JSON or XML: its list of vulnerabilities, with what
// an analysis says of each. A file that lists vulnerabilities and components is a report; one that lists
// vulnerabilities alone is a VEX document. A list of components is a bill of materials too, see cyclonedx_bom.cc.
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/evidence/cvss.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

constexpr VexState kStates[] = {VexState::kResolved, VexState::kResolvedWithPedigree, VexState::kExploitable,
                                VexState::kInTriage, VexState::kFalsePositive,        VexState::kNotAffected};

std::optional<Cvss> ScoreOf(const Value& vulnerability, std::string& severity) {
  std::vector<CvssCandidate> candidates;
  for (const Value& rating : vulnerability.List("ratings")) {
    if (severity.empty()) severity = std::string(rating.Text("severity"));
    const absl::string_view method = rating.Text("method");
    const std::string vector = CleanText(rating.Text("vector"));
    std::string version = VersionOfVector(vector);
    if (method == "CVSSv31") version = "3.1";
    if (method == "CVSSv3") version = "3.0";
    if (method == "CVSSv4") version = "4.0";
    if (method == "CVSSv2") version = "2.0";
    if (version.empty()) continue;  // of another method, e.g. OWASP
    const double score = rating.Number("score", -1);
    candidates.push_back({{score, vector, version}, score >= 0, candidates.empty()});
  }
  return ChooseCvss(std::move(candidates));
}

class Reader {
 public:
  explicit Reader(Collector& collector) : collector_(collector) {}

  // Components by reference; nested ones too. The tree is no deeper than the reader of JSON allows. Of two with one
  // reference the first is meant, as the reader of the bill of materials says in a warning.
  void IndexComponents(const Value& parent) {
    for (const Value& component : parent.List("components")) {
      const std::string ref(component.Text("bom-ref"));
      if (!ref.empty()) by_ref_.emplace(ref, &component);
      IndexComponents(component);
    }
  }

  absl::Status ReadVulnerability(const Value& entry, const std::string& place) {
    Finding finding;
    finding.id = std::string(entry.Text("id"));
    for (const Value& reference : entry.List("references")) finding.aliases.emplace_back(reference.Text("id"));
    for (const Value& cwe : entry.List("cwes")) {
      if (cwe.kind == Value::Kind::kNumber && cwe.number >= 1 && cwe.number <= 99999) {
        finding.cwes.push_back(absl::StrCat("CWE-", static_cast<int>(cwe.number)));
      }
    }
    finding.title = std::string(entry.Text("description"));
    finding.cvss = ScoreOf(entry, finding.severity);
    ReadAnalysis(entry, place, finding);
    ASSIGN_OR_RETURN(const auto* affects, collector_.ListAt(entry, "affects", place));
    if (affects->empty()) return collector_.Add(std::move(finding), place);
    for (size_t i = 0; i < affects->size(); ++i) {
      Finding one = finding;
      SetPackage((*affects)[i], one);
      RETURN_IF_ERROR(collector_.Add(std::move(one), absl::StrCat(place, ".affects[", i, "]")));
    }
    return absl::OkStatus();
  }

 private:
  void ReadAnalysis(const Value& entry, const std::string& place, Finding& finding) {
    const Value* analysis = entry.Find("analysis");
    if (analysis == nullptr || !analysis->is_object()) return;
    const absl::string_view state = analysis->Text("state");
    for (const VexState known : kStates) {
      if (VexStateName(known) == state) finding.vex = known;
    }
    if (!state.empty() && finding.vex == VexState::kNone) {
      collector_.Warn(absl::StrCat(place, ".analysis.state"),
                      absl::StrCat("\"", state, "\" is no state of CycloneDX, and is left out"));
    }
    const std::string reason = absl::StrReplaceAll(analysis->Text("justification"), {{"_", " "}});
    const absl::string_view detail = analysis->Text("detail");
    finding.justification = absl::StrCat(reason, reason.empty() || detail.empty() ? "" : ": ", detail);
  }

  // A reference is the bom-ref of a component of this file, or a link into another one, urn:cdx:serial/version#ref;
  // many tools use the package URL as bom-ref.
  void SetPackage(const Value& affected, Finding& finding) {
    const std::string ref(affected.Text("ref"));
    const auto known = by_ref_.find(ref);
    if (known != by_ref_.end()) {
      const Value& component = *known->second;
      finding.purl = std::string(component.Text("purl"));
      finding.installed_version = std::string(component.Text("version"));
      const absl::string_view group = component.Text("group");
      finding.package = absl::StrCat(group, group.empty() ? "" : GroupMark(finding.purl), component.Text("name"));
      return;
    }
    const size_t hash = absl::StartsWith(ref, "urn:cdx:") ? ref.find('#') : std::string::npos;
    const std::string purl = hash == std::string::npos ? ref : ref.substr(hash + 1);
    const std::string plain = absl::StrReplaceAll(purl, {{"%3A", ":"}, {"%2F", "/"}, {"%40", "@"}});
    if (!absl::StartsWith(plain, "pkg:")) {
      finding.package = plain;
      return;
    }
    finding.purl = plain;
    finding.package = PackageOfPurl(plain);
    finding.installed_version = VersionOfPurl(plain);
  }

  static absl::string_view GroupMark(const std::string& purl) {
    return absl::StartsWith(purl, "pkg:maven/") ? ":" : "/";
  }

  Collector& collector_;
  std::map<std::string, const Value*> by_ref_;
};

// Before 1.5 a list of tools, since then an object with their components.
void SetTool(const Value& root, Collector& collector) {
  const Value* metadata = root.Find("metadata");
  const Value* tools = metadata == nullptr ? nullptr : metadata->Find("tools");
  if (tools == nullptr) return;
  const std::vector<Value>& list = tools->is_object() ? tools->List("components") : tools->items;
  if (!list.empty()) collector.SetTool(list[0].Text("name"), list[0].Text("version"));
}

bool IsReadable(absl::string_view version) {
  int minor = 0;
  return absl::StartsWith(version, "1.") && absl::SimpleAtoi(version.substr(2), &minor) && minor >= 2 && minor < 100;
}

}  // namespace

absl::Status ReadCycloneDx(const Value& root, Collector& collector) {
  if (root.Text("bomFormat") != "CycloneDX") {
    return collector.Fault("bomFormat", "is not CycloneDX", "export the file as CycloneDX JSON or XML");
  }
  if (!IsReadable(root.Text("specVersion"))) {
    return collector.Fault("specVersion",
                           absl::StrCat("is \"", root.Text("specVersion"), "\", and 1.2 or a later 1.x is read"),
                           "export the file as CycloneDX 1.6 JSON");
  }
  SetTool(root, collector);
  ASSIGN_OR_RETURN(const auto* vulnerabilities, collector.ListAt(root, "vulnerabilities", ""));
  ASSIGN_OR_RETURN(const auto* components, collector.ListAt(root, "components", ""));
  if (vulnerabilities->empty() || !components->empty()) RETURN_IF_ERROR(ReadCycloneDxBom(root, collector));
  if (vulnerabilities->empty()) {
    collector.SetContent(Content::kComponents);
    return absl::OkStatus();
  }
  collector.SetContent(components->empty() ? Content::kStatements : Content::kScan);
  Reader reader(collector);
  reader.IndexComponents(root);
  for (size_t i = 0; i < vulnerabilities->size(); ++i) {
    const std::string place = absl::StrCat("vulnerabilities[", i, "]");
    const Value* entry = collector.Object((*vulnerabilities)[i], place);
    if (entry != nullptr) RETURN_IF_ERROR(reader.ReadVulnerability(*entry, place));
  }
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
