#include "service/commands/container_work.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
using analysis::Threat;
using knowledge::v1::ContainerQuestion;
using knowledge::v1::ContainerTaskRow;
using knowledge::v1::ContainerWave;

// Keys of threats that a cell holds.
constexpr size_t kKeys = 4;

// The last wave takes all that is due later.
const ContainerWave& WaveOf(const model::Model& model, const std::string& due) {
  const auto& waves = knowledge::ContainerRules().waves();
  for (const ContainerWave& wave : waves) {
    if (due <= DateAfter(model, wave.days())) return wave;
  }
  return *waves.rbegin();
}

}  // namespace

void ContainerWork::Add(knowledge::v1::ContainerTaskKind kind, const std::string& element, const std::string& due,
                        const std::string& owner, std::vector<std::string> lowers) {
  for (const ContainerTaskRow& row : knowledge::ContainerRules().tasks()) {
    if (row.kind() != kind) continue;
    Add({row.work(), due, owner, element, row.control(),
         absl::StrReplaceAll(row.verification(), {{"{element}", element}}), std::move(lowers)});
    return;
  }
}

void ContainerWork::Ask(knowledge::v1::ContainerAsk ask, const std::string& name, absl::string_view field,
                        const std::string& team) {
  for (const ContainerQuestion& row : knowledge::ContainerRules().questions()) {
    if (row.ask() != ask) continue;
    const std::string words = absl::StrReplaceAll(field, {{"_", " "}});
    metapowers::v1::Question question =
        commands::Ask(input_.model, absl::StrReplaceAll(row.field(), {{"{name}", name}, {"{field}", field}}),
                      absl::StrReplaceAll(row.text(), {{"{name}", name}, {"{field}", words}}), team);
    questions_.emplace(absl::StrCat(question.field(), question.text()), std::move(question));
  }
}

// Open threats on these elements that the control lowers, by key.
void ContainerWork::AddThreats(const ContainerMeasure& measure, std::set<std::string>& threats) const {
  for (const Threat& threat : input_.threats.Get().all()) {
    if (!threat.open() || !absl::c_linear_search(measure.lowers, threat.element_id())) continue;
    const bool lowers = absl::c_any_of(threat.controls, [&](const analysis::ControlOnThreat& each) {
      return each.control->id() == measure.control && IsMissing(each);
    });
    if (lowers) threats.insert(threat.key());
  }
}

pb::RoadmapRow ContainerWork::RowOf(const std::string& work, const std::string& owner,
                                    const std::vector<const ContainerMeasure*>& measures) const {
  pb::RoadmapRow row;
  std::set<std::string> elements;
  std::set<std::string> threats;
  for (const ContainerMeasure* measure : measures) {
    elements.insert(measure->element);
    AddThreats(*measure, threats);
    if (row.due().empty() || measure->due < row.due()) row.set_due(measure->due);
  }
  row.set_work(absl::StrReplaceAll(work, {{"{element}", List({elements.begin(), elements.end()})}}));
  AddAll(elements, row.mutable_elements());
  row.set_owner(owner);
  row.set_verification(
      absl::StrCat(measures.front()->verification, measures.size() == 1 ? "" : ", and so for the others"));
  row.set_lowers(threats.empty() ? "no open threat: it shows what is not known, or keeps what is in place"
                                 : List({threats.begin(), threats.end()}, kKeys));
  row.set_wave(WaveOf(input_.model, row.due()).title());
  return row;
}

void ContainerWork::AddRoadmap(pb::ContainerSecurityResult& result) const {
  std::map<std::pair<std::string, std::string>, std::vector<const ContainerMeasure*>> groups;
  for (const ContainerMeasure& measure : measures_) groups[{measure.work, measure.owner}].push_back(&measure);
  std::vector<pb::RoadmapRow> rows;
  for (const auto& [key, measures] : groups) rows.push_back(RowOf(key.first, key.second, measures));
  absl::c_stable_sort(rows, [](const pb::RoadmapRow& a, const pb::RoadmapRow& b) {
    return std::make_tuple(a.due(), a.owner()) < std::make_tuple(b.due(), b.owner());
  });
  std::map<std::string, int> counts;
  std::string last;
  for (pb::RoadmapRow& row : rows) {
    ++counts[row.wave()];
    last = std::max(last, row.due());
    *result.add_roadmap() = std::move(row);
  }
  for (const ContainerWave& wave : knowledge::ContainerRules().waves()) {
    pb::RoadmapWave& row = *result.add_waves();
    row.set_title(wave.title());
    row.set_goal(wave.goal());
    row.set_until(DateAfter(input_.model, wave.days()));
    row.set_tasks(counts[wave.title()]);
  }
  pb::RoadmapWave& latest = *result.mutable_waves(result.waves_size() - 1);
  latest.set_until(std::max(latest.until(), last));
}

void ContainerWork::AddQuestions(pb::ContainerSecurityResult& result) const {
  for (const auto& [key, question] : questions_) *result.add_questions() = question;
}

std::string DateAfter(const model::Model& model, int days) { return model::FormatDate(model.as_of() + days); }

const std::string& TeamOf(const model::Model& model, const model::v1::Component& component) {
  return component.owner_team().empty() ? model.proto().owner_team() : component.owner_team();
}

std::vector<std::string> Ids(const std::vector<const model::v1::Component*>& components) {
  std::vector<std::string> ids;
  for (const model::v1::Component* component : components) ids.push_back(component->id());
  return ids;
}

}  // namespace metapowers::commands
