// Undoes one commit by another, as DocumentService.RevertRevision does it.
#ifndef METAPOWERS_SERVICE_SERVER_REVERT_REVISION_H_
#define METAPOWERS_SERVICE_SERVER_REVERT_REVISION_H_

#include "absl/status/status.h"
#include "metapowers/v1/document_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// Serves the method.
absl::Status RevertRevision(Backend& backend, Call& call, const v1::RevertRevisionRequest& request,
                            v1::RevertRevisionResponse& response);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_REVERT_REVISION_H_
