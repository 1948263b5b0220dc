// Protect: access, encryption, secrets, interfaces, containers, terms, controls, dependencies.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/asset_gaps.h"
#include "service/lint/checkers.h"

namespace metapowers::lint {
namespace {

using model::v1::Severity;

constexpr char kAccess[] = "access-control";
constexpr char kEncryption[] = "encryption-strategy";
constexpr char kSecrets[] = "secrets-management";
constexpr char kApis[] = "api-security";
constexpr char kContainers[] = "container-security";
constexpr char kVulnerabilities[] = "vulnerability-assessment";
constexpr char kThreats[] = "threat-model";
constexpr char kDependencies[] = "dependency-scan";
// PCI DSS 6.3.3: critical patches within one month of release.
constexpr int kPciPatchHours = 31 * 24;

bool IsOurs(const model::v1::Component& component) {
  return component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
}

bool PciApplies(const Check& check) {
  const analysis::FrameworkFact* pci = analysis::PciFramework(check.facts());
  return pci != nullptr && pci->applies;
}

template <class Entries>
std::vector<std::string> IdsOf(const Entries& entries) {
  std::vector<std::string> ids;
  for (const auto& entry : entries) ids.push_back(entry.id());
  return ids;
}

std::vector<std::string> StoresOf(const Check& check) {
  std::vector<std::string> ids;
  for (const auto& component : check.model().components()) {
    if (component.kind() == model::v1::COMPONENT_KIND_DATASTORE) ids.push_back(component.id());
  }
  return ids;
}

void CheckWildcards(Check& check, const Section& section) {
  for (const Line& line : section.lines()) {
    if (line.kind != LineKind::kCode) continue;
    const std::string text = Plain(line.text);
    const bool verbs = absl::StrContains(text, "verbs: [\"*\"]") || absl::StrContains(text, "verbs: ['*']");
    const bool actions =
        absl::StrContains(text, "\"Action\": \"*\"") || absl::StrContains(text, "capabilities = [\"*\"]");
    if (verbs || actions) check.Fail(section, line.number, "", absl::StrCat("gives every right: ", text));
  }
}

void CheckAccess(Check& check) {
  const Section& section = check.section(kAccess);
  WantRows(check, section, {{"Role", "Reads in clear", "Administers on request"}}, IdsOf(check.model().roles()),
           "role");
  std::vector<std::string> ours;
  for (const auto& component : check.model().components()) {
    if (IsOurs(component)) ours.push_back(component.id());
  }
  WantRows(check, section, {{"Component", "Administer on request", "Write", "Read only"}}, ours, "component");
  CheckWildcards(check, section);
  for (const Table* table : section.TablesWith({"Flow", "People", "Several factors", "Target", "Verdict"})) {
    for (const Row& row : table->rows) {
      check.Look();
      const std::string& target = table->Cell(row, "Target");
      const bool inside = absl::StrContains(target, "CDE") && !absl::StrContains(target, "connected");
      if (!inside || table->Cell(row, "People") == "customer" || table->Cell(row, "Several factors") == "yes") continue;
      check.Fail(
          section, row.line, table->Cell(row, "Flow"),
          "is a way of people into the cardholder data environment without several factors (PCI DSS 4.0.1 8.4.2)",
          absl::StrCat("flows[", table->Cell(row, "Flow"), "].authentication"));
    }
  }
}

void CheckEncryption(Check& check) {
  const Section& section = check.section(kEncryption);
  WantRows(check, section, {{"Store", "Data", "Declared", "Required", "Verdict"}, {"Declared", "Required", "Verdict"}},
           StoresOf(check), "store");
  WantRows(check, section, {{"Flow", "Protection", "TLS floor", "Verdict"}, {"Protection", "Verdict"}},
           IdsOf(check.model().flows()), "flow");
  WantRows(
      check, section, {{"Key", "Algorithm", "Kept in", "Owner", "Rotation"}, {"Algorithm", "Kept in", "Owner"}},
      [&check] {
        std::vector<std::string> keys;
        for (const auto& key : check.model().keys()) {
          if (key.use() != model::v1::KEY_USE_TLS_CERTIFICATE) keys.push_back(key.id());
        }
        return keys;
      }(),
      "key");
  std::vector<std::string> certificates;
  for (const auto& key : check.model().keys()) {
    if (key.use() == model::v1::KEY_USE_TLS_CERTIFICATE) certificates.push_back(key.id());
  }
  WantRows(check, section, {{"Certificate", "Algorithm", "Ends"}, {"Algorithm", "Ends"}}, certificates, "certificate");
  if (!check.model().flows().empty() && section.LineOfHeading("Cipher suites and protocols in use") == 0) {
    check.Fail(section, 0, "", "no inventory of cipher suites and protocols (PCI DSS 4.0.1 12.3.3)");
  }
}

void CheckSecrets(Check& check) {
  const Section& section = check.section(kSecrets);
  const std::vector<std::string> credentials = IdsOf(check.model().secrets().credentials());
  WantRows(check, section, {{"Credential", "Kind", "Store", "Used by"}, {"Store"}}, credentials, "credential");
  WantRows(check, section, {{"Credential", "Rotation", "While the store is down"}, {"Rotation"}}, credentials,
           "credential");
  WantRows(check, section, {{"Store", "Break-glass"}, {"Break-glass"}}, IdsOf(check.model().secrets().stores()),
           "secret store");
}

void CheckApis(Check& check) {
  const Section& section = check.section(kApis);
  if (check.model().apis().empty()) {
    check.NotApplicable("the model declares no interface");
    return;
  }
  WantRows(check, section, {{"Interface", "Name", "Style", "Served by"}}, IdsOf(check.model().apis()), "interface");
  for (const auto& api : check.model().apis()) {
    if (api.endpoints().empty()) continue;
    check.Look();
    std::set<std::string> risks;
    std::set<std::string> tested;
    int line = 0;
    for (const Table& table : section.tables()) {
      if (!absl::StrContains(table.heading, api.name())) continue;
      const bool judged = table.Has({"Risk", "Applies because", "State"});
      const bool tests = table.Has({"Risk", "Test", "Expected"});
      for (const Row& row : table.rows) {
        const std::string risk = table.Cell(row, "Risk").substr(0, table.Cell(row, "Risk").find(' '));
        if (judged) risks.insert(risk);
        if (tests && !SaysNothing(table.Cell(row, "Test"))) tested.insert(risk);
        line = line == 0 ? table.line : line;
      }
    }
    if (risks.empty()) {
      check.Fail(section, line, api.id(), absl::StrCat(api.id(), " is judged against none of the ten risks"));
    }
    for (const std::string& risk : risks) {
      if (tested.count(risk) == 0)
        check.Fail(section, line, api.id(), absl::StrCat(risk, " of ", api.id(), " has no test"));
    }
  }
}

void CheckContainers(Check& check) {
  const Section& section = check.section(kContainers);
  std::vector<std::string> containers;
  std::vector<std::string> namespaces;
  for (const auto& component : check.model().components()) {
    if (IsOurs(component) && component.machine() == model::v1::MACHINE_CONTAINER) containers.push_back(component.id());
  }
  if (containers.empty()) {
    check.NotApplicable("no component runs in a container");
    return;
  }
  for (const auto& zone : check.model().zones()) {
    const bool used = std::any_of(check.model().components().begin(), check.model().components().end(),
                                  [&zone](const auto& component) { return component.zone() == zone.id(); });
    if (zone.type() == model::v1::ZONE_TYPE_K8S_NAMESPACE && used) namespaces.push_back(zone.id());
  }
  WantFilled(check, section, {"Setting", "Required value", "Verified by"});
  WantRows(check, section, {{"Component", "Non-root", "Read-only root", "Limits"}}, containers, "component");
  WantRows(check, section, {{"Zone", "Declared default", "Verdict"}, {"Declared default", "Verdict"}}, namespaces,
           "namespace");
  WantFilled(check, section, {"Where", "What fails", "Setting", "Required", "Owner"});
}

void CheckTerms(Check& check) {
  const Section& section = check.section(kVulnerabilities);
  int shorter = 0;
  for (const Severity severity :
       {model::v1::SEVERITY_CRITICAL, model::v1::SEVERITY_HIGH, model::v1::SEVERITY_MEDIUM, model::v1::SEVERITY_LOW}) {
    check.Look();
    const std::string name = absl::AsciiStrToLower(model::v1::Severity_Name(severity).substr(sizeof("SEVERITY_") - 1));
    const std::string path = absl::StrCat("policy_parameters.patch_sla[", name, "]");
    int hours = 0;
    for (const auto& term : check.model().policy_parameters().patch_sla()) {
      if (term.severity() == severity) hours = term.hours();
    }
    if (hours == 0) {
      check.FailModel(path, absl::StrCat("no term to mend ", name, " vulnerabilities"));
      continue;
    }
    if (hours < shorter) check.FailModel(path, absl::StrCat(name, " is to be mended sooner than what is worse"));
    if (severity == model::v1::SEVERITY_CRITICAL && PciApplies(check) && hours > kPciPatchHours) {
      check.FailModel(path, "longer than the month of PCI DSS 4.0.1 6.3.3");
    }
    shorter = hours;
  }
  WantFilled(check, section, {"Severity", "Term of the policy"});
}

void CheckControls(Check& check) {
  for (const analysis::Threat* threat : check.subject().threats->Get().Prioritised()) {
    if (threat->severity() < model::v1::SEVERITY_HIGH) continue;
    check.Look();
    if (threat->controls.empty()) {
      check.Fail(check.section(kThreats), 0, threat->key(), absl::StrCat("no control lowers ", threat->key()));
    }
  }
  std::set<std::string> lowering;
  for (const analysis::Threat& threat : check.subject().threats->Get().all()) {
    for (const analysis::ControlOnThreat& control : threat.controls) lowering.insert(control.control->id());
  }
  for (const auto& control : check.model().controls()) {
    if (control.implements().empty()) continue;
    check.Look();
    const bool lowers = std::any_of(control.implements().begin(), control.implements().end(),
                                    [&lowering](const std::string& key) { return lowering.count(key) > 0; });
    if (!lowers) {
      check.FailModel(absl::StrCat("controls[", control.id(), "].implements"), "lowers no threat of this system");
    }
  }
  for (const RunState& state : check.subject().commands) {
    if (state.run) WantFilled(check, state.committed, {"Control", "Lowers", "Points", "State"});
  }
  WantFilled(check, check.section(kThreats), {"Control", "Points", "Threats lowered", "State now"});
}

void CheckLanguages(Check& check) {
  const Section& section = check.section(kDependencies);
  std::vector<std::string> own;
  for (const auto& component : check.model().components()) {
    if (IsOurs(component) && component.custom_code() && !component.language().empty()) own.push_back(component.id());
  }
  WantRows(check, section, {{"Component", "Language", "Package managers", "State"}, {"Language"}}, own, "component");
  std::vector<std::string> repositories;
  for (const auto& repository : check.model().delivery().repositories()) {
    if (!repository.package_managers().empty()) repositories.push_back(repository.id());
  }
  WantRows(check, section,
           {{"Repository", "Package manager", "How versions are fixed"}, {"Package manager", "How versions are fixed"}},
           repositories, "repository");
}

constexpr Checker kCheckers[] = {
    {"protect-1", CheckAccess},   {"protect-2", CheckEncryption}, {"protect-3", CheckSecrets},
    {"protect-4", CheckApis},     {"protect-5", CheckContainers}, {"protect-6", CheckTerms},
    {"protect-7", CheckControls}, {"protect-8", CheckLanguages},
};

}  // namespace

absl::Span<const Checker> ProtectCheckers() { return kCheckers; }

}  // namespace metapowers::lint
