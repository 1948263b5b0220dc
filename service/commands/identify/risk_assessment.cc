// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/identify/risk_assessment.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/attack_paths.h"
#include "service/analysis/control_plan.h"
#include "service/analysis/risk_register.h"
#include "service/analysis/risk_scenarios.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/held_roles.h"
#include "service/commands/naming.h"
#include "service/commands/risk_wording.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
using analysis::Risk;
using analysis::RiskScenario;
using analysis::RiskScore;
using analysis::RiskSource;
using analysis::RiskTreatment;
using analysis::SourceTotals;
using analysis::Threat;
using model::v1::Severity;

// Scenarios that a person reads.
constexpr size_t kTopRisks = 10;
// Controls of the strategy; the threat model has all.
constexpr int kControlsShown = 12;
// What a list in a cell or sentence names before it counts the rest.
constexpr size_t kNamed = 8;
constexpr int kLevels = 5;

struct SourceWords {
  RiskSource source;
  const char* name;
  const char* section;
};
constexpr SourceWords kSources[] = {
    {RiskSource::kThreat, "threats to components, flows, data and delivery", "Threat Model"},
    {RiskSource::kSupplier, "threats by way of suppliers", "Threat Model"},
    {RiskSource::kInventory, "gaps of the inventory", "Asset Inventory"},
    {RiskSource::kCompliance, "actions that close gaps against frameworks", "Compliance Gap Assessment"},
};

struct TreatmentWords {
  RiskTreatment treatment;
  const char* meaning;
};
constexpr TreatmentWords kTreatments[] = {
    {RiskTreatment::kMitigate, "the owner puts controls in place by the due date"},
    {RiskTreatment::kTolerate, "within the appetite of its category; no decision is needed"},
    {RiskTreatment::kAccept, "a person with the authority has decided to bear it until a date"},
    {RiskTreatment::kTransfer, "another party bears the loss, by decision"},
    {RiskTreatment::kAvoid, "what causes it is given up, by decision"},
};

// Adds one to the counter of a severity: `critical`, `high`, `medium` or `low` of a row.
template <class Row>
void CountSeverity(Severity severity, Row& row) {
  switch (severity) {
    case model::v1::SEVERITY_CRITICAL:
      row.set_critical(row.critical() + 1);
      return;
    case model::v1::SEVERITY_HIGH:
      row.set_high(row.high() + 1);
      return;
    case model::v1::SEVERITY_MEDIUM:
      row.set_medium(row.medium() + 1);
      return;
    default:
      row.set_low(row.low() + 1);
  }
}

void Fill(const RiskScore& score, pb::GridScore& out) {
  out.set_likelihood(score.likelihood);
  out.set_impact(score.impact);
  out.set_severity(score.severity);
  out.set_label(ScoreLabel(score));
}

// "High (4) x Critical (5) = 20 critical".
std::string Product(const RiskScore& score) {
  return absl::StrCat(LikelihoodLabel(score.likelihood), " x ", ImpactLabel(score.impact), " = ", ScoreLabel(score));
}

// The earlier of two dates, of which one may be empty.
void Earliest(const std::string& due, std::string& first) {
  if (!due.empty() && (first.empty() || due < first)) first = due;
}

