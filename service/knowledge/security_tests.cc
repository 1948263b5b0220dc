#include "service/knowledge/security_tests.h"

#include <google/protobuf/text_format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "service/base/embedded_file.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

const v1::SecurityTests& SecurityTests() {
  static const auto* const rows = [] {
    auto* const tests = new v1::SecurityTests();  // never destroyed: others may look up while exiting
    for (int i = 0; i < kDetectFilesCount; ++i) {
      if (kDetectFiles[i].path != "data/detect/security_tests.textproto") continue;
      if (google::protobuf::TextFormat::ParseFromString(std::string(kDetectFiles[i].text), tests)) return tests;
    }
    // The build has checked the file, so that a failure is a broken binary and not a state to recover from.
    std::fprintf(stderr, "embedded rows of security tests cannot be used\n");
    std::abort();
  }();
  return *rows;
}

}  // namespace metapowers::knowledge
