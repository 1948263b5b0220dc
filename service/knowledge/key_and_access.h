// Shipped rows on algorithms, keys, credentials and the configuration of products, read once from data embedded in the
// binary. All look-ups are thread-safe; what they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_KEY_AND_ACCESS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_KEY_AND_ACCESS_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/key_and_access_rules.pb.h"

namespace metapowers::knowledge {

// All data files, merged in the order of their names.
const v1::KeyAndAccessRules& KeyAndAccessRules();

// The algorithm that a model writes as `text`, e.g. "AES-256-GCM"; nullptr when the table lacks it.
const v1::AlgorithmRule* FindAlgorithm(absl::string_view text);

// nullptr for the zero value.
const v1::EncryptionModeRule* FindEncryptionMode(model::v1::EncryptionAtRest mode);
const v1::CredentialRule* FindCredentialRule(model::v1::CredentialKind kind);

// Every value but the zero one has its row.
const v1::LeakPlace& LeakPlaceOf(v1::LeakKind kind);

// The rule with this key, which exists.
const v1::ProtectionGapRule& ProtectionGapRuleOf(absl::string_view id);
const v1::InventoryReason& InventoryReasonOf(absl::string_view id);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_KEY_AND_ACCESS_H_
