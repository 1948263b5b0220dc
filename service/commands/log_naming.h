// How the sections of Detect name log sources and those who answer for them. Short words only. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_LOG_NAMING_H_
#define METAPOWERS_SERVICE_COMMANDS_LOG_NAMING_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_field.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/log_sources.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// "collected", "collected, unchangeable", "to be confirmed", "local only", ...
std::string CollectionLabel(analysis::LogCollection collection);

// "component", "supplier", "infrastructure", ...
std::string ElementLabel(const analysis::LogSource& source);

// "PCI DSS: cardholder data environment, HIPAA"; empty outside both.
std::string ScopeLabel(const analysis::LogSource& source);

// How rules in Sigma address it, e.g. "category database + product postgresql".
std::string SigmaLabel(const analysis::LogSource& source);

// "met", "not met", "not known".
std::string StateLabel(analysis::RuleState state);

// Who acts for the first role of these kinds (held_roles.h): a vacant role answers for nothing.
std::string OwnerOf(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds);

// Logs of one kind.
struct LogCounts {
  int all = 0;
  int collected = 0;
  int unclear = 0;  // nobody has said whether they are collected
};
// How long they are kept: "90 days hot, 1 year in all", where they stay while nobody collects them, or "not declared".
std::string KeptOf(const model::Model& model, const LogCounts& logs);

// The duties on retention whose requirement binds the system: those of a framework that binds it in part are left out
// where that part does not hold them.
std::vector<analysis::RetentionFact> BindingRetentions(const Input& input, const analysis::LogSources& sources);

// "90 days hot, 1 year in all", and that it keeps nothing where that is why the duty is broken; empty when not known.
std::string DeclaredFor(const model::Model& model, const analysis::RetentionFact& fact);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_LOG_NAMING_H_
