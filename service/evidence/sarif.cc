// SARIF 2.1.0 (OASIS Standard, 27 March 2020): results of Semgrep, CodeQL, Checkov, gitleaks, hadolint, Trivy and
// others. The text that a result found (snippets) is never read, since it may be a secret.
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/status_macros.h"
#include "service/evidence/cvss.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

absl::string_view MessageText(const Value& parent, absl::string_view member) {
  const Value* message = parent.Find(member);
  return message == nullptr ? absl::string_view() : message->Text("text");
}

// A line such as "Package: openssl" of the message that scanners of packages write.
std::string LineNamed(absl::string_view message, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(message, '\n')) {
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, ": ")) return std::string(line);
  }
  return "";
}

// The results of one run.
class Run {
 public:
  Run(const Value& run, std::string place, Collector& collector)
      : run_(run), place_(std::move(place)), collector_(collector) {}

  absl::Status Read() {
    const Value* tool = run_.Find("tool");
    const Value* driver = tool == nullptr ? nullptr : tool->Find("driver");
    if (driver == nullptr || driver->Text("name").empty()) {
      return collector_.Fault(absl::StrCat(place_, ".tool.driver.name"), "is missing, and SARIF requires it",
                              "export the report again with --format sarif or the like");
    }
    const absl::string_view semantic = driver->Text("semanticVersion");
    collector_.SetTool(driver->Text("name"), semantic.empty() ? driver->Text("version") : semantic);
    driver_rules_ = &driver->List("rules");
    IndexRules(*driver, absl::StrCat(place_, ".tool.driver"));
    for (const Value& extension : tool->List("extensions")) IndexRules(extension, absl::StrCat(place_, ".tool"));
    ASSIGN_OR_RETURN(const auto* results, collector_.ListAt(run_, "results", place_));
    for (size_t i = 0; i < results->size(); ++i) {
      const std::string at = absl::StrCat(place_, ".results[", i, "]");
      const Value* result = collector_.Object((*results)[i], at);
      if (result != nullptr) RETURN_IF_ERROR(ReadResult(*result, at));
    }
    return absl::OkStatus();
  }

 private:
  void IndexRules(const Value& component, const std::string& place) {
    for (const Value& rule : component.List("rules")) {
      const std::string id(rule.Text("id"));
      if (id.empty() || rules_.emplace(id, &rule).second) continue;
      collector_.Warn(place, absl::StrCat("declares rule \"", id, "\" twice, and the first is used"));
    }
  }

  // The rule that a result names by id, or by its position in the driver's list.
  const Value* RuleOf(const Value& result, std::string& id) const {
    id = std::string(result.Text("ruleId"));
    const Value* reference = result.Find("rule");
    if (id.empty() && reference != nullptr) id = std::string(reference->Text("id"));
    if (const auto known = rules_.find(id); known != rules_.end()) return known->second;
    double index = result.Number("ruleIndex", -1);
    if (index < 0 && reference != nullptr && reference->Find("toolComponent") == nullptr) {
      index = reference->Number("index", -1);
    }
    if (!(index >= 0 && index < static_cast<double>(driver_rules_->size()))) return nullptr;
    const Value& rule = (*driver_rules_)[static_cast<size_t>(index)];
    // An id may be one of the rule's parts: "CA1000/1" is a result of rule "CA1000".
    if (!id.empty() && !absl::StartsWith(id, rule.Text("id"))) return nullptr;
    if (id.empty()) id = std::string(rule.Text("id"));
    return &rule;
  }

