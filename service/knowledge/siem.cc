#include "service/knowledge/siem.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

const v1::SiemRules& SiemRules() {
  static const auto* const rows =
      LoadFile<v1::SiemRules>(absl::MakeConstSpan(kDetectFiles, kDetectFilesCount), "data/detect/siem_rules.textproto");
  return *rows;
}

}  // namespace metapowers::knowledge
