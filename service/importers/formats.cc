#include <vector>

#include "service/importers/compose_file.h"
#include "service/importers/cyclonedx.h"
#include "service/importers/importer.h"
#include "service/importers/kubernetes.h"
#include "service/importers/openapi.h"
#include "service/importers/otm.h"
#include "service/importers/spdx.h"
#include "service/importers/terraform.h"
#include "service/importers/threagile.h"
#include "service/importers/threat_dragon.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{
      kComposeFile, kCycloneDx, kKubernetes, kOpenApi, kOtm, kSpdx, kTerraform, kThreagile, kThreatDragon,
  };
  return *formats;
}

}  // namespace metapowers::importers
