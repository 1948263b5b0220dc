// What is open on own code: threats, and what scanners found in it. Pure.
//
// Threats are on code when their element is a component in scope (code_scope.h), a flow that such a component answers,
// its interface, or a repository in scope.
//
// A finding is an open weakness of one rule at one place of a repository or component in scope. It is in every
// component that is built from there, and stands once; the component on which it weighs most speaks for it.
//
// Category (CodeCategory) of a finding: that of the rule which the languages of its repository have for its weakness;
// else the first one that a threat rule with its weakness names; else none.
//
// A gate (ReviewGate) is absent when its field of the repository says no; review by another person when the policy asks
// for no reviewer. What is unknown is not absent.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CODE_FINDINGS_H_
#define METAPOWERS_SERVICE_ANALYSIS_CODE_FINDINGS_H_

#include <string>
#include <vector>

#include "service/analysis/code_scope.h"
#include "service/analysis/threats.h"
#include "service/analysis/vulnerabilities.h"

namespace metapowers::analysis {

// Whether it is on what the scope has, or on the system for the code that it has.
bool IsOnCode(const CodeScope& scope, const Threat& threat);

struct CodeFinding {
  const Vulnerability* worst = nullptr;
  std::vector<std::string> components;                    // ids, in the order of their risk
  const knowledge::v1::LanguageRule* rule = nullptr;      // of its language; nullptr: none is shipped
  const knowledge::v1::CodeCategory* category = nullptr;  // nullptr: in none
};

// Highest risk first.
std::vector<CodeFinding> CodeFindings(const CodeScope& scope, const VulnerabilityFacts& vulnerabilities);

// Whether the rule names the category.
bool IsIn(const knowledge::v1::ThreatRule& rule, const knowledge::v1::CodeCategory& category);

// In the order of the rows.
std::vector<const knowledge::v1::ReviewGate*> AbsentGates(const model::Model& model,
                                                          const model::v1::Repository& repository);

// Whether it is a report of a code scanner, and whether one on code in scope.
bool IsCodeScan(const EvidenceFact& fact);
bool IsCodeScan(const EvidenceFact& fact, const CodeScope& scope);

// The last declared report that covers the repository, or a component of it, and is neither outdated nor superseded;
// nullptr when there is none.
const EvidenceFact* CurrentScan(const CodeRepository& code, const VulnerabilityFacts& vulnerabilities);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CODE_FINDINGS_H_
