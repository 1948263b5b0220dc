#include "service/analysis/loss_estimate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace metapowers::analysis {

namespace {

using model::v1::DataClass;
using model::v1::Estimate;
using model::v1::LossAssumptions;
using model::v1::RecordLoss;

// Weights of the 5th percentile, the median and the 95th percentile.
constexpr double kTail = 0.185;
constexpr double kMiddle = 0.63;
// No table of exceedances is longer.
constexpr size_t kAmounts = 12;

std::vector<Outcome> OutcomesOf(const Estimate& estimate) {
  return {{estimate.low(), kTail}, {estimate.likely(), kMiddle}, {estimate.high(), kTail}};
}

double Mean(const std::vector<Outcome>& outcomes) {
  double mean = 0;
  for (const Outcome& outcome : outcomes) mean += outcome.value * outcome.probability;
  return mean;
}

// Of `a + factor x b x c`, all independent.
std::vector<Outcome> Plus(const std::vector<Outcome>& a, double factor, const std::vector<Outcome>& b,
                          const std::vector<Outcome>& c) {
  std::vector<Outcome> sum;
  for (const Outcome& x : a) {
    for (const Outcome& y : b) {
      for (const Outcome& z : c) {
        sum.push_back({x.value + factor * y.value * z.value, x.probability * y.probability * z.probability});
      }
    }
  }
  return sum;
}

bool Discloses(const RiskScenario& scenario) {
  return std::any_of(scenario.risks.begin(), scenario.risks.end(), [](const Risk* risk) {
    const auto& legs = risk->threat->rule->impact().legs();
    return std::find(legs.begin(), legs.end(), knowledge::v1::IMPACT_LEG_CONFIDENTIALITY) != legs.end();
  });
}

// The class at stake whose disclosure costs most, in the mean, with what it costs; nullptr when none has a cost.
std::pair<const DataClass*, const RecordLoss*> DearestData(const RiskScenario& scenario, const LossAssumptions& loss) {
  std::pair<const DataClass*, const RecordLoss*> dearest;
  double most = 0;
  for (const DataClass* data : scenario.data) {
    for (const RecordLoss& records : loss.records()) {
      if (records.data_class() != data->id()) continue;
      const double mean = static_cast<double>(data->record_count()) * Mean(OutcomesOf(records.disclosed_percent())) *
                          Mean(OutcomesOf(records.cost_per_record()));
      if (mean <= most) continue;
      most = mean;
      dearest = {data, &records};
    }
  }
  return dearest;
}

const Estimate* FrequencyOf(const LossAssumptions& loss, int likelihood) {
  for (const model::v1::EventFrequency& frequency : loss.frequencies()) {
    if (frequency.likelihood() == likelihood) return &frequency.events_per_year();
  }
  return nullptr;
}

ScenarioLoss LossOf(const RiskScenario& scenario, const LossAssumptions& loss) {
  ScenarioLoss out;
  out.scenario = &scenario;
  out.magnitude = OutcomesOf(loss.cost_per_event());
  if (Discloses(scenario)) {
    const auto [data, records] = DearestData(scenario, loss);
    if (data != nullptr) {
      out.records_of = data;
      out.magnitude = Plus(out.magnitude, static_cast<double>(data->record_count()) / 100,
                           OutcomesOf(records->disclosed_percent()), OutcomesOf(records->cost_per_record()));
    }
  }
  for (const model::v1::BusinessFunction* function : scenario.functions) out.loss_per_hour += function->loss_per_hour();
  if (loss.has_outage_hours() && out.loss_per_hour > 0) {
    out.magnitude = Plus(out.magnitude, out.loss_per_hour, OutcomesOf(loss.outage_hours()), {{1, 1}});
  } else {
    out.loss_per_hour = 0;
  }
  std::sort(out.magnitude.begin(), out.magnitude.end(),
            [](const Outcome& a, const Outcome& b) { return a.value < b.value; });
  return out;
}

double AtLeast(const std::vector<Outcome>& outcomes, double amount) {
  double probability = 0;
  for (const Outcome& outcome : outcomes) probability += outcome.value >= amount ? outcome.probability : 0;
  return probability;
}

// 1, 2 and 5 times powers of ten from the least loss of an event up to the highest; the upper ones when there are many.
std::vector<double> AmountsFor(const std::vector<ScenarioLoss>& scenarios) {
  double least = HUGE_VAL;
  double most = 0;
  for (const ScenarioLoss& scenario : scenarios) {
    least = std::min(least, scenario.magnitude.front().value);
    most = std::max(most, scenario.magnitude.back().value);
  }
  std::vector<double> amounts;
  for (double decade = 1; decade <= most; decade *= 10) {
    for (const double step : {1, 2, 5}) {
      if (decade * step >= least && decade * step <= most) amounts.push_back(decade * step);
    }
  }
  if (amounts.size() > kAmounts) amounts.erase(amounts.begin(), amounts.end() - kAmounts);
  return amounts;
}

}  // namespace

double ScenarioLoss::MeanEvents() const { return Mean(events_per_year); }
double ScenarioLoss::MeanMagnitude() const { return Mean(magnitude); }
double ScenarioLoss::AnnualLossAtTarget() const { return Mean(events_at_target) * MeanMagnitude(); }

double ExceedanceOf(const std::vector<ScenarioLoss>& scenarios, double amount, bool at_target) {
  double none = 1;
  for (const ScenarioLoss& scenario : scenarios) {
    const double share = AtLeast(scenario.magnitude, amount);
    double none_of_it = 0;
    for (const Outcome& frequency : at_target ? scenario.events_at_target : scenario.events_per_year) {
      none_of_it += frequency.probability * std::exp(-frequency.value * share);
    }
    none *= none_of_it;
  }
  return 1 - none;
}

LossEstimate EstimateLoss(const std::vector<RiskScenario>& scenarios, const LossAssumptions& loss) {
  LossEstimate out;
  for (const RiskScenario& scenario : scenarios) {
    const Estimate* now = FrequencyOf(loss, scenario.worst().current.likelihood);
    const Estimate* target = FrequencyOf(loss, scenario.worst().target.likelihood);
    if (now == nullptr || target == nullptr) {
      out.without_frequency.push_back(&scenario);
      continue;
    }
    ScenarioLoss each = LossOf(scenario, loss);
    each.events_per_year = OutcomesOf(*now);
    each.events_at_target = OutcomesOf(*target);
    out.annual_loss += each.AnnualLoss();
    out.annual_loss_at_target += each.AnnualLossAtTarget();
    out.scenarios.push_back(std::move(each));
  }
  if (out.scenarios.empty()) return out;
  for (const double amount : AmountsFor(out.scenarios)) {
    out.exceedance.push_back(
        {amount, ExceedanceOf(out.scenarios, amount, false), ExceedanceOf(out.scenarios, amount, true)});
  }
  return out;
}

}  // namespace metapowers::analysis
