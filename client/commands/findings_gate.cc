#include "client/commands/findings_gate.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/output.h"

namespace metapowers::client {
namespace {

using metapowers::model::v1::Severity;
using metapowers::v1::OpenFinding;

Severity LevelOf(const std::string& name) {
  Severity level = metapowers::model::v1::SEVERITY_UNSPECIFIED;
  metapowers::model::v1::Severity_Parse(absl::StrCat("SEVERITY_", absl::AsciiStrToUpper(name)), &level);
  return level;
}

std::string NameOf(Severity level) {
  return absl::AsciiStrToLower(absl::StripPrefix(metapowers::model::v1::Severity_Name(level), "SEVERITY_"));
}

}  // namespace

FindingsGate::FindingsGate(const std::string& level) : name_(level), level_(LevelOf(level)) {}

void FindingsGate::Add(const metapowers::v1::CommandOutcome& outcome) {
  reported_ = reported_ || outcome.reports_findings();
  for (const OpenFinding& finding : outcome.open_findings()) {
    OpenFinding& kept = findings_[finding.key()];
    if (finding.severity() >= kept.severity()) kept = finding;
  }
}

int FindingsGate::Conclude(Session& session, const std::string& target) const {
  if (level_ == metapowers::model::v1::SEVERITY_UNSPECIFIED) return kExitOk;
  if (!reported_) {
    return session.Fail(
        kExitPrecondition,
        absl::StrCat("no command of '", target, "' reports findings: --fail-on ", name_, " has checked nothing"),
        "run it with a target that finds any, such as threat-model");
  }
  std::vector<const OpenFinding*> failing;
  for (const auto& [key, finding] : findings_) {
    if (finding.severity() >= level_) failing.push_back(&finding);
  }
  if (failing.empty()) return kExitOk;
  std::stable_sort(failing.begin(), failing.end(),
                   [](const OpenFinding* a, const OpenFinding* b) { return a->severity() > b->severity(); });
  session.err() << failing.size() << " open finding" << (failing.size() == 1 ? "" : "s") << " at or above " << name_
                << ", and no decision on " << (failing.size() == 1 ? "it" : "them") << ":\n";
  std::vector<std::vector<std::string>> rows;
  for (const OpenFinding* finding : failing) {
    const std::string owner = finding->owner().empty() ? "no owner" : finding->owner();
    const std::string due = finding->due().empty() ? "" : absl::StrCat("due ", finding->due());
    rows.push_back({absl::StrCat("  ", NameOf(finding->severity())), ForTerminal(finding->key()), ForTerminal(owner),
                    ForTerminal(due), ForTerminal(finding->title())});
  }
  PrintTable(session.err(), rows);
  return kExitChanges;
}

}  // namespace metapowers::client
