// Vulnerabilities that the evidence reports, each once, tied to what it is in, rated and with a due date. Pure.
//
// Subject. Evidence is about its component; else about the components of its repository, and where a finding's path
// has the id of one of them as a folder or name, about that one alone; else about the repository itself, as is a report
// so long that it would have more than 100,000 occurrences in its components.
//
// Once. Within one subject, findings in the same package, or at the same place of the same file, are one when
// they share a CVE id, or another id or alias where one of them has no CVE. Reports of the same tool on the same
// subject are a series: the newest date says what is open, the older ones since when.
//
// Severity is the band of the CVSS score; where no source gives a score, of the source's own word, with the lowest
// score of that band as floor. With neither it is unknown: a question, and no rating.
//
// Effective risk = score x exposure x data, with the factors of the shipped rules:
//   exposure  internet (the component faces it), reachable (an exposed component or an external entity opens
//             connections to it), inner (none does)
//   data      strongest confidentiality of what the component stores, processes or transfers
// Both factors are those of what is known: what the model only assumes (Facts::known()) counts for neither.
// For a repository of no component, these are the highest of the components on infrastructure that its code manages.
//
// Due. First report that shows it (`as_of` where it has no date) + term of its severity in the policy. In PCI DSS
// scope a critical one is due within one month of that day at the latest (6.3.3 counts from the release of the fix,
// which evidence does not tell and which is no later).
//
// A statement (VEX `not_affected` or `false_positive`, an accepted suppression in SARIF) takes a finding out when it
// gives a justification and is about the same id, subject and package; one about no package, or about the
// component, holds for all packages of the subject.
#ifndef METAPOWERS_SERVICE_ANALYSIS_VULNERABILITIES_H_
#define METAPOWERS_SERVICE_ANALYSIS_VULNERABILITIES_H_

#include <optional>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/vulnerability_rules.pb.h"
#include "service/analysis/facts.h"
#include "service/evidence/evidence.h"

namespace metapowers::analysis {

// A declared evidence entry with what was read.
struct EvidenceFact {
  const model::v1::Evidence* declaration = nullptr;
  const evidence::EvidenceSet::Entry* entry = nullptr;
  std::vector<std::string> components;  // ids of the components that it is about, sorted
  std::string team;                     // id of the team that answers for it; never empty
  int age_days = -1;                    // at `as_of`; -1: no date
  bool stale = false;                   // older than the shipped limit, or without a date
  bool newest = false;                  // read, and no later report of its series

  // A scan that was read, which covers its subject.
  bool IsScan() const {
    return entry->state == evidence::EvidenceSet::State::kRead && entry->report.content == evidence::Content::kScan;
  }
};

// What sets a due date.
enum class DueBasis { kNone, kPolicy, kPciMonth };

struct Vulnerability {
  std::string id;                    // a CVE where one is known
  std::vector<std::string> aliases;  // sorted
  std::vector<std::string> cwes;     // sorted
  std::string title;
  std::string component;   // id; empty when it is in no component
  std::string repository;  // id; where its evidence is about a repository
  std::string package;
  std::string file;
  int line = 0;
  std::vector<std::string> installed;  // versions, sorted
  std::vector<std::string> fixed;      // see fix_versions.h; empty: no fix is known
  std::vector<std::string> evidence;   // ids of the newest reports that show it, sorted
  std::string reported;                // severity in the word of the source; may be empty
  std::optional<evidence::Cvss> cvss;  // highest among the sources
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;
  double score = 0;  // CVSS, else the floor of the severity
  knowledge::v1::VulnerabilityExposure exposure = knowledge::v1::VULNERABILITY_EXPOSURE_UNSPECIFIED;
  bool exposure_unknown = false;  // whether it faces the internet is not declared
  double exposure_factor = 0;
  model::v1::Confidentiality data = model::v1::CONFIDENTIALITY_UNSPECIFIED;
  double data_factor = 0;
  double effective = 0;                                         // 0: not rated
  model::v1::Severity level = model::v1::SEVERITY_UNSPECIFIED;  // band of `effective`
  std::string first_seen;  // date of the first report that shows it; empty when none has a date
  std::string due;         // empty: no term is declared
  DueBasis basis = DueBasis::kNone;
  bool overdue = false;
  int overdue_days = 0;
  evidence::VexState vex = evidence::VexState::kNone;
  std::string justification;  // of an excluded one
  std::string statement;      // id of the evidence that holds the statement
  std::string team;           // id of the team that mends it; never empty

  bool in_code() const { return package.empty(); }
};

// Two consecutive reports of a series.
struct TrendFact {
  std::string tool;
  std::string subject;  // component or repository
  const EvidenceFact* older = nullptr;
  const EvidenceFact* newer = nullptr;
  // Ids with their package or file, sorted.
  std::vector<std::string> added;
  std::vector<std::string> fixed;
  std::vector<std::string> remaining;
};

struct VulnerabilityFacts {
  std::vector<EvidenceFact> evidence;   // in the order of the model
  std::vector<Vulnerability> open;      // highest effective risk first, then by id, component, package, place
  std::vector<Vulnerability> excluded;  // by component, id, package
  std::vector<TrendFact> trends;        // by subject, tool, date
  // Series of one date, whose next report makes a trend.
  std::vector<const EvidenceFact*> baselines;
  // Severities of open vulnerabilities that have no due date, highest first.
  std::vector<model::v1::Severity> without_term;
};

// `set` outlives the facts.
std::unique_ptr<const VulnerabilityFacts> JudgeVulnerabilities(const Facts& facts, const evidence::EvidenceSet& set);

// How far a component is from the internet, by what is known.
knowledge::v1::VulnerabilityExposure VulnerabilityExposureOf(const Facts& facts, const ComponentFacts& component);

// The row of an exposure in the shipped rules.
const knowledge::v1::ExposureFactor& FactorOf(knowledge::v1::VulnerabilityExposure exposure);

// Ids of components whose code is in the repository, sorted.
std::vector<std::string> ComponentsOf(const model::Model& model, absl::string_view repository);

// Whether PCI DSS covers the component: in the cardholder data environment, or connected to it.
bool InPciScope(const ComponentFacts& component);

// The same day `months` later, or the last of a shorter month.
absl::CivilDay MonthsLater(absl::CivilDay day, int months);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_VULNERABILITIES_H_
