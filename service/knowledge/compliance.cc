#include "service/knowledge/compliance.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kComplianceFiles[];
extern const int kComplianceFilesCount;

const v1::ComplianceRows& ComplianceRows() {
  static const auto* const rows = LoadRows<v1::ComplianceRows>(
      absl::MakeConstSpan(kComplianceFiles, kComplianceFilesCount), [](absl::string_view) { return true; });
  return *rows;
}

}  // namespace metapowers::knowledge
