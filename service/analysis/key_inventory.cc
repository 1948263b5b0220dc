#include "service/analysis/key_inventory.h"

#include <algorithm>
#include <set>

#include "service/analysis/terms.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::analysis {
namespace {

using model::v1::Component;
using model::v1::CryptoKey;

bool IsUsed(const CryptoKey& key, const KeyFact& fact) {
  // No field of the model names the user of a certificate or signing key, so that its absence says nothing.
  const bool names_users = key.use() == model::v1::KEY_USE_DATA_AT_REST || key.use() == model::v1::KEY_USE_BACKUP;
  return !names_users || !fact.stores.empty() || !fact.backups.empty();
}

KeyState StateOf(const model::Model& model, const KeyFact& fact) {
  const CryptoKey& key = *fact.key;
  if (!key.expires().empty() && model::ToCivilDay(key.expires()) < model.as_of()) return KeyState::kDeactivated;
  if (!IsUsed(key, fact)) return KeyState::kPreActivation;
  if (!fact.rotation.known()) return KeyState::kUnknown;
  return fact.rotation.overdue_days > 0 ? KeyState::kOverdue : KeyState::kActive;
}

void AddRegions(const model::Model& model, KeyFact& fact) {
  std::set<std::string> needed;
  for (const Component* store : fact.stores) needed.insert(store->regions().begin(), store->regions().end());
  for (const Component* store : fact.backups) {
    needed.insert(store->backup().locations().begin(), store->backup().locations().end());
  }
  if (needed.empty() || fact.key->regions().empty()) return;
  const auto jurisdiction = [&](const std::string& id) {
    const auto* region = model.Find<model::v1::Region>(id);
    return region == nullptr ? model::v1::JURISDICTION_UNSPECIFIED : region->jurisdiction();
  };
  std::set<int> places;
  for (const std::string& region : needed) {
    places.insert(jurisdiction(region));
    const auto& allowed = fact.key->regions();
    if (std::find(allowed.begin(), allowed.end(), region) == allowed.end()) fact.unreachable.push_back(region);
  }
  for (const std::string& region : fact.key->regions()) {
    if (places.count(jurisdiction(region)) == 0) fact.abroad.push_back(region);
  }
}

}  // namespace

std::vector<KeyFact> FindKeys(const Facts& facts) {
  const model::Model& model = facts.model();
  std::vector<KeyFact> keys;
  for (const CryptoKey& key : model.proto().keys()) {
    KeyFact& fact = keys.emplace_back();
    fact.key = &key;
    fact.rotation = RotationOf(model, key);
    fact.algorithm = knowledge::FindAlgorithm(key.algorithm());
    std::set<std::string> data;
    for (const auto& [id, component] : facts.components()) {
      const bool encrypts = component.component->kms_key() == key.id();
      const bool backs_up = component.component->backup().key() == key.id();
      if (encrypts) fact.stores.push_back(component.component);
      if (backs_up) fact.backups.push_back(component.component);
      if (!encrypts && !backs_up) continue;
      for (const model::v1::DataClass* each : component.stores) data.insert(each->id());
    }
    for (const std::string& id : data) fact.data.push_back(model.Find<model::v1::DataClass>(id));
    fact.state = StateOf(model, fact);
    AddRegions(model, fact);
  }
  return keys;
}

const KeyFact* FindKey(const std::vector<KeyFact>& keys, absl::string_view id) {
  for (const KeyFact& fact : keys) {
    if (fact.key->id() == id) return &fact;
  }
  return nullptr;
}

bool IsStore(const ComponentFacts& facts) { return !facts.stores.empty() && !IsExternal(*facts.component); }

}  // namespace metapowers::analysis
