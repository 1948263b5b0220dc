#include "service/commands/rotation_tables.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "service/commands/access_wording.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using analysis::CredentialInventory;

void AddRotation(const Input& input, const CredentialInventory& inventory, pb::SecretsManagementResult& result) {
  ReferenceFilter binding(input);
  std::map<int, pb::RotationRow> rows;
  std::map<int, std::set<int>> intervals;
  for (const CredentialFact& fact : inventory.credentials) {
    const kb::CredentialRule* rule = knowledge::FindCredentialRule(fact.credential->kind());
    if (rule == nullptr) continue;
    pb::RotationRow& row = rows[rule->kind()];
    row.set_kind(Label(rule->kind()));
    row.add_credentials(fact.credential->id());
    row.set_procedure(rule->procedure());
    row.set_evidence(rule->evidence());
    row.set_successor(rule->successor());
    if (row.references().empty()) AddAll(BindingReferences(binding, rule->references()), row.mutable_references());
    intervals[rule->kind()].insert(fact.rotation.interval_days);
  }
  for (auto& [kind, row] : rows) {
    std::vector<std::string> texts;
    for (const int days : intervals[kind]) texts.push_back(days == 0 ? "not declared" : InDays(days));
    row.set_intervals(absl::StrJoin(texts, ", "));
    *result.add_rotation() = std::move(row);
  }
}

void AddRevocation(const model::Model& model, const CredentialInventory& inventory,
                   pb::SecretsManagementResult& result) {
  int order = 0;
  for (const CredentialFact* fact : inventory.revocation_order) {
    const kb::CredentialRule* rule = knowledge::FindCredentialRule(fact->credential->kind());
    pb::RevocationRow& row = *result.add_revocation();
    row.set_order(++order);
    row.set_credential(fact->credential->id());
    std::vector<std::string> reasons;
    if (fact->pci_scope >= analysis::PciScope::kConnected) reasons.push_back(PciScopeLabel(fact->pci_scope));
    reasons.push_back(fact->data.empty() ? "reach not declared" : Label(fact->confidentiality));
    reasons.push_back(Count(static_cast<int64_t>(fact->users.size()), "user", "users"));
    row.set_reason(absl::StrJoin(reasons, ", "));
    row.set_how(rule == nullptr ? "kind not declared" : rule->revocation());
    for (const ComponentFacts* user : fact->users) row.add_affected(user->component->id());
    row.set_owner(TeamName(model, fact->credential->owner_team()));
  }
}

void AddSwitches(const model::Model& model, pb::SecretsManagementResult& result) {
  for (const model::v1::ContainmentSwitch& each : model.proto().containment_switches()) {
    if (each.kind() != model::v1::CONTAINMENT_KIND_CREDENTIAL_REVOCATION) continue;
    pb::RevocationSwitchRow& row = *result.add_switches();
    row.set_id(each.id());
    row.set_mechanism(each.mechanism());
    row.set_ordered_by(RoleTitle(model, each.ordered_by()));
    if (each.has_effect_minutes()) row.set_works_within(Minutes(each.effect_minutes()));
    row.set_last_tested(each.last_tested());
  }
}

}  // namespace

void AddRotationTables(const Input& input, const CredentialInventory& inventory, pb::SecretsManagementResult& result) {
  AddRotation(input, inventory, result);
  AddRevocation(input.model, inventory, result);
  AddSwitches(input.model, result);
}

}  // namespace metapowers::commands
