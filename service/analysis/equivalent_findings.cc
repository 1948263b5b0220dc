#include "service/analysis/equivalent_findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

template <class Rule>
bool IsLike(const Rule& rule, absl::string_view equivalent) {
  return std::find(rule.equivalents().begin(), rule.equivalents().end(), equivalent) != rule.equivalents().end();
}

bool RunsIn(const model::v1::Component& component, absl::string_view runtime) {
  const auto& further = component.further_runtime_groups();
  return component.runtime_group() == runtime || std::find(further.begin(), further.end(), runtime) != further.end();
}

// Whether the model has a flow from `source` to `target`.
bool Calls(const Landscape& landscape, absl::string_view source, absl::string_view target) {
  const auto& flows = landscape.flows();
  return std::any_of(flows.begin(), flows.end(), [&](const FlowView& view) {
    return view.flow->source() == source && view.flow->target() == target;
  });
}

bool IsEnd(const model::v1::Flow& flow, absl::string_view component) {
  return flow.source() == component || flow.target() == component;
}

// On a component in the shared runtime or zone `element`, or on a flow that leaves the component `element` or a
// pipeline that runs on it.
bool IsNextTo(const Threat& threat, absl::string_view element) {
  switch (threat.rule->subject()) {
    case k::THREAT_SUBJECT_COMPONENT: {
      const model::v1::Component& component = *threat.element.component().facts->component;
      return component.zone() == element || RunsIn(component, element);
    }
    case k::THREAT_SUBJECT_FLOW:
      return threat.element.flow().flow->source() == element;
    case k::THREAT_SUBJECT_PIPELINE:
      return static_cast<const model::v1::Pipeline&>(*threat.element.message).component() == element;
    default:
      return false;
  }
}

// On what `element` is, is an end of, or is connected with.
bool Touches(const Threat& threat, absl::string_view element) {
  if (threat.element_id() == element) return true;
  const Landscape& landscape = *threat.element.landscape;
  if (threat.rule->subject() == k::THREAT_SUBJECT_FLOW) return IsEnd(*threat.element.flow().flow, element);
  if (threat.rule->subject() != k::THREAT_SUBJECT_COMPONENT) return false;
  if (const auto* flow = landscape.model().Find<model::v1::Flow>(element)) return IsEnd(*flow, threat.element_id());
  return Calls(landscape, threat.element_id(), element) || Calls(landscape, element, threat.element_id());
}

}  // namespace

std::vector<const Threat*> FindingsLike(const Threats& threats, absl::string_view equivalent,
                                        const std::vector<std::string>& elements) {
  std::vector<const Threat*> like;
  for (const Threat& threat : threats.all()) {
    if (IsLike(*threat.rule, equivalent)) like.push_back(&threat);
  }
  const auto those = [&like](const auto& matches) {
    std::vector<const Threat*> found;
    std::copy_if(like.begin(), like.end(), std::back_inserter(found),
                 [&](const Threat* each) { return matches(*each); });
    return found;
  };
  std::vector<const Threat*> found;
  if (elements.empty() || elements.front() == kAnyElement) {
    found = those([&](const Threat& threat) {
      return std::all_of(elements.begin(), elements.end(), [&](const std::string& element) {
        return element == kAnyElement || Touches(threat, element);
      });
    });
  } else {
    found = those([&](const Threat& threat) { return threat.element_id() == elements.front(); });
    if (found.empty()) found = those([&](const Threat& threat) { return IsNextTo(threat, elements.front()); });
  }
  if (!found.empty()) return found;
  return those([](const Threat& threat) { return threat.rule->subject() == k::THREAT_SUBJECT_SYSTEM; });
}

std::vector<EquivalentRule> EquivalentRules(const Threats& threats, const RuleSet& rules, absl::string_view tool) {
  std::map<std::string, EquivalentRule> by_name;
  const std::string prefix = absl::StrCat(tool, ":");
  const auto each = [&](const auto& rule, const auto& add) {
    for (absl::string_view equivalent : rule.equivalents()) {
      if (absl::ConsumePrefix(&equivalent, prefix)) add(by_name[std::string(equivalent)]);
    }
  };
  const auto name = [&](const auto& compiled) {
    each(*compiled.row, [&](EquivalentRule& row) { row.rules.push_back(compiled.row->id()); });
  };
  for (const CompiledRule& rule : rules.rules()) name(rule);
  for (const CompiledQualityRule& rule : rules.model_quality()) name(rule);
  for (const Threat& threat : threats.all()) each(*threat.rule, [](EquivalentRule& row) { ++row.findings; });
  for (const UndecidedThreat& asked : threats.undecided()) {
    each(*asked.rule, [](EquivalentRule& row) { ++row.questions; });
  }
  for (const QualityFinding& odd : threats.model_quality()) {
    each(*odd.rule, [](EquivalentRule& row) { ++row.model_quality; });
  }
  std::vector<EquivalentRule> sorted;
  for (auto& [tool_rule, row] : by_name) {
    row.name = tool_rule;
    std::sort(row.rules.begin(), row.rules.end());
    sorted.push_back(std::move(row));
  }
  return sorted;
}

}  // namespace metapowers::analysis
