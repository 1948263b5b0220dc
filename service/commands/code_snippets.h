// Jobs that analyse the code of repositories. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CODE_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_CODE_SNIPPETS_H_

#include <google/protobuf/repeated_field.h>

#include "metapowers/v1/config_snippet.pb.h"
#include "service/analysis/code_findings.h"

namespace metapowers::commands {

// One job for each repository whose code the evidence shows to be analysed, on each declared platform that has one for
// the tool of that evidence.
void AddCodeSnippets(const model::Model& model, const analysis::CodeScope& scope,
                     const analysis::VulnerabilityFacts& vulnerabilities,
                     google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CODE_SNIPPETS_H_
