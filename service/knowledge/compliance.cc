#include "service/knowledge/compliance.h"

#include <google/protobuf/text_format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "service/base/embedded_file.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kComplianceFiles[];
extern const int kComplianceFilesCount;

const v1::ComplianceRows& ComplianceRows() {
  static const auto* const rows = [] {
    auto* const all = new v1::ComplianceRows();  // never destroyed: others may look up while exiting
    for (int i = 0; i < kComplianceFilesCount; ++i) {
      v1::ComplianceRows part;
      // The build has checked the files, so that a failure is a broken binary and not a state to recover from.
      if (!google::protobuf::TextFormat::ParseFromString(std::string(kComplianceFiles[i].text), &part)) {
        std::fprintf(stderr, "embedded rows cannot be used\n");
        std::abort();
      }
      all->MergeFrom(part);
    }
    return all;
  }();
  return *rows;
}

}  // namespace metapowers::knowledge
