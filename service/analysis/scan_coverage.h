// Which scans the components need, which of them the evidence covers, and what is left to do by whom and when. Pure.
//
// A component needs the scans whose row in the shipped rules matches it; one of a repository or of a host stands once
// for all components that share it. A scan is covered by evidence about its target, of a tool whose row names its kind,
// that was read, is the newest of its series and no older than the shipped limit. What no report can show (the version
// of a provider's service, a device's firmware) stays a check of its own.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SCAN_COVERAGE_H_
#define METAPOWERS_SERVICE_ANALYSIS_SCAN_COVERAGE_H_

#include <string>
#include <vector>

#include "service/analysis/vulnerabilities.h"

namespace metapowers::analysis {

struct ScanFact {
  const knowledge::v1::ScanNeed* need = nullptr;
  std::string target;                   // component, repository or infrastructure element
  std::vector<std::string> components;  // that it is for, sorted; none for a repository of no component
  std::string command;                  // filled in; empty where only `action` says what to do
  std::string format;                   // of the report; empty: it makes none
  std::string action;
  std::string team;  // id; never empty
  knowledge::v1::VulnerabilityExposure exposure = knowledge::v1::VULNERABILITY_EXPOSURE_INNER;
  std::string due;                               // `as_of` plus the term of the exposure
  std::vector<const EvidenceFact*> covered_by;   // current reports
  std::vector<const EvidenceFact*> outdated_by;  // those that are too old or have no date
  bool covered() const { return !covered_by.empty(); }
  // Whether evidence can show that it was done.
  bool by_evidence() const;
};

// By kind, then target.
std::vector<ScanFact> ScansNeeded(const Facts& facts, const VulnerabilityFacts& vulnerabilities);

// A duty that a framework sets, for the components that it is about.
struct ScanDutyFact {
  const knowledge::v1::ScanDuty* duty = nullptr;
  std::vector<std::string> references;  // of frameworks that apply
  std::vector<std::string> components;  // sorted; each is in one of the next three
  std::vector<std::string> shown;       // a report of the last interval is about it
  std::vector<std::string> missing;     // none is
  std::vector<std::string> checked;     // no report can be: its version or firmware is checked
  // When the oldest of these reports runs out; `as_of` where one is missing; empty when all are checked.
  std::string due;
};

// In the order of the rules; duties without a framework that applies or without a component are left out.
std::vector<ScanDutyFact> ScanDuties(const Facts& facts, const VulnerabilityFacts& vulnerabilities,
                                     const std::vector<ScanFact>& scans);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SCAN_COVERAGE_H_
