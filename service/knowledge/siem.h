// Shipped rules on event management platforms, read once from data embedded in the binary. Thread-safe; what is
// returned lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_SIEM_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_SIEM_H_

#include "metapowers/knowledge/v1/siem_rules.pb.h"

namespace metapowers::knowledge {

// The rows of data/detect/siem_rules.textproto.
const v1::SiemRules& SiemRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_SIEM_H_
