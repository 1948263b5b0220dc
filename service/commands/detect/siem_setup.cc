// The judgements are analysis' and those of siem_criteria.h; this puts them into the tables of the section, one
// function a table.
#include "service/commands/detect/siem_setup.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/source_priority.h"
#include "service/commands/applicable_references.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/siem_criteria.h"
#include "service/commands/siem_dashboards.h"
#include "service/commands/siem_roadmap.h"
#include "service/commands/wording.h"
#include "service/knowledge/detections.h"
#include "service/knowledge/siem.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::LogSource;
using analysis::RuleState;
using model::v1::Alert;
using model::v1::OnCall;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

template <class List, class Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Whether events of one of its selections or groups have the field.
bool Reads(const kb::Detection& row, const std::string& field) {
  if (Has(row.correlation().group_by(), field) || row.correlation().field() == field) return true;
  return std::any_of(row.selections().begin(), row.selections().end(), [&](const kb::EventSelection& selection) {
    return std::any_of(selection.fields().begin(), selection.fields().end(),
                       [&](const kb::EventField& each) { return each.field() == field; });
  });
}

// Declared alerts for the detection or for one that it joins.
std::set<const Alert*> AlertsFor(const AppliedDetection& detection) {
  std::set<const Alert*> alerts(detection.alerts.begin(), detection.alerts.end());
  for (const AppliedDetection* stage : detection.joins) alerts.insert(stage->alerts.begin(), stage->alerts.end());
  return alerts;
}

bool HasModelValues(const kb::Detection& row) {
  return std::any_of(row.selections().begin(), row.selections().end(), [](const kb::EventSelection& selection) {
    return selection.per_source() ||
           std::any_of(selection.fields().begin(), selection.fields().end(), [](const kb::EventField& each) {
             return each.values_from() != kb::DECLARED_VALUES_UNSPECIFIED;
           });
  });
}

