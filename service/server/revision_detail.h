// One commit in full, as DocumentService.GetRevision tells it.
#ifndef METAPOWERS_SERVICE_SERVER_REVISION_DETAIL_H_
#define METAPOWERS_SERVICE_SERVER_REVISION_DETAIL_H_

#include "absl/status/status.h"
#include "metapowers/v1/document_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// Serves the method.
absl::Status GetRevision(Backend& backend, Call& call, const v1::GetRevisionRequest& request,
                         v1::GetRevisionResponse& response);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_REVISION_DETAIL_H_