  absl::Status ReadResult(const Value& result, const std::string& place) {
    const absl::string_view kind = result.Text("kind");
    if (!kind.empty() && kind != "fail" && kind != "open" && kind != "review") return absl::OkStatus();
    if (result.Text("baselineState") == "absent") return absl::OkStatus();
    Finding finding;
    const Value* rule = RuleOf(result, finding.id);
    const absl::string_view message = MessageText(result, "message");
    if (rule != nullptr) ReadRule(*rule, finding);
    if (finding.title.empty()) finding.title = std::string(message);
    if (!result.Text("level").empty()) finding.severity = std::string(result.Text("level"));
    // The default of the standard (3.27.10).
    if (finding.severity.empty()) finding.severity = "warning";
    finding.package = LineNamed(message, "Package");
    finding.installed_version = LineNamed(message, "Installed Version");
    finding.fixed_version = LineNamed(message, "Fixed Version");
    ReadLocation(result, place, finding);
    ReadSuppressions(result, place, finding);
    return collector_.Add(std::move(finding), place);
  }

  static void ReadRule(const Value& rule, Finding& finding) {
    finding.title = std::string(MessageText(rule, "shortDescription"));
    if (const Value* configuration = rule.Find("defaultConfiguration")) {
      finding.severity = std::string(configuration->Text("level"));
    }
    const Value* properties = rule.Find("properties");
    if (properties == nullptr) return;
    for (const Value& tag : properties->List("tags")) {
      if (auto id = CweId(tag.text)) finding.cwes.push_back(*id);
    }
    const double score = properties->Number("security-severity", -1);
    if (score >= 0) finding.cvss = ChooseCvss({{{score, "", ""}, true, true}});
  }

  void ReadLocation(const Value& result, const std::string& place, Finding& finding) {
    const std::vector<Value>& locations = result.List("locations");
    const Value* physical = locations.empty() ? nullptr : locations[0].Find("physicalLocation");
    if (physical == nullptr) return;
    const std::string at = absl::StrCat(place, ".locations[0]");
    if (const Value* artifact = physical->Find("artifactLocation")) {
      absl::string_view uri = artifact->Text("uri");
      const double index = artifact->Number("index", -1);
      const std::vector<Value>& artifacts = run_.List("artifacts");
      if (uri.empty() && index >= 0 && index < static_cast<double>(artifacts.size())) {
        const Value* location = artifacts[static_cast<size_t>(index)].Find("location");
        if (location != nullptr) uri = location->Text("uri");
      }
      collector_.SetFile(uri, at, finding);
    }
    const Value* region = physical->Find("region");
    if (region != nullptr && !finding.file.empty()) finding.line = LineOf(*region, "startLine");
  }

  // A suppression is a person's word that the result is none; without a reason it stays open.
  void ReadSuppressions(const Value& result, const std::string& place, Finding& finding) {
    for (const Value& suppression : result.List("suppressions")) {
      const absl::string_view status = suppression.Text("status");
      if (!status.empty() && status != "accepted") continue;
      const absl::string_view justification = suppression.Text("justification");
      if (justification.empty()) {
        collector_.Warn(place, "is suppressed without a justification, and counts as open");
        continue;
      }
      finding.vex = VexState::kFalsePositive;
      finding.justification = std::string(justification);
    }
  }

  const Value& run_;
  const std::string place_;
  Collector& collector_;
  const std::vector<Value>* driver_rules_ = nullptr;
  std::map<std::string, const Value*> rules_;
};

}  // namespace

absl::Status ReadSarif(const Value& root, Collector& collector) {
  if (root.Text("version") != "2.1.0") {
    return collector.Fault("version", absl::StrCat("is \"", root.Text("version"), "\", and only 2.1.0 is read"),
                           "export the report as SARIF 2.1.0");
  }
  ASSIGN_OR_RETURN(const auto* runs, collector.ListAt(root, "runs", ""));
  if (runs->empty()) return collector.Fault("runs", "has no run, so that nothing was scanned", "run the tool again");
  for (size_t i = 0; i < runs->size(); ++i) {
    const std::string place = absl::StrCat("runs[", i, "]");
    const Value* run = collector.Object((*runs)[i], place);
    if (run != nullptr) RETURN_IF_ERROR(Run(*run, place, collector).Read());
  }
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
