#include "service/commands/decision_trees.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/analysis/severity_ladder.h"
#include "service/base/strings.h"
#include "service/commands/plan_text.h"
#include "service/commands/response_people.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

using knowledge::v1::PlanNode;
using metapowers::v1::DecisionTree;

TreeBuilder::TreeBuilder(std::string id, std::string title) {
  tree_.set_id(std::move(id));
  tree_.set_title(std::move(title));
}

void TreeBuilder::Question(const std::string& id, std::string text, const std::string& yes, const std::string& no) {
  auto& question = *tree_.add_questions();
  question.set_id(Key(id));
  question.set_text(std::move(text));
  questions_.emplace_back(id, Branches{yes, no});
  number_[id] = static_cast<int>(questions_.size());
}

void TreeBuilder::Action(const std::string& id, const std::string& actor, const std::string& text,
                         const std::string& then) {
  auto& action = *tree_.add_actions();
  action.set_id(Key(id));
  action.set_text(actor.empty() ? text : absl::StrCat(actor, ": ", text));
  text_[id] = action.text();
  if (!then.empty()) then_[id] = then;
}

void TreeBuilder::Edge(const std::string& source, const char* label, const std::string& target) {
  auto& edge = *tree_.add_edges();
  edge.set_source(Key(source));
  edge.set_label(label);
  edge.set_target(Key(target));
}

std::string TreeBuilder::Leads(const std::string& id) const {
  const auto question = number_.find(id);
  if (question != number_.end()) return absl::StrCat("question ", question->second);
  const auto action = text_.find(id);
  const auto next = then_.find(id);
  const std::string text = action == text_.end() ? "" : action->second;
  return next == then_.end() ? text : absl::StrCat(text, "; then ", Leads(next->second));
}

DecisionTree TreeBuilder::Build() && {
  for (const auto& [id, branches] : questions_) {
    Edge(id, "yes", branches.yes);
    Edge(id, "no", branches.no);
    auto& row = *tree_.add_rows();
    row.set_number(number_[id]);
    row.set_question(tree_.questions(number_[id] - 1).text());
    row.set_yes(Leads(branches.yes));
    row.set_no(Leads(branches.no));
  }
  for (const auto& [id, then] : then_) Edge(id, "then", then);
  return std::move(tree_);
}

DecisionTree PlannedTree(const Input& input, const knowledge::v1::PlanTree& tree) {
  std::map<std::string, std::string> texts;    // of the nodes that have one
  std::map<std::string, std::string> instead;  // of those left out: the node that takes their place
  for (const PlanNode& node : tree.nodes()) {
    PlanValues values;
    if (node.has_binds()) AddSelected(input, node.binds(), values);
    const std::vector<int> kinds(node.switches().begin(), node.switches().end());
    for (const auto* each : analysis::SwitchesFor(input.model, kinds, {})) values.switches.push_back(each->name());
    std::optional<std::string> text = FillPlanText(input, node.text(), values);
    if (!text.has_value() && !node.otherwise().empty()) text = FillPlanText(input, node.otherwise(), values);
    if (text.has_value()) {
      texts[node.id()] = *std::move(text);
    } else {
      instead[node.id()] = node.no();
    }
  }
  const auto target = [&instead](std::string id) {
    for (auto found = instead.find(id); found != instead.end(); found = instead.find(id)) id = found->second;
    return id;
  };
  // What is reached from the root alone is drawn.
  std::map<std::string, bool> reached = {{target(tree.nodes(0).id()), true}};
  TreeBuilder builder(tree.id(), tree.title());
  for (const PlanNode& node : tree.nodes()) {
    if (!reached[node.id()]) continue;
    const std::string no = target(node.no());
    if (!no.empty()) reached[no] = true;
    if (node.yes().empty()) {
      builder.Action(node.id(), ActorOf(input.model, node.roles()), texts[node.id()], no);
      continue;
    }
    const std::string yes = target(node.yes());
    reached[yes] = true;
    builder.Question(node.id(), texts[node.id()], yes, no);
  }
  return std::move(builder).Build();
}

DecisionTree SeverityTree(const Input& input) {
  TreeBuilder builder("severity", "Which level");
  const analysis::SeverityLadder ladder(input.facts);
  const auto& levels = ladder.levels();
  for (size_t i = 0; i < levels.size(); ++i) {
    const model::v1::SeverityLevel& level = *levels[i];
    const bool last = i + 1 == levels.size();
    const std::string next = last ? "event" : "level-" + levels[i + 1]->id();
    builder.Question("level-" + level.id(),
                     absl::StrCat("Is this so or likely: ", InSentence(absl::StripSuffix(level.criterion(), ".")), "?"),
                     "declare-" + level.id(), next);
    std::vector<std::string> actions;
    for (const model::v1::SeverityAction* action : analysis::ActionsByClock(level)) {
      actions.push_back(absl::StrCat(action->action(), " within ", Minutes(action->within_minutes())));
    }
    builder.Action(
        "declare-" + level.id(), "",
        absl::StrCat("Declare ", level.id(), " ", level.name(), actions.empty() ? "" : ": ", List(actions, 3)));
  }
  if (!levels.empty()) {
    google::protobuf::RepeatedField<int> kinds;
    kinds.Add(model::v1::ROLE_KIND_SECURITY_LEAD);
    kinds.Add(model::v1::ROLE_KIND_INCIDENT_COMMANDER);
    builder.Action("event", ActorOf(input.model, kinds),
                   "Record it as an event and look at it on the next working day");
  }
  return std::move(builder).Build();
}

}  // namespace metapowers::commands
