// Makes a Bom of what the parsers of CycloneDX and SPDX find: packages by the reference of the file, and who depends on
// whom. Takes repeated packages, cycles, and references that lead nowhere. References are views of the text that is
// read, which outlives the builder.
#ifndef METAPOWERS_SERVICE_EVIDENCE_BOM_BUILDER_H_
#define METAPOWERS_SERVICE_EVIDENCE_BOM_BUILDER_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/evidence/bom.h"
#include "service/evidence/collector.h"

namespace metapowers::evidence {

// Not thread-safe.
class BomBuilder {
 public:
  explicit BomBuilder(Collector& collector) : collector_(collector) {}

  void SetSubject(absl::string_view reference, absl::string_view name, absl::string_view version);
  // The date of "2026-10-19T04:12:30Z"; anything else is left out.
  void SetCreated(absl::string_view timestamp);

  // Keeps a package, cleaned, under its reference. One without a name becomes a warning; a fault beyond kMaxPackages.
  absl::Status Add(absl::string_view reference, Package package, absl::string_view place);

  // `from` asks for `to`; both are references, known now or later.
  void Depends(absl::string_view from, absl::string_view to);

  Bom Take();

 private:
  // `graph` has the direct dependencies of each package, those of the subject last.
  static void MarkDepths(const std::vector<std::vector<int>>& graph, Bom& bom);

  Collector& collector_;
  Bom bom_;
  absl::string_view subject_reference_;
  std::vector<absl::string_view> references_;  // of bom_.packages, before they are sorted
  std::vector<std::pair<absl::string_view, absl::string_view>> edges_;
};

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_BOM_BUILDER_H_
