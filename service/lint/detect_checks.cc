// Detect: logs, detections, alerts, tests.
#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/analysis/detections.h"
#include "service/analysis/log_sources.h"
#include "service/export/sigma.h"
#include "service/lint/checkers.h"

namespace metapowers::lint {
namespace {

using analysis::PciScope;

constexpr char kLogging[] = "logging-architecture";
constexpr char kAnomalies[] = "anomaly-detection";
constexpr char kMonitoring[] = "monitoring-strategy";
constexpr char kTesting[] = "security-testing";
// PCI DSS 10.5.1, which binds where account data is kept or processed: days that logs are kept, and that are available
// at once.
constexpr int kPciLogDays = 365;
constexpr int kPciHotDays = 90;
constexpr size_t kUuidLength = 36;
// What each rule of Sigma must say.
constexpr absl::string_view kSigmaKeys[] = {"title: ", "id: ", "level: ", "tags:", "falsepositives:"};

bool HasCardData(const Check& check) {
  const auto& components = check.facts().components();
  return std::any_of(components.begin(), components.end(),
                     [](const auto& entry) { return entry.second.pci_scope == PciScope::kCde; });
}

void CheckLogs(Check& check) {
  const Section& section = check.section(kLogging);
  const analysis::LogSources logs = analysis::LogSources::Of(check.subject().threats->Get().landscape());
  std::set<std::string> sources;
  for (const analysis::LogSource& source : logs.all()) {
    const auto* component = check.subject().model().Find<model::v1::Component>(source.element_id);
    if (component != nullptr && component->kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY)
      sources.insert(component->id());
  }
  WantRows(check, section,
           {{"Component", "Kinds of log", "Events", "Clock", "Retention", "Collected", "Owner"},
            {"Kinds of log", "Events", "Clock", "Retention"}},
           {sources.begin(), sources.end()}, "component");
  WantRows(check, section, {{"Component", "Events travel"}, {"Events travel"}}, {sources.begin(), sources.end()},
           "component");
  if (!HasCardData(check)) return;
  check.Look();
  const model::v1::Logging& logging = check.model().logging();
  if (logging.total_retention_days() < kPciLogDays) {
    check.FailModel("logging.total_retention_days", "shorter than the 12 months of PCI DSS 4.0.1 10.5.1");
  }
  if (logging.hot_retention_days() < kPciHotDays) {
    check.FailModel("logging.hot_retention_days", "shorter than the three months at once of PCI DSS 4.0.1 10.5.1");
  }
}

void CheckSight(Check& check) {
  const Section& section = check.section(kAnomalies);
  const analysis::Threats& threats = check.subject().threats->Get();
  const analysis::LogSources logs = analysis::LogSources::Of(threats.landscape());
  const std::unique_ptr<const analysis::Detections> detections = analysis::Detections::Of(threats, logs);
  std::vector<std::string> blind;
  for (const analysis::Threat* threat : threats.Prioritised()) {
    if (threat->severity() < model::v1::SEVERITY_HIGH) continue;
    const analysis::ThreatSight* sight = detections->SightOf(*threat);
    check.Look();
    if (sight == nullptr || sight->sight != analysis::Sight::kDetected) blind.push_back(threat->key());
  }
  WantRows(check, section,
           {{"Threat", "Severity", "Why", "What closes it", "Owner", "Due"}, {"Why", "What closes it", "Owner", "Due"}},
           blind, "threat that nothing detects");
  // Where no technique is detected, one sentence says so.
  const bool none = absl::StrContains(section.text(), "Of ATT&CK, 0 of ");
  for (const char* column : {"Severity", "Technique"}) {
    const auto has = [&](const Table& table) { return table.Find(column) == 0 && table.Find("Detected") > 0; };
    check.Look();
    if (std::any_of(section.tables().begin(), section.tables().end(), has)) continue;
    if (none && absl::string_view(column) == "Technique") continue;
    check.Fail(section, section.LineOfHeading("Detection Rules"), column,
               absl::StrCat("coverage is not counted by ", column));
  }
}

void CheckSigma(Check& check) {
  const Section& section = check.section(kAnomalies);
  const analysis::Threats& threats = check.subject().threats->Get();
  const analysis::LogSources logs = analysis::LogSources::Of(threats.landscape());
  const std::unique_ptr<const analysis::Detections> detections = analysis::Detections::Of(threats, logs);
  const auto rules = exporting::WriteSigma(threats.landscape(), *detections, check.subject().topic);
  std::set<std::string> ids;
  for (const exporting::SigmaRule& rule : rules) {
    check.Look();
    const auto fail = [&](const std::string& what) {
      check.Fail(section, 0, rule.name, absl::StrCat(rule.name, ".yml ", what));
    };
    if (rule.uuid.size() != kUuidLength || !ids.insert(rule.uuid).second) fail("has no id of its own");
    for (const absl::string_view key : kSigmaKeys) {
      if (!absl::StrContains(absl::StrCat("\n", rule.yaml), absl::StrCat("\n", key)))
        fail(absl::StrCat("has no ", key));
    }
    if (!rule.correlation && !absl::StrContains(rule.yaml, "\nlogsource:")) fail("has no log source");
    if (!rule.correlation && (rule.matching_event.empty() || rule.other_event.empty()))
      fail("has no event to try it with");
  }
  // Those that wait stand with the logs that they wait for, the others in a row of their own.
  std::vector<std::string> running;
  std::vector<std::string> waiting;
  for (const analysis::AppliedDetection& detection : detections->all()) {
    (detection.running ? running : waiting).push_back(detection.row->id());
  }
  WantRows(check, section, {{"Detection", "What it finds", "Level", "Logs", "Sigma files"}, {"Level", "Logs"}}, running,
           "detection");
  WantRows(check, section, {{"Rules that it starts", "Missing log", "Written by"}, {"Missing log", "Written by"}},
           waiting, "detection");
}

void CheckAlerts(Check& check) {
  const Section& section = check.section(kMonitoring);
  if (check.model().monitoring().alerts().empty()) {
    check.FailModel("monitoring.alerts", "no alert is declared");
    return;
  }
  std::vector<std::string> alerts;
  for (const auto& alert : check.model().monitoring().alerts()) {
    alerts.push_back(alert.id());
    if (section.LineOfHeading(alert.name()) == 0) {
      check.Fail(section, section.LineOfHeading("Runbooks"), alert.id(),
                 absl::StrCat("alert ", alert.id(), " has no runbook"));
    }
  }
  WantRows(check, section,
           {{"Alert", "Condition", "Severity", "Calls", "Respond within", "Runbook", "Owner"},
            {"Condition", "Severity", "Calls", "Respond within", "Runbook", "Owner"}},
           alerts, "alert");
}

// A control whose failure an alert must show is declared, or stands in the list of what to declare.
void CheckControlFailure(Check& check) {
  const Section& section = check.section(kMonitoring);
  std::set<std::string> to_declare;
  for (const Table* table : section.TablesWith({"Due", "Alert", "Owner"})) {
    for (const Row& row : table->rows) {
      if (!SaysNothing(table->Cell(row, "Owner")) && !SaysNothing(table->Cell(row, "Due")))
        to_declare.insert(table->Cell(row, "Alert"));
    }
  }
  const std::vector<const Table*> required = section.TablesWith({"Required alert", "State", "Answered by"});
  for (const Table* table : required) {
    for (const Row& row : table->rows) {
      check.Look();
      const std::string& alert = table->Cell(row, "Required alert");
      if (table->Cell(row, "State") != "missing" || to_declare.count(alert) > 0) continue;
      check.Fail(section, row.line, alert,
                 absl::StrCat("no alert answers \"", alert, "\", and nobody is to declare one"));
    }
  }
  if (required.empty()) check.Fail(section, 0, "", "the section does not say which alerts are required");
}

void CheckRedaction(Check& check) {
  const Section& section = check.section(kLogging);
  std::vector<std::string> names;
  for (const auto& data : check.model().data_classes()) {
    const bool secret = std::any_of(data.categories().begin(), data.categories().end(), [](int category) {
      return category == model::v1::DATA_CATEGORY_PAN || category == model::v1::DATA_CATEGORY_SAD ||
             category == model::v1::DATA_CATEGORY_CREDENTIALS || category == model::v1::DATA_CATEGORY_SECRETS;
    });
    if (secret) names.push_back(data.name());
  }
  WantRows(check, section,
           {{"Data classes", "Data", "Rule", "Replaced by", "State", "Handled by"}, {"Rule", "Replaced by", "State"}},
           names, "data class");
}

void CheckPenetrationTest(Check& check) {
  const Section& section = check.section(kTesting);
  const std::vector<const Table*> scopes = section.TablesWith({"Part", "In scope"});
  const auto cell = [&scopes](absl::string_view part) {
    for (const Table* table : scopes) {
      for (const Row& row : table->rows) {
        if (absl::StrContains(table->Cell(row, "Part"), part)) return table->Cell(row, "In scope");
      }
    }
    return std::string();
  };
  const int place = section.LineOfHeading("Scope of the penetration test");
  check.Look();
  if (SaysNothing(cell("Components tested")))
    check.Fail(section, place, "", "no component is in the scope of the test");
  for (const auto& [id, fact] : check.facts().components()) {
    if (fact.pci_scope != PciScope::kCde) continue;
    check.Look();
    if (NamesId(cell("Cardholder data environment"), id)) continue;
    check.Fail(section, place, id,
               absl::StrCat(id, " is in the cardholder data environment and not in the scope of the test"));
  }
  if (HasCardData(check) && SaysNothing(cell("Segmentation")))
    check.Fail(section, place, "", "segmentation is not tried");
  if (!check.model().third_parties().empty() && cell("Permission needed").empty()) {
    check.Fail(section, place, "", "does not say whose permission is needed");
  }
  const std::string text =
      absl::StrJoin(section.TablesWith({"Due", "Kind", "Runs"}), "\n", [](std::string* out, const Table* table) {
        for (const Row& row : table->rows)
          absl::StrAppend(out, table->Cell(row, "Kind"), " ", table->Cell(row, "Runs"), "\n");
      });
  if (!absl::StrContains(text, "penetration-test"))
    check.Fail(section, place, "", "the cadence has no penetration test");
}

constexpr Checker kCheckers[] = {
    {"detect-1", CheckLogs},
    {"detect-2", CheckSight},
    {"detect-3", CheckSigma},
    {"detect-4", CheckAlerts},
    {"detect-5", CheckControlFailure},
    {"detect-6", CheckRedaction},
    {"detect-7", CheckPenetrationTest},
};

}  // namespace

absl::Span<const Checker> DetectCheckers() { return kCheckers; }

}  // namespace metapowers::lint
