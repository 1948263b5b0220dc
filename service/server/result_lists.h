// What a typed result tells beyond its section.
#ifndef METAPOWERS_SERVICE_SERVER_RESULT_LISTS_H_
#define METAPOWERS_SERVICE_SERVER_RESULT_LISTS_H_

#include <google/protobuf/message.h>

#include "metapowers/v1/command.pb.h"

namespace metapowers::server {

// Copies the lists that results of any command may have into the outcome: `questions` of metapowers.v1.Question and
// `open_findings` of metapowers.v1.OpenFinding, which also says that the command reports findings. Pure.
void CopyLists(const google::protobuf::Message& result, v1::CommandOutcome& outcome);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_RESULT_LISTS_H_
