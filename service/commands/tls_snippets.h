// Configuration that holds declared products to the TLS floor of the model. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_TLS_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_TLS_SNIPPETS_H_

#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// For each component of ours whose product has a shipped row. The floor is that of the policy, else the highest that a
// flow into the component declares, and TLS 1.2 at the least.
void AddTlsSnippets(const model::Model& model, google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_TLS_SNIPPETS_H_
