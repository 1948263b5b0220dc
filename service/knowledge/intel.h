// Shipped rows on threat intelligence, read once from data embedded in the binary. Thread-safe; what is returned lives
// as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_

#include "metapowers/knowledge/v1/threat_intel.pb.h"

namespace metapowers::knowledge {

// The rows of data/intel/threat_intel.textproto.
const v1::ThreatIntelRules& ThreatIntelRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_
