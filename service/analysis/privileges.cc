#include "service/analysis/privileges.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/analysis/handling.h"
#include "service/analysis/terms.h"
#include "service/knowledge/governance.h"

namespace metapowers::analysis {
namespace {

using model::v1::Role;

bool Operates(model::v1::RoleKind kind) {
  switch (kind) {
    case model::v1::ROLE_KIND_SECURITY_LEAD:
    case model::v1::ROLE_KIND_SECURITY_ENGINEER:
    case model::v1::ROLE_KIND_ENGINEERING_LEAD:
    case model::v1::ROLE_KIND_PLATFORM_LEAD:
    case model::v1::ROLE_KIND_SYSTEM_OWNER:
    case model::v1::ROLE_KIND_INCIDENT_COMMANDER:
      return true;
    default:
      return false;
  }
}

void AddKeyHolders(const Facts& facts, std::vector<DutyConflict>& conflicts) {
  for (const auto& [id, component] : facts.components()) {
    const auto* key = facts.model().Find<model::v1::CryptoKey>(component.component->kms_key());
    const std::string& team = component.component->owner_team();
    if (key == nullptr || team.empty() || key->owner_team() != team) continue;
    if (HighestLevel(component.stores) < model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) continue;
    conflicts.push_back({id, "runs the store, and holds its key",
                         absl::StrCat("team ", team, " owns both ", id, " and ", key->id()), team});
  }
}

void AddPipelines(const model::Model& model, std::vector<DutyConflict>& conflicts) {
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) {
    if (pipeline.approval_required() != model::v1::TRISTATE_NO) continue;
    const auto production =
        std::find_if(pipeline.deploys_to().begin(), pipeline.deploys_to().end(), [&](const auto& id) {
          const auto* target = model.Find<model::v1::Infrastructure>(id);
          return target != nullptr && (target->environment() == model::v1::ENVIRONMENT_PRODUCTION ||
                                       target->environment() == model::v1::ENVIRONMENT_SHARED);
        });
    if (production == pipeline.deploys_to().end()) continue;
    const auto* component = model.Find<model::v1::Component>(pipeline.component());
    conflicts.push_back({pipeline.id(), "writes a change, and puts it into production",
                         absl::StrCat("no approval before it changes ", *production),
                         component == nullptr ? "" : component->owner_team()});
  }
}

void AddHolders(const model::Model& model, std::vector<DutyConflict>& conflicts) {
  for (const knowledge::v1::RoleConflict& conflict : knowledge::SecurityActivities().conflicts()) {
    for (const Role& first : model.proto().roles()) {
      if (first.kind() != conflict.first() || first.holder().empty()) continue;
      for (const Role& second : model.proto().roles()) {
        if (second.kind() != conflict.second() || second.holder() != first.holder()) continue;
        conflicts.push_back({first.id(), absl::StrCat("is ", first.title(), ", and ", second.title()),
                             absl::StrCat(first.holder(), " holds both: ", conflict.reason()), first.team()});
      }
    }
  }
}

}  // namespace

std::vector<const Role*> OperatingRoles(const model::Model& model, absl::string_view team) {
  std::vector<const Role*> roles;
  if (team.empty()) return roles;
  for (const Role& role : model.proto().roles()) {
    if (role.team() == team && Operates(role.kind())) roles.push_back(&role);
  }
  return roles;
}

std::vector<DutyConflict> FindDutyConflicts(const Facts& facts) {
  const model::Model& model = facts.model();
  std::vector<DutyConflict> conflicts;
  AddKeyHolders(facts, conflicts);
  AddPipelines(model, conflicts);
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  if (policy.has_code_reviewers() && policy.code_reviewers() == 0) {
    conflicts.push_back(
        {"code changes", "writes a change, and reviews it", "the policy asks for no reviewer besides the author", ""});
  }
  AddHolders(model, conflicts);
  std::stable_sort(conflicts.begin(), conflicts.end(),
                   [](const DutyConflict& a, const DutyConflict& b) { return a.subject < b.subject; });
  return conflicts;
}

}  // namespace metapowers::analysis
