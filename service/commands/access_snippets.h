// Configuration that keeps rights least on declared clusters and cloud accounts. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ACCESS_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_ACCESS_SNIPPETS_H_

#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// By namespace, then by component with object storage, then by cloud account.
void AddAccessSnippets(const model::Model& model,
                       google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ACCESS_SNIPPETS_H_
