// Which section of the documents says what speaks for a requirement: the command that writes it. Pure; thread-safe.
//
//   a control of the catalogue on elements   the command that puts it in place (SecurityControl.command)
//   a control of the model                   that of the first control of the catalogue that it implements, or of the
//                                            first requirement that it names and a row knows; else `compliance-gap`,
//                                            which lists it
//   all else                                 a row of knowledge/data/intel/compliance_sections.textproto
#ifndef METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_SECTIONS_H_
#define METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_SECTIONS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/compliance.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Id of the command, e.g. `access-control`.
std::string SectionOf(const model::Model& model, const analysis::ComplianceFact& fact);

// The same of a control of the model.
std::string SectionOf(const model::v1::Control& control);

// What shows the fact, or a part of it; ids.
std::set<std::string> ShownBy(const analysis::ComplianceFact& fact);

// Sections that find and record what a requirement asks for, e.g. `threat-model` of `csf-2.0:ID.RA-03`.
std::vector<std::string> RecordersOf(absl::string_view reference);

// Sections of a verdict's facts that show something, sorted, each once.
std::vector<std::string> SectionsOf(const model::Model& model, const analysis::RequirementVerdict& verdict);

// Whether any section speaks of the requirement: facts show it, lack it or leave it open, or a row knows `reference`.
bool IsSpokenOf(const analysis::RequirementVerdict& verdict, absl::string_view reference);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_SECTIONS_H_
