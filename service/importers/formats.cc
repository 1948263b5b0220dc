#include <vector>

#include "service/importers/importer.h"
#include "service/importers/threagile.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{
      kThreagile,
  };
  return *formats;
}

}  // namespace metapowers::importers
