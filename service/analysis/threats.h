// Threats of a model: every rule that its elements meet by what is known of them (known_ground.h), scored by that
// alone, with the controls that lower it and what people decided on it. Pure: equal models, rules and decisions give
// equal threats in the same order.
//
// Key of a threat: `<rule>@<element>` with `/<data class>` appended where the rule is about one class; stable under
// reordering, unrelated edits and renaming with `renamed_from`. Several elements are joined by `+`, sorted.
#ifndef METAPOWERS_SERVICE_ANALYSIS_THREATS_H_
#define METAPOWERS_SERVICE_ANALYSIS_THREATS_H_

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/container/node_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "service/analysis/known_ground.h"
#include "service/analysis/landscape.h"
#include "service/analysis/risk_score.h"
#include "service/analysis/shared_lists.h"
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

// There may be many thousand of them: what is only read, or follows from the rest, is not kept in each.
struct Threat {
  const knowledge::v1::ThreatRule* rule = nullptr;
  const CompiledRule* compiled = nullptr;            // the same, ready to be judged
  Element element;                                   // by what is known
  const model::v1::DataClass* data_class = nullptr;  // of a rule about one class
  // Held by Threats:
  absl::Span<const model::v1::DataClass* const> data;  // at stake, sorted by id
  absl::Span<const ControlOnThreat> controls;          // in the order of the rule
  const std::string* reopened = nullptr;               // why a decision is no longer in force; nullptr: no reason
  RiskScores scores;
  ThreatStatus status = ThreatStatus::kOpen;
  const model::v1::Decision* decision = nullptr;  // in force; nullptr when there is none
  // Never nullptr, and held by the model or Threats:
  const std::string* team = nullptr;  // id of the team that answers for the element, never empty
  const std::string* due = nullptr;   // open: its severity's term or, if earlier, a key's end to come; else empty

  std::string key() const;                                              // made at each call
  const std::string& element_id() const { return CurrentId(element); }  // as the model calls it now
  bool open() const { return IsOpen(status); }
  model::v1::Severity severity() const { return scores.current.severity; }
};

// Texts of the rule with placeholders filled in.
std::string ScenarioOf(const Threat& threat);
std::string ConsequenceOf(const Threat& threat);
std::string MitigationOf(const Threat& threat);
// The data class that decides the impact, else the strongest of those at stake; nullptr without any.
const model::v1::DataClass* AtStake(const Threat& threat);
// Conditions of the rule that hold, e.g. "transport security is none", in its order.
std::vector<std::string> BecauseOf(const Threat& threat);
// Conditions of `unless` that are unknown.
std::vector<std::string> UnconfirmedOf(const Threat& threat);
// By what is known of the element and of the data at stake.
RiskScores ScoresOf(const Threat& threat);
// The terms of the current score.
ScoreDerivation DerivationOf(const Threat& threat);
// Digest of what a decision was taken on: rule, inputs, scores.
std::string FingerprintOf(const Threat& threat);

// Why the decision does not hold (any more) for a finding of this severity and fingerprint; empty when it does.
std::string WhyVoid(const model::Model& model, const model::v1::Decision& decision, model::v1::Severity severity,
                    absl::string_view fingerprint);

// Whether the key is that of a gap, which the risk register has (risk_register.h), and no threat's.
inline bool IsGapKey(absl::string_view key) { return absl::StartsWith(key, "gap:"); }

// A rule that could not be judged on an element because the model does not say something, or only assumes it.
struct UndecidedThreat {
  const knowledge::v1::ThreatRule* rule = nullptr;
  // With what is assumed; where that takes its data from the rule, the data class.
  Element element;
  // Those of the rule that the model does not answer, or which something assumed decides, so that they can be judged on
  // the element all the same; where something assumed takes the element outside or out of scope, that. Held by Threats.
  absl::Span<const Condition* const> unknown;
  const std::string* team = nullptr;  // never nullptr

  const std::string& element_id() const { return CurrentId(element); }
};

// How many rules would find something on an element if what is assumed of it were certain.
struct WaitingRules {
  int for_element = 0;  // that it exists at all
  int for_data = 0;     // which data is there
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
  knowledge::v1::Stride letter = knowledge::v1::STRIDE_UNSPECIFIED;
  int considered = 0;  // threats of this letter on this element
  int open = 0;
  model::v1::Severity worst = model::v1::SEVERITY_UNSPECIFIED;  // of the open ones
  absl::string_view reason;  // why there is none, where `considered` is 0; held by Threats
};

// Row of the STRIDE matrix: a component of ours or a flow that crosses a boundary. Asked are, after Shostack 2014,
// chapter 3, all six letters of a process, T, R, I and D of a data store, and S, T, I and D of such a flow; of a
// component whose kind is not known, those of a process.
struct StrideRow {
  std::string element_id;
  absl::string_view kind;         // "process", "data store", "flow", "not known, asked as a process"
  std::vector<StrideCell> cells;  // letters that are asked, or have a threat all the same; in their order
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

  // Of what is known (Facts::known()): the ground of findings and of all that is claimed beside them.
  const Landscape& landscape() const { return ground_ == nullptr ? *landscape_ : ground_->landscape(); }
  // All that were considered, also controlled and decided ones; sorted by key, so comparing addresses compares keys.
  const std::vector<Threat>& all() const { return all_; }
  // Sorted by rule, then by the element that the rule is about.
  const std::vector<UndecidedThreat>& undecided() const { return undecided_; }
  // By what is known; what something assumed would mend waits for it and is left out.
  const std::vector<QualityFinding>& model_quality() const { return model_quality_; }
  // Sorted by id, components before flows.
  const std::vector<StrideRow>& coverage() const { return coverage_; }
  const std::vector<OrphanedDecision>& orphaned() const { return orphaned_; }
  // By id of the element, without those that found nothing for other reasons.
  const std::map<std::string, WaitingRules, std::less<>>& waiting() const { return waiting_; }
  // By key; nullptr when there is none.
  const Threat* Find(absl::string_view key) const;
  // The open threats, worst first: severity, product of the current score, inherent product, key.
  const std::vector<const Threat*>& Prioritised() const { return prioritised_; }

 private:
  Threats() = default;
  friend class ThreatsBuilder;

  std::unique_ptr<const Landscape> landscape_;  // with what is assumed
  std::unique_ptr<const KnownGround> ground_;
  std::deque<ControlPosture> postures_;         // of the threats' controls
  std::deque<std::string> reasons_;             // why decisions are no longer in force
  absl::node_hash_set<std::string> uncovered_;  // why cells of the matrix are empty
  SharedLists<const model::v1::DataClass*> data_;
  SharedLists<ControlOnThreat> controls_;
  SharedLists<const Condition*> conditions_;
  std::array<std::string, 5> due_by_severity_;  // the first is empty
  std::vector<Threat> all_;
  std::vector<const Threat*> prioritised_;
  std::vector<UndecidedThreat> undecided_;
  std::map<std::string, WaitingRules, std::less<>> waiting_;
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
