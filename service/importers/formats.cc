#include <vector>

#include "service/importers/importer.h"
#include "service/importers/kubernetes.h"

namespace metapowers::importers {

absl::Span<const Format> Formats() {
  static const auto* const formats = new std::vector<Format>{kKubernetes};
  return *formats;
}

}  // namespace metapowers::importers
