// Which commit last touched each line of a section, as DocumentService.BlameSection tells it.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_BLAME_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_BLAME_H_

#include "absl/status/status.h"
#include "metapowers/v1/document_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// Serves the method.
absl::Status BlameSection(Backend& backend, Call& call, const v1::BlameSectionRequest& request,
                          v1::BlameSectionResponse& response);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_BLAME_H_
