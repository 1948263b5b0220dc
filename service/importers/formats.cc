#include <vector>

#include "service/importers/importer.h"
#include "service/importers/otm.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{kOtm};
  return *formats;
}

}  // namespace metapowers::importers
