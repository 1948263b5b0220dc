// The model of a topic and the files that it was imported from: what changed in the files.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_REFRESH_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_REFRESH_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/import.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// The files of a request to import them; one without a name gets that of its place. They refer to `files`.
std::vector<importers::SourceFile> SourceFilesOf(const google::protobuf::RepeatedPtrField<v1::ImportFile>& files);

// Imports the files as the import before did, on the day that its draft gives, so that nothing but the files makes a
// difference and elements keep their ids, and merges what changed (model_merge.h). FAILED_PRECONDITION MODEL_MISSING,
// IMPORT_MISSING; INVALID_ARGUMENT MODEL_INVALID when a file that the draft has something from cannot be read now,
// which is not to say that it is gone; those of importers::ImportModel() and model::MergeModel().
absl::Status RefreshModel(Backend& backend, Call& call, const v1::RefreshModelRequest& request,
                          v1::RefreshModelResponse& response);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_REFRESH_H_
