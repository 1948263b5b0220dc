#include <vector>

#include "service/importers/compose_file.h"
#include "service/importers/cyclonedx.h"
#include "service/importers/importer.h"
#include "service/importers/kubernetes.h"
#include "service/importers/openapi.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{
      kComposeFile,
      kCycloneDx,
      kKubernetes,
      kOpenApi,
  };
  return *formats;
}

}  // namespace metapowers::importers
