// Files of other tools as one draft of a system model.
//
// Each file is read as YAML or JSON, and each of its documents goes to the format that claims it. What is of no format
// is skipped and told; a fault in a file of a known format stops the import, so that nothing of it is missing in
// silence. The draft says of every attribute where it was observed, whose default it is, or why it is assumed.
#ifndef METAPOWERS_SERVICE_IMPORTERS_IMPORT_H_
#define METAPOWERS_SERVICE_IMPORTERS_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/tracked_risk.h"

namespace metapowers::importers {

// Values of all documents of one import together. With those of the largest files, memory stays under 200 MB.
inline constexpr uint64_t kMaxImportNodes = 800'000;

struct SourceFile {
  std::string name;  // for locations
  absl::string_view content;
};

struct ImportOptions {
  std::string topic_id;       // a slug; becomes the id of the model
  std::string today;          // `as_of` of files without date
  FindingLookup findings_of;  // for the risk tracking of a Threagile model; may be empty
  // The draft that was kept of the import before, whose elements keep their ids; may be empty.
  absl::string_view earlier = "";
};

// INVALID_ARGUMENT MODEL_INVALID with the faults of all files that are of a known format, as `file:line:col`;
// ARGUMENT_INVALID when there are no files or too many (kMaxImportFiles, kMaxImportBytes of base/api_limits.h);
// IMPORT_EMPTY when no file shows a component. A Threagile model that is the only one imported is taken as
// ImportThreagile() does. Pure.
absl::StatusOr<v1::ImportModelResponse> ImportModel(const std::vector<SourceFile>& files, const ImportOptions& options);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_IMPORT_H_
