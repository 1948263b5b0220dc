// Whether the requirements of the frameworks that apply are met, and by what of the model. Each fact that speaks for a
// requirement says what it shows on which elements; a verdict follows from all facts of a requirement:
//
//   not applicable  the requirement does not bind this system (ComplianceInputs.not_binding)
//   met             something shows it, and no element is known to lack it or left open
//   partly met      something shows a part: some elements lack it or are open, or only a rule says that it must be done
//   not met         elements are known to lack it, and nothing shows a part
//   unknown         nothing speaks for it, or only what is open: a question, never a gap
//
// A control of the model that names the requirement, is in place, has evidence and was tested in its term decides
// against what is merely open. A gap is a requirement with an element that is known to lack it. A requirement whose
// parts are requirements of their own (`164.308(a)(1)` and `164.308(a)(1)(ii)(A)`) has their facts too.
//
// Severity of a gap: of its worst element, one level less where the framework is chosen (FRAMEWORK_KIND_VOLUNTARY).
// Rules on data, gaps of the inventory and rows on the programme bring a severity; an element without a control that it
// needs has high where it is critical, medium where its criticality is high or it has none (a supplier, a repository),
// else low, and one level more where PCI DSS asks for it in the CDE. An element that has a part counts one level less.
#ifndef METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_H_
#define METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/security_controls.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

enum class ComplianceStatus { kMet, kPartlyMet, kNotMet, kUnknown, kNotApplicable };

// Where a fact comes from; the values are in the order in which documents name them.
enum class ComplianceSource {
  kControl,    // controls[] of the model that names the requirement
  kPosture,    // a control of the catalogue on the elements where it is expected
  kHandling,   // a requirement on the handling of data (handling.h)
  kInventory,  // gaps of the inventory (asset_gaps.h)
  kProgramme,  // people, plans, records: rows of compliance_evidence.proto
  kSupplier,   // a requirement that a supplier meets for us
  kPolicy,     // a clause of a policy in force
};

// What a fact says of one element.
struct ComplianceElement {
  knowledge::v1::ThreatSubject subject =
      knowledge::v1::THREAT_SUBJECT_UNSPECIFIED;  // unspecified: not limited by scope
  std::string id;
  std::string fact;     // what decides, e.g. "transport security is none"; may be empty
  std::string team;     // id; may be empty
  bool partly = false;  // of a failing one: it has a part
  model::v1::Criticality criticality = model::v1::CRITICALITY_UNSPECIFIED;
  bool cde = false;  // PCI DSS: a component of the cardholder data environment
};

struct ComplianceFact {
  ComplianceSource source = ComplianceSource::kControl;
  std::string
      id;  // of the control, requirement, kind of gap, row, supplier or clause; with the source it names the action
  std::string name;  // as documents call it
  std::vector<std::string> references;
  // Elements that have what is asked for, that are known not to, and that the model does not say it of.
  std::vector<ComplianceElement> shown, failing, open;
  bool rule_only = false;  // what is shown is that it must be done
  bool decides = false;    // a person declares that the requirement is met, with evidence and a test in its term
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;  // of a gap; unspecified: by the elements
  std::string remedy;  // what closes a gap; empty for controls of the model, whose test says it
  std::string verification;
  knowledge::v1::Effort effort = knowledge::v1::EFFORT_MEDIUM;
  std::string question;    // of what is open; empty: the name of the control asks
  std::string owner_role;  // id of a role that answers where an element has no team; may be empty
  std::string due;         // as declared
};

struct RequirementVerdict {
  const knowledge::v1::Requirement* requirement = nullptr;
  std::string key;  // "gap:pci-dss-4.0.1:8.4.2"
  ComplianceStatus status = ComplianceStatus::kUnknown;
  std::string reason;                        // why it is not applicable
  std::vector<const ComplianceFact*> facts;  // by source, then id
  // Parts that are requirements of their own and of which nothing speaks; they leave it open.
  std::vector<std::string> silent_parts;
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;  // of a gap

  bool gap() const { return severity != model::v1::SEVERITY_UNSPECIFIED; }
};

struct ComplianceCounts {
  int met = 0, partly_met = 0, not_met = 0, unknown = 0, not_applicable = 0;

  void Add(ComplianceStatus status);
  int requirements() const { return met + partly_met + not_met + unknown + not_applicable; }
  // Those with a verdict: neither unknown nor not applicable.
  int rated() const { return met + partly_met + not_met; }
  // Whether at least half of those that bind are rated: with fewer, the unknown ones alone could move the score by more
  // than half of its scale.
  bool EnoughForScore() const { return rated() > 0 && rated() >= unknown; }
  // (met + 0.5 x partly met) / rated, in tenths of a percent, rounded to the nearest; -1 when too few are rated.
  int PerMille() const;
};

struct FrameworkVerdict {
  const FrameworkFact* framework = nullptr;
  std::vector<RequirementVerdict> requirements;  // in the order of the catalogue
  ComplianceCounts counts;
  // Ids of components that it is about, sorted; all of ours where `restricted` is false.
  std::vector<std::string> components;
  bool restricted = false;
};

// What closes gaps: one for all requirements and frameworks that the same lack leaves open.
struct RemediationAction {
  std::string key;  // "posture:mfa"
  const ComplianceFact* fact = nullptr;
  std::vector<ComplianceElement> elements;          // failing, of all frameworks, by id
  std::vector<const RequirementVerdict*> closes;    // by framework, then in its order
  std::vector<const FrameworkVerdict*> frameworks;  // of each of those
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;
  std::string due;  // `as_of` plus the term of the severity; the declared date where that is earlier and still ahead
  int wave = 0;     // 1: due within 30 days; 2: within 90; 3: later
};

// Score of a framework once the waves so far are done.
struct WaveScore {
  const FrameworkVerdict* framework = nullptr;
  std::vector<ComplianceCounts> after;  // of wave 1, 2, 3
};

// What the caller knows beside the facts.
struct ComplianceInputs {
  std::vector<ComplianceFact> facts;               // of the programme and of policies
  std::map<std::string, std::string> not_binding;  // reference -> why
};

// Immutable; thread-safe. Refers to the facts of the model, which outlive it.
class Compliance {
 public:
  static Compliance Assess(const Landscape& landscape, ComplianceInputs inputs);

  Compliance(Compliance&&) = default;

  // Of the frameworks that apply and are shipped, sorted by id.
  const std::deque<FrameworkVerdict>& frameworks() const { return frameworks_; }
  // Worst first: severity, due, number of requirements, key.
  const std::vector<RemediationAction>& actions() const { return actions_; }
  // One for each framework.
  const std::vector<WaveScore>& waves() const { return waves_; }

 private:
  Compliance() = default;
  friend class ComplianceAssessor;

  std::deque<ComplianceFact> facts_;  // never moves
  std::deque<FrameworkVerdict> frameworks_;
  std::vector<RemediationAction> actions_;
  std::vector<WaveScore> waves_;
};

// "control:mfa", "posture:mfa", "handling:rest-encrypted": what an action is called.
std::string ActionKey(const ComplianceFact& fact);

// Verdict of a requirement that binds; what `done` actions are about counts as shown.
ComplianceStatus StatusOf(const RequirementVerdict& requirement, const std::set<std::string>& done = {});

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_H_
