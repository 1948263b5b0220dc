#include "service/commands/evidence_wording.h"

#include "absl/strings/str_cat.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

using evidence::EvidenceSet;

std::string SubjectOf(const analysis::Vulnerability& one) {
  return one.component.empty() ? one.repository : one.component;
}

std::string SubjectOf(const analysis::EvidenceFact& fact) {
  const model::v1::Evidence& declaration = *fact.declaration;
  return declaration.component().empty() ? declaration.repository() : declaration.component();
}

std::string FileLabel(const analysis::Vulnerability& one) {
  return one.line > 0 && !one.file.empty() ? absl::StrCat(one.file, ":", one.line) : one.file;
}

std::string DueLabel(const analysis::Vulnerability& one) {
  return one.overdue ? absl::StrCat(one.due, ", overdue by ", InDays(one.overdue_days)) : one.due;
}

std::string ToolOf(const analysis::EvidenceFact& fact) {
  return fact.entry->report.tool.empty() ? fact.declaration->tool() : fact.entry->report.tool;
}

std::string ReportState(const analysis::EvidenceFact& fact) {
  if (fact.entry->state == EvidenceSet::State::kMissing) return "file missing";
  if (fact.entry->state == EvidenceSet::State::kUnreadable) return "unreadable";
  if (!fact.newest) return "superseded";
  return fact.stale ? "outdated" : "current";
}

}  // namespace metapowers::commands
