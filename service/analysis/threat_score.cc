// ScoresOf() and DerivationOf() of threats.h.
#include "service/analysis/threats.h"

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

}  // namespace metapowers::analysis