class Assessment {
 public:
  explicit Assessment(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        compliance_(AssessCompliance(input, threats_.landscape())),
        register_(analysis::BuildRiskRegister(threats_, compliance_, input.threats.decisions())) {}

  pb::RiskAssessmentResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddSources();
    AddRisks();
    AddLesser();
    AddMatrix();
    AddTreatments();
    AddCategories();
    AddControls();
    AddDecisions();
    AddResidual();
    AddOwners();
    AddAuthorities();
    AddTop();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  const std::vector<Risk>& risks() const { return register_.risks; }

  // --- Register ---

  void AddSources() {
    SourceTotals all;
    for (const SourceWords& words : kSources) {
      const SourceTotals& totals = register_.totals[static_cast<int>(words.source)];
      AddSource(words.name, words.section, totals);
      all.found += totals.found;
      all.left_out += totals.left_out;
      all.false_positives += totals.false_positives;
    }
    AddSource("all", "", all);
  }

  void AddSource(const std::string& name, const std::string& section, const SourceTotals& totals) {
    pb::RiskSourceRow& row = *result_.add_sources();
    row.set_source(name);
    row.set_section(section);
    row.set_found(totals.found);
    row.set_left_out(totals.left_out);
    row.set_false_positives(totals.false_positives);
    row.set_risks(totals.risks());
  }

  void AddRisks() {
    for (const Risk& risk : risks()) {
      pb::RiskRow& row = *result_.add_risks();
      row.set_key(risk.key);
      row.set_source(SourceLabel(risk.source));
      row.set_title(RiskTitle(risk));
      row.set_statement(RiskStatement(input_, risk));
      AddAll(risk.elements, row.mutable_elements());
      if (risk.category != nullptr) row.set_category(risk.category->name());
      row.set_kind(risk.kind);
      Fill(risk.inherent, *row.mutable_inherent());
      Fill(risk.current, *row.mutable_current());
      Fill(risk.target, *row.mutable_target());
      row.set_severity(risk.severity());
      row.set_treatment(TreatmentLabel(risk.treatment));
      row.set_treatment_reason(risk.treatment_reason);
      row.set_owner(RiskOwner(model_, risk));
      row.set_due(risk.due);
      row.set_authority(AcceptedBy(model_, risk.severity()));
      row.set_fingerprint(risk.fingerprint);
      row.set_severe(IsSevere(risk));
      AddOpen(risk);
    }
  }

  static bool IsSevere(const Risk& risk) { return risk.severity() >= model::v1::SEVERITY_HIGH; }

  void AddOpen(const Risk& risk) {
    if (risk.treatment != RiskTreatment::kMitigate) return;
    metapowers::v1::OpenFinding& open = *result_.add_open_findings();
    open.set_key(risk.key);
    open.set_title(RiskTitle(risk));
    open.set_severity(risk.severity());
    open.set_owner(risk.team);
    open.set_due(risk.due);
  }

  struct Group {
    std::set<std::string> elements, owners, categories;
    std::map<RiskTreatment, int> treatments;
    int medium = 0;
    int low = 0;
    std::string due;
  };

  void AddLesser() {
    std::vector<std::pair<const Risk*, Group>> groups;
    std::map<std::string, size_t> positions;
    for (const Risk& risk : risks()) {
      if (IsSevere(risk)) continue;
      const auto [at, added] = positions.emplace(analysis::RiskSubject(risk), groups.size());
      if (added) groups.emplace_back(&risk, Group());
      Group& group = groups[at->second].second;
      group.elements.insert(risk.elements.begin(), risk.elements.end());
      group.owners.insert(RiskOwner(model_, risk));
      if (risk.category != nullptr) group.categories.insert(risk.category->name());
      ++group.treatments[risk.treatment];
      ++(risk.severity() == model::v1::SEVERITY_MEDIUM ? group.medium : group.low);
      Earliest(risk.due, group.due);
    }
    for (const auto& [worst, group] : groups) FillGroup(*worst, group, *result_.add_lesser());
  }

  static void FillGroup(const Risk& worst, const Group& group, pb::RiskGroup& row) {
    row.set_id(analysis::RiskSubject(worst));
    row.set_source(SourceLabel(worst.source));
    row.set_title(RiskTitle(worst));
    AddAll(group.elements, row.mutable_elements());
    row.set_medium(group.medium);
    row.set_low(group.low);
    std::vector<std::string> treatments;
    for (const auto& [treatment, count] : group.treatments) {
      treatments.push_back(absl::StrCat(TreatmentLabel(treatment), " ", count));
    }
    row.set_treatment(absl::StrJoin(treatments, ", "));
    AddAll(group.owners, row.mutable_owners());
    AddAll(group.categories, row.mutable_categories());
    row.set_due(group.due);
  }

  // --- Matrix ---

  void AddMatrix() {
    for (int likelihood = kLevels; likelihood >= 1; --likelihood) {
      pb::MatrixRow& row = *result_.add_matrix();
      row.set_likelihood(LikelihoodLabel(likelihood));
      for (int impact = 1; impact <= kLevels; ++impact) {
        const RiskScore cell = analysis::OnGrid(likelihood, impact);
        FillCell(cell, &Risk::current, *row.add_current());
        FillCell(cell, &Risk::inherent, *row.add_inherent());
        FillCell(cell, &Risk::target, *row.add_target());
      }
    }
  }

  void FillCell(const RiskScore& score, RiskScore Risk::*which, pb::MatrixCell& cell) const {
    cell.set_severity(score.severity);
    cell.set_risks(static_cast<int>(
        std::count_if(risks().begin(), risks().end(), [&](const Risk& risk) { return risk.*which == score; })));
  }

  // --- Treatment ---

  void AddTreatments() {
    pb::TreatmentRow all;
    all.set_treatment("all");
    for (const TreatmentWords& words : kTreatments) {
      pb::TreatmentRow& row = *result_.add_treatments();
      row.set_treatment(TreatmentLabel(words.treatment));
      row.set_meaning(words.meaning);
      for (const Risk& risk : risks()) {
        if (risk.treatment != words.treatment) continue;
        CountSeverity(risk.severity(), row);
        CountSeverity(risk.severity(), all);
        row.set_risks(row.risks() + 1);
        all.set_risks(all.risks() + 1);
      }
    }
    *result_.add_treatments() = std::move(all);
  }

  void AddCategories() {
    for (const model::v1::RiskCategory& category : proto_.risk_appetite().categories()) {
      const Severity tolerated = analysis::ToleratedBy(category.appetite());
      pb::AppetiteRow& row = *result_.add_categories();
      row.set_name(category.name());
      row.set_appetite(Label(category.appetite()));
      if (tolerated != model::v1::SEVERITY_UNSPECIFIED) row.set_tolerated(Label(tolerated));
      row.set_owner(RoleTitle(model_, category.owner()));
      FillCategory(&category, tolerated, row);
    }
    const bool uncovered =
        std::any_of(risks().begin(), risks().end(), [](const Risk& risk) { return risk.category == nullptr; });
    if (uncovered) FillCategory(nullptr, model::v1::SEVERITY_UNSPECIFIED, *result_.add_categories());
  }

  void FillCategory(const model::v1::RiskCategory* category, Severity tolerated, pb::AppetiteRow& row) const {
    Severity worst = model::v1::SEVERITY_UNSPECIFIED;
    for (const Risk& risk : risks()) {
      if (risk.category != category) continue;
      row.set_risks(row.risks() + 1);
      worst = std::max(worst, risk.severity());
      if (risk.treatment != RiskTreatment::kMitigate) continue;
      row.set_above(row.above() + 1);
      if (risk.target.severity > tolerated) row.set_above_at_target(row.above_at_target() + 1);
    }
    if (worst != model::v1::SEVERITY_UNSPECIFIED) row.set_worst(Label(worst));
  }

  void AddControls() {
    for (const analysis::PlannedControl& plan : analysis::PlanControls(threats_)) {
      if (result_.controls_size() == kControlsShown) break;
      pb::RiskControlRow& row = *result_.add_controls();
      row.set_id(plan.control->id());
      row.set_name(plan.control->name());
      row.set_points(plan.points);
      row.set_risks(static_cast<int>(plan.threats.size()));
      AddAll(plan.elements, row.mutable_elements());
      for (const std::string& team : plan.teams) row.add_owners(TeamName(model_, team));
      row.set_effort(Label(plan.control->effort()));
      row.set_due(plan.due);
    }
  }

  void FillDecision(const model::v1::Decision& decision, const std::string& reason, pb::RiskDecisionRow& row) const {
    row.set_key(decision.finding());
    row.set_decision(Label(decision.status()));
    row.set_approved_by(RoleTitle(model_, decision.approved_by()));
    row.set_expires_on(decision.expires_on());
    row.set_reason(reason);
  }

  void AddDecisions() {
    std::map<std::string, const Risk*> by_key;
    for (const Risk& risk : risks()) by_key[risk.key] = &risk;
    for (const auto& [key, risk] : by_key) {
      if (risk->decision != nullptr) {
        pb::RiskDecisionRow& row = *result_.add_decisions();
        FillDecision(*risk->decision, risk->decision->rationale(), row);
        row.set_severity(risk->severity());
      }
    }
    for (const model::v1::Decision& decision : input_.threats.decisions().decisions()) {
      if (!analysis::IsGapKey(decision.finding())) continue;  // the threat model's
      const auto found = by_key.find(decision.finding());
      if (found != by_key.end() && !found->second->reopened.empty()) {
        pb::RiskDecisionRow& row = *result_.add_void_decisions();
        FillDecision(decision, found->second->reopened, row);
        row.set_severity(found->second->severity());
      }
    }
    for (const model::v1::Decision* decision : register_.voids) {
      FillDecision(*decision, "the register has no such gap", *result_.add_void_decisions());
    }
  }

  void AddResidual() {
    for (const analysis::ResidualAbove& residual : register_.residual) {
      pb::ResidualRow& row = *result_.add_residual();
      row.set_category(residual.category->name());
      row.set_appetite(Label(residual.category->appetite()));
      std::map<std::string, int> rules;
      for (const Threat* threat : residual.threats) {
        CountSeverity(threat->severity(), row);
        ++rules[threat->rule->id()];
      }
      std::vector<std::pair<int, std::string>> order;
      for (const auto& [rule, count] : rules) order.emplace_back(-count, rule);
      std::sort(order.begin(), order.end());
      std::vector<std::string> names;
      for (const auto& [count, rule] : order) names.push_back(absl::StrCat(rule, " (", -count, ")"));
      AddFirst(std::move(names), kNamed, row.mutable_rules());
      row.set_authority(AcceptedBy(model_, residual.threats.front()->severity()));
    }
  }

  // --- Ownership ---

  void AddOwners() {
    std::vector<pb::RiskOwnerRow> rows;  // in the order of their worst
    for (const Risk& risk : risks()) {
      const std::string owner = RiskOwner(model_, risk);
      auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.owner() == owner; });
      if (row == rows.end()) {
        row = rows.emplace(rows.end());
        row->set_owner(owner);
        row->set_lead(LeadOf(risk));
      }
      CountSeverity(risk.severity(), *row);
      row->set_risks(row->risks() + 1);
      if (risk.treatment != RiskTreatment::kMitigate) continue;
      row->set_mitigate(row->mitigate() + 1);
      Earliest(risk.due, *row->mutable_first_due());
    }
    for (pb::RiskOwnerRow& row : rows) *result_.add_owners() = std::move(row);
  }

  std::string LeadOf(const Risk& risk) const {
    if (!risk.role.empty()) {
      const auto* role = model_.Find<model::v1::Role>(risk.role);
      return role == nullptr ? "" : role->holder();
    }
    const auto* team = model_.Find<model::v1::Team>(risk.team);
    return team == nullptr ? "" : team->lead();
  }

  void AddAuthorities() {
    for (const Severity severity : kWorstFirst) {
      pb::RiskAuthorityRow row;
      row.set_severity(severity);
      row.set_role(AcceptedBy(model_, severity));
      for (const model::v1::AcceptanceAuthority& authority : proto_.risk_appetite().acceptance()) {
        if (authority.level() != severity) continue;
        row.set_second(TitleOrVacancy(model_, authority.second_approver()));
        row.set_longest(InDays(authority.max_days()));
      }
      row.set_risks(static_cast<int>(std::count_if(risks().begin(), risks().end(), [&](const Risk& risk) {
        return risk.severity() == severity && risk.treatment == RiskTreatment::kMitigate;
      })));
      *result_.add_authorities() = std::move(row);
    }
    const auto& parameters = proto_.policy_parameters();
    if (parameters.has_risk_review_days()) {
      result_.set_review_every(InDays(parameters.risk_review_days()));
      result_.set_next_review(model::FormatDate(model_.as_of() + parameters.risk_review_days()));
    }
    const model::v1::Role* keeper =
        FindRole(model_, {model::v1::ROLE_KIND_SECURITY_LEAD, model::v1::ROLE_KIND_CHIEF_INFORMATION_SECURITY_OFFICER});
    if (keeper != nullptr) result_.set_keeper(TitleOrVacancy(model_, keeper->id()));
    for (const knowledge::v1::GapTerm& term : knowledge::AssetRules().terms()) {
      result_.add_severity_terms(absl::StrCat(Label(term.severity()), " ", Days(term.days())));
    }
  }

  // --- Top risks ---

  void AddTop() {
    const analysis::AttackPaths paths = analysis::FindAttackPaths(threats_);
    const std::vector<RiskScenario> scenarios = analysis::RiskScenarios(register_, threats_, paths, kTopRisks);
    for (const RiskScenario& scenario : scenarios) FillTop(scenario, *result_.add_top());
    if (proto_.risk_appetite().has_loss() && !scenarios.empty()) *result_.mutable_loss() = LossOf(model_, scenarios);
  }

  void FillTop(const RiskScenario& scenario, pb::TopRisk& row) const {
    const Risk& worst = scenario.worst();
    row.set_rank(result_.top_size());
    row.set_title(RiskTitle(worst));
    row.set_severity(worst.severity());
    row.set_story(RiskStatement(input_, worst));
    row.set_consequence(RiskConsequence(worst));
    row.set_now(Product(worst.current));
    row.set_target(Product(worst.target));
    row.set_mitigation(RiskMitigation(input_, worst));
    row.set_authority(AcceptedBy(model_, worst.severity()));
    const analysis::ScoreDerivation derivation = analysis::DerivationOf(*worst.threat);
    row.set_derivation(absl::StrCat(derivation.likelihood, "; ", derivation.impact));
    FillRoute(scenario, row);
    for (const model::v1::DataClass* data : scenario.data) {
      row.add_data(data->has_record_count() && data->record_count() > 0
                       ? absl::StrCat(data->name(), " (", Thousands(data->record_count()), " records)")
                       : data->name());
    }
    row.set_has_data(!scenario.data.empty());
    std::vector<std::string> functions;
    for (const model::v1::BusinessFunction* function : scenario.functions) functions.push_back(function->name());
    row.set_functions(List(functions));
    FillMembers(scenario, row);
  }

  static void FillRoute(const RiskScenario& scenario, pb::TopRisk& row) {
    if (scenario.route == nullptr) return;
    row.set_origin(scenario.route->origin);
    for (const analysis::AttackStep& step : scenario.route->steps) {
      row.add_route(absl::StrCat("over ", step.flow->id(), " into ", step.component, " by ",
                                 step.threat == nullptr ? "no known threat" : step.threat->rule->id()));
    }
  }

  void FillMembers(const RiskScenario& scenario, pb::TopRisk& row) const {
    std::set<std::string> controls;
    std::set<std::string> owners;
    std::set<std::string> elements;
    std::string due;
    for (const Risk* risk : scenario.risks) {
      row.add_keys(risk->key);
      owners.insert(RiskOwner(model_, *risk));
      elements.insert(risk->elements.begin(), risk->elements.end());
      Earliest(risk->due, due);
      for (const analysis::ControlOnThreat& each : risk->threat->controls) {
        if (IsMissing(each)) controls.insert(each.control->name());
      }
    }
    AddAll(controls, row.mutable_controls());
    AddAll(owners, row.mutable_owners());
    AddAll(elements, row.mutable_elements());
    row.set_due(due);
  }

  // --- Totals ---

  void AddTotals() {
    pb::RiskTotals& totals = *result_.mutable_totals();
    totals.set_risks(static_cast<int>(risks().size()));
    for (const Risk& risk : risks()) {
      CountSeverity(risk.severity(), totals);
      if (risk.treatment == RiskTreatment::kMitigate) {
        totals.set_mitigate(totals.mitigate() + 1);
      } else if (risk.treatment == RiskTreatment::kTolerate) {
        totals.set_tolerated(totals.tolerated() + 1);
      } else {
        totals.set_decided(totals.decided() + 1);
      }
      if (risk.target.severity >= model::v1::SEVERITY_HIGH) totals.set_severe_at_target(totals.severe_at_target() + 1);
    }
    totals.set_severe(totals.critical() + totals.high());
    totals.set_controlled(register_.controlled);
    for (const analysis::ResidualAbove& residual : register_.residual) {
      totals.set_residual(totals.residual() + static_cast<int>(residual.threats.size()));
    }
    for (const SourceTotals& source : register_.totals) totals.set_left_out(totals.left_out() + source.left_out);
    AddPhrases(totals);
  }

  void AddPhrases(const pb::RiskTotals& totals) {
    pb::RiskPhrases& phrases = *result_.mutable_phrases();
    const auto are = [](int count) { return absl::StrCat(count, count == 1 ? " is" : " are"); };
    phrases.set_risks(Count(totals.risks(), "risk", "risks"));
    phrases.set_by_severity(absl::StrCat(totals.critical(), " critical, ", totals.high(), " high, ", totals.medium(),
                                         " medium and ", totals.low(), " low"));
    phrases.set_mitigate(absl::StrCat(are(totals.mitigate()), " to be mitigated"));
    phrases.set_tolerated(absl::StrCat(are(totals.tolerated()), " within the appetite"));
    phrases.set_decided(absl::StrCat(are(totals.decided()), " accepted, transferred or avoided"));
    phrases.set_controlled(
        absl::StrCat(Count(totals.controlled(), "threat", "threats"), totals.controlled() == 1 ? " has" : " have"));
    phrases.set_severe_at_target(absl::StrCat(Count(totals.severe_at_target(), "risk", "risks"),
                                              totals.severe_at_target() == 1 ? " stays" : " stay"));
    phrases.set_left_out(
        absl::StrCat(Count(totals.left_out(), "gap", "gaps"), totals.left_out() == 1 ? " is" : " are"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::Compliance compliance_;
  const analysis::RiskRegister register_;
  pb::RiskAssessmentResult result_;
};

}  // namespace

pb::RiskAssessmentResult RiskAssessment(const Input& input) { return Assessment(input).Build(); }

}  // namespace metapowers::commands::identify
