// What the section on containers leaves to do and to ask, collected while its tables are filled. Thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_CONTAINER_WORK_H_
#define METAPOWERS_SERVICE_COMMANDS_CONTAINER_WORK_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/container_rules.pb.h"
#include "metapowers/security/protect/v1/container_security.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// One thing to do at one place.
struct ContainerMeasure {
  std::string work;  // with {element}
  std::string due;
  std::string owner;  // name
  std::string element;
  std::string control;
  std::string verification;
  std::vector<std::string> lowers;  // elements whose threats it lowers
};

class ContainerWork {
 public:
  // `input` outlives this.
  explicit ContainerWork(const Input& input) : input_(input) {}

  void Add(ContainerMeasure measure) { measures_.push_back(std::move(measure)); }

  // A shipped task.
  void Add(knowledge::v1::ContainerTaskKind kind, const std::string& element, const std::string& due,
           const std::string& owner, std::vector<std::string> lowers);

  // A shipped question about `name` and, where its text says so, a `field` of it; each once.
  void Ask(knowledge::v1::ContainerAsk ask, const std::string& name, absl::string_view field, const std::string& team);

  // Fills `roadmap` and `waves`: a row for what one team does in several places.
  void AddRoadmap(security::protect::v1::ContainerSecurityResult& result) const;

  // Sorted by field.
  void AddQuestions(security::protect::v1::ContainerSecurityResult& result) const;

 private:
  security::protect::v1::RoadmapRow RowOf(const std::string& work, const std::string& owner,
                                          const std::vector<const ContainerMeasure*>& measures) const;
  void AddThreats(const ContainerMeasure& measure, std::set<std::string>& threats) const;

  const Input& input_;
  std::vector<ContainerMeasure> measures_;
  std::map<std::string, metapowers::v1::Question> questions_;  // by field and text
};

// `as_of` and so many days.
std::string DateAfter(const model::Model& model, int days);

// The team that owns the component, else the system.
const std::string& TeamOf(const model::Model& model, const model::v1::Component& component);

std::vector<std::string> Ids(const std::vector<const model::v1::Component*>& components);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CONTAINER_WORK_H_
