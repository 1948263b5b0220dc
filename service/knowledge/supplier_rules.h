// Shipped rules on suppliers and the delivery of software, read once from data embedded in the binary. Thread-safe;
// lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_SUPPLIER_RULES_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_SUPPLIER_RULES_H_

#include "metapowers/knowledge/v1/supplier_rules.pb.h"

namespace metapowers::knowledge {

// Rows of data/suppliers/supplier_rules.textproto.
const v1::SupplierRules& SupplierRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_SUPPLIER_RULES_H_
