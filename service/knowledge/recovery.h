// Shipped rules on recovery, read once from data embedded in the binary. All look-ups are thread-safe; what they return
// lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_RECOVERY_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_RECOVERY_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/recovery_rules.pb.h"

namespace metapowers::knowledge {

// All files of data/recover, merged in the order of their names.
const v1::RecoveryRules& RecoveryRules();

// The row with this key, which exists.
const v1::ProtectionGapRule& RecoveryGapRuleOf(absl::string_view id);
const v1::GapWeight& GapWeightOf(absl::string_view rule);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_RECOVERY_H_
