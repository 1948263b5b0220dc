// ScoresOf() and DerivationOf() of threats.h.
#include <vector>

#include "service/analysis/threats.h"

namespace metapowers::analysis {

namespace {

using model::v1::DataClass;

RiskScores Score(const Threat& threat, ScoreDerivation* derivation) {
  if (threat.known == nullptr) {
    return ScoreThreat(*threat.rule, threat.element, threat.data, threat.controls, derivation);
  }
  std::vector<const DataClass*> data;
  for (const DataClass* each : threat.data) {
    data.push_back(threat.known->landscape->model().Find<DataClass>(each->id()));
  }
  RiskScores scores = ScoreThreat(*threat.rule, *threat.known, data, threat.controls, derivation);
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i] == scores.data_at_stake) scores.data_at_stake = threat.data[i];
  }
  return scores;
}

}  // namespace

RiskScores ScoresOf(const Threat& threat) { return Score(threat, nullptr); }

ScoreDerivation DerivationOf(const Threat& threat) {
  ScoreDerivation derivation;
  derivation.likelihood.reserve(160);
  derivation.impact.reserve(160);
  Score(threat, &derivation);
  return derivation;
}

}  // namespace metapowers::analysis
