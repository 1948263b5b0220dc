#include "service/knowledge/security_tests.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

const v1::SecurityTests& SecurityTests() {
  static const auto* const rows = LoadFile<v1::SecurityTests>(absl::MakeConstSpan(kDetectFiles, kDetectFilesCount),
                                                              "data/detect/security_tests.textproto");
  return *rows;
}

}  // namespace metapowers::knowledge
