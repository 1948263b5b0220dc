#ifndef METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_
#define METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_

#include <string>
#include <vector>

#include "client/session.h"
#include "metapowers/v1/document_service.pb.h"

namespace metapowers::client {

// "threat-model", "model", "revert threat-model"; of a commit that the service did not make its whole subject. Fit for
// a terminal.
std::string WhatOf(const metapowers::v1::Revision& revision);

// Its time in UTC, in the format of absl::FormatTime.
std::string TimeOf(const metapowers::v1::Revision& revision, const char* format = "%Y-%m-%d %H:%M");

// One line of a list: id, time, what, author and summary; and the topic where the list is not of one.
std::vector<std::string> RevisionRow(Session& session, const metapowers::v1::Revision& revision, bool with_topic);

// The same where nobody knows what comes next, so that columns have no width.
void PrintRevisionLine(Session& session, const metapowers::v1::Revision& revision, bool with_topic);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_REVISION_LINE_H_
