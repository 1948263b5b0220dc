// Which teams and people need which training, by what they own and do in the model, and what of it is declared. Pure.
//
// Whole teams belong to an audience:
//   everyone         every team
//   developers       own code: a component with code of our own, or a repository
//   operators        own infrastructure
//   responders       have an on-call rotation, or security is their main work
//   card-handlers    own a component in PCI DSS scope or a class of account data, or a role of theirs has access to it
//   health-handlers  own a component or class with health information, or a role of theirs has access to it
//   device-handlers  own a device
// Single people do, beside the teams:
//   champions        security champions
//   privacy          leads of teams that own a class of personal data
//   buyers           leads of teams that answer for a supplier
//   any              holders of the roles that the audience names; a vacant role is nobody
// Somebody whose whole team belongs is not named again. An audience of nobody is left out.
//
// A declared module answers a row when its id or title has one of the words and it is for some team of the audience; a
// row for everyone only when it is for all teams. It covers its own teams, all when it names none, with the people in
// them. Interval and length: the shortest interval of the declared modules where it is shorter than the row's, and
// their longest length; else the row's. Repeated by: the first `measured_on` plus interval; without a date 30 days
// after `as_of`.
#ifndef METAPOWERS_SERVICE_ANALYSIS_TRAINING_AUDIENCES_H_
#define METAPOWERS_SERVICE_ANALYSIS_TRAINING_AUDIENCES_H_

#include <map>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/training.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

// Somebody who belongs to an audience without the team.
struct TrainedPerson {
  std::string title;                 // job title
  std::string team;                  // id
  std::vector<std::string> reasons;  // e.g. "Compliance manager", "security champion", "answers for stripe"
};

struct TrainingAudienceFact {
  const knowledge::v1::TrainingAudience* audience = nullptr;
  std::map<std::string, std::string> teams;  // id -> why it belongs
  std::vector<TrainedPerson> people;         // each once, roles first, each in the order of the model
};

struct TrainingFact {
  const knowledge::v1::TrainingRow* row = nullptr;
  const TrainingAudienceFact* audience = nullptr;
  std::vector<const model::v1::TrainingModule*> declared;  // in the order of the model
  std::vector<std::string> missing;                        // teams that no declared one covers, sorted
  std::vector<TrainedPerson> missing_people;               // the same of single people
  int interval_days = 0;
  int minutes = 0;
  std::string repeat_by;  // date; empty when none is declared
  bool overdue = false;   // that date has passed
};

struct TrainingNeeds {
  std::vector<TrainingAudienceFact> audiences;           // in the order of the data
  std::vector<TrainingFact> modules;                     // of those audiences, in the order of the data
  std::vector<const model::v1::TrainingModule*> others;  // declared ones that are no row, in the order of the model
};

// Refers to the model.
TrainingNeeds FindTrainingNeeds(const Facts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_TRAINING_AUDIENCES_H_
