// Builds decision trees of plans: the drawing, and the table that says the same. Thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_DECISION_TREES_H_
#define METAPOWERS_SERVICE_COMMANDS_DECISION_TREES_H_

#include <map>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "metapowers/v1/decision_tree.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

class TreeBuilder {
 public:
  TreeBuilder(std::string id, std::string title);

  // A question; the first one is the root. `yes` and `no` are ids of nodes, which may be added later.
  void Question(const std::string& id, std::string text, const std::string& yes, const std::string& no);
  // An action; `then` is the node that follows, empty where the tree ends.
  void Action(const std::string& id, const std::string& actor, const std::string& text, const std::string& then = "");

  metapowers::v1::DecisionTree Build() &&;

 private:
  struct Branches {
    std::string yes;
    std::string no;
  };

  std::string Key(const std::string& id) const { return tree_.id() + "-" + id; }
  void Edge(const std::string& source, const char* label, const std::string& target);
  // What the table says of a node that an answer leads to.
  std::string Leads(const std::string& id) const;

  metapowers::v1::DecisionTree tree_;
  std::vector<std::pair<std::string, Branches>> questions_;  // in their order
  std::map<std::string, int> number_;                        // of a question, by id
  std::map<std::string, std::string> text_;                  // of an action, by id
  std::map<std::string, std::string> then_;                  // of an action after which the tree goes on
};

// A shipped tree with the facts of the model. A node without a value is left out: the tree goes on at its `no`.
metapowers::v1::DecisionTree PlannedTree(const Input& input, const knowledge::v1::PlanTree& tree);

// The level of an incident: one question for each declared level, worst first. Without levels it has no questions.
metapowers::v1::DecisionTree SeverityTree(const Input& input);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_DECISION_TREES_H_
