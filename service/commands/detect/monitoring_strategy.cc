// The judgements on alerts are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/detect/monitoring_strategy.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/on_call.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/log_naming.h"
#include "service/commands/measure_table.h"
#include "service/commands/naming.h"
#include "service/commands/on_call_tables.h"
#include "service/commands/rows.h"
#include "service/commands/runbook_tables.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AlertState;
using analysis::LogSource;
using analysis::RequiredAlertFact;
using model::v1::Alert;
using model::v1::Component;
using model::v1::OnCall;

std::string AlertStateLabel(AlertState state) {
  if (state == AlertState::kDeclared) return "declared";
  return state == AlertState::kInPart ? "in part" : "missing";
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        monitoring_(proto_.monitoring()),
        threats_(input.threats.Get()),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        required_(analysis::RequiredAlerts(threats_, sources_)) {
    result_.set_waiting_alerts(analysis::LeaveOutWaiting(model_, required_));
    for (const analysis::Threat& threat : threats_.all()) {
      if (threat.open()) ++open_threats_[threat.element_id()];
    }
  }

  pb::MonitoringStrategyResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_platform(monitoring_.platform());
    AddComponents();
    AddAlerts();
    AddRequired();
    AddOnCallTables(threats_.landscape(), result_);
    AddStack();
    AddFailures();
    AddRunbookTables(model_, required_, result_);
    AddDashboards();
    AddTotals();
    AddMeasureTable(threats_.landscape(), sources_, result_);
    AddTuning();
    AddControlEffects(input_, "monitoring-strategy", *result_.mutable_controls());
    AddQuestions(model_, {"Component.tier", "Component.owner_team"}, *result_.mutable_questions());
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Due(model::v1::Severity severity) const {
    return model::FormatDate(model_.as_of() + knowledge::GapTermDays(severity));
  }

  std::vector<const Component*> InScope() const {
    std::vector<const Component*> components;
    for (const analysis::Element& element : threats_.landscape().ElementsOf(kb::THREAT_SUBJECT_COMPONENT)) {
      components.push_back(element.component().facts->component);
    }
    return components;
  }

  // --- Scope ---

  void AddComponents() {
    std::vector<const Component*> components = InScope();
    // Unknown tiers last.
    const auto rank = [](const Component* c) {
      return std::make_pair(c->tier() == model::v1::TIER_UNSPECIFIED, c->tier());
    };
    std::stable_sort(components.begin(), components.end(),
                     [&rank](const Component* a, const Component* b) { return rank(a) < rank(b); });
    for (const Component* component : components) {
      pb::WatchedRow& row = *result_.add_components();
      row.set_id(component->id());
      row.set_name(component->name());
      row.set_tier(Label(component->tier()));
      const analysis::ComponentFacts& facts = *input_.facts.Find(component->id());
      row.set_criticality(Label(facts.criticality.level));
      if (facts.effective_zone != nullptr) row.set_zone(facts.effective_zone->id());
      for (const LogSource* source : sources_.OfComponent(component->id())) {
        row.set_sources(row.sources() + 1);
        row.set_collected(row.collected() + (source->collected() ? 1 : 0));
        row.set_scope(ScopeLabel(*source));
      }
      std::set<std::string> called;
      for (const Alert* alert : analysis::AlertsOn(model_, component->id())) {
        row.add_alerts(alert->id());
        if (const OnCall* rotation = analysis::RotationOf(model_, *alert)) called.insert(rotation->name());
      }
      AddAll(called, row.mutable_called());
      row.set_owner(TeamName(model_, component->owner_team()));
      row.set_threats(open_threats_[component->id()]);
      if (!row.alerts().empty() || !analysis::IsTier0Or1(*component)) continue;
      pb::UnwatchedRow& gap = *result_.add_unwatched();
      gap.set_id(row.id());
      gap.set_tier(row.tier());
      gap.set_threats(row.threats());
      gap.set_owner(OwnerName(model_, component->owner_team()));
      gap.set_due(Due(model::v1::SEVERITY_HIGH));
    }
  }

  // --- Alerts ---

  void AddAlerts() {
    for (const Alert* alert : AlertsBySeverity(model_)) {
      pb::AlertRow& row = *result_.add_alerts();
      row.set_id(alert->id());
      row.set_name(alert->name());
      row.set_condition(alert->condition());
      if (alert->has_threshold()) row.set_threshold(Thousands(alert->threshold()));
      if (alert->has_window_minutes()) row.set_window(Minutes(alert->window_minutes()));
      row.set_severity(alert->severity());
      AddAll(alert->components(), row.mutable_components());
      const OnCall* rotation = analysis::RotationOf(model_, *alert);
      if (rotation != nullptr) row.set_routed_to(rotation->name());
      row.set_owner(OwnerName(model_, rotation == nullptr ? "" : rotation->team()));
      if (rotation != nullptr && rotation->has_response_minutes()) {
        row.set_response(Minutes(rotation->response_minutes()));
      }
      row.set_runbook(alert->runbook());
      row.set_realtime(alert->realtime() ? "yes" : "not declared");
      for (const RequiredAlertFact* fact : AnsweredBy(required_, *alert)) row.add_answers(fact->row->id());
    }
  }

  void AddRequired() {
    for (const RequiredAlertFact& fact : required_) {
      pb::RequiredAlertRow row;
      row.set_id(fact.row->id());
      row.set_title(fact.row->title());
      row.set_state(AlertStateLabel(fact.state));
      for (const Alert* alert : fact.declared) row.add_declared(alert->id());
      AddAll(fact.missing_on, row.mutable_missing_on());
      AddAll(fact.elsewhere, row.mutable_elsewhere());
      row.set_watched(static_cast<int>(fact.watched.size()));
      row.set_condition(fact.row->condition());
      row.set_threshold(absl::StrCat(fact.row->threshold(), " in ", Minutes(fact.row->window_minutes())));
      row.set_severity(fact.row->severity());
      row.set_threats(static_cast<int>(fact.threats.size()));
      for (const std::string& technique : fact.row->attack()) row.add_techniques(WeaknessLabel(technique));
      for (const std::string& control : fact.row->controls()) row.add_controls(knowledge::FindControl(control)->name());
      row.set_owner(OwnerOf(model_, fact.row->owners()));
      row.set_due(fact.due);
      AddAll(BindingReferences(binding_, fact.row->references()), row.mutable_references());
      if (fact.state != AlertState::kDeclared) *result_.add_missing() = row;
      *result_.add_required() = std::move(row);
    }
    std::stable_sort(result_.mutable_missing()->begin(), result_.mutable_missing()->end(),
                     [](const auto& a, const auto& b) { return a.due() < b.due(); });
  }

  // --- Stack ---

  std::string PagingTools() const {
    std::set<std::string> tools;
    for (const OnCall& rotation : monitoring_.on_call()) {
      if (!rotation.tool().empty()) tools.insert(rotation.tool());
    }
    return absl::StrJoin(tools, ", ");
  }

  void AddStack() {
    std::set<std::string> platforms;
    for (const LogSource* source : sources_.OfKind("log_platform_audit")) platforms.insert(source->element_id);
    AddPart("metrics and alerts", monitoring_.platform(), platforms);
    AddPart("log platform", proto_.logging().platform(), platforms);
    AddPart("event management (SIEM)", monitoring_.siem(), platforms);
    AddPart("paging", PagingTools(), {});
    AddPart("incident management", proto_.incident_response().incident_tool(), {});
    for (const std::string& id : platforms) AddWatcher(id);
  }

  void AddPart(absl::string_view part, const std::string& product, const std::set<std::string>& elements) {
    pb::StackRow& row = *result_.add_stack();
    row.set_part(std::string(part));
    row.set_product(product);
    std::string team;
    std::set<std::string> alerts;
    if (!product.empty()) {
      for (const std::string& id : elements) {
        row.add_elements(id);
        if (team.empty()) team = sources_.OfElement(id).front()->team;
        for (const Alert* alert : analysis::AlertsOn(model_, id)) alerts.insert(alert->id());
      }
    }
    AddAll(alerts, row.mutable_watched_by());
    row.set_owner(OwnerName(model_, team));
  }

  void AddWatcher(const std::string& id) {
    const analysis::ComponentFacts& facts = *input_.facts.Find(id);
    pb::WatcherRow& row = *result_.add_watchers();
    row.set_element(id);
    row.set_carries("logs and alerts");
    AddAll(facts.depends_on, row.mutable_depends_on());
    const auto* supplier = model_.Find<model::v1::ThirdParty>(facts.component->third_party());
    if (supplier != nullptr) row.set_supplier(supplier->name());
    if (facts.effective_zone != nullptr) row.set_zone(facts.effective_zone->id());
    for (const Alert* alert : analysis::AlertsOn(model_, id)) row.add_watched_by(alert->id());
    row.set_owner(OwnerName(model_, sources_.OfElement(id).front()->team));
  }

  void AddFailures() {
    const std::string platform = monitoring_.platform().empty() ? "the monitoring platform" : monitoring_.platform();
    const std::string tools = PagingTools();
    const std::string tool = tools.empty() ? "the paging tool" : tools;
    for (const kb::MonitoringFailure& failure : knowledge::MonitoringRules().failures()) {
      const auto fill = [&](const std::string& text) {
        return absl::StrReplaceAll(text, {{"{platform}", platform}, {"{tool}", tool}});
      };
      pb::MonitoringFailureRow& row = *result_.add_failures();
      row.set_failure(fill(failure.failure()));
      row.set_hides(fill(failure.hides()));
      row.set_noticed_by(fill(failure.notice()));
      row.set_fallback(fill(failure.fallback()));
      row.set_verification(fill(failure.verification()));
      row.set_owner(OwnerOf(model_, failure.owners()));
    }
  }

  // --- Dashboards, objectives, tuning ---

  void AddDashboards() {
    for (const model::v1::Dashboard& dashboard : monitoring_.dashboards()) {
      pb::MonitoringDashboardRow& row = *result_.add_dashboards();
      row.set_id(dashboard.id());
      row.set_name(dashboard.name());
      row.set_audience(dashboard.audience());
      row.set_shows(dashboard.shows());
      row.set_decision(dashboard.decision());
      row.set_refresh(dashboard.refresh());
    }
  }

  void AddTuning() {
    for (const kb::TuningStep& step : knowledge::MonitoringRules().tuning()) {
      pb::MonitoringTuningRow& row = *result_.add_tuning();
      row.set_text(step.text());
      row.set_interval(absl::StrCat("every ", InDays(step.interval_days())));
      row.set_next(model::FormatDate(model_.as_of() + step.interval_days()));
      row.set_owner(OwnerOf(model_, step.owners()));
      row.set_evidence(step.evidence());
      AddAll(BindingReferences(binding_, step.references()), row.mutable_references());
    }
  }

  void AddTotals() {
    pb::MonitoringTotals& totals = *result_.mutable_totals();
    totals.set_components(result_.components_size());
    for (const pb::WatchedRow& row : result_.components()) {
      totals.set_watched(totals.watched() + (row.alerts().empty() ? 0 : 1));
    }
    totals.set_alerts(result_.alerts_size());
    for (const pb::AlertRow& row : result_.alerts()) {
      totals.set_without_runbook(totals.without_runbook() + (row.runbook().empty() ? 1 : 0));
      totals.set_unrouted(totals.unrouted() + (row.routed_to().empty() ? 1 : 0));
    }
    totals.set_required(static_cast<int>(required_.size()));
    for (const RequiredAlertFact& fact : required_) {
      totals.set_met(totals.met() + (fact.state == AlertState::kDeclared ? 1 : 0));
      totals.set_partial(totals.partial() + (fact.state == AlertState::kInPart ? 1 : 0));
      totals.set_missing(totals.missing() + (fact.state == AlertState::kMissing ? 1 : 0));
    }
    totals.set_rotations(result_.rotations_size());
    totals.set_rotation_gaps(result_.rotation_gaps_size());
    pb::MonitoringPhrases& phrases = *result_.mutable_phrases();
    phrases.set_alerts(Count(totals.alerts(), "alert", "alerts"));
    phrases.set_watched(absl::StrCat(totals.watched(), " of ", Count(totals.components(), "component", "components")));
    if (totals.missing() > 0) {
      phrases.set_missing(Count(totals.missing(), "required alert is", "required alerts are"));
    }
    if (totals.partial() > 0) {
      phrases.set_partial(Count(totals.partial(), "required alert leaves", "required alerts leave"));
    }
    phrases.set_rotations(Count(totals.rotations(), "rotation", "rotations"));
    if (totals.rotation_gaps() > 0) phrases.set_rotation_gaps(Count(totals.rotation_gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const model::v1::Monitoring& monitoring_;
  const analysis::Threats& threats_;
  const analysis::LogSources sources_;
  std::vector<RequiredAlertFact> required_;
  std::map<std::string, int> open_threats_;  // by id of the element
  pb::MonitoringStrategyResult result_;
};

}  // namespace

pb::MonitoringStrategyResult MonitoringStrategy(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
