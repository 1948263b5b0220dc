// Shipped rules on security culture, read once from data embedded in the binary. Thread-safe; lives as long as the
// process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_CULTURE_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_CULTURE_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/culture_rules.pb.h"

namespace metapowers::knowledge {

// Rows of data/culture/culture_rules.textproto.
const v1::CultureRules& CultureRules();

// The row with this key, which exists.
const v1::ProtectionGapRule& CultureGapRuleOf(absl::string_view id);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_CULTURE_H_
