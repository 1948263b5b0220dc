// Tools over the text of a model: formatting, comparing and exporting. They store nothing.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_TOOLS_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_TOOLS_H_

#include "absl/status/status.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// Methods of ModelService.
absl::Status FormatModel(Backend& backend, Call& call, const v1::FormatModelRequest& request,
                         v1::FormatModelResponse& response);
absl::Status CompareModels(Backend& backend, Call& call, const v1::CompareModelsRequest& request,
                           v1::CompareModelsResponse& response);
absl::Status ExportModel(Backend& backend, Call& call, const v1::ExportModelRequest& request,
                         v1::ExportModelResponse& response);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_TOOLS_H_
