// The judgements are analysis' (detections.h); this puts them into the tables of the section, one function a table.
#include "service/commands/detect/anomaly_detection.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/dependencies.h"
#include "service/analysis/detections.h"
#include "service/analysis/graph.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/export/sigma.h"
#include "service/knowledge/detections.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::LogSource;
using analysis::Sight;
using analysis::Threat;
using analysis::ThreatSight;
using model::v1::Component;
using model::v1::Severity;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

bool IsSevere(const Threat& threat) { return threat.open() && threat.severity() >= model::v1::SEVERITY_HIGH; }

bool Counts(const AppliedDetection& detection) { return detection.row->correlation().starting_value() > 0; }

int SevereOf(const AppliedDetection& detection) {
  return static_cast<int>(std::count_if(detection.threats.begin(), detection.threats.end(),
                                        [](const Threat* threat) { return IsSevere(*threat); }));
}

// Why a machine never acts on what is like this by itself; empty where it may.
std::string OwnReason(const Component& component) {
  if (component.machine() == model::v1::MACHINE_DEVICE) return "a device that people depend on";
  if (component.tier() == model::v1::TIER_TIER_0) return "tier 0";
  if (component.tier() == model::v1::TIER_UNSPECIFIED) return "its tier is unknown";
  return "";
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        detections_(analysis::Detections::Of(threats_, sources_)),
        rules_(exporting::WriteSigma(threats_.landscape(), *detections_, proto_.id())) {}

  pb::AnomalyDetectionResult Build() {
    result_.set_system(proto_.name());
    result_.set_topic(proto_.id());
    result_.set_as_of(proto_.as_of());
    AddComponents();
    AddActors();
    AddCredentials();
    AddLearnt();
    AddDetections();
    AddRuleTexts();
    AddThresholds();
    AddOtherAlerts();
    AddJoins();
    AddActions();
    AddBlasts();
    AddTuning();
    AddSights();
    AddTechniques();
    AddBlindSpots();
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const { return TeamName(model_, team); }

  std::string DateAfter(int days) const { return model::FormatDate(model_.as_of() + days); }

  // Detections with the most severe open threats first, then by id.
  std::vector<const AppliedDetection*> Ranked() const {
    std::vector<const AppliedDetection*> order;
    for (const AppliedDetection& each : detections_->all()) order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [](const AppliedDetection* a, const AppliedDetection* b) {
      return std::make_tuple(a->row->level(), SevereOf(*a), a->open) >
             std::make_tuple(b->row->level(), SevereOf(*b), b->open);
    });
    return order;
  }

  // --- Behavioral Baselines ---

  void AddComponents() {
    for (const analysis::ComponentView& view : threats_.landscape().components()) {
      const Component& component = *view.facts->component;
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || component.out_of_scope()) continue;
      pb::ComponentBaseline& row = *result_.add_components();
      row.set_id(component.id());
      std::set<std::string> callers;
      std::set<std::string> targets;
      for (const int index : view.inbound) {
        const model::v1::Flow& flow = *threats_.landscape().flows()[index].flow;
        callers.insert(flow.source());
        if (!flow.frequency().empty()) row.add_rates(absl::StrCat(flow.frequency(), " (", flow.id(), ")"));
      }
      for (const int index : view.outbound) targets.insert(threats_.landscape().flows()[index].flow->target());
      if (component.event_rate_per_second() > 0) {
        row.add_rates(absl::StrCat(component.event_rate_per_second(), " events per second"));
      }
      AddAll(callers, row.mutable_callers());
      AddAll(targets, row.mutable_targets());
      AddAll(component.regions(), row.mutable_regions());
      for (const LogSource* source : sources_.OfElement(component.id())) row.add_logs(source->kind->id());
      row.set_owner(Owner(component.owner_team().empty() ? proto_.owner_team() : component.owner_team()));
    }
  }

  void AddActors() {
    for (const analysis::ComponentView& view : threats_.landscape().components()) {
      const Component& component = *view.facts->component;
      if (component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || view.outbound.empty()) continue;
      pb::ActorBaseline& row = *result_.add_actors();
      row.set_id(component.id());
      std::set<std::string> authentication;
      for (const int index : view.outbound) {
        const model::v1::Flow& flow = *threats_.landscape().flows()[index].flow;
        row.add_flows(flow.id());
        authentication.insert(Label(flow.authentication()));
        if (!flow.frequency().empty()) row.add_rates(absl::StrCat(flow.frequency(), " (", flow.id(), ")"));
      }
      AddAll(authentication, row.mutable_authentication());
      AddLimits(view, row);
    }
  }

  // Of the classes of callers that sign in as its flows do, of the interfaces behind these.
  void AddLimits(const analysis::ComponentView& view, pb::ActorBaseline& row) const {
    std::set<std::string> limits;
    for (const int index : view.outbound) {
      const analysis::FlowView& flow = threats_.landscape().flows()[index];
      for (const model::v1::Api* api : InterfacesBehind(flow.target)) {
        for (const std::string& id : api->consumers()) {
          const auto* callers = model_.Find<model::v1::ConsumerClass>(id);
          if (callers == nullptr || callers->requests_per_minute() <= 0) continue;
          if (!SignInAs(*callers, flow.flow->authentication())) continue;
          limits.insert(absl::StrCat(Thousands(callers->requests_per_minute()), " a minute (", id, ")"));
        }
      }
    }
    AddAll(limits, row.mutable_limits());
  }

  static bool SignInAs(const model::v1::ConsumerClass& callers, model::v1::FlowAuthentication flow) {
    if (flow == model::v1::FLOW_AUTHENTICATION_UNSPECIFIED) return true;
    const auto& known = callers.authentication();
    return known.empty() || std::find(known.begin(), known.end(), flow) != known.end();
  }

  // Interfaces of the component, or of those that it passes requests on to where it has none itself.
  std::vector<const model::v1::Api*> InterfacesBehind(int component) const {
    const analysis::ComponentView& view = threats_.landscape().components()[component];
    if (!view.apis.empty()) return view.apis;
    std::vector<const model::v1::Api*> behind;
    constexpr uint64_t kForwards = uint64_t{1} << kb::CAPABILITY_WAF | uint64_t{1} << kb::CAPABILITY_TRAFFIC_FORWARDING;
    if ((view.capabilities & kForwards) == 0) return behind;
    for (const int target : targets_[component]) {
      const auto& apis = threats_.landscape().components()[target].apis;
      behind.insert(behind.end(), apis.begin(), apis.end());
    }
    return behind;
  }

  void AddCredentials() {
    for (const model::v1::Credential& credential : proto_.secrets().credentials()) {
      pb::CredentialBaseline& row = *result_.add_credentials();
      row.set_id(credential.id());
      AddAll(credential.used_by(), row.mutable_used_by());
      row.set_store(credential.store());
      if (credential.rotation_days() > 0) row.set_rotation(InDays(credential.rotation_days()));
      std::set<std::string> ids;
      for (const ThreatSight& sight : detections_->sights()) {
        if (sight.threat->element_id() != credential.id()) continue;
        for (const AppliedDetection* detection : sight.detections) ids.insert(detection->row->id());
      }
      AddFirst({ids.begin(), ids.end()}, kNamed, row.mutable_detections());
      row.set_owner(Owner(credential.owner_team().empty() ? proto_.owner_team() : credential.owner_team()));
    }
  }

  void AddLearnt() {
    for (const AppliedDetection& detection : detections_->all()) {
      if (detection.row->baseline().empty()) continue;
      if (!detection.running) {
        result_.set_waiting(result_.waiting() + 1);
        continue;
      }
      pb::LearntBaseline& row = *result_.add_learnt();
      row.set_measure(detection.row->baseline());
      row.set_detection(detection.row->id());
      row.set_logs(Count(static_cast<int64_t>(detection.sources.size()), "log", "logs"));
      if (detection.row->learning_days() == 0) continue;
      row.set_learning(InDays(detection.row->learning_days()));
      row.set_ready(DateAfter(detection.row->learning_days()));
    }
  }

  // --- Detection Rules ---

  void AddDetections() {
    std::map<const AppliedDetection*, std::vector<std::string>> files;
    for (const exporting::SigmaRule& rule : rules_) files[rule.detection].push_back(absl::StrCat(rule.name, ".yml"));
    for (const AppliedDetection* detection : Ranked()) {
      pb::DetectionRow& row = *result_.add_detections();
      row.set_id(detection->row->id());
      row.set_title(detection->row->title());
      row.set_level(detection->row->level());
      AddAll(LogKeys(detection->sources), row.mutable_logs());
      row.set_collected(absl::StrCat(detection->collected, " of ", detection->sources.size()));
      row.set_running(detection->running);
      row.set_threats(static_cast<int32_t>(detection->threats.size()));
      row.set_open(detection->open);
      AddAll(detection->row->attack(), row.mutable_techniques());
      AddAll(BindingReferences(binding_, detection->row->references()), row.mutable_references());
      AddAll(files[detection], row.mutable_files());
      AddAll(detection->row->false_positives(), row.mutable_false_positives());
      row.set_response(detection->row->response());
      if (detection->alerts.empty()) continue;
      const auto* rotation = model_.Find<model::v1::OnCall>(detection->alerts.front()->routed_to());
      if (rotation != nullptr) row.set_on_call(rotation->name());
    }
  }

  // One that takes values of the model, one that counts and one that joins, each the one with most severe threats.
  void AddRuleTexts() {
    const auto takes_values = [](const exporting::SigmaRule& rule) {
      for (const kb::EventSelection& selection : rule.detection->row->selections()) {
        for (const kb::EventField& field : selection.fields()) {
          if (field.values_from() != kb::DECLARED_VALUES_UNSPECIFIED) return !rule.correlation;
        }
      }
      return false;
    };
    const auto counts = [](const exporting::SigmaRule& rule) {
      return rule.correlation && rule.detection->row->correlation().starting_value() > 0;
    };
    const auto joins = [](const exporting::SigmaRule& rule) {
      return rule.correlation && !rule.detection->joins.empty();
    };
    AddBestRule(takes_values);
    AddBestRule(counts);
    AddBestRule(joins);
  }

  template <class Wanted>
  void AddBestRule(Wanted wanted) {
    const exporting::SigmaRule* best = nullptr;
    for (const exporting::SigmaRule& rule : rules_) {
      if (!wanted(rule)) continue;
      if (best == nullptr || SevereOf(*rule.detection) > SevereOf(*best->detection)) best = &rule;
    }
    if (best == nullptr) return;
    pb::RuleText& text = *result_.add_rules();
    text.set_file(absl::StrCat(best->name, ".yml"));
    text.set_yaml(std::string(absl::StripTrailingAsciiWhitespace(best->yaml)));
    text.set_matching_event(best->matching_event);
    text.set_other_event(best->other_event);
  }

  // --- Threshold Configuration ---

  void AddThresholds() {
    for (const AppliedDetection& detection : detections_->all()) {
      const kb::EventCorrelation& correlation = detection.row->correlation();
      if (!Counts(detection)) continue;
      if (!detection.running) {
        result_.set_waiting_thresholds(result_.waiting_thresholds() + 1);
        continue;
      }
      pb::ThresholdRow& row = *result_.add_thresholds();
      row.set_detection(detection.row->id());
      row.set_number(correlation.field().empty() ? Count(detection.threshold.value, "event", "events")
                                                 : absl::StrCat(Count(detection.threshold.value, "value", "values"),
                                                                " of ", correlation.field()));
      row.set_span(Minutes(detection.threshold.minutes));
      AddAll(correlation.group_by(), row.mutable_by());
      row.set_assumed(detection.threshold.assumed());
      if (detection.threshold.alert != nullptr) {
        row.set_source(absl::StrCat("alert ", detection.threshold.alert->id()));
      } else if (detection.threshold.callers != nullptr) {
        row.set_source(absl::StrCat("limit of ", detection.threshold.callers->id()));
      }
      row.set_tuning(detection.row->tuning());
      row.set_owner(Owner(detection.team));
    }
  }

  void AddOtherAlerts() {
    std::set<const model::v1::Alert*> used;
    for (const AppliedDetection& detection : detections_->all()) {
      used.insert(detection.alerts.begin(), detection.alerts.end());
    }
    for (const model::v1::Alert& alert : proto_.monitoring().alerts()) {
      if (used.contains(&alert)) continue;
      pb::DeclaredAlert& row = *result_.add_other_alerts();
      row.set_id(alert.id());
      row.set_condition(alert.condition());
      if (alert.has_threshold() && alert.has_window_minutes()) {
        row.set_number(absl::StrCat(alert.threshold(), " in ", Minutes(alert.window_minutes())));
      }
      row.set_severity(alert.severity());
      const auto* rotation = model_.Find<model::v1::OnCall>(alert.routed_to());
      if (rotation != nullptr) row.set_on_call(rotation->name());
    }
  }

  // --- Correlation Rules ---

  void AddJoins() {
    for (const AppliedDetection* detection : Ranked()) {
      if (detection->joins.empty()) continue;
      pb::JoinRow& row = *result_.add_joins();
      row.set_detection(detection->row->id());
      row.set_title(detection->row->title());
      for (const AppliedDetection* joined : detection->joins) row.add_joins(joined->row->id());
      const kb::EventCorrelation& correlation = detection->row->correlation();
      row.set_ordered(correlation.kind() == kb::CORRELATION_KIND_TEMPORAL_ORDERED);
      AddAll(correlation.group_by(), row.mutable_by());
      row.set_span(Minutes(correlation.minutes()));
      row.set_level(detection->row->level());
      row.set_open(detection->open);
      row.set_response(detection->row->response());
    }
  }

  // --- Automated Responses ---

  // Elements that the detections of each action are about.
  std::map<std::string, std::pair<int, std::set<std::string>>> ByAction() const {
    std::map<std::string, std::pair<int, std::set<std::string>>> actions;
    for (const AppliedDetection& detection : detections_->all()) {
      if (detection.row->action().empty()) continue;
      auto& [count, elements] = actions[detection.row->action()];
      ++count;
      for (const LogSource* source : detection.sources) elements.insert(source->element_id);
    }
    return actions;
  }

  const Component& ComponentAt(int index) const { return *threats_.landscape().components()[index].facts->component; }

  // Why a machine never acts on the component by itself; empty where it may.
  std::string WhyOrdered(int index) const {
    std::string reason = OwnReason(ComponentAt(index));
    return reason.empty() ? WhyReached(reach_.Reached(index)) : reason;
  }

  // The same of an action on callers from outside.
  std::string WhyOrderedOutside(int index) const {
    const analysis::ComponentView& view = threats_.landscape().components()[index];
    if (view.exposure < analysis::Exposure::kPartner) return "no caller from outside arrives there";
    std::string reason = OwnReason(ComponentAt(index));
    return reason.empty() ? WhyReached(targets_[index]) : reason;
  }

  // A device or a component of tier 0 among these; what only lacks a tier is a question of its own.
  std::string WhyReached(const std::vector<int>& targets) const {
    for (const int target : targets) {
      const Component& component = ComponentAt(target);
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      const bool device = component.machine() == model::v1::MACHINE_DEVICE;
      if (!device && component.tier() != model::v1::TIER_TIER_0) continue;
      return absl::StrCat("it reaches ", component.id(), device ? " (device)" : " (tier 0)");
    }
    return "";
  }

  bool MayAct(const kb::ResponseAction& action, const std::string& element) const {
    if (!action.automatic() || model_.Find<Component>(element) == nullptr) return false;
    const int index = threats_.landscape().IndexOf(element);
    return (action.outside_callers() ? WhyOrderedOutside(index) : WhyOrdered(index)).empty();
  }

  static analysis::Adjacency TargetsOf(const analysis::Landscape& landscape) {
    analysis::Adjacency targets(landscape.components().size());
    for (size_t i = 0; i < targets.size(); ++i) {
      for (const int flow : landscape.components()[i].outbound) targets[i].push_back(landscape.flows()[flow].target);
    }
    return targets;
  }

  void AddActions() {
    for (const auto& [id, found] : ByAction()) {
      const kb::ResponseAction& action = *knowledge::FindResponseAction(id);
      pb::ActionRow& row = *result_.add_actions();
      row.set_id(id);
      row.set_action(action.action());
      row.set_detections(found.first);
      std::vector<std::string> automatic;
      std::vector<std::string> ordered;
      for (const std::string& element : found.second) {
        (MayAct(action, element) ? automatic : ordered).push_back(element);
      }
      AddFirst(std::move(automatic), kNamed, row.mutable_automatic_on());
      AddFirst(std::move(ordered), kNamed, row.mutable_ordered_on());
      row.set_ordered_by(RoleOfKind(model_, action.ordered_by()));
      row.set_undo(action.undo());
      row.set_cost(action.cost());
    }
  }

  void AddBlasts() {
    std::set<std::string> components;
    for (const AppliedDetection& detection : detections_->all()) {
      const kb::ResponseAction* action = knowledge::FindResponseAction(detection.row->action());
      if (action == nullptr || action->automatic()) continue;
      for (const Threat* threat : detection.threats) {
        if (threat->element.subject == kb::THREAT_SUBJECT_COMPONENT) components.insert(threat->element_id());
      }
    }
    const analysis::Topology topology(model_);
    const analysis::Dependencies dependencies(topology);
    for (const std::string& id : components) {
      const Component& component = *model_.Find<Component>(id);
      pb::BlastRow& row = *result_.add_blasts();
      row.set_id(id);
      row.set_tier(Label(component.tier()));
      for (const int stopped : dependencies.stopped_by.Reached(threats_.landscape().IndexOf(id))) {
        if (topology.id(stopped) != id) row.add_stops(topology.id(stopped));
      }
      for (const model::v1::ContainmentSwitch& each : proto_.containment_switches()) {
        if (std::find(each.components().begin(), each.components().end(), id) != each.components().end()) {
          row.add_switches(each.id());
        }
      }
      row.set_automatic(WhyOrdered(threats_.landscape().IndexOf(id)));
    }
  }

  // --- Tuning Plan ---

  void AddTuning() {
    std::map<std::pair<std::string, int>, std::vector<std::string>> groups;
    for (const AppliedDetection& detection : detections_->all()) {
      if (!detection.running) {
        result_.set_waiting_tuning(result_.waiting_tuning() + 1);
        continue;
      }
      groups[{detection.team, -detection.row->level()}].push_back(detection.row->id());
    }
    for (const auto& [key, ids] : groups) {
      const auto level = static_cast<Severity>(-key.second);
      int days = 0;
      for (const kb::TuningTerm& term : knowledge::Detections().tuning()) {
        if (term.level() == level) days = term.days();
      }
      pb::TuningRow& row = *result_.add_tuning();
      row.set_owner(Owner(key.first));
      row.set_level(level);
      row.set_detections(static_cast<int32_t>(ids.size()));
      row.set_interval(InDays(days));
      row.set_next(DateAfter(days));
      AddAll(ids, row.mutable_ids());
    }
  }

  // --- Coverage ---

  static void CountIn(const ThreatSight& sight, pb::SightCount& row) {
    row.set_open(row.open() + 1);
    row.set_detected(row.detected() + (sight.sight == Sight::kDetected ? 1 : 0));
    row.set_unconfirmed(row.unconfirmed() + (sight.sight == Sight::kUnconfirmed ? 1 : 0));
    row.set_not_collected(row.not_collected() + (sight.sight == Sight::kNotCollected ? 1 : 0));
    row.set_no_log(row.no_log() + (sight.sight == Sight::kNoLog ? 1 : 0));
    row.set_no_event(row.no_event() + (sight.sight == Sight::kNoEvent ? 1 : 0));
    row.set_no_detection(row.no_detection() + (sight.sight == Sight::kNoDetection ? 1 : 0));
  }

  void AddSights() {
    pb::SightCount all;
    all.set_severity("all");
    for (const Severity severity : kWorstFirst) {
      pb::SightCount row;
      row.set_severity(Label(severity));
      for (const ThreatSight& sight : detections_->sights()) {
        if (!sight.threat->open() || sight.threat->severity() != severity) continue;
        CountIn(sight, row);
        CountIn(sight, all);
      }
      row.set_share(Share(row.detected(), row.open()));
      if (row.open() > 0) *result_.add_sights() = std::move(row);
    }
    all.set_share(Share(all.detected(), all.open()));
    *result_.add_sights() = std::move(all);
  }

  void AddTechniques() {
    for (const analysis::TechniqueCoverage& coverage : detections_->techniques()) {
      pb::TechniqueRow& row = *result_.add_techniques();
      row.set_technique(WeaknessLabel(coverage.technique));
      row.set_open(coverage.open);
      row.set_detected(coverage.detected);
      AddFirst(coverage.detections, kNamed, row.mutable_detections());
    }
  }

  void AddBlindSpots() {
    const std::string& platform = proto_.logging().platform();
    for (const Threat* threat : threats_.Prioritised()) {
      if (!IsSevere(*threat)) continue;
      const ThreatSight* sight = detections_->SightOf(*threat);
      if (sight == nullptr || sight->sight == Sight::kDetected) continue;
      pb::BlindSpotRow& row = *result_.add_blind_spots();
      row.set_threat(threat->key);
      row.set_severity(threat->severity());
      row.set_reason(BlindReason(*sight));
      row.set_closes(BlindRemedy(*sight, sources_, platform));
      row.set_owner(Owner(*threat->team));
      row.set_due(*threat->due);
    }
  }

  // --- Questions and figures ---

  void Ask(const std::string& field, const std::string& text, const std::string& team) {
    metapowers::v1::Question& question = *result_.add_questions();
    question.set_field(field);
    question.set_text(text);
    question.set_owner(team);
    question.set_owner_name(Owner(team));
  }

  void AddQuestions() {
    std::map<std::string, int> numbers;
    for (const AppliedDetection& detection : detections_->all()) {
      if (Counts(detection) && detection.running && detection.threshold.assumed()) ++numbers[detection.team];
    }
    for (const auto& [team, count] : numbers) {
      Ask("monitoring.alerts",
          count == 1 ? "Confirm the one starting number of Threshold Configuration, or declare its alert."
                     : absl::StrCat("Confirm the ", count,
                                    " starting numbers of Threshold Configuration, or declare their alerts."),
          team);
    }
    std::map<std::string, std::vector<std::string>> logs;
    for (const LogSource& source : sources_.all()) {
      if (!source.collected() && !source.gap()) logs[source.team].push_back(source.key);
    }
    for (const auto& [team, keys] : logs) {
      Ask("logging", absl::StrCat("Where do these logs go: ", List(keys), "?"), team);
    }
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"ConsumerClass.requests_per_minute", "Component.tier"})) {
      *result_.add_questions() = std::move(question);
    }
  }

  void AddTotals() {
    pb::DetectionTotals& totals = *result_.mutable_totals();
    for (const pb::DetectionRow& row : result_.detections()) {
      totals.set_detections(totals.detections() + 1);
      totals.set_running(totals.running() + (row.running() ? 1 : 0));
      totals.set_control_failures(totals.control_failures() +
                                  (knowledge::FindDetection(row.id())->control_failure() ? 1 : 0));
    }
    totals.set_rules(static_cast<int32_t>(rules_.size()));
    for (const ThreatSight& sight : detections_->sights()) {
      if (!sight.threat->open()) continue;
      const int detected = sight.sight == Sight::kDetected ? 1 : 0;
      totals.set_open(totals.open() + 1);
      totals.set_detected(totals.detected() + detected);
      if (!IsSevere(*sight.threat)) continue;
      totals.set_severe(totals.severe() + 1);
      totals.set_severe_detected(totals.severe_detected() + detected);
    }
    for (const pb::TechniqueRow& row : result_.techniques()) {
      totals.set_techniques(totals.techniques() + 1);
      totals.set_techniques_detected(totals.techniques_detected() + (row.detected() > 0 ? 1 : 0));
    }
    for (const pb::ThresholdRow& row : result_.thresholds()) {
      totals.set_assumed(totals.assumed() + (row.assumed() ? 1 : 0));
    }
    AddPhrases(totals);
  }

  void AddPhrases(const pb::DetectionTotals& totals) {
    pb::DetectionPhrases& phrases = *result_.mutable_phrases();
    const auto of = [](int part, int whole, absl::string_view what) {
      return absl::StrCat(part, " of ", whole, " ", what, whole > 0 ? absl::StrCat(" (", Share(part, whole), ")") : "");
    };
    phrases.set_detections(Count(totals.detections(), "detection", "detections"));
    phrases.set_running(Count(totals.running(), "of them reads", "of them read"));
    phrases.set_detected(of(totals.detected(), totals.open(), "open threats"));
    phrases.set_severe(of(totals.severe_detected(), totals.severe(), "open critical and high threats"));
    phrases.set_blind_spots(Count(result_.blind_spots_size(), "blind spot", "blind spots"));
    phrases.set_techniques(of(totals.techniques_detected(), totals.techniques(), "techniques"));
    phrases.set_rules(Count(totals.rules(), "Sigma rule", "Sigma rules"));
    phrases.set_assumed(Count(totals.assumed(), "number is", "numbers are"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::vector<exporting::SigmaRule> rules_;
  const analysis::Adjacency targets_{TargetsOf(threats_.landscape())};  // of the flows that each component opens
  const analysis::Reachability reach_{targets_};
  pb::AnomalyDetectionResult result_;
};

}  // namespace

pb::AnomalyDetectionResult AnomalyDetection(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
