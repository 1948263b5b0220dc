#ifndef METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_
#define METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_

#include "client/session.h"
#include "metapowers/v1/document_service.pb.h"

namespace metapowers::client {

// One line: commit, time, author and subject; and one of what it says first, when it says more.
void PrintRevision(Session& session, const metapowers::v1::Revision& revision);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_
