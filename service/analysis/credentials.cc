#include "service/analysis/credentials.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "service/analysis/handling.h"
#include "service/analysis/outside.h"

namespace metapowers::analysis {
namespace {

using model::v1::Credential;
using model::v1::Flow;

void AddUsers(const Facts& facts, CredentialFact& fact) {
  for (const std::string& id : fact.credential->used_by()) {
    if (const ComponentFacts* user = facts.Find(id)) fact.users.push_back(user);
  }
  std::sort(fact.users.begin(), fact.users.end(),
            [](const auto* a, const auto* b) { return a->component->id() < b->component->id(); });
  if (fact.flow == nullptr) return;
  // What the other side opens is verified behind gateways too, so that no flow shows the need.
  const ComponentFacts* source = facts.Find(fact.flow->source());
  if (source == nullptr || !IsOurs(facts, *source)) return;
  const auto& flows = facts.model().proto().flows();
  for (const ComponentFacts* user : fact.users) {
    const std::string& id = user->component->id();
    const bool opens = std::any_of(flows.begin(), flows.end(), [&](const Flow& flow) {
      return flow.source() == id && flow.target() == fact.flow->target();
    });
    if (!opens && id != fact.flow->target()) fact.without_need.push_back(id);
  }
}

void AddReach(const Facts& facts, CredentialFact& fact) {
  std::set<std::string> data;
  if (fact.flow != nullptr) {
    for (const auto* each : DataOf(facts.model(), *fact.flow)) data.insert(each->id());
    const bool whole =
        !fact.flow->readonly() || fact.flow->authorization() == model::v1::FLOW_AUTHORIZATION_TECHNICAL_USER;
    if (whole && fact.target != nullptr) {
      for (const auto* each : fact.target->stores) data.insert(each->id());
    }
  }
  for (const std::string& id : data) fact.data.push_back(facts.model().Find<model::v1::DataClass>(id));
  fact.confidentiality = HighestLevel(fact.data);
  if (fact.target != nullptr) fact.pci_scope = fact.target->pci_scope;
  for (const ComponentFacts* user : fact.users) fact.pci_scope = std::max(fact.pci_scope, user->pci_scope);
}

bool UsesSecret(const Flow& flow) {
  switch (flow.authentication()) {
    case model::v1::FLOW_AUTHENTICATION_CREDENTIALS:
    case model::v1::FLOW_AUTHENTICATION_API_KEY:
    case model::v1::FLOW_AUTHENTICATION_TOKEN:
    case model::v1::FLOW_AUTHENTICATION_SIGNATURE:
      return true;
    default:
      return false;
  }
}

bool IsCovered(const std::vector<CredentialFact>& credentials, const Flow& flow) {
  return std::any_of(credentials.begin(), credentials.end(), [&](const CredentialFact& fact) {
    if (fact.flow == nullptr) return false;
    if (fact.flow == &flow) return true;
    if (fact.flow->target() != flow.target()) return false;
    const auto& users = fact.credential->used_by();
    return std::find(users.begin(), users.end(), flow.source()) != users.end();
  });
}

// Whether it says that its secrets are kept in no store of their own.
bool LacksStore(const ComponentFacts& user) {
  const auto& posture = user.component->posture();
  return std::any_of(posture.begin(), posture.end(), [](const model::v1::ControlPosture& one) {
    return one.control() == "secrets_external" && one.state() == model::v1::POSTURE_STATE_ABSENT;
  });
}

}  // namespace

CredentialInventory FindCredentials(const Facts& facts) {
  const model::Model& model = facts.model();
  CredentialInventory inventory;
  for (const Credential& credential : model.proto().secrets().credentials()) {
    CredentialFact& fact = inventory.credentials.emplace_back();
    fact.credential = &credential;
    fact.store = model.Find<model::v1::SecretStore>(credential.store());
    fact.rotation = RotationOf(model, credential);
    fact.flow = model.Find<Flow>(credential.flow());
    if (fact.flow != nullptr) fact.target = facts.Find(fact.flow->target());
    AddUsers(facts, fact);
    AddReach(facts, fact);
  }
  for (const Flow& flow : model.proto().flows()) {
    const ComponentFacts* source = facts.Find(flow.source());
    if (source == nullptr || !IsOurs(facts, *source) || !UsesSecret(flow)) continue;
    if (!IsCovered(inventory.credentials, flow)) inventory.undeclared.push_back(&flow);
  }
  for (const CredentialFact& fact : inventory.credentials) inventory.revocation_order.push_back(&fact);
  std::stable_sort(inventory.revocation_order.begin(), inventory.revocation_order.end(),
                   [](const CredentialFact* a, const CredentialFact* b) {
                     return std::make_tuple(a->pci_scope, a->confidentiality, a->users.size()) >
                            std::make_tuple(b->pci_scope, b->confidentiality, b->users.size());
                   });
  return inventory;
}

bool IsBesideItsUsers(const CredentialInventory& inventory, const model::v1::SecretStore& store) {
  bool used = false;
  for (const CredentialFact& fact : inventory.credentials) {
    if (fact.store != &store) continue;
    for (const ComponentFacts* user : fact.users) {
      used = true;
      if (!LacksStore(*user)) return false;
    }
  }
  return used;
}

StoredCredentials::StoredCredentials(const Facts& facts) {
  std::set<std::string> without;  // users of credentials without a store
  for (const Credential& credential : facts.model().proto().secrets().credentials()) {
    if (credential.store().empty()) without.insert(credential.used_by().begin(), credential.used_by().end());
  }
  for (const auto& [id, user] : facts.components()) {
    if (LacksStore(user)) lacks_.emplace(id, without.count(id) == 0);
  }
}

model::v1::Tristate StoredCredentials::IsInStore(const Credential& credential) const {
  const auto& users = credential.used_by();
  if (credential.store().empty()) {
    const auto lacks = [this](const std::string& id) { return lacks_.count(id) > 0; };
    return std::any_of(users.begin(), users.end(), lacks) ? model::v1::TRISTATE_NO : model::v1::TRISTATE_UNSPECIFIED;
  }
  const bool beside = !users.empty() && std::all_of(users.begin(), users.end(), [this](const std::string& id) {
    const auto found = lacks_.find(id);
    return found != lacks_.end() && found->second;
  });
  return beside ? model::v1::TRISTATE_NO : model::v1::TRISTATE_YES;
}

}  // namespace metapowers::analysis
