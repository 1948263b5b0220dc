#include "service/knowledge/supplier_rules.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kSupplierFiles[];
extern const int kSupplierFilesCount;

const v1::SupplierRules& SupplierRules() {
  static const auto* const rows = LoadFile<v1::SupplierRules>(absl::MakeConstSpan(kSupplierFiles, kSupplierFilesCount),
                                                              "data/suppliers/supplier_rules.textproto");
  return *rows;
}

}  // namespace metapowers::knowledge
