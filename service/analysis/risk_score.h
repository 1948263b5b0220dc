// Likelihood, impact and severity of a threat on one grid, with the terms that led to each. The terms are rows of
// threat_rules.proto; the grid is service/knowledge/data/threats/risk_grid.textproto.
//
//   inherent  no control counts
//   current   controls that are implemented or partial count
//   target    all controls of the rule count that are not `not_applicable` here
#ifndef METAPOWERS_SERVICE_ANALYSIS_RISK_SCORE_H_
#define METAPOWERS_SERVICE_ANALYSIS_RISK_SCORE_H_

#include <string>
#include <utility>

#include "absl/types/span.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

struct RiskScore {
  int likelihood = 0;  // 1 to 5
  int impact = 0;      // 1 to 5
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;

  int product() const { return likelihood * impact; }
  bool operator==(const RiskScore&) const = default;
};

// Severity by the grid; `likelihood` and `impact` are in 1 to 5.
RiskScore OnGrid(int likelihood, int impact);

// A control of a rule on the element of a finding.
struct ControlOnThreat {
  const knowledge::v1::ThreatControl* row = nullptr;
  const knowledge::v1::SecurityControl* control = nullptr;
  const ControlPosture* posture = nullptr;  // never nullptr

  bool operator==(const ControlOnThreat&) const = default;
  template <class Hash>
  friend Hash AbslHashValue(Hash hash, const ControlOnThreat& each) {
    return Hash::combine(std::move(hash), each.row, each.posture);
  }
};

struct RiskScores {
  RiskScore inherent;
  RiskScore current;
  RiskScore target;
  // The data class that decides the impact; nullptr when none does.
  const model::v1::DataClass* data_at_stake = nullptr;
};

// Terms of the current score, e.g. "from the internet 5, needs an account -1, rate limiting implemented -1 = 3";
// "confidentiality of Cardholder data (PAN) strictly confidential 5 = 5".
struct ScoreDerivation {
  std::string likelihood;
  std::string impact;
};

// With the terms in words where `derivation` is given: few readers ask for those, and they cost more than the scores.
RiskScores ScoreThreat(const knowledge::v1::ThreatRule& rule, const Element& element,
                       absl::Span<const model::v1::DataClass* const> data, absl::Span<const ControlOnThreat> controls,
                       ScoreDerivation* derivation = nullptr);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RISK_SCORE_H_
