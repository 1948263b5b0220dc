#include "service/commands/log_source_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/terms.h"
#include "service/base/config_text.h"
#include "service/commands/applicable_references.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::LogCollection;
using analysis::LogSource;

// Elements that the row of a kind names before it counts the rest.
constexpr size_t kShownElements = 6;

// The value of a field in the example event, as JSON.
std::string ExampleValue(const kb::LogField& field, const LogSource& source, const std::string& day) {
  const std::string value =
      absl::StrReplaceAll(field.example(), {{"{element}", source.element_id},
                                            {"{event}", source.kind->events(0).id()},
                                            {"{kind}", source.kind->id()},
                                            {"{time}", absl::StrCat(day, "T09:30:00.000Z")},
                                            {"{zone}", source.zone == nullptr ? "" : source.zone->id()}});
  if (field.type() == kb::LOG_FIELD_TYPE_NUMBER) return value;
  if (field.type() == kb::LOG_FIELD_TYPE_LIST) return absl::StrCat("[", InlineJson(value), "]");
  return InlineJson(value);
}

class SourceTables {
 public:
  SourceTables(const Input& input, const analysis::LogSources& sources, pb::LoggingArchitectureResult& result)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        logging_(proto_.logging()),
        sources_(sources),
        result_(result) {}

  void Run() {
    AddElements();
    AddKinds();
    AddGaps();
    AddFormat();
  }

 private:
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
    std::vector<std::string> transports;
    std::set<std::string> states;
    bool collected = false;
    for (const LogSource* source : sources) {
      row.add_kinds(source->kind->name());
      for (const kb::LogEvent& event : source->kind->events()) AddOnce(event.id(), row.mutable_events());
      for (const std::string& field : source->kind->fields()) AddOnce(field, row.mutable_fields());
      const std::string& transport = source->kind->transport();
      if (!absl::c_linear_search(transports, transport)) transports.push_back(transport);
      states.insert(CollectionLabel(source->collection));
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
    row.set_owner(OwnerName(model_, first.team));
    row.set_sources(static_cast<int>(sources.size()));
  }

  void AddKinds() {
    for (const kb::LogKind& kind : knowledge::LogKinds().kinds()) {
      const std::vector<const LogSource*> sources = sources_.OfKind(kind.id());
      if (sources.empty()) continue;
      pb::LogKindRow& row = *result_.add_kinds();
      row.set_id(kind.id());
      row.set_name(kind.name());
      row.set_sources(static_cast<int>(sources.size()));
      std::set<std::string> elements;
      for (const LogSource* source : sources) {
        AddOnce(SigmaLabel(*source), row.mutable_log_sources());
        elements.insert(source->element_id);
      }
      row.set_tried_on(*elements.begin());
      AddFirst({elements.begin(), elements.end()}, kShownElements, row.mutable_elements());
      AddAll(kind.fields(), row.mutable_fields());
      row.set_transport(kind.transport());
      row.set_verification(kind.verification());
      std::vector<std::string> unasked;
      for (const kb::LogEvent& event : kind.events()) {
        pb::LogEventRow& into = *row.add_events();
        into.set_id(event.id());
        into.set_text(event.text());
        AddAll(BindingReferences(binding_, event.references()), into.mutable_references());
        into.set_asked(!into.references().empty());
        row.set_asked(row.asked() || into.asked());
        if (!into.asked()) unasked.push_back(absl::StrCat(event.id(), " (", event.text(), ")"));
      }
      row.set_unasked(absl::StrJoin(unasked, "; "));
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
      row.set_owner(OwnerName(model_, source.team));
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
      if (!field.required() && !used.contains(field.name())) continue;
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
      members.push_back(absl::StrCat(InlineJson(field.name()), ": ", ExampleValue(field, *chosen, proto_.as_of())));
    }
    result_.add_example("{");
    for (size_t i = 0; i < members.size(); ++i) {
      result_.add_example(absl::StrCat("  ", members[i], i + 1 < members.size() ? "," : ""));
    }
    result_.add_example("}");
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const model::v1::Logging& logging_;
  const analysis::LogSources& sources_;
  pb::LoggingArchitectureResult& result_;
};

}  // namespace

void AddLogSourceTables(const Input& input, const analysis::LogSources& sources,
                        pb::LoggingArchitectureResult& result) {
  SourceTables(input, sources, result).Run();
}

}  // namespace metapowers::commands
