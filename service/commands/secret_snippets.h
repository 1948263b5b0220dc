// Configuration of declared secret stores, operators, scanners and pipelines. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SECRET_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_SECRET_SNIPPETS_H_

#include "metapowers/security/protect/v1/secrets_management.pb.h"
#include "service/analysis/credentials.h"
#include "service/model/model.h"

namespace metapowers::commands {

// The flow from the component that runs the pipeline to a component that is a secret store; nullptr when none is
// declared.
const model::v1::Flow* FlowToStore(const model::Model& model, const model::v1::Pipeline& pipeline);

// Fills `store_snippets` and `pipeline_snippets`.
void AddSecretSnippets(const model::Model& model, const analysis::CredentialInventory& inventory,
                       security::protect::v1::SecretsManagementResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SECRET_SNIPPETS_H_
