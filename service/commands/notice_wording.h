// How sections write duties to tell of an incident: who decides, on which text they rest, what suppliers owe us, and
// the tree that leads through them. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_NOTICE_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_NOTICE_WORDING_H_

#include <string>
#include <vector>

#include "metapowers/security/respond/v1/incident_communication.pb.h"
#include "metapowers/v1/decision_tree.pb.h"
#include "service/analysis/notification_duties.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// As declared for the recipient, else the first declared role of the rule; nullptr when there is none.
const model::v1::Role* DeciderOf(const model::Model& model, const analysis::NotificationDuty& duty);

bool TellsAuthority(const analysis::NotificationDuty& duty);

// Requirements and further texts, e.g. "DORA Art. 19(4)", "Delegated Regulation (EU) 2025/301 Art. 5".
std::vector<std::string> SourcesOf(const knowledge::v1::NotificationRule& rule);

// Suppliers with regulated data of ours, by the order of the model.
void AddSupplierNotices(const model::Model& model, const analysis::NotificationDuties& duties,
                        google::protobuf::RepeatedPtrField<security::respond::v1::SupplierNoticeRow>& rows);

// One question for each duty with a rule, each followed by the next; without questions when there is none.
metapowers::v1::DecisionTree NoticeTree(const model::Model& model, const analysis::NotificationDuties& duties);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_NOTICE_WORDING_H_
