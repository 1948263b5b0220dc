// Shipped rows on incident response, read once from data embedded in the binary. All look-ups are thread-safe; what
// they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_RESPONSE_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_RESPONSE_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/containment_rules.pb.h"
#include "metapowers/knowledge/v1/forensic_rules.pb.h"
#include "metapowers/knowledge/v1/lesson_rules.pb.h"
#include "metapowers/knowledge/v1/notification_rules.pb.h"
#include "metapowers/knowledge/v1/response_plans.pb.h"

namespace metapowers::knowledge {

// Rows of data/respond/plans.textproto and incident_classes.textproto.
const v1::ResponsePlans& ResponsePlans();

// Rows of data/respond/notification_rules.textproto and messages.textproto.
const v1::NotificationRules& NotificationRules();

// Rows of data/respond/containment_rules.textproto.
const v1::ContainmentRules& ContainmentRules();

// Rows of data/respond/forensic_rules.textproto.
const v1::ForensicRules& ForensicRules();

// Rows of data/respond/lessons.textproto.
const v1::LessonRules& LessonRules();

// The class that a threat rule belongs to; nullptr for a rule of a team's own.
const v1::IncidentClass* IncidentClassOf(absl::string_view threat_rule);

// The row with this key, which exists.
const v1::ReadinessRule& ReadinessRuleOf(absl::string_view id);
const v1::ResponseDependency& ResponseDependencyOf(absl::string_view id);
const v1::PlanTree& PlanTreeOf(absl::string_view id);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_RESPONSE_H_
