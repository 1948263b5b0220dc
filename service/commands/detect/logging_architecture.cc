// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/detect/logging_architecture.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/log_paths.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/terms.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/log_maps.h"
#include "service/commands/log_naming.h"
#include "service/commands/log_source_tables.h"
#include "service/commands/naming.h"
#include "service/commands/raci.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::LogCollection;
using analysis::LogSource;
using analysis::RuleState;

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        logging_(proto_.logging()),
        landscape_(input.threats.Get().landscape()),
        sources_(analysis::LogSources::Of(landscape_)),
        paths_(landscape_, sources_) {}

  pb::LoggingArchitectureResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_platform(logging_.platform());
    AddLogSourceTables(input_, sources_, result_);
    AddRedaction();
    AddRules();
    AddZones();
    AddPaths();
    AddLogMaps(model_, paths_, *result_.mutable_maps());
    AddVolume();
    AddRetention();
    AddSilence();
    AddReaders();
    AddControlEffects(input_, "logging-architecture", *result_.mutable_controls());
    AddQuestions(model_, {"Logging", "Component.logging"}, *result_.mutable_questions());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void AddRedaction() {
    result_.set_redaction_point(Label(logging_.redaction()));
    for (const int category : logging_.redacted()) {
      const auto value = static_cast<model::v1::DataCategory>(category);
      result_.add_redacted(analysis::CategoryName(value));
    }
    const std::string owner = OwnerOf(model_, knowledge::FindControl("log_redaction")->owners());
    for (const analysis::RedactionFact& fact : analysis::Redactions(landscape_, sources_)) {
      const kb::RedactionVerdict& verdict = analysis::VerdictOf(fact.state);
      pb::RedactionRow& row = *result_.add_redactions();
      row.set_category(analysis::CategoryName(fact.rule->category()));
      for (const auto* data : fact.classes) row.add_classes(data->name());
      row.set_rule(fact.by_policy ? "never logged (policy)" : fact.never ? "never logged" : "minimised");
      row.set_pattern(fact.rule->pattern());
      row.set_check(fact.rule->check());
      row.set_replacement(fact.rule->replacement());
      row.set_state(verdict.fact());
      row.set_test(fact.rule->test_value());
      row.set_decoy(fact.rule->decoy());
      AddAll(BindingReferences(binding_, fact.rule->references()), row.mutable_references());
      row.set_finding(fact.finding());
      AddAll(fact.components, row.mutable_components());
      if (!fact.finding()) continue;
      pb::RedactionFindingRow& finding = *result_.add_redaction_findings();
      finding.set_category(row.category());
      finding.set_fact(verdict.fact());
      finding.set_measure(absl::StrReplaceAll(verdict.measure(), {{"{category}", row.category()}}));
      finding.set_severity(fact.severity);
      AddAll(fact.components, finding.mutable_components());
      finding.set_owner(owner);
      finding.set_due(fact.due);
      finding.set_verification(verdict.verification());
    }
    auto& findings = *result_.mutable_redaction_findings();
    std::stable_sort(findings.begin(), findings.end(),
                     [](const auto& a, const auto& b) { return a.severity() > b.severity(); });
  }

  // --- Rules of all subsections ---

  void AddRules() {
    result_.set_time_source(logging_.time_source());
    for (const analysis::PipelineRuleFact& fact : analysis::PipelineRules(landscape_, sources_)) {
      pb::LogRuleRow row;
      row.set_id(fact.rule->id());
      row.set_text(fact.rule->text());
      row.set_state(StateLabel(fact.state));
      row.set_fact(fact.state == RuleState::kUnknown ? QuestionOf(fact) : fact.fact);
      row.set_owner(OwnerOf(model_, fact.rule->owners()));
      row.set_due(fact.due);
      row.set_verification(fact.rule->verification());
      row.set_broken(fact.state == RuleState::kBroken);
      AddAll(BindingReferences(binding_, fact.rule->references()), row.mutable_references());
      *RulesOf(fact.rule->topic())->Add() = std::move(row);
    }
  }

  std::string QuestionOf(const analysis::PipelineRuleFact& fact) const {
    const kb::PipelineRule& rule = *fact.rule;
    if (!fact.fact.empty()) return absl::StrCat(fact.fact, "; of which components does it hold?");
    const std::string role = AccountableFor(model_, rule.activity());
    return role.empty() ? rule.question() : absl::StrReplaceAll(rule.remaining_question(), {{"{role}", role}});
  }

  google::protobuf::RepeatedPtrField<pb::LogRuleRow>* RulesOf(kb::PipelineTopic topic) {
    switch (topic) {
      case kb::PIPELINE_TOPIC_FORMAT:
        return result_.mutable_format_rules();
      case kb::PIPELINE_TOPIC_TRANSPORT:
        return result_.mutable_transport_rules();
      case kb::PIPELINE_TOPIC_INTEGRITY:
        return result_.mutable_integrity_rules();
      default:
        return result_.mutable_access_rules();
    }
  }

  // --- Aggregation ---

  void AddZones() {
    result_.set_buffer_minutes(knowledge::LoggingRules().buffer_minutes());
    for (const analysis::LogZone& zone : paths_.zones()) {
      pb::LogZoneRow& row = *result_.add_zones();
      row.set_id(analysis::IdOf(zone));
      row.set_name(ZoneName(zone));
      row.set_sources(static_cast<int>(zone.sources.size()));
      row.set_collected(zone.collected);
      row.set_per_second(zone.per_second);
      std::set<std::string> owners;
      for (const LogSource* source : zone.sources) owners.insert(OwnerName(model_, source->team));
      row.set_owner(absl::StrJoin(owners, ", "));
      if (logging_.has_average_event_bytes() && zone.per_second > 0) {
        const int64_t seconds = int64_t{60} * result_.buffer_minutes();
        row.set_buffer(analysis::Bytes(zone.per_second * logging_.average_event_bytes() * seconds));
      }
      for (const analysis::FlowView* path : zone.paths) row.add_paths(path->flow->id());
    }
  }

  void AddPaths() {
    for (const analysis::FlowView* view : paths_.paths()) {
      pb::LogPathRow& row = *result_.add_paths();
      row.set_id(view->flow->id());
      row.set_source(view->flow->source());
      row.set_target(view->flow->target());
      if (view->crosses) {
        row.set_crosses(absl::StrCat(paths_.ZoneOf(view->source), " to ", paths_.ZoneOf(view->target)));
      }
      row.set_protection(Label(view->flow->transport_security()));
      row.set_authentication(Label(view->flow->authentication()));
      AddAll(view->flow->sends(), row.mutable_data());
      row.set_dependency(Label(view->flow->dependency()));
      AddAll(landscape_.components()[view->target].facts->component->regions(), row.mutable_regions());
      row.set_transfer(TransferOf(*view));
    }
  }

  // "EU to US: standard contractual clauses (datadog-scc)"; a mechanism is named also where no regulated class is
  // declared on the flow.
  std::string TransferOf(const analysis::FlowView& view) const {
    const analysis::CrossBorderFlow* border = view.border;
    const auto* mechanism = model_.Find<model::v1::Transfer>(view.flow->transfer_mechanism());
    const std::string from_to = border == nullptr ? "" : absl::StrCat(border->from, " to ", border->to, ": ");
    if (mechanism != nullptr) {
      return absl::StrCat(from_to, Label(mechanism->mechanism()), " (", mechanism->id(),
                          border != nullptr && border->mechanism_expired ? ", expired)" : ")");
    }
    if (border == nullptr) return "";
    return absl::StrCat(from_to, border->mechanism_required ? "no mechanism declared" : "none needed");
  }

  // --- Volume and retention ---

  void AddVolume() {
    const analysis::LogVolume volume = analysis::VolumeOf(model_, sources_);
    for (const LogSource* source : volume.counted) {
      pb::LogVolumeRow& row = *result_.add_volumes();
      row.set_element(source->element_id);
      row.set_kind(source->kind->name());
      row.set_per_second(*source->per_second);
      row.set_bytes_per_day(source->bytes_per_day.value_or(0));
      if (source->bytes_per_day.has_value()) row.set_per_day(analysis::Bytes(*source->bytes_per_day));
    }
    for (const LogSource* source : volume.unknown) result_.add_unknown_rates(source->element_id);
    pb::LogVolumeSum& sum = *result_.mutable_sum();
    sum.set_per_second(volume.per_second);
    if (!volume.bytes_per_day.has_value()) return;
    const int64_t bytes = *volume.bytes_per_day;
    sum.set_bytes_per_day(bytes);
    sum.set_per_day(analysis::Bytes(bytes));
    sum.set_formula(absl::StrCat(Thousands(volume.per_second), " events/s x ", logging_.average_event_bytes(),
                                 " bytes x 86,400 s = ", Thousands(bytes), " bytes a day"));
    if (logging_.has_hot_retention_days()) sum.set_hot(analysis::Bytes(bytes * logging_.hot_retention_days()));
    if (logging_.has_total_retention_days()) sum.set_total(analysis::Bytes(bytes * logging_.total_retention_days()));
    if (!volume.cost_per_day.has_value()) return;
    const int64_t cost = static_cast<int64_t>(*volume.cost_per_day * 365 + 0.5);
    sum.set_cost(absl::StrCat(proto_.currency(), proto_.currency().empty() ? "" : " ", Thousands(cost)));
    sum.set_cost_formula(absl::StrCat(absl::StrFormat("%.2f", static_cast<double>(bytes) / 1e9), " GB a day x ",
                                      Number(logging_.cost_per_gb()), " per GB x 365 days"));
  }

  void AddRetention() {
    result_.set_retention(analysis::RetentionOf(model_));
    result_.set_cold_storage(logging_.cold_storage());
    for (const analysis::RetentionFact& fact : BindingRetentions(input_, sources_)) {
      pb::LogRetentionRow& row = *result_.add_retentions();
      google::protobuf::RepeatedPtrField<std::string> reference;
      *reference.Add() = fact.duty->reference();
      row.set_reference(absl::StrJoin(BindingReferences(binding_, reference), ", "));
      row.set_text(fact.duty->text());
      row.set_reading(fact.duty->reading());
      row.set_sources(static_cast<int>(fact.sources.size()));
      std::vector<std::string> needs;
      if (fact.duty->hot_days() > 0) needs.push_back(absl::StrCat(Days(fact.duty->hot_days()), " hot"));
      if (fact.duty->total_days() > 0) needs.push_back(absl::StrCat(Days(fact.duty->total_days()), " in all"));
      row.set_needs(absl::StrJoin(needs, ", "));
      row.set_declared(result_.retention().empty() ? "not known" : DeclaredFor(model_, fact));
      row.set_state(StateLabel(fact.state));
      row.set_owner(OwnerOf(model_, knowledge::FindControl("central_logging")->owners()));
      row.set_due(fact.due);
      row.set_broken(fact.state == RuleState::kBroken);
    }
    AddDataRetention();
  }

  void AddDataRetention() {
    AddAll(BindingReferences(binding_, knowledge::LoggingRules().storage_limitation()),
           result_.mutable_storage_limitation());
    for (const analysis::DataRetentionFact& fact : analysis::DataRetentions(model_)) {
      pb::LogDataRetentionRow& row = *result_.add_data_retentions();
      row.set_id(fact.data->id());
      row.set_own(Days(fact.data->retention_days()));
      row.set_logs(Days(logging_.total_retention_days()));
      row.set_conflict(fact.conflict);
      row.set_verdict(!fact.log_data  ? "outlived by the logs"
                      : fact.conflict ? "log data kept for another time"
                                      : "log data, the same time");
      row.set_owner(OwnerName(model_, fact.data->owner()));
    }
  }

  // --- Integrity and access ---

  // The one required alert without kinds is on the silence of every source.
  void AddSilence() {
    for (const analysis::RequiredAlertFact& fact : analysis::RequiredAlerts(input_.threats.Get(), sources_)) {
      if (!fact.row->kinds().empty()) continue;
      for (const auto* alert : fact.declared) result_.add_silence_alerts(alert->id());
      for (const std::string& element : fact.missing_on) {
        pb::SilenceRow& row = *result_.add_silence();
        const std::vector<const LogSource*> sources = sources_.OfComponent(element);
        row.set_element(element);
        for (const LogSource* source : sources) row.add_kinds(source->kind->name());
        row.set_scope(ScopeLabel(*sources.front()));
        row.set_owner(OwnerName(model_, sources.front()->team));
        row.set_due(fact.due);
      }
    }
  }

  void AddReaders() {
    for (const std::string& id : logging_.readers()) {
      const auto* role = model_.Find<model::v1::Role>(id);
      if (role == nullptr) continue;
      pb::LogReaderRow& row = *result_.add_readers();
      row.set_role(role->title());
      row.set_team(TeamName(model_, role->team()));
      row.set_holder(role->holder());
      for (const LogSource& source : sources_.all()) {
        const bool own = source.element.subject == kb::THREAT_SUBJECT_COMPONENT && source.team == role->team();
        if (own) AddOnce(source.element_id, row.mutable_owns());
      }
      std::sort(row.mutable_owns()->begin(), row.mutable_owns()->end());
    }
  }

  // --- Figures ---

  void AddTotals() {
    pb::LoggingTotals& totals = *result_.mutable_totals();
    totals.set_sources(static_cast<int>(sources_.all().size()));
    totals.set_components(result_.components_size());
    for (const LogSource& source : sources_.all()) {
      totals.set_collected(totals.collected() + (source.collected() ? 1 : 0));
      totals.set_immutable(totals.immutable() + (source.collection == LogCollection::kImmutable ? 1 : 0));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_claimed(result_.claimed_size());
    totals.set_unknown(result_.unknown_size());
    if (totals.sources() > 0) totals.set_coverage(100 * totals.collected() / totals.sources());
    for (const auto* rules :
         {&result_.format_rules(), &result_.transport_rules(), &result_.integrity_rules(), &result_.access_rules()}) {
      for (const pb::LogRuleRow& rule : *rules) {
        totals.set_rules(totals.rules() + 1);
        totals.set_rules_broken(totals.rules_broken() + (rule.broken() ? 1 : 0));
        totals.set_rules_met(totals.rules_met() + (rule.state() == StateLabel(RuleState::kMet) ? 1 : 0));
      }
    }
    for (const pb::LogRetentionRow& row : result_.retentions()) {
      totals.set_retention_gaps(totals.retention_gaps() + (row.broken() ? 1 : 0));
    }
    totals.set_redaction_findings(result_.redaction_findings_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::LoggingTotals& totals) {
    pb::LoggingPhrases& phrases = *result_.mutable_phrases();
    phrases.set_sources(Count(totals.sources(), "log source", "log sources"));
    phrases.set_collected(Count(totals.collected(), "is", "are"));
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "is a gap", "are gaps"));
    const int open = totals.claimed() + totals.unknown();
    if (open > 0) phrases.set_open(Count(open, "is to be confirmed", "are to be confirmed"));
    if (totals.redaction_findings() > 0) {
      phrases.set_redaction(Count(totals.redaction_findings(), "finding", "findings"));
    }
    if (totals.retention_gaps() > 0) {
      phrases.set_retention(Count(totals.retention_gaps(), "retention duty is", "retention duties are"));
    }
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const model::v1::Logging& logging_;
  const analysis::Landscape& landscape_;
  const analysis::LogSources sources_;
  const analysis::LogPaths paths_;
  pb::LoggingArchitectureResult result_;
};

}  // namespace

pb::LoggingArchitectureResult LoggingArchitecture(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
