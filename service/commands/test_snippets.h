// Steps of security tests for the pipelines of repositories. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_TEST_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_TEST_SNIPPETS_H_

#include "metapowers/security/detect/v1/security_testing.pb.h"
#include "service/analysis/security_tests.h"

namespace metapowers::commands {

// Fills `snippets`, one for each repository with tests that have a command, for the shipped platform that most declared
// pipelines run on; and `other_platforms`, those of pipelines that no steps are written for.
void AddTestSnippets(const model::Model& model, const analysis::SecurityTestPlan& plan,
                     security::detect::v1::SecurityTestingResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_TEST_SNIPPETS_H_
