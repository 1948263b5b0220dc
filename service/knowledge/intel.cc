#include "service/knowledge/intel.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kIntelFiles[];
extern const int kIntelFilesCount;

const v1::ThreatIntelRules& ThreatIntelRules() {
  static const auto* const rows = LoadFile<v1::ThreatIntelRules>(absl::MakeConstSpan(kIntelFiles, kIntelFilesCount),
                                                                 "data/intel/threat_intel.textproto");
  return *rows;
}

}  // namespace metapowers::knowledge
