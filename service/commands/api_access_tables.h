// Rows of the section on interfaces about who calls: proof, credentials and rights. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_API_ACCESS_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_API_ACCESS_TABLES_H_

#include "metapowers/security/protect/v1/api_security.pb.h"
#include "service/analysis/api_review.h"
#include "service/commands/command.h"
#include "service/commands/open_questions.h"

namespace metapowers::commands {

// Fills `consumers`, `methods`, `credentials`, `rules` and `authorizations`, and asks what the model does not say of
// them.
void AddApiAccessTables(const Input& input, const analysis::ApiReview& review, RowQuestions& questions,
                        security::protect::v1::ApiSecurityResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_API_ACCESS_TABLES_H_
