// Pipelines and repositories in the section on secrets. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SECRET_DELIVERY_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_SECRET_DELIVERY_TABLES_H_

#include "metapowers/security/protect/v1/secrets_management.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Fills `pipelines` and `repositories`.
void AddSecretDeliveryTables(const model::Model& model, security::protect::v1::SecretsManagementResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SECRET_DELIVERY_TABLES_H_
