// Differences in meaning, for people.
#ifndef METAPOWERS_CLIENT_COMMANDS_RESULT_DIFF_H_
#define METAPOWERS_CLIENT_COMMANDS_RESULT_DIFF_H_

#include "client/session.h"
#include "metapowers/v1/document_service.pb.h"

namespace metapowers::client {

// One block per command: what became of the findings, then each entry that came (+), went (-) or changed (~), with the
// fields that changed and the changes of the model on the elements that it names.
void PrintResultDiffs(Session& session, const google::protobuf::RepeatedPtrField<metapowers::v1::ResultDiff>& results);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_RESULT_DIFF_H_