std::set<const LogSource*> KeptBy(const std::vector<analysis::RetentionFact>& duties) {
  std::set<const LogSource*> kept;
  for (const analysis::RetentionFact& fact : duties) kept.insert(fact.sources.begin(), fact.sources.end());
  return kept;
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        sources_(analysis::LogSources::Of(input.threats.Get().landscape())),
        detections_(analysis::Detections::Of(input.threats.Get(), sources_)),
        duties_(BindingRetentions(input, sources_)),
        plan_(analysis::PlanSources(sources_, *detections_, KeptBy(duties_))),
        volume_(analysis::VolumeOf(model_, sources_)) {}

  pb::SiemSetupResult Build() {
    result_.set_system(proto_.name());
    result_.set_topic(proto_.id());
    result_.set_as_of(proto_.as_of());
    result_.set_platform(proto_.monitoring().siem());
    result_.set_log_platform(proto_.logging().platform());
    result_.set_owner(OwnerOf(model_, knowledge::SiemRules().owners()));
    result_.set_incident_tool(proto_.incident_response().incident_tool());
    result_.set_war_room(proto_.incident_response().war_room());
    AddPlatform();
    AddSources();
    AddEnrichments();
    AddCorrelations();
    AddSiemDashboards(model_, sources_, *detections_, plan_, result_);
    AddTiers();
    AddNeeds();
    AddIncidents();
    AddRouting();
    AddTotals();
    AddSiemRoadmap(model_, plan_, result_);
    AddQuestions();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Platform ---

  void AddPlatform() {
    AddAll(BindingReferences(binding_, knowledge::SiemRules().demands()), result_.mutable_demands());
    pb::SiemTotals& totals = *result_.mutable_totals();
    for (const SiemJudgement& judged : JudgeSiem(input_, sources_, *detections_)) {
      pb::SiemCriterionRow& row = *result_.add_criteria();
      row.set_id(judged.criterion->id());
      row.set_name(judged.criterion->name());
      row.set_why(judged.criterion->why());
      row.set_weight(judged.criterion->weight());
      row.set_need(judged.need);
      row.set_fact(judged.fact);
      row.set_state(StateLabel(judged.state));
      row.set_trial(judged.criterion->trial());
      totals.set_weights(totals.weights() + row.weight());
      totals.set_met(totals.met() + (judged.state == RuleState::kMet ? 1 : 0));
      totals.set_unmet(totals.unmet() + (judged.state == RuleState::kBroken ? 1 : 0));
      totals.set_unknown(totals.unknown() + (judged.state == RuleState::kUnknown ? 1 : 0));
    }
  }

  // --- Sources ---

  void AddSources() {
    for (const analysis::KindPriority& kind : plan_.kinds) {
      pb::SiemSourceRow& row = *result_.add_sources();
      row.set_position(result_.sources_size());
      row.set_id(kind.kind->id());
      row.set_name(kind.kind->name());
      row.set_sources(static_cast<int>(kind.sources.size()));
      row.set_collected(static_cast<int>(kind.sources.size() - kind.uncollected.size()));
      row.set_detections(kind.detections);
      row.set_severe(kind.severe);
      row.set_open(kind.open);
      row.set_phase(kind.phase);
      row.set_ended_severe(kind.ended_severe);
      row.set_ended(kind.ended);
      std::set<std::string> owners;
      std::set<std::string> addresses;
      for (const LogSource* source : kind.uncollected.empty() ? kind.sources : kind.uncollected) {
        owners.insert(Owner(source->team));
      }
      for (const LogSource* source : kind.sources) addresses.insert(SigmaLabel(*source));
      AddAll(owners, row.mutable_owners());
      AddAll(addresses, row.mutable_log_sources());
      std::vector<std::string> missing;
      for (const LogSource* source : kind.uncollected) missing.push_back(source->element_id);
      AddFirst(std::move(missing), kNamed, row.mutable_missing());
    }
  }

  void AddEnrichments() {
    for (const kb::SiemEnrichment& enrichment : knowledge::SiemRules().enrichments()) {
      std::vector<std::string> readers;
      for (const AppliedDetection& detection : detections_->all()) {
        if (Reads(*detection.row, enrichment.field())) readers.push_back(detection.row->id());
      }
      if (readers.empty()) continue;
      pb::SiemEnrichmentRow& row = *result_.add_enrichments();
      row.set_field(enrichment.field());
      row.set_lookup(enrichment.lookup());
      row.set_verification(enrichment.verification());
      AddFirst(std::move(readers), kNamed, row.mutable_detections());
    }
  }

  // --- Correlations ---

  int PhaseOf(const AppliedDetection& detection) const {
    int phase = 0;
    while (!Has(plan_.outcomes[phase].completed, &detection)) ++phase;
    return phase;
  }

  void AddCorrelations() {
    for (const AppliedDetection& detection : detections_->all()) {
      if (detection.joins.empty()) continue;
      pb::SiemCorrelationRow& row = *result_.add_correlations();
      row.set_id(detection.row->id());
      row.set_title(detection.row->title());
      row.set_level(detection.row->level());
      row.set_collected(absl::StrCat(detection.collected, " of ", detection.sources.size()));
      row.set_open(detection.open);
      row.set_phase(PhaseOf(detection));
      row.set_owner(Owner(detection.team));
      std::set<std::string> kinds;
      for (const LogSource* source : detection.sources) kinds.insert(source->kind->name());
      std::set<std::string> alerts;
      for (const Alert* alert : AlertsFor(detection)) alerts.insert(alert->id());
      AddAll(kinds, row.mutable_kinds());
      AddAll(alerts, row.mutable_alerts());
    }
    std::stable_sort(result_.mutable_correlations()->begin(), result_.mutable_correlations()->end(),
                     [](const auto& a, const auto& b) { return a.level() > b.level(); });
  }

  // --- Retention ---

  void AddTiers() {
    const model::v1::Logging& logging = proto_.logging();
    if (!logging.has_hot_retention_days()) return;
    const int hot = logging.hot_retention_days();
    AddTier("hot", absl::StrCat("1 to ", hot), hot, logging.platform(), "rules, baselines and searches at once");
    const int total = logging.total_retention_days();
    if (total > hot) {
      AddTier("cold", absl::StrCat(hot + 1, " to ", total), total - hot, logging.cold_storage(),
              "investigations and evidence, loaded back on request");
    }
  }

  void AddTier(std::string tier, std::string days, int64_t length, const std::string& place, std::string use) {
    pb::SiemTierRow& row = *result_.add_tiers();
    row.set_tier(std::move(tier));
    row.set_days(std::move(days));
    row.set_place(place);
    if (volume_.bytes_per_day.has_value()) row.set_size(analysis::Bytes(*volume_.bytes_per_day * length));
    row.set_use(std::move(use));
  }

  void AddNeeds() {
    const model::v1::Logging& logging = proto_.logging();
    const AppliedDetection* slowest = nullptr;
    for (const AppliedDetection& detection : detections_->all()) {
      if (slowest == nullptr || detection.row->learning_days() > slowest->row->learning_days()) slowest = &detection;
    }
    if (slowest != nullptr && slowest->row->learning_days() > 0) {
      const int days = slowest->row->learning_days();
      pb::SiemNeedRow& row = *result_.add_needs();
      row.set_need(absl::StrCat("the longest baseline, of ", slowest->row->id()));
      row.set_days(absl::StrCat(Days(days), " hot"));
      if (logging.has_hot_retention_days()) row.set_declared(absl::StrCat(Days(logging.hot_retention_days()), " hot"));
      row.set_state(StateLabel(!logging.has_hot_retention_days()      ? RuleState::kUnknown
                               : logging.hot_retention_days() >= days ? RuleState::kMet
                                                                      : RuleState::kBroken));
    }
    for (const analysis::RetentionFact& fact : duties_) {
      google::protobuf::RepeatedPtrField<std::string> reference;
      *reference.Add() = fact.duty->reference();
      pb::SiemNeedRow& row = *result_.add_needs();
      row.set_need(BindingReferences(binding_, reference).front());
      const std::string hot = fact.duty->hot_days() > 0 ? absl::StrCat(Days(fact.duty->hot_days()), " hot, ") : "";
      row.set_days(absl::StrCat(hot, Days(fact.duty->total_days()), " in all"));
      row.set_declared(DeclaredFor(model_, fact));
      row.set_state(StateLabel(fact.state));
    }
  }

  // --- Incidents ---

  void AddIncidents() {
    std::vector<const Alert*> alerts;
    for (const Alert& alert : proto_.monitoring().alerts()) alerts.push_back(&alert);
    std::stable_sort(alerts.begin(), alerts.end(),
                     [](const Alert* a, const Alert* b) { return a->severity() > b->severity(); });
    for (const Alert* alert : alerts) {
      pb::SiemIncidentRow& row = *result_.add_incidents();
      row.set_id(alert->id());
      row.set_severity(alert->severity());
      if (const auto* rotation = model_.Find<OnCall>(alert->routed_to())) {
        row.set_rotation(rotation->name());
        if (rotation->has_response_minutes()) row.set_response(Minutes(rotation->response_minutes()));
      }
      AddLevel(*alert, row);
      for (const AppliedDetection& detection : detections_->all()) {
        if (Has(detection.alerts, alert)) row.add_detections(detection.row->id());
      }
    }
  }

  void AddLevel(const Alert& alert, pb::SiemIncidentRow& row) const {
    for (const model::v1::SeverityLevel& level : proto_.incident_response().severities()) {
      for (const std::string& component : alert.components()) {
        if (Has(level.components(), component)) row.add_components(component);
      }
      if (row.components().empty()) continue;
      row.set_incident(absl::StrCat(level.id(), " ", level.name()));
      AddFirstActions(level, row);
      return;
    }
  }

  void AddFirstActions(const model::v1::SeverityLevel& level, pb::SiemIncidentRow& row) const {
    const auto sooner = [](const auto& a, const auto& b) { return a.within_minutes() < b.within_minutes(); };
    const auto first = std::min_element(level.actions().begin(), level.actions().end(), sooner);
    for (const model::v1::SeverityAction& action : level.actions()) {
      if (action.within_minutes() != first->within_minutes()) continue;
      const std::string role = RoleTitle(model_, action.role());
      row.add_actions(absl::StrCat(action.action(), " (", role.empty() ? "" : absl::StrCat(role, ", "),
                                   Minutes(action.within_minutes()), ")"));
    }
  }

  void AddRouting() {
    std::map<std::string, std::vector<const AppliedDetection*>> teams;
    for (const AppliedDetection& detection : detections_->all()) teams[detection.team].push_back(&detection);
    for (const auto& [team, detections] : teams) {
      pb::SiemRoutingRow& row = *result_.add_routing();
      row.set_team(Owner(team));
      std::vector<std::string> silent;
      for (const AppliedDetection* detection : detections) {
        const auto level = detection->row->level();
        row.set_critical(row.critical() + (level == model::v1::SEVERITY_CRITICAL ? 1 : 0));
        row.set_high(row.high() + (level == model::v1::SEVERITY_HIGH ? 1 : 0));
        row.set_other(row.other() + (level < model::v1::SEVERITY_HIGH ? 1 : 0));
        const std::set<const Alert*> alerts = AlertsFor(*detection);
        const bool called = std::any_of(alerts.begin(), alerts.end(), [&](const Alert* alert) {
          return model_.Find<OnCall>(alert->routed_to()) != nullptr;
        });
        if (level == model::v1::SEVERITY_CRITICAL && detection->running && !called)
          silent.push_back(detection->row->id());
      }
      result_.mutable_totals()->set_silent(result_.totals().silent() + static_cast<int>(silent.size()));
      AddFirst(std::move(silent), kNamed, row.mutable_silent());
      for (const OnCall& rotation : proto_.monitoring().on_call()) {
        if (rotation.team() != team) continue;
        const std::string within =
            rotation.has_response_minutes() ? Minutes(rotation.response_minutes()) : "time not known";
        row.add_rotations(absl::StrCat(rotation.name(), " (", within, ")"));
      }
    }
  }

  void AddTotals() {
    pb::SiemTotals& totals = *result_.mutable_totals();
    totals.set_sources(static_cast<int>(sources_.all().size()));
    for (const LogSource& source : sources_.all()) {
      totals.set_collected(totals.collected() + (source.collected() ? 1 : 0));
    }
    totals.set_kinds(result_.sources_size());
    totals.set_detections(static_cast<int>(detections_->all().size()));
    totals.set_complete(plan_.outcomes[0].complete);
    totals.set_correlations(result_.correlations_size());
    totals.set_severe(plan_.severe);
    totals.set_severe_detected(plan_.outcomes[0].severe_detected);
    for (const AppliedDetection& detection : detections_->all()) {
      totals.set_valued(totals.valued() + (HasModelValues(*detection.row) ? 1 : 0));
    }
    pb::SiemPhrases& phrases = *result_.mutable_phrases();
    phrases.set_sources(Count(totals.sources(), "log source", "log sources"));
    phrases.set_detections(Count(totals.detections(), "rule", "rules"));
    phrases.set_correlations(Count(totals.correlations(), "correlation", "correlations"));
    phrases.set_severe(Count(totals.severe(), "open threat", "open threats"));
    phrases.set_silent(Count(totals.silent(), "rule of critical level reads", "rules of critical level read"));
    phrases.set_valued(Count(totals.valued(), "rule carries", "rules carry"));
  }

  void AddQuestions() {
    auto& questions = *result_.mutable_questions();
    if (result_.platform().empty()) {
      *questions.Add() =
          Ask(model_, "Monitoring.siem", "Which product, if any, reviews and correlates the events of the system?", "");
    }
    std::vector<std::string> open;
    for (const pb::SiemIncidentRow& row : result_.incidents()) {
      if (row.incident().empty()) open.push_back(row.id());
    }
    if (open.empty()) return;
    *questions.Add() = Ask(model_, "SeverityLevel.components",
                           absl::StrCat("Which level of the severity ladder is opened by ", List(open), "?"), "");
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::vector<analysis::RetentionFact> duties_;
  const analysis::SourcePlan plan_;
  const analysis::LogVolume volume_;
  pb::SiemSetupResult result_;
};

}  // namespace

pb::SiemSetupResult SiemSetup(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
