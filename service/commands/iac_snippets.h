// Configuration of scanners, policies and jobs for declared infrastructure as code. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IAC_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_IAC_SNIPPETS_H_

#include <google/protobuf/repeated_field.h>

#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

using ConfigSnippets = google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>;

// Each scanner of a source's tool, once for each repository.
void AddScannerSnippets(const model::Model& model, ConfigSnippets& out);

// Each policy that is for a source, once for each repository.
void AddPolicySnippets(const model::Model& model, ConfigSnippets& out);

// Jobs of each source.
void AddIacJobSnippets(const model::Model& model, ConfigSnippets& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_IAC_SNIPPETS_H_
