// The draft that the last import, or refresh, made of files, as it was made: the base on which the next refresh tells
// what changed in the files from what people changed in the model. It lies with the pristine copies of documents, at
// `.metapowers/.generated/<topic>/imported-model.yaml`, and comes with the commit of the model that it was made for.
#ifndef METAPOWERS_SERVICE_SERVER_IMPORTED_MODEL_H_
#define METAPOWERS_SERVICE_SERVER_IMPORTED_MODEL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/server/names.h"
#include "service/workspace/commit.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// The draft; nothing when the model was not imported. Thread-safe.
absl::StatusOr<std::optional<std::string>> ImportedModel(const workspace::Snapshot& snapshot,
                                                         const ResourceName& topic);

// What makes `draft_yaml` the draft that is kept; no change when it is already. INVALID_ARGUMENT MODEL_INVALID when it
// is no valid model of the topic.
absl::StatusOr<std::vector<workspace::FileChange>> KeepImportedModel(const workspace::Snapshot& snapshot,
                                                                     const ResourceName& topic,
                                                                     const std::string& draft_yaml);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_IMPORTED_MODEL_H_
