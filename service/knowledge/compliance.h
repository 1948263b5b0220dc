// Shipped rows on what shows that requirements are met, read once from data embedded in the binary. Thread-safe; what
// it returns lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_COMPLIANCE_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_COMPLIANCE_H_

#include "metapowers/knowledge/v1/compliance_evidence.pb.h"

namespace metapowers::knowledge {

// Rows of data/compliance/*.textproto, merged in the order of the files' names.
const v1::ComplianceRows& ComplianceRows();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_COMPLIANCE_H_
