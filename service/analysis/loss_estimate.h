// Risks in money: how often scenarios happen and what one event costs, evaluated without sampling. Pure.
//
// Each declared range (5th percentile, median, 95th) is taken as three values with the weights 0.185, 0.63 and 0.185,
// the extended Pearson-Tukey approximation (Keefer and Bodily, Management Science 29(5), 1983), so that equal models
// give equal figures. Ranges are independent of each other.
//
//   frequency  events per year that the model declares for the likelihood of the scenario's worst risk
//   magnitude  cost per event
//              + records x disclosed share x cost per record, where it discloses data that has such a cost; of several
//                classes the one with the highest mean
//              + outage hours x loss per hour of the functions that stop
//   exceedance probability that in one year at least one event of some scenario costs that much or more, events being
//              a Poisson process: 1 - product over scenarios of E[exp(-frequency x P(magnitude >= amount))]
#ifndef METAPOWERS_SERVICE_ANALYSIS_LOSS_ESTIMATE_H_
#define METAPOWERS_SERVICE_ANALYSIS_LOSS_ESTIMATE_H_

#include <cstdint>
#include <vector>

#include "service/analysis/risk_scenarios.h"

namespace metapowers::analysis {

// A value that is taken with this probability.
struct Outcome {
  double value = 0;
  double probability = 0;
};

struct ScenarioLoss {
  const RiskScenario* scenario = nullptr;
  const model::v1::DataClass* records_of = nullptr;  // whose records count; nullptr: none
  double loss_per_hour = 0;                          // of the functions that stop
  std::vector<Outcome> events_per_year;              // now, by value
  std::vector<Outcome> events_at_target;             // with all controls in place
  std::vector<Outcome> magnitude;                    // of one event, by value

  double MeanEvents() const;
  double MeanMagnitude() const;
  double AnnualLoss() const { return MeanEvents() * MeanMagnitude(); }
  double AnnualLossAtTarget() const;
};

struct Exceedance {
  double amount = 0;
  double now = 0;  // probability in one year
  double at_target = 0;
};

struct LossEstimate {
  // In the order of the scenarios; those whose likelihood has no declared frequency are left out.
  std::vector<ScenarioLoss> scenarios;
  std::vector<const RiskScenario*> without_frequency;
  std::vector<Exceedance> exceedance;  // at 1, 2 and 5 times powers of ten between the least and the highest loss
  double annual_loss = 0;
  double annual_loss_at_target = 0;
};

// For a model whose appetite declares `loss`.
LossEstimate EstimateLoss(const std::vector<RiskScenario>& scenarios, const model::v1::LossAssumptions& loss);

// Probability that in one year at least one event of some scenario costs `amount` or more.
double ExceedanceOf(const std::vector<ScenarioLoss>& scenarios, double amount, bool at_target);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LOSS_ESTIMATE_H_
