// Threats of a model: every rule that its elements meet, scored, with the controls that lower it and what people
// decided on it. Pure: equal models, rules and decisions give equal threats in the same order.
//
// Key of a threat: `<rule>@<element>` with `/<data class>` appended where the rule is about one class; stable under
// reordering, unrelated edits and renaming with `renamed_from`. Several elements are joined by `+`, sorted.
#ifndef METAPOWERS_SERVICE_ANALYSIS_THREATS_H_
#define METAPOWERS_SERVICE_ANALYSIS_THREATS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "service/analysis/landscape.h"
#include "service/analysis/risk_score.h"
#include "service/analysis/threat_rules.h"

namespace metapowers::analysis {

enum class ThreatStatus {
  kOpen,           // current is above target, and nobody has decided
  kControlled,     // every control that lowers it is in place
  kAccepted,       // decisions in force:
  kMitigating,     //   counts as open, with the decision printed
  kTransferred,    //
  kAvoided,        //
  kFalsePositive,  //   no part of counts
};

// Whether the threat still is a risk that somebody has to act on: open or being mitigated.
bool IsOpen(ThreatStatus status);

struct Threat {
  std::string key;
  const knowledge::v1::ThreatRule* rule = nullptr;
  Element element;
  std::string element_id;                            // as the model calls it now
  const model::v1::DataClass* data_class = nullptr;  // of a rule about one class
  std::vector<const model::v1::DataClass*> data;     // at stake, sorted by id
  std::vector<std::string> because;                  // conditions that hold, e.g. "transport_security is none"
  std::vector<std::string> unconfirmed;              // conditions of `unless` that are unknown
  std::vector<ControlOnThreat> controls;             // in the order of the rule
  RiskScores scores;
  ThreatStatus status = ThreatStatus::kOpen;
  const model::v1::Decision* decision = nullptr;  // in force; nullptr when there is none
  std::string reopened;                           // why a decision is no longer in force; else empty
  std::string fingerprint;                        // digest of what a decision was taken on: rule, inputs, scores
  std::string team;                               // id of the team that answers for the element, never empty
  std::string due;                                // of an open one: `as_of` plus the term of its severity

  bool open() const { return IsOpen(status); }
  model::v1::Severity severity() const { return scores.current.severity; }
};

// Texts of the rule with placeholders filled in; made when asked for, since there may be many thousand threats.
std::string ScenarioOf(const Threat& threat);
std::string ConsequenceOf(const Threat& threat);
std::string MitigationOf(const Threat& threat);

// Why the decision does not hold (any more) for a finding of this severity and fingerprint; empty when it does.
std::string WhyVoid(const model::Model& model, const model::v1::Decision& decision, model::v1::Severity severity,
                    absl::string_view fingerprint);

// Whether the key is that of a gap, which the risk register has (risk_register.h), and no threat's.
inline bool IsGapKey(absl::string_view key) { return absl::StartsWith(key, "gap:"); }

// A rule that could not be judged on an element because the model does not say something.
struct UndecidedThreat {
  const knowledge::v1::ThreatRule* rule = nullptr;
  Element element;
  std::string element_id;
  std::vector<std::string> unknown;  // "encryption_at_rest is unknown"
  std::vector<std::string> fields;   // "Component.encryption_at_rest"; "" for computed attributes
  std::string team;
};

// Something to mend in the model itself; never part of risk counts.
struct QualityFinding {
  const knowledge::v1::QualityRule* rule = nullptr;
  std::string element_id;
  std::string advice;
  std::string team;
};

// Why a cell of the STRIDE matrix is as it is.
struct StrideCell {
  int considered = 0;  // threats of this letter on this element
  int open = 0;
  model::v1::Severity worst = model::v1::SEVERITY_UNSPECIFIED;  // of the open ones
  std::string reason;                                           // why there is none, where `considered` is 0
};

// Row of the STRIDE matrix: components of ours and boundary-crossing flows. After Shostack 2014, chapter 3, processes
// have all six letters, data stores T, R, I and D, flows T, I and D, and S where they cross a boundary.
struct StrideRow {
  std::string element_id;
  std::string kind;                                   // "process", "data store", "flow"
  std::map<knowledge::v1::Stride, StrideCell> cells;  // the letters that apply
};

// A decision on a threat that does not exist (any more).
struct OrphanedDecision {
  const model::v1::Decision* decision = nullptr;
};

// Immutable; thread-safe. Refers to facts, rules and decisions, which outlive it.
class Threats {
 public:
  static std::unique_ptr<const Threats> Compute(const Facts& facts, const RuleSet& rules,
                                                const model::v1::Decisions& decisions);

  const Landscape& landscape() const { return *landscape_; }
  // All that were considered, controlled and decided ones included; sorted by key.
  const std::vector<Threat>& all() const { return all_; }
  // Sorted by rule, then element.
  const std::vector<UndecidedThreat>& undecided() const { return undecided_; }
  const std::vector<QualityFinding>& model_quality() const { return model_quality_; }
  // Sorted by id, components before flows.
  const std::vector<StrideRow>& coverage() const { return coverage_; }
  const std::vector<OrphanedDecision>& orphaned() const { return orphaned_; }
  // By key; nullptr when there is none.
  const Threat* Find(absl::string_view key) const;
  // Positions in all() of the open threats, worst first: severity, product of the current score, inherent product, key.
  std::vector<const Threat*> Prioritised() const;

 private:
  Threats() = default;
  friend class ThreatsBuilder;

  std::unique_ptr<const Landscape> landscape_;
  std::vector<Threat> all_;
  std::vector<UndecidedThreat> undecided_;
  std::vector<QualityFinding> model_quality_;
  std::vector<StrideRow> coverage_;
  std::vector<OrphanedDecision> orphaned_;
};

// Threats that are computed when they are first asked for: most commands never ask. Thread-safe.
class ThreatSource {
 public:
  // Without `rules` the shipped ones.
  ThreatSource(std::shared_ptr<const Facts> facts, std::shared_ptr<const RuleSet> rules,
               model::v1::Decisions decisions);
  ThreatSource(const ThreatSource&) = delete;
  ThreatSource& operator=(const ThreatSource&) = delete;

  const RuleSet& rules() const { return rules_ == nullptr ? RuleSet::Shipped() : *rules_; }
  const model::v1::Decisions& decisions() const { return decisions_; }
  const Threats& Get() const;

 private:
  const std::shared_ptr<const Facts> facts_;
  const std::shared_ptr<const RuleSet> rules_;
  const model::v1::Decisions decisions_;
  mutable absl::once_flag once_;
  mutable std::unique_ptr<const Threats> threats_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_THREATS_H_
