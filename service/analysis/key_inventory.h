// What each declared key protects, who depends on it, and whether it may be used where that data is. Pure; thread-safe.
//
// A key protects the stores that name it as `kms_key`, and the backups that name it as `backup.key`. Its data is what
// those stores keep. Its regions fit when each region of a store that it encrypts, and each location of a backup, is
// among them: elsewhere the data cannot be opened. A key may leave a jurisdiction that its data must not: a region of
// the key in another jurisdiction than all regions of its stores and backups is listed as well.
#ifndef METAPOWERS_SERVICE_ANALYSIS_KEY_INVENTORY_H_
#define METAPOWERS_SERVICE_ANALYSIS_KEY_INVENTORY_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/key_and_access_rules.pb.h"
#include "service/analysis/facts.h"
#include "service/analysis/rotation.h"

namespace metapowers::analysis {

// State of a key by the names of NIST SP 800-57 Part 1 Rev. 5, as far as the model shows it: kPreActivation has no
// declared user, kDeactivated is past the end of a certificate, kOverdue is active past its period of use.
enum class KeyState { kPreActivation, kActive, kOverdue, kDeactivated, kUnknown };

struct KeyFact {
  const model::v1::CryptoKey* key = nullptr;
  KeyState state = KeyState::kUnknown;
  Rotation rotation;
  const knowledge::v1::AlgorithmRule* algorithm = nullptr;  // nullptr: not in the table
  std::vector<const model::v1::Component*> stores;          // sorted by id
  std::vector<const model::v1::Component*> backups;
  std::vector<const model::v1::DataClass*> data;  // that they keep, sorted by id
  std::vector<std::string> unreachable;           // regions of stores and backups that the key is not declared for
  std::vector<std::string> abroad;  // regions of the key in a jurisdiction where none of its stores or backups is
};

// All declared keys, sorted by id.
std::vector<KeyFact> FindKeys(const Facts& facts);

// The key with this id; nullptr when there is none.
const KeyFact* FindKey(const std::vector<KeyFact>& keys, absl::string_view id);

// Whether data rests in it and it is no external entity.
bool IsStore(const ComponentFacts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_KEY_INVENTORY_H_
