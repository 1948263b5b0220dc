// What a model says of how teams work: their threats, components, training and lessons. Pure.
//
//   closed    a threat whose controls are all in place; decided ones count for nobody
//   severe    of the threats that are high or critical without controls, those that are not open at such a severity now
//             have been dealt with
//   builder   a team that owns a component of own code
//   answers   a module answers a topic when its title uses one of the words of the topic
#ifndef METAPOWERS_SERVICE_ANALYSIS_CULTURE_H_
#define METAPOWERS_SERVICE_ANALYSIS_CULTURE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/culture_rules.pb.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

// What the threats say of one team.
struct TeamThreats {
  int open = 0;
  int severe = 0;  // of the open ones
  int closed = 0;
  std::map<std::string, int> rules;  // of the open ones, by title
};

struct CultureFacts {
  explicit CultureFacts(const Threats& threats);

  std::map<std::string, TeamThreats> threats;  // by team
  std::map<std::string, int> components;       // owned, by team; teams without any are left out
  std::set<std::string> builders;
  int severe_once = 0;
  int severe_closed = 0;
};

// Whether the team is in the audience of the module.
bool Takes(const model::v1::TrainingModule& module, const std::string& team);

bool Answers(const model::v1::TrainingModule& module, const knowledge::v1::TrainingTopic& topic);

// An action of a past incident that is not done and past its date.
struct OverdueLesson {
  const model::v1::PastIncident* incident = nullptr;
  const model::v1::CorrectiveAction* action = nullptr;
  int days = 0;
};

// By incident, then action.
std::vector<OverdueLesson> OverdueLessons(const model::Model& model);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CULTURE_H_
