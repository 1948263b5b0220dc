// The judgements on alerts are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/detect/monitoring_strategy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/log_sources.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/raci.h"
#include "service/commands/rows.h"
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

template <class List>
bool Has(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

enum class Staffing { kAnyHour, kPartOfTheDay, kUnknown };

Staffing StaffingOf(const OnCall& rotation) {
  static const auto* const span = new std::regex("\\d{1,2}:\\d{2} ?- ?\\d{1,2}:\\d{2}");
  if (absl::StrContains(rotation.hours(), "24x7") || absl::StrContains(rotation.hours(), "24/7")) {
    return Staffing::kAnyHour;
  }
  return std::regex_match(rotation.hours(), *span) ? Staffing::kPartOfTheDay : Staffing::kUnknown;
}

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
    if (!HasSecurityTeam()) LeaveOutWaiting();
  }

  pb::MonitoringStrategyResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_platform(monitoring_.platform());
    AddComponents();
    AddAlerts();
    AddRequired();
    AddRotations();
    AddResponses();
    AddRotationGaps();
    AddStack();
    AddFailures();
    AddRunbooks();
    AddDashboards();
    AddTotals();
    AddMeasures();
    AddTuning();
    AddControlEffects(input_, "monitoring-strategy", *result_.mutable_controls());
    AddQuestions(model_, {"Component.tier", "Component.owner_team"}, *result_.mutable_questions());
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // Whether a role for security works in another team than the one that owns the system.
  bool HasSecurityTeam() const {
    return std::any_of(proto_.roles().begin(), proto_.roles().end(), [this](const model::v1::Role& role) {
      const bool security = role.kind() == model::v1::ROLE_KIND_SECURITY_LEAD ||
                            role.kind() == model::v1::ROLE_KIND_SECURITY_ENGINEER ||
                            role.kind() == model::v1::ROLE_KIND_CHIEF_INFORMATION_SECURITY_OFFICER;
      return security && !role.team().empty() && role.team() != proto_.owner_team();
    });
  }

  // Those who run the system cannot build every alert of the catalogue: what no severe threat needs waits.
  void LeaveOutWaiting() {
    const auto waits = [](const RequiredAlertFact& fact) {
      return fact.declared.empty() &&
             std::none_of(fact.threats.begin(), fact.threats.end(), [](const analysis::Threat* threat) {
               return threat->severity() >= model::v1::SEVERITY_HIGH;
             });
    };
    const auto end = std::remove_if(required_.begin(), required_.end(), waits);
    result_.set_waiting_alerts(static_cast<int>(required_.end() - end));
    required_.erase(end, required_.end());
  }

  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }
  std::string Due(model::v1::Severity severity) const {
    return model::FormatDate(model_.as_of() + knowledge::GapTermDays(severity));
  }
  const OnCall* RotationOf(const Alert& alert) const { return model_.Find<OnCall>(alert.routed_to()); }

  std::vector<const Alert*> AlertsOn(const std::string& component) const {
    std::vector<const Alert*> alerts;
    for (const Alert& alert : monitoring_.alerts()) {
      if (Has(alert.components(), component)) alerts.push_back(&alert);
    }
    return alerts;
  }

  std::vector<const Component*> InScope() const {
    std::vector<const Component*> components;
    for (const analysis::Element& element : threats_.landscape().ElementsOf(kb::THREAT_SUBJECT_COMPONENT)) {
      components.push_back(element.component().facts->component);
    }
    return components;
  }

  int OpenThreats(const std::string& element) const {
    return static_cast<int>(std::count_if(threats_.all().begin(), threats_.all().end(), [&](const auto& threat) {
      return threat.open() && threat.element_id() == element;
    }));
  }

  // --- Scope ---

  void AddComponents() {
    std::vector<const Component*> components = InScope();
    // Unknown tiers last.
    std::stable_sort(components.begin(), components.end(), [](const Component* a, const Component* b) {
      const auto rank = [](const Component* c) { return c->tier() == 0 ? 99 : static_cast<int>(c->tier()); };
      return rank(a) < rank(b);
    });
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
      for (const Alert* alert : AlertsOn(component->id())) {
        row.add_alerts(alert->id());
        if (const OnCall* rotation = RotationOf(*alert)) called.insert(rotation->name());
      }
      AddAll(called, row.mutable_called());
      row.set_owner(TeamName(model_, component->owner_team()));
      row.set_threats(OpenThreats(component->id()));
      if (!row.alerts().empty() || !analysis::IsTier0Or1(*component)) continue;
      pb::UnwatchedRow& gap = *result_.add_unwatched();
      gap.set_id(row.id());
      gap.set_tier(row.tier());
      gap.set_threats(row.threats());
      gap.set_owner(Owner(component->owner_team()));
      gap.set_due(Due(model::v1::SEVERITY_HIGH));
    }
  }

  // --- Alerts ---

  std::vector<const Alert*> AlertsBySeverity() const {
    std::vector<const Alert*> alerts;
    for (const Alert& alert : monitoring_.alerts()) alerts.push_back(&alert);
    std::stable_sort(alerts.begin(), alerts.end(),
                     [](const Alert* a, const Alert* b) { return a->severity() > b->severity(); });
    return alerts;
  }

  // Required alerts that this one answers, in the order of the data.
  std::vector<const RequiredAlertFact*> AnsweredBy(const Alert& alert) const {
    std::vector<const RequiredAlertFact*> answered;
    for (const RequiredAlertFact& fact : required_) {
      if (std::find(fact.declared.begin(), fact.declared.end(), &alert) != fact.declared.end()) {
        answered.push_back(&fact);
      }
    }
    return answered;
  }

  void AddAlerts() {
    for (const Alert* alert : AlertsBySeverity()) {
      pb::AlertRow& row = *result_.add_alerts();
      row.set_id(alert->id());
      row.set_name(alert->name());
      row.set_condition(alert->condition());
      if (alert->has_threshold()) row.set_threshold(Thousands(alert->threshold()));
      if (alert->has_window_minutes()) row.set_window(Minutes(alert->window_minutes()));
      row.set_severity(alert->severity());
      AddAll(alert->components(), row.mutable_components());
      const OnCall* rotation = RotationOf(*alert);
      if (rotation != nullptr) row.set_routed_to(rotation->name());
      row.set_owner(Owner(rotation == nullptr ? "" : rotation->team()));
      if (rotation != nullptr && rotation->has_response_minutes()) {
        row.set_response(Minutes(rotation->response_minutes()));
      }
      row.set_runbook(alert->runbook());
      row.set_realtime(alert->realtime() ? "yes" : "not declared");
      for (const RequiredAlertFact* fact : AnsweredBy(*alert)) row.add_answers(fact->row->id());
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

  // --- On-call ---

  void AddRotations() {
    for (const OnCall& rotation : monitoring_.on_call()) {
      pb::RotationRow& row = *result_.add_rotations();
      row.set_id(rotation.id());
      row.set_name(rotation.name());
      row.set_team(TeamName(model_, rotation.team()));
      row.set_engineers(
          rotation.has_engineers()
              ? absl::StrCat(rotation.engineers(), rotation.engineers() == 1 ? " of " : " ", rotation.name())
              : "not known");
      if (rotation.has_response_minutes()) row.set_response(Minutes(rotation.response_minutes()));
      row.set_hours(rotation.hours());
      row.set_tool(rotation.tool());
      row.set_escalates_to(RoleTitle(model_, rotation.escalates_to()));
      if (rotation.has_escalate_after_minutes()) row.set_after(Minutes(rotation.escalate_after_minutes()));
      for (const Alert& alert : monitoring_.alerts()) {
        row.set_alerts(row.alerts() + (alert.routed_to() == rotation.id() ? 1 : 0));
      }
    }
  }

  // Rotations that alerts on components of the tier call, by id; `alerts` counts those alerts.
  std::vector<const OnCall*> CalledFor(model::v1::Tier tier, int& components, int& alerts) const {
    std::set<std::string> rotations;
    std::set<std::string> counted;
    for (const Component* component : InScope()) {
      if (component->tier() != tier) continue;
      ++components;
      for (const Alert* alert : AlertsOn(component->id())) {
        counted.insert(alert->id());
        if (RotationOf(*alert) != nullptr) rotations.insert(alert->routed_to());
      }
    }
    alerts = static_cast<int>(counted.size());
    std::vector<const OnCall*> called;
    for (const std::string& id : rotations) called.push_back(model_.Find<OnCall>(id));
    return called;
  }

  void AddResponses() {
    for (const kb::TierResponse& need : knowledge::MonitoringRules().responses()) {
      int components = 0;
      int alerts = 0;
      const std::vector<const OnCall*> called = CalledFor(need.tier(), components, alerts);
      if (components == 0) continue;
      pb::TierResponseRow& row = *result_.add_responses();
      row.set_tier(Label(need.tier()));
      row.set_components(components);
      row.set_alerts(alerts);
      row.set_needed(Minutes(need.minutes()));
      row.set_hours(need.any_hour() ? "any hour" : "working hours");
      bool slow = false;
      bool unknown = called.empty();
      for (const OnCall* rotation : called) {
        const bool late = rotation->has_response_minutes() && rotation->response_minutes() > need.minutes();
        const bool absent = need.any_hour() && StaffingOf(*rotation) == Staffing::kPartOfTheDay;
        slow = slow || late || absent;
        unknown = unknown || !rotation->has_response_minutes() ||
                  (need.any_hour() && StaffingOf(*rotation) == Staffing::kUnknown);
        row.add_rotations(
            absl::StrCat(rotation->name(), " (",
                         rotation->has_response_minutes() ? Minutes(rotation->response_minutes()) : "time not known",
                         ", ", rotation->hours().empty() ? "hours not known" : rotation->hours(), ")"));
        if (late) NoteOnce(slow_, *rotation, absl::StrCat(Minutes(rotation->response_minutes()), " on ", row.tier()));
        if (absent) NoteOnce(absent_, *rotation, absl::StrCat(rotation->hours(), " on ", row.tier()));
        if (need.any_hour()) called_for_critical_.insert(rotation->id());
      }
      row.set_state(alerts == 0 ? "no alert" : slow ? "not met" : unknown ? "not known" : "met");
    }
  }

  // The first, most important tier is the one that is named.
  static void NoteOnce(std::map<std::string, std::string>& notes, const OnCall& rotation, std::string fact) {
    notes.emplace(rotation.id(), std::move(fact));
  }

  void AddRotationGaps() {
    for (const Alert& alert : monitoring_.alerts()) {
      const OnCall* rotation = RotationOf(alert);
      if (rotation == nullptr) AddGap("unrouted", alert.id(), "", "");
      if (alert.runbook().empty()) AddGap("no_runbook", alert.id(), "", rotation == nullptr ? "" : rotation->team());
    }
    for (const OnCall& rotation : monitoring_.on_call()) {
      const auto& alerts = monitoring_.alerts();
      if (std::none_of(alerts.begin(), alerts.end(),
                       [&](const Alert& alert) { return alert.routed_to() == rotation.id(); })) {
        AddGap("not_called", rotation.id(), "", rotation.team());
      }
      if (rotation.escalates_to().empty()) {
        AddGap("no_escalation", rotation.id(), "nobody is called next", rotation.team());
      } else if (!rotation.has_escalate_after_minutes()) {
        AddGap("no_escalation", rotation.id(), "the time until the next role is called is not declared",
               rotation.team());
      }
      if (rotation.has_engineers() && rotation.engineers() == 1 && called_for_critical_.count(rotation.id()) > 0) {
        AddGap("one_person", rotation.id(), "", rotation.team());
      }
      if (const auto fact = slow_.find(rotation.id()); fact != slow_.end()) {
        AddGap("slow", rotation.id(), fact->second, rotation.team());
      }
      if (const auto fact = absent_.find(rotation.id()); fact != absent_.end()) {
        AddGap("not_any_hour", rotation.id(), fact->second, rotation.team());
      }
    }
  }

  void AddGap(absl::string_view id, const std::string& subject, const std::string& fact, const std::string& team) {
    for (const kb::OnCallCheck& check : knowledge::MonitoringRules().on_call()) {
      if (check.id() != id) continue;
      pb::RotationGapRow& row = *result_.add_rotation_gaps();
      row.set_subject(subject);
      row.set_fact(absl::StrReplaceAll(check.fact(), {{"{fact}", fact}}));
      row.set_measure(check.measure());
      row.set_owner(Owner(team));
      row.set_due(Due(check.severity()));
    }
  }

  // --- Stack ---

  void AddStack() {
    std::set<std::string> platforms;
    for (const LogSource* source : sources_.OfKind("log_platform_audit")) platforms.insert(source->element_id);
    AddPart("metrics and alerts", monitoring_.platform(), platforms);
    AddPart("log platform", proto_.logging().platform(), platforms);
    AddPart("event management (SIEM)", monitoring_.siem(), platforms);
    std::set<std::string> tools;
    for (const OnCall& rotation : monitoring_.on_call()) {
      if (!rotation.tool().empty()) tools.insert(rotation.tool());
    }
    AddPart("paging", absl::StrJoin(tools, ", "), {});
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
        for (const Alert* alert : AlertsOn(id)) alerts.insert(alert->id());
      }
    }
    AddAll(alerts, row.mutable_watched_by());
    row.set_owner(Owner(team));
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
    for (const Alert* alert : AlertsOn(id)) row.add_watched_by(alert->id());
    row.set_owner(Owner(sources_.OfElement(id).front()->team));
  }

  void AddFailures() {
    std::set<std::string> tools;
    for (const OnCall& rotation : monitoring_.on_call()) {
      if (!rotation.tool().empty()) tools.insert(rotation.tool());
    }
    const std::string platform = monitoring_.platform().empty() ? "the monitoring platform" : monitoring_.platform();
    const std::string tool = tools.empty() ? "the paging tool" : absl::StrJoin(tools, ", ");
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

  // --- Runbooks ---

  void AddRunbooks() {
    for (const Alert* alert : AlertsBySeverity()) {
      const std::vector<const RequiredAlertFact*> answered = AnsweredBy(*alert);
      pb::AlertRunbookRow& row = *result_.add_runbooks();
      row.set_alert(alert->id());
      row.set_name(alert->name());
      row.set_severity(alert->severity());
      row.set_runbook(alert->runbook());
      const kb::RequiredAlert* shown = answered.empty() ? ShownBy(*alert) : answered.front()->row;
      AddSteps(shown != nullptr ? shown->runbook() : FaultSteps(*alert), row);
      if (shown != nullptr) AddSwitches({alert->components().begin(), alert->components().end()}, *shown, row);
      const OnCall* rotation = RotationOf(*alert);
      if (rotation != nullptr) row.set_called(CallChain(*rotation));
      row.set_owner(Owner(rotation == nullptr ? "" : rotation->team()));
    }
    for (const RequiredAlertFact& fact : required_) {
      if (fact.state != AlertState::kMissing) continue;
      pb::AlertRunbookRow& row = *result_.add_planned_runbooks();
      row.set_alert(fact.row->id());
      row.set_name(fact.row->title());
      row.set_severity(fact.row->severity());
      AddSteps(fact.row->runbook(), row);
      AddSwitches({fact.watched.begin(), fact.watched.end()}, *fact.row, row);
      row.set_owner(OwnerOf(model_, fact.row->owners()));
    }
  }

  static std::string TextOf(const Alert& alert) { return absl::StrCat(alert.name(), " ", alert.condition()); }

  // What the alert shows, also where no system like this one must have it; nullptr: nothing in the catalogue.
  static const kb::RequiredAlert* ShownBy(const Alert& alert) {
    for (const kb::RequiredAlert& row : knowledge::MonitoringRules().alerts()) {
      if (analysis::Mentions(TextOf(alert), row.words())) return &row;
    }
    return nullptr;
  }

  static const kb::Runbook& FaultSteps(const Alert& alert) {
    for (const kb::FaultRunbook& fault : knowledge::MonitoringRules().faults()) {
      if (analysis::Mentions(TextOf(alert), fault.words())) return fault.runbook();
    }
    return knowledge::MonitoringRules().other();
  }

  static void AddSteps(const kb::Runbook& runbook, pb::AlertRunbookRow& row) {
    row.set_check(runbook.check());
    row.set_decide(runbook.decide());
    row.set_act(runbook.act());
    row.set_escalate(runbook.escalate());
  }

  // Of the kinds that hold up what the alert shows.
  void AddSwitches(const std::set<std::string>& components, const kb::RequiredAlert& shown,
                   pb::AlertRunbookRow& row) const {
    for (const model::v1::ContainmentSwitch& each : proto_.containment_switches()) {
      if (std::find(shown.switches().begin(), shown.switches().end(), each.kind()) == shown.switches().end()) continue;
      const bool acts = std::any_of(each.components().begin(), each.components().end(),
                                    [&](const std::string& id) { return components.count(id) > 0; });
      if (!acts) continue;
      std::string label = absl::StrCat(each.name(), " (ordered by ", RoleTitle(model_, each.ordered_by()));
      if (each.has_effect_minutes()) absl::StrAppend(&label, ", works within ", Minutes(each.effect_minutes()));
      row.add_switches(absl::StrCat(label, ")"));
    }
  }

  std::string CallChain(const OnCall& rotation) const {
    std::string chain = rotation.name();
    if (rotation.escalates_to().empty()) return chain;
    absl::StrAppend(&chain, ", then ", RoleTitle(model_, rotation.escalates_to()));
    if (rotation.has_escalate_after_minutes()) {
      absl::StrAppend(&chain, " after ", Minutes(rotation.escalate_after_minutes()));
    }
    return chain;
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

  // What the model itself gives for a measure; empty where only operation can.
  std::string ValueOf(const std::string& measure) const {
    const auto share = [](int part, int whole) {
      return whole == 0 ? std::string() : absl::StrCat(100 * part / whole, "% (", part, " of ", whole, ")");
    };
    const pb::MonitoringTotals& totals = result_.totals();
    if (measure == "log-coverage") {
      const auto collected = std::count_if(sources_.all().begin(), sources_.all().end(),
                                           [](const LogSource& source) { return source.collected(); });
      return share(static_cast<int>(collected), static_cast<int>(sources_.all().size()));
    }
    if (measure == "alert-coverage") return share(totals.met(), totals.required());
    if (measure == "runbook-coverage") return share(totals.alerts() - totals.without_runbook(), totals.alerts());
    return "";
  }

  // The shortest time that a tier of the system needs, where it is about response; else that of the catalogue.
  double ProposedTarget(const kb::DetectionMeasure& measure) const {
    if (!measure.by_tier()) return measure.target();
    std::optional<double> shortest;
    for (const kb::TierResponse& need : knowledge::MonitoringRules().responses()) {
      const std::vector<const Component*> components = InScope();
      const bool has = std::any_of(components.begin(), components.end(),
                                   [&](const Component* component) { return component->tier() == need.tier(); });
      if (has) shortest = std::min(shortest.value_or(need.minutes()), static_cast<double>(need.minutes()));
    }
    return shortest.value_or(measure.target());
  }

  // The role that answers for the activity that the objective names, e.g. "Break-glass reviewed".
  std::string OwnerOfObjective(const model::v1::DetectionObjective& objective) const {
    const std::string name = absl::AsciiStrToLower(objective.name());
    for (const model::v1::RaciAssignment& row : proto_.raci()) {
      const std::vector<std::string> words = absl::StrSplit(row.activity(), '-');
      const bool named = std::all_of(words.begin(), words.end(),
                                     [&](const std::string& word) { return absl::StrContains(name, word); });
      if (named) return AccountableFor(model_, row.activity());
    }
    return OwnerOf(model_, knowledge::FindControl("security_monitoring")->owners());
  }

  void AddMeasures() {
    const google::protobuf::RepeatedField<int>& owners = knowledge::FindControl("security_monitoring")->owners();
    std::set<const model::v1::DetectionObjective*> used;
    for (const kb::DetectionMeasure& measure : knowledge::MonitoringRules().measures()) {
      pb::DetectionMeasureRow& row = *result_.add_measures();
      row.set_id(measure.id());
      row.set_name(measure.name());
      row.set_formula(measure.formula());
      row.set_target(Amount(ProposedTarget(measure), measure.unit()));
      row.set_origin("proposed");
      for (const model::v1::DetectionObjective& objective : monitoring_.objectives()) {
        if (!analysis::Mentions(objective.name(), measure.words()) || !used.insert(&objective).second) continue;
        row.set_name(objective.name());
        row.set_formula(objective.formula());
        row.set_target(Amount(objective.target(), objective.unit()));
        row.set_origin("declared");
        break;
      }
      row.set_source(measure.source());
      row.set_measured(absl::StrCat("every ", InDays(measure.interval_days())));
      // A declared formula may count something else.
      if (row.formula() == measure.formula()) row.set_value(ValueOf(measure.id()));
      row.set_decision(measure.decision());
      row.set_owner(OwnerOf(model_, owners));
    }
    for (const model::v1::DetectionObjective& objective : monitoring_.objectives()) {
      if (used.count(&objective) > 0) continue;
      pb::DetectionMeasureRow& row = *result_.add_measures();
      row.set_name(objective.name());
      row.set_formula(objective.formula());
      row.set_target(Amount(objective.target(), objective.unit()));
      row.set_origin("declared");
      row.set_owner(OwnerOfObjective(objective));
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
  // By rotation: where it is too slow, and where it is not staffed at any hour.
  std::map<std::string, std::string> slow_;
  std::map<std::string, std::string> absent_;
  std::set<std::string> called_for_critical_;
  pb::MonitoringStrategyResult result_;
};

}  // namespace

pb::MonitoringStrategyResult MonitoringStrategy(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
