#include <vector>

#include "service/importers/importer.h"
#include "service/importers/otm.h"
#include "service/importers/terraform.h"
#include "service/importers/threat_dragon.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{kTerraform, kOtm, kThreatDragon};
  return *formats;
}

}  // namespace metapowers::importers
