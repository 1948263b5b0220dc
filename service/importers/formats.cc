#include <vector>

#include "service/importers/importer.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{};
  return *formats;
}

}  // namespace metapowers::importers
