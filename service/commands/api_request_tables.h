// Rows of the section on interfaces about what they are sent: limits, requests, origins, transport and headers. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_API_REQUEST_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_API_REQUEST_TABLES_H_

#include "metapowers/security/protect/v1/api_security.pb.h"
#include "service/analysis/api_review.h"
#include "service/commands/command.h"
#include "service/commands/open_questions.h"

namespace metapowers::commands {

// Fills `limits`, `gateways` with their `configs`, `inputs` with their tests, `origins`, `transports` and `headers`,
// and asks what the model does not say of them. `surface` is what `review` was made from.
void AddApiRequestTables(const Input& input, const analysis::AttackSurface& surface, const analysis::ApiReview& review,
                         RowQuestions& questions, security::protect::v1::ApiSecurityResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_API_REQUEST_TABLES_H_
