// How documents name reports of scanners and what they found: what it is about, where it is, until when, and whether a
// report still counts. Short words only; sentences stand in templates. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_EVIDENCE_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_EVIDENCE_WORDING_H_

#include <string>

#include "service/analysis/vulnerabilities.h"

namespace metapowers::commands {

// The component, else the repository.
std::string SubjectOf(const analysis::Vulnerability& one);
std::string SubjectOf(const analysis::EvidenceFact& fact);

// "cmd/main.go:12"; empty where the finding names no file.
std::string FileLabel(const analysis::Vulnerability& one);

// "2026-10-27", "2026-10-27, overdue by 5 days"; empty where no term is declared.
std::string DueLabel(const analysis::Vulnerability& one);

// What made the report, as it says itself, else as declared.
std::string ToolOf(const analysis::EvidenceFact& fact);

// "current", "outdated", "superseded", "unreadable" or "file missing".
std::string ReportState(const analysis::EvidenceFact& fact);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_EVIDENCE_WORDING_H_
