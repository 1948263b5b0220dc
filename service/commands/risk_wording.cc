#include "service/commands/risk_wording.h"

#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/analysis/loss_estimate.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/held_roles.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {

namespace {

namespace pb = security::identify::v1;
using analysis::Risk;
using analysis::RiskSource;
using analysis::RiskTreatment;
using analysis::ScenarioLoss;
using model::v1::Estimate;
using model::v1::LossAssumptions;

// Elements that a sentence names before it counts the rest.
constexpr size_t kNamed = 3;

// "12 requirements of GDPR and PCI DSS 4.0.1".
std::string RequirementsOf(const analysis::RemediationAction& action) {
  std::set<std::string> frameworks;
  for (const analysis::FrameworkVerdict* each : action.frameworks) frameworks.insert(each->framework->label);
  return absl::StrCat(Count(static_cast<int64_t>(action.closes.size()), "requirement", "requirements"), " of ",
                      List({frameworks.begin(), frameworks.end()}, kNamed));
}

// Figures that rest on estimates are good for two digits.
double TwoDigits(double value) {
  if (value <= 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

std::string Money(const std::string& currency, double value) {
  const double rounded = TwoDigits(value);
  return absl::StrCat(currency, " ",
                      rounded < 10 ? Number(rounded) : Thousands(static_cast<int64_t>(std::llround(rounded))));
}

std::string Percent(double probability) {
  const double percent = probability * 100;
  if (percent > 0 && percent < 0.1) return "below 0.1%";
  if (percent > 99.9) return "above 99.9%";
  return percent < 10 ? absl::StrFormat("%.1f%%", percent) : absl::StrFormat("%.0f%%", percent);
}

void AddRange(const std::string& quantity, const Estimate& estimate, const std::string& currency, pb::LossResult& out) {
  const auto text = [&](double value) {
    return currency.empty()
               ? Number(value)
               : absl::StrCat(currency, " ", value < 1000 ? Number(value) : Thousands(std::llround(value)));
  };
  pb::LossRange& row = *out.add_ranges();
  row.set_quantity(quantity);
  row.set_low(text(estimate.low()));
  row.set_likely(text(estimate.likely()));
  row.set_high(text(estimate.high()));
}

void AddRanges(const LossAssumptions& loss, const std::string& currency, pb::LossResult& out) {
  for (const model::v1::EventFrequency& frequency : loss.frequencies()) {
    AddRange(absl::StrCat("events per year at likelihood ", frequency.likelihood()), frequency.events_per_year(), "",
             out);
  }
  AddRange("cost per event", loss.cost_per_event(), currency, out);
  for (const model::v1::RecordLoss& records : loss.records()) {
    AddRange(absl::StrCat("cost per disclosed record of ", records.data_class()), records.cost_per_record(), currency,
             out);
    AddRange(absl::StrCat("records of ", records.data_class(), " disclosed by one event, percent"),
             records.disclosed_percent(), "", out);
  }
  if (loss.has_outage_hours()) AddRange("length of an outage, hours", loss.outage_hours(), "", out);
}

std::vector<std::string> TermsOf(const ScenarioLoss& loss) {
  std::vector<std::string> terms = {"cost per event"};
  if (loss.records_of != nullptr) {
    terms.push_back(
        absl::StrCat("records of ", loss.records_of->id(), " (", Thousands(loss.records_of->record_count()), ")"));
  }
  if (loss.loss_per_hour > 0) {
    std::vector<std::string> functions;
    for (const auto* function : loss.scenario->functions) {
      if (function->loss_per_hour() > 0) functions.push_back(function->name());
    }
    terms.push_back(absl::StrCat("outage of ", List(functions)));
  }
  return terms;
}

}  // namespace

std::string SourceLabel(RiskSource source) {
  switch (source) {
    case RiskSource::kThreat:
      return "threat";
    case RiskSource::kSupplier:
      return "supplier";
    case RiskSource::kInventory:
      return "inventory";
    case RiskSource::kCompliance:
      return "compliance";
  }
  return "";
}

std::string TreatmentLabel(RiskTreatment treatment) {
  switch (treatment) {
    case RiskTreatment::kMitigate:
      return "mitigate";
    case RiskTreatment::kTolerate:
      return "tolerate";
    case RiskTreatment::kAccept:
      return "accept";
    case RiskTreatment::kTransfer:
      return "transfer";
    case RiskTreatment::kAvoid:
      return "avoid";
  }
  return "";
}

std::string RiskTitle(const Risk& risk) {
  if (risk.threat != nullptr) return risk.threat->rule->title();
  return risk.gap != nullptr ? knowledge::GapKind(risk.gap->gap).title() : risk.action->fact->name;
}

std::string RiskStatement(const Input& input, const Risk& risk) {
  if (risk.threat != nullptr) return analysis::ScenarioOf(*risk.threat);
  if (risk.gap != nullptr) return absl::StrCat(risk.gap->name, ": ", risk.gap->fact, ".");
  const std::string where = risk.elements.empty() ? input.model.proto().name() : List(risk.elements, kNamed);
  return absl::StrCat(RequirementsOf(*risk.action), " ", risk.action->closes.size() == 1 ? "asks" : "ask", " for what ",
                      where, risk.elements.size() > 1 ? " lack." : " lacks.");
}

std::string RiskConsequence(const Risk& risk) {
  if (risk.threat != nullptr) return analysis::ConsequenceOf(*risk.threat);
  return risk.gap != nullptr ? knowledge::GapKind(risk.gap->gap).consequence() : "";
}

std::string RiskMitigation(const Input& input, const Risk& risk) {
  if (risk.threat != nullptr) return analysis::MitigationOf(*risk.threat);
  if (risk.gap != nullptr) return knowledge::GapKind(risk.gap->gap).action();
  const analysis::ComplianceFact& fact = *risk.action->fact;
  if (fact.remedy.empty()) return absl::StrCat("Complete the control ", fact.id, ".");
  return absl::StrCat(ActionText(input, *risk.action, fact.remedy), ".");
}

std::string RiskOwner(const model::Model& model, const Risk& risk) {
  return risk.role.empty() ? TeamName(model, risk.team) : RoleTitle(model, risk.role);
}

std::string AcceptedBy(const model::Model& model, model::v1::Severity severity) {
  for (const model::v1::AcceptanceAuthority& authority : model.proto().risk_appetite().acceptance()) {
    if (authority.level() == severity) return TitleOrVacancy(model, authority.role());
  }
  return "";
}

pb::LossResult LossOf(const model::Model& model, const std::vector<analysis::RiskScenario>& scenarios) {
  const LossAssumptions& loss = model.proto().risk_appetite().loss();
  const std::string& currency = model.proto().currency();
  const analysis::LossEstimate estimate = analysis::EstimateLoss(scenarios, loss);
  pb::LossResult out;
  out.set_currency(currency);
  out.set_source(loss.source());
  out.set_estimated_on(loss.estimated_on());
  out.set_owner(RoleTitle(model, loss.owner()));
  AddRanges(loss, currency, out);
  for (const ScenarioLoss& each : estimate.scenarios) {
    pb::LossRow& row = *out.add_rows();
    row.set_rank(static_cast<int>(each.scenario - scenarios.data()) + 1);
    row.set_title(RiskTitle(each.scenario->worst()));
    row.set_events(Number(TwoDigits(each.MeanEvents())));
    row.set_least(Money(currency, each.magnitude.front().value));
    row.set_mean(Money(currency, each.MeanMagnitude()));
    row.set_most(Money(currency, each.magnitude.back().value));
    row.set_annual(Money(currency, each.AnnualLoss()));
    row.set_annual_at_target(Money(currency, each.AnnualLossAtTarget()));
    for (std::string& term : TermsOf(each)) *row.add_terms() = std::move(term);
  }
  for (const analysis::Exceedance& each : estimate.exceedance) {
    pb::LossExceedanceRow& row = *out.add_exceedance();
    row.set_amount(absl::StrCat(currency, " ", Thousands(std::llround(each.amount))));
    row.set_now(Percent(each.now));
    row.set_at_target(Percent(each.at_target));
  }
  out.set_has_exceedance(!estimate.exceedance.empty());
  out.set_annual(Money(currency, estimate.annual_loss));
  out.set_annual_at_target(Money(currency, estimate.annual_loss_at_target));
  if (loss.has_single_event_tolerance()) {
    const double tolerance = loss.single_event_tolerance();
    out.set_tolerance(absl::StrCat(currency, " ", Thousands(std::llround(tolerance))));
    out.set_above_tolerance(Percent(analysis::ExceedanceOf(estimate.scenarios, tolerance, false)));
    out.set_above_tolerance_at_target(Percent(analysis::ExceedanceOf(estimate.scenarios, tolerance, true)));
  }
  for (const analysis::RiskScenario* scenario : estimate.without_frequency) {
    out.add_without_frequency(RiskTitle(scenario->worst()));
  }
  return out;
}

}  // namespace metapowers::commands
