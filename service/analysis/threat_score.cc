// ScoresOf(), DerivationOf() and FingerprintOf() of threats.h.
#include "absl/strings/str_cat.h"
#include "service/analysis/threats.h"
#include "service/base/digest.h"

namespace metapowers::analysis {

RiskScores ScoresOf(const Threat& threat) {
  return ScoreThreat(*threat.rule, threat.element, threat.data, threat.controls, nullptr);
}

ScoreDerivation DerivationOf(const Threat& threat) {
  ScoreDerivation derivation;
  derivation.likelihood.reserve(160);
  derivation.impact.reserve(160);
  ScoreThreat(*threat.rule, threat.element, threat.data, threat.controls, &derivation);
  return derivation;
}

// No display names and no ids that a renaming changes.
std::string FingerprintOf(const Threat& threat) {
  std::string inputs;
  inputs.reserve(256);
  absl::StrAppend(&inputs, threat.key(), "\n", threat.scores.inherent.likelihood, "\n", threat.scores.inherent.impact);
  for (const ControlOnThreat& each : threat.controls) {
    absl::StrAppend(&inputs, "\n", each.row->control(), "=", static_cast<int>(each.posture->state));
  }
  for (const auto* data : threat.data) absl::StrAppend(&inputs, "\n", data->id());
  return Fingerprint(inputs);
}

}  // namespace metapowers::analysis
