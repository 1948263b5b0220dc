// Rules that a team keeps in its workspace, `.metapowers/rules/*.yaml`: the schema of threat_rules.proto in YAML, with
// enum values in lower case without prefix. Every id starts with the name of its file and a `-`, so that files cannot
// clash: `acme.yaml` has `acme-card-export`.
#ifndef METAPOWERS_SERVICE_ANALYSIS_OWN_RULES_H_
#define METAPOWERS_SERVICE_ANALYSIS_OWN_RULES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "service/analysis/threat_rules.h"
#include "service/model/source_file.h"

namespace metapowers::analysis {

// The shipped rules and those of the files; nullptr without files: the shipped ones alone. INVALID_ARGUMENT
// RULES_INVALID with every fault of every file, with file, line and column where the text is at fault.
absl::StatusOr<std::shared_ptr<const RuleSet>> ParseOwnRules(absl::Span<const model::RuleFile> files);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_OWN_RULES_H_
