// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/detect/logging_architecture.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/terms.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/log_naming.h"
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

// Zone of what stands outside of every zone of ours.
constexpr absl::string_view kElsewhere = "elsewhere";
// Start of the ids of zones in diagrams.
constexpr absl::string_view kZonePrefix = "zone-";
// A Mermaid block must stay under 2,000 characters; what a template adds to each line is counted in.
constexpr size_t kDiagramBudget = 1700;

// A JSON string.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// The value of a field in the example event, as JSON.
std::string ExampleValue(const kb::LogField& field, const LogSource& source, const std::string& day) {
  const std::string value =
      absl::StrReplaceAll(field.example(), {{"{element}", source.element_id},
                                            {"{event}", source.kind->events(0).id()},
                                            {"{kind}", source.kind->id()},
                                            {"{time}", absl::StrCat(day, "T09:30:00.000Z")},
                                            {"{zone}", source.zone == nullptr ? "" : source.zone->id()}});
  if (field.type() == kb::LOG_FIELD_TYPE_NUMBER) return value;
  if (field.type() == kb::LOG_FIELD_TYPE_LIST) return absl::StrCat("[", Quoted(value), "]");
  return Quoted(value);
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        logging_(proto_.logging()),
        landscape_(input.threats.Get().landscape()),
        sources_(analysis::LogSources::Of(landscape_)) {}

  pb::LoggingArchitectureResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_platform(logging_.platform());
    AddElements();
    AddKinds();
    AddGaps();
    AddFormat();
    AddRedaction();
    AddRules();
    FindPaths();
    AddZones();
    AddPaths();
    AddMap();
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
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Log sources ---

  void AddElements() {
    std::map<std::pair<bool, std::string>, std::vector<const LogSource*>> elements;
    for (const LogSource& source : sources_.all()) {
      const bool other = source.element.subject != kb::THREAT_SUBJECT_COMPONENT;
      elements[{other, absl::StrCat(source.element_id, "\n", ElementLabel(source))}].push_back(&source);
    }
    for (const auto& [key, sources] : elements) {
      AddElement(sources, key.first ? *result_.add_others() : *result_.add_components());
    }
  }

  void AddElement(const std::vector<const LogSource*>& sources, pb::LogElementRow& row) const {
    const LogSource& first = *sources.front();
    row.set_id(first.element_id);
    row.set_name(first.element_name);
    row.set_what(ElementLabel(first));
    google::protobuf::RepeatedPtrField<std::string> transports;
    std::set<std::string> states;
    bool collected = false;
    for (const LogSource* source : sources) {
      row.add_kinds(source->kind->name());
      for (const kb::LogEvent& event : source->kind->events()) AddOnce(event.id(), *row.mutable_events());
      for (const std::string& field : source->kind->fields()) AddOnce(field, *row.mutable_fields());
      AddOnce(source->kind->transport(), transports);
      AddOnce(CollectionLabel(source->collection), states);
      collected = collected || source->collected();
    }
    row.set_clock(first.own_clock ? (logging_.time_source().empty() ? "not known" : logging_.time_source())
                                  : "that of its provider");
    row.set_transport(absl::StrJoin(transports, "; "));
    const std::string retention = analysis::RetentionOf(model_);
    row.set_retention(!collected          ? "that of the platform, once collected"
                      : retention.empty() ? "not known"
                                          : retention);
    row.set_state(absl::StrJoin(states, "; "));
    row.set_reason(first.reason);
    row.set_scope(ScopeLabel(first));
    if (first.zone != nullptr) row.set_zone(first.zone->id());
    row.set_owner(Owner(first.team));
    row.set_sources(static_cast<int>(sources.size()));
  }

  static void AddOnce(const std::string& value, google::protobuf::RepeatedPtrField<std::string>& list) {
    if (std::find(list.begin(), list.end(), value) == list.end()) *list.Add() = value;
  }
  static void AddOnce(const std::string& value, std::set<std::string>& list) { list.insert(value); }

  void AddKinds() {
    for (const kb::LogKind& kind : knowledge::LogKinds().kinds()) {
      const std::vector<const LogSource*> sources = sources_.OfKind(kind.id());
      if (sources.empty()) continue;
      pb::LogKindRow& row = *result_.add_kinds();
      row.set_id(kind.id());
      row.set_name(kind.name());
      row.set_sources(static_cast<int>(sources.size()));
      for (const LogSource* source : sources) AddOnce(SigmaLabel(*source), *row.mutable_log_sources());
      AddAll(kind.fields(), row.mutable_fields());
      row.set_transport(kind.transport());
      row.set_verification(kind.verification());
      for (const kb::LogEvent& event : kind.events()) {
        pb::LogEventRow& into = *row.add_events();
        into.set_id(event.id());
        into.set_text(event.text());
        AddAll(BindingReferences(binding_, event.references()), into.mutable_references());
      }
    }
  }

  void AddGaps() {
    for (const LogSource& source : sources_.all()) {
      if (source.collected()) continue;
      pb::SourceGapRow row;
      row.set_key(source.key);
      row.set_element(source.element_id);
      row.set_kind(source.kind->name());
      row.set_state(CollectionLabel(source.collection));
      row.set_reason(source.reason);
      row.set_scope(ScopeLabel(source));
      row.set_owner(Owner(source.team));
      row.set_due(source.due);
      row.set_measure(absl::StrReplaceAll(knowledge::FindControl("central_logging")->measure(),
                                          {{"{element}", source.element_id}}));
      row.set_verification(source.kind->verification());
      auto* const list = source.gap()                                   ? result_.mutable_gaps()
                         : source.collection == LogCollection::kClaimed ? result_.mutable_claimed()
                                                                        : result_.mutable_unknown();
      *list->Add() = std::move(row);
    }
    std::stable_sort(result_.mutable_gaps()->begin(), result_.mutable_gaps()->end(),
                     [](const pb::SourceGapRow& a, const pb::SourceGapRow& b) { return a.due() < b.due(); });
  }

  // --- Format ---

  void AddFormat() {
    result_.set_format(logging_.format());
    result_.set_field_standard(knowledge::LogKinds().field_standard());
    std::set<std::string> used;
    for (const LogSource& source : sources_.all())
      used.insert(source.kind->fields().begin(), source.kind->fields().end());
    for (const kb::LogField& field : knowledge::LogKinds().fields()) {
      if (field.required()) AddField(field, *result_.add_fields());
      if (!field.required() && used.count(field.name()) == 0) continue;
      pb::LogFieldRow row;
      AddField(field, row);
      if (!row.may_carry().empty()) *result_.add_carriers() = std::move(row);
    }
    AddExample();
  }

  void AddField(const kb::LogField& field, pb::LogFieldRow& row) const {
    row.set_name(field.name());
    row.set_meaning(field.meaning());
    AddAll(BindingReferences(binding_, field.references()), row.mutable_references());
    for (const int category : field.may_carry()) {
      const auto value = static_cast<model::v1::DataCategory>(category);
      const bool held = std::any_of(proto_.data_classes().begin(), proto_.data_classes().end(),
                                    [&](const auto& data) { return analysis::HasCategory(data, {value}); });
      if (held) row.add_may_carry(knowledge::Category(value).label());
    }
  }

  // Of the first source of a component, one in PCI DSS or HIPAA scope before others.
  void AddExample() {
    const LogSource* chosen = nullptr;
    for (const LogSource& source : sources_.all()) {
      if (source.element.subject != kb::THREAT_SUBJECT_COMPONENT) continue;
      if (chosen == nullptr || (ScopeLabel(*chosen).empty() && !ScopeLabel(source).empty())) chosen = &source;
    }
    if (chosen == nullptr) return;
    result_.set_example_source(chosen->key);
    std::vector<std::string> members;
    for (const kb::LogField& field : knowledge::LogKinds().fields()) {
      const auto& own = chosen->kind->fields();
      if (!field.required() && std::find(own.begin(), own.end(), field.name()) == own.end()) continue;
      members.push_back(absl::StrCat(Quoted(field.name()), ": ", ExampleValue(field, *chosen, proto_.as_of())));
    }
    result_.add_example("{");
    for (size_t i = 0; i < members.size(); ++i) {
      result_.add_example(absl::StrCat("  ", members[i], i + 1 < members.size() ? "," : ""));
    }
    result_.add_example("}");
  }

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
      row.set_fact(fact.state == RuleState::kUnknown ? QuestionOf(*fact.rule) : fact.fact);
      row.set_owner(OwnerOf(model_, fact.rule->owners()));
      row.set_due(fact.due);
      row.set_verification(fact.rule->verification());
      row.set_broken(fact.state == RuleState::kBroken);
      AddAll(BindingReferences(binding_, fact.rule->references()), row.mutable_references());
      *RulesOf(fact.rule->topic())->Add() = std::move(row);
    }
  }

  std::string QuestionOf(const kb::PipelineRule& rule) const {
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

  // Flows that end at the log platform, or that send logs and nothing else.
  void FindPaths() {
    for (const LogSource* source : sources_.OfKind("log_platform_audit")) platforms_.insert(source->element_id);
    std::set<std::string> log_data;
    for (const auto& data : proto_.data_classes()) {
      if (analysis::HasCategory(data, {model::v1::DATA_CATEGORY_LOGS})) log_data.insert(data.id());
    }
    for (const analysis::FlowView& view : landscape_.flows()) {
      const model::v1::Flow& flow = *view.flow;
      const bool carries =
          !flow.sends().empty() && std::all_of(flow.sends().begin(), flow.sends().end(),
                                               [&](const std::string& data) { return log_data.count(data) > 0; });
      if (platforms_.count(flow.target()) > 0 || carries) paths_.push_back(&view);
    }
  }

  std::string ZoneOf(int component) const {
    const model::v1::Zone* zone = landscape_.components()[component].facts->effective_zone;
    return zone == nullptr ? std::string(kElsewhere) : zone->id();
  }

  // The row of AddZones() that the sources of the component stand in.
  std::string SourceZone(int component) const {
    const model::v1::Component& source = *landscape_.components()[component].facts->component;
    return analysis::IsExternal(source) || source.out_of_scope() ? std::string(kElsewhere) : ZoneOf(component);
  }

  void AddZones() {
    std::map<std::string, std::vector<const LogSource*>> zones;
    for (const LogSource& source : sources_.all()) {
      const bool ours = source.element.subject == kb::THREAT_SUBJECT_COMPONENT && source.zone != nullptr;
      zones[ours ? source.zone->id() : std::string(kElsewhere)].push_back(&source);
    }
    result_.set_buffer_minutes(knowledge::LoggingRules().buffer_minutes());
    for (const auto& [id, sources] : zones) {
      pb::LogZoneRow& row = *result_.add_zones();
      row.set_id(id);
      row.set_name(id == kElsewhere ? "Outside of every zone" : sources.front()->zone->name());
      row.set_sources(static_cast<int>(sources.size()));
      std::set<std::string> owners;
      for (const LogSource* source : sources) {
        row.set_collected(row.collected() + (source->collected() ? 1 : 0));
        row.set_per_second(row.per_second() + source->per_second.value_or(0));
        owners.insert(Owner(source->team));
      }
      row.set_owner(absl::StrJoin(owners, ", "));
      if (logging_.has_average_event_bytes() && row.per_second() > 0) {
        row.set_buffer(
            analysis::Bytes(row.per_second() * logging_.average_event_bytes() * 60 * result_.buffer_minutes()));
      }
      for (const analysis::FlowView* path : paths_) {
        if (SourceZone(path->source) == id) row.add_paths(path->flow->id());
      }
    }
  }

  void AddPaths() {
    for (const analysis::FlowView* view : paths_) {
      pb::LogPathRow& row = *result_.add_paths();
      row.set_id(view->flow->id());
      row.set_source(view->flow->source());
      row.set_target(view->flow->target());
      if (view->crosses) row.set_crosses(absl::StrCat(ZoneOf(view->source), " to ", ZoneOf(view->target)));
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

  // Zones send to the ends of their paths; a zone with collected sources and no declared path to the platform itself.
  void AddMap() {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> edges;
    std::map<std::string, std::string> names;
    for (const pb::LogZoneRow& zone : result_.zones()) names[absl::StrCat(kZonePrefix, zone.id())] = zone.name();
    std::string platform = "store";  // cannot be the node of a component, which has its id appended
    if (platforms_.empty()) {
      if (logging_.platform().empty()) return;
      names[platform] = logging_.platform();
    } else {
      platform = StoreNode(*platforms_.begin(), names);
    }
    std::set<std::string> sending;
    for (const analysis::FlowView* path : paths_) {
      const bool relayed = platforms_.count(path->flow->source()) > 0;
      const std::string source =
          relayed ? StoreNode(path->flow->source(), names) : absl::StrCat(kZonePrefix, SourceZone(path->source));
      names.emplace(source, source);  // a zone without sources of ours
      edges[{source, StoreNode(path->flow->target(), names)}].push_back(path->flow->id());
      if (platforms_.count(path->flow->target()) > 0) sending.insert(SourceZone(path->source));
    }
    for (const pb::LogZoneRow& zone : result_.zones()) {
      if (zone.collected() == 0 || sending.count(zone.id()) > 0) continue;
      edges.emplace(std::make_pair(absl::StrCat(kZonePrefix, zone.id()), platform), std::vector<std::string>());
    }
    Draw(edges, names);
  }

  std::string StoreNode(const std::string& component, std::map<std::string, std::string>& names) const {
    std::string id = absl::StrCat("store-", component);
    names.emplace(id, NameOf(component));
    return id;
  }

  // `names` has every node; those of zones start with "zone-".
  void Draw(const std::map<std::pair<std::string, std::string>, std::vector<std::string>>& edges,
            const std::map<std::string, std::string>& names) {
    std::vector<pb::LogMap> parts;
    size_t used = kDiagramBudget;
    std::set<std::string> drawn;
    for (const auto& [ends, flows] : edges) {
      pb::LogEdge edge;
      edge.set_source(ends.first);
      edge.set_target(ends.second);
      edge.set_from(names.at(ends.first));
      edge.set_to(names.at(ends.second));
      AddAll(flows, edge.mutable_flows());
      edge.set_label(flows.empty()       ? "no flow declared"
                     : flows.size() == 1 ? flows.front()
                                         : Count(static_cast<int64_t>(flows.size()), "flow", "flows"));
      // Characters of an identifier may be written as escapes of four; each id stands in its node and in its edge.
      const size_t cost = 8 * (ends.first.size() + ends.second.size()) + edge.from().size() + edge.to().size() +
                          edge.label().size() + 40;
      if (used + cost > kDiagramBudget) {
        parts.emplace_back();
        drawn.clear();
        used = 100;
      }
      used += cost;
      for (const std::string& id : {ends.first, ends.second}) {
        if (!drawn.insert(id).second) continue;
        pb::LogNode& node = absl::StartsWith(id, kZonePrefix) ? *parts.back().add_zones() : *parts.back().add_stores();
        node.set_id(id);
        node.set_name(names.at(id));
      }
      *parts.back().add_edges() = std::move(edge);
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts.size() > 1) parts[i].set_part(absl::StrCat("part ", i + 1, " of ", parts.size()));
      *result_.add_maps() = std::move(parts[i]);
    }
  }

  std::string NameOf(const std::string& component) const {
    const auto* facts = input_.facts.Find(component);
    return facts == nullptr ? component : facts->component->name();
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
      row.set_declared(result_.retention().empty() ? "not known" : result_.retention());
      row.set_state(StateLabel(fact.state));
      row.set_owner(OwnerOf(model_, knowledge::FindControl("central_logging")->owners()));
      row.set_due(fact.due);
      row.set_broken(fact.state == RuleState::kBroken);
    }
    AddDataRetention();
  }

  void AddDataRetention() {
    google::protobuf::RepeatedPtrField<std::string> limits;
    for (const char* reference : {"gdpr:Art. 5(1)(e)", "uk-gdpr:Art. 5(1)(e)"}) *limits.Add() = reference;
    for (const std::string& reference : BindingReferences(binding_, limits)) result_.add_storage_limitation(reference);
    if (!logging_.has_total_retention_days()) return;
    const int kept = logging_.total_retention_days();
    for (const model::v1::DataClass& data : proto_.data_classes()) {
      if (!data.has_retention_days()) continue;
      const bool log = analysis::HasCategory(data, {model::v1::DATA_CATEGORY_LOGS});
      const bool outlived = analysis::IsPersonal(data) && data.retention_days() < kept;
      if (!log && !outlived) continue;
      pb::LogDataRetentionRow& row = *result_.add_data_retentions();
      row.set_id(data.id());
      row.set_own(Days(data.retention_days()));
      row.set_logs(Days(kept));
      row.set_conflict(log && data.retention_days() != kept);
      row.set_verdict(log ? row.conflict() ? "log data kept for another time" : "log data, the same time"
                          : "outlived by the logs");
      row.set_owner(Owner(data.owner()));
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
        row.set_owner(Owner(sources.front()->team));
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
        if (own) AddOnce(source.element_id, *row.mutable_owns());
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
  std::set<std::string> platforms_;               // components that collect logs
  std::vector<const analysis::FlowView*> paths_;  // flows that carry logs, by id
  pb::LoggingArchitectureResult result_;
};

}  // namespace

pb::LoggingArchitectureResult LoggingArchitecture(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
