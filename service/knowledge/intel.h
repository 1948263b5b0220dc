// Shipped rows on threat intelligence, penetration tests, training and sections that meet requirements, read once from
// data embedded in the binary. Thread-safe; what is returned lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_

#include "metapowers/knowledge/v1/compliance_sections.pb.h"
#include "metapowers/knowledge/v1/pentest.pb.h"
#include "metapowers/knowledge/v1/threat_intel.pb.h"
#include "metapowers/knowledge/v1/training.pb.h"

namespace metapowers::knowledge {

// The rows of data/intel/threat_intel.textproto.
const v1::ThreatIntelRules& ThreatIntelRules();

// The rows of data/intel/pentest.textproto.
const v1::PentestRules& PentestRules();

// The rows of data/intel/compliance_sections.textproto.
const v1::ComplianceSections& ComplianceSections();

// The rows of data/intel/training.textproto.
const v1::TrainingRules& TrainingRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_INTEL_H_
