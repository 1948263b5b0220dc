#include "service/commands/notice_wording.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/commands/decision_trees.h"
#include "service/commands/held_roles.h"
#include "service/commands/response_people.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands {

namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::NotificationDuties;
using analysis::NotificationDuty;
using model::v1::DataClass;
using model::v1::Role;

constexpr size_t kNamed = 3;  // data in one question; the rest is counted

// The duty with the shortest clock that data of these classes starts; nullptr when none does.
const NotificationDuty* ClockOn(const NotificationDuties& duties, const std::set<std::string>& shared) {
  const NotificationDuty* shortest = nullptr;
  for (const NotificationDuty& duty : duties.duties) {
    if (duty.rule == nullptr || analysis::ShortestHours(*duty.rule) == 0) continue;
    const bool concerned = duty.data.empty() || std::any_of(duty.data.begin(), duty.data.end(), [&](const auto* data) {
                             return shared.contains(data->id());
                           });
    if (!concerned) continue;
    if (shortest == nullptr || analysis::ShortestHours(*duty.rule) < analysis::ShortestHours(*shortest->rule)) {
      shortest = &duty;
    }
  }
  return shortest;
}

}  // namespace

const Role* DeciderOf(const model::Model& model, const NotificationDuty& duty) {
  for (const model::v1::RegulatorContact* authority : duty.authorities) {
    if (const Role* role = model.Find<Role>(authority->decision_owner())) return role;
  }
  if (duty.rule == nullptr) return nullptr;
  return FindRole(model, std::vector<int>(duty.rule->deciders().begin(), duty.rule->deciders().end()));
}

bool TellsAuthority(const NotificationDuty& duty) {
  return duty.rule == nullptr || duty.rule->recipient() == kb::NOTIFICATION_RECIPIENT_AUTHORITY;
}

std::vector<std::string> SourcesOf(const kb::NotificationRule& rule) {
  std::vector<std::string> sources;
  for (const std::string& reference : rule.references()) sources.push_back(knowledge::ReferenceLabel(reference));
  if (!rule.source().empty()) sources.push_back(rule.source());
  return sources;
}

void AddSupplierNotices(const model::Model& model, const NotificationDuties& duties,
                        google::protobuf::RepeatedPtrField<pb::SupplierNoticeRow>& rows) {
  for (const model::v1::ThirdParty& supplier : model.proto().third_parties()) {
    std::set<std::string> shared;
    std::vector<std::string> names;
    for (const std::string& id : supplier.data_shared()) {
      const auto* data = model.Find<DataClass>(id);
      if (data == nullptr || !analysis::IsRegulated(*data)) continue;
      shared.insert(id);
      names.push_back(data->name());
    }
    if (shared.empty()) continue;
    pb::SupplierNoticeRow& row = *rows.Add();
    row.set_supplier(supplier.name());
    AddFirst(std::move(names), 3, row.mutable_data());
    if (supplier.has_breach_notice_hours()) row.set_within(Hours(supplier.breach_notice_hours()));
    const NotificationDuty* ours = ClockOn(duties, shared);
    if (ours == nullptr) continue;
    const int hours = analysis::ShortestHours(*ours->rule);
    row.set_ours(absl::StrCat(Hours(hours), " (", ours->rule->name(), ")"));
    row.set_late(supplier.has_breach_notice_hours() && supplier.breach_notice_hours() > hours);
  }
}

metapowers::v1::DecisionTree NoticeTree(const model::Model& model, const NotificationDuties& duties) {
  TreeBuilder tree("notices", "Which notices an incident needs");
  std::vector<const NotificationDuty*> told;
  for (const NotificationDuty& duty : duties.duties) {
    if (duty.rule != nullptr) told.push_back(&duty);
  }
  for (size_t i = 0; i < told.size(); ++i) {
    const kb::NotificationRule& rule = *told[i]->rule;
    const std::string next = i + 1 < told.size() ? told[i + 1]->rule->id() : "record";
    const Role* decider = DeciderOf(model, *told[i]);
    const std::string data = List(DataNames(told[i]->data), kNamed);
    tree.Question(rule.id(),
                  absl::StrCat("Is this so or likely", data.empty() ? "" : " for ", data, ": ", rule.trigger(), "?"),
                  "tell-" + rule.id(), next);
    tree.Action("tell-" + rule.id(), decider == nullptr ? "nobody declared" : TitleOrVacancy(model, decider->id()),
                absl::StrCat("tell ", rule.name(), ", ", rule.stages(0).within()), next);
  }
  if (!told.empty()) {
    google::protobuf::RepeatedField<int> kinds;
    kinds.Add(model::v1::ROLE_KIND_INCIDENT_COMMANDER);
    kinds.Add(model::v1::ROLE_KIND_SECURITY_LEAD);
    tree.Action("record", ActorOf(model, kinds),
                "record each decision with its time and reason, also those not to tell");
  }
  return std::move(tree).Build();
}

}  // namespace metapowers::commands
