// The parsers of the formats: each walks the tree of one file and hands what it says to the collector. They know the
// formats' own members only; limits, cleaning and order are the collector's. A file of another format or version is
// a fault.
#ifndef METAPOWERS_SERVICE_EVIDENCE_FORMATS_H_
#define METAPOWERS_SERVICE_EVIDENCE_FORMATS_H_

#include "absl/status/status.h"
#include "service/evidence/collector.h"
#include "service/evidence/json.h"

namespace metapowers::evidence {

absl::Status ReadSarif(const Value& root, Collector& collector);
absl::Status ReadCycloneDx(const Value& root, Collector& collector);
// The list of components alone; the caller has checked format and version.
absl::Status ReadCycloneDxBom(const Value& root, Collector& collector);
absl::Status ReadSpdx(const Value& root, Collector& collector);
absl::Status ReadOsv(const Value& root, Collector& collector);
absl::Status ReadTrivy(const Value& root, Collector& collector);
absl::Status ReadGrype(const Value& root, Collector& collector);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_FORMATS_H_
