// Commits as the API tells them. Pure functions.
#ifndef METAPOWERS_SERVICE_SERVER_REVISIONS_H_
#define METAPOWERS_SERVICE_SERVER_REVISIONS_H_

#include <cstddef>

#include "metapowers/v1/document_service.pb.h"
#include "service/workspace/commit.h"

namespace metapowers::server {

void DescribeRevision(const workspace::CommitInfo& commit, v1::Revision& out);

// Brings a revision of a foreign commit, which may say anything at any length, below `limit` bytes, at least 8 KiB:
// without body and trailers, and with its other texts cut.
void LimitRevision(size_t limit, v1::Revision& revision);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_REVISIONS_H_
