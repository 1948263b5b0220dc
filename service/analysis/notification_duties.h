// Whom an incident of this system must be told to, by the shipped rules (knowledge/data/respond/
// notification_rules.textproto) and what the model declares.
//
// A rule holds where its framework applies (applicability.h), the organisation has one of its roles, and some data
// class has one of its categories with people in one of its jurisdictions. Data whose people the model does not place
// counts for no jurisdiction: that is a question. Where no data class has a category, no rule about data is decided. An
// authority is one that the model declares for the framework;
// without one the duty stands and its recipient is unknown. A declared authority whose framework no rule knows is a
// duty with an unknown clock. Jurisdictions where people or users are and for which no rule is shipped are listed.
// Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_NOTIFICATION_DUTIES_H_
#define METAPOWERS_SERVICE_ANALYSIS_NOTIFICATION_DUTIES_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/notification_rules.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

struct NotificationDuty {
  const knowledge::v1::NotificationRule* rule = nullptr;  // nullptr: declared, and no rule knows the framework
  std::vector<const model::v1::DataClass*> data;          // that make it hold, sorted by id; empty: whatever the data
  std::vector<const model::v1::Region*> regions;          // of their people, in its jurisdictions; sorted by id
  std::vector<const model::v1::RegulatorContact*> authorities;  // sorted by id
};

// A rule that does not hold by what the model says, and why.
struct NoDuty {
  const knowledge::v1::NotificationRule* rule = nullptr;
  std::string reason;
  bool open = false;  // it may hold: the model does not say what would decide it
};

struct NotificationDuties {
  std::vector<NotificationDuty> duties;                  // in the order of the rules, then of the model
  std::vector<NoDuty> none;                              // in the order of the rules
  std::vector<const model::v1::Region*> unknown_places;  // people or users there, and no rule; sorted by id
  std::vector<const model::v1::DataClass*> unplaced;     // personal data whose people the model does not place
};

NotificationDuties FindNotificationDuties(const Facts& facts);

// The shortest time of a rule, in hours; 0 when it gives none.
int ShortestHours(const knowledge::v1::NotificationRule& rule);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_NOTIFICATION_DUTIES_H_
