// Threagile model files (threagile.io) as drafts of system models.
//
// Everything that such a file says of data assets, technical assets, communication links, trust boundaries, shared
// runtimes and tags has a field in the draft. Of what has none (questions, abuse cases, security requirements,
// individual risks, the author's words) the notes keep the text. Only settings of diagrams and images are left out.
// What the file leaves out stays unknown; a value that it states, `none` or `false` included, is known.
//
// Anchors, aliases and merge keys are read. Enum values that Threagile refuses too, dangling references, duplicate
// ids, an asset or boundary in two boundaries and cycles of boundaries are faults. Fields, technologies and protocols
// that are not known here are warnings, since Threagile grows and takes own technologies; what is in them stays as it
// is written where it has a place.
//
// Risk tracking becomes drafts of decisions, one on each finding of ours that the risk is: it knows no requester,
// authority and expiry, and nobody is made up.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAGILE_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAGILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/importer.h"
#include "service/importers/tracked_risk.h"

namespace metapowers::importers {

struct ThreagileOptions {
  std::string topic_id;       // a slug; becomes the id of the model
  std::string file_name;      // for locations; its last part for texts
  std::string today;          // `as_of` of a file without date
  FindingLookup findings_of;  // may be empty
};

// A model that is imported alone: with decisions, and its elements as they are.
// INVALID_ARGUMENT MODEL_INVALID with every fault of the file, as `file:line:col`. Pure.
absl::StatusOr<v1::ImportModelResponse> ImportThreagile(absl::string_view yaml, const ThreagileOptions& options);

// A model among other files. Its risk tracking is not imported, which a note tells.
extern const Format kThreagile;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAGILE_H_
