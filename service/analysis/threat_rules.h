// Threat rules made ready to be judged: the shipped ones, and those of a team.
#ifndef METAPOWERS_SERVICE_ANALYSIS_THREAT_RULES_H_
#define METAPOWERS_SERVICE_ANALYSIS_THREAT_RULES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/knowledge/v1/security_controls.pb.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/analysis/attributes.h"

namespace metapowers::analysis {

// A control of a rule with its row of the catalogue.
struct CompiledControl {
  const knowledge::v1::ThreatControl* row = nullptr;
  const knowledge::v1::SecurityControl* control = nullptr;
};

struct CompiledRule {
  const knowledge::v1::ThreatRule* row = nullptr;
  std::vector<Condition> match;
  std::vector<Condition> unless;
  std::vector<Condition> data;
  std::vector<CompiledControl> controls;  // in the order of the row
};

struct CompiledQualityRule {
  const knowledge::v1::QualityRule* row = nullptr;
  std::vector<Condition> match;
  std::vector<Condition> unless;
};

// Immutable; thread-safe.
class RuleSet {
 public:
  // The shipped rules; made once, lives as long as the process.
  static const RuleSet& Shipped();

  // The shipped rules and those of `rows`, each file by its name. INVALID_ARGUMENT RULES_INVALID with every fault of
  // every file: an id that is not a slug with a prefix, that a shipped rule or another file has; an unknown attribute,
  // value, control, CWE, CAPEC or ATT&CK id; a text that is missing.
  struct OwnRules {
    std::string file;
    knowledge::v1::ThreatRules rows;
  };
  static absl::StatusOr<std::shared_ptr<const RuleSet>> WithOwn(std::vector<OwnRules> own);

  // Sorted by id.
  const std::vector<CompiledRule>& rules() const { return rules_; }
  const std::vector<CompiledQualityRule>& model_quality() const { return model_quality_; }

 private:
  RuleSet() = default;
  absl::Status Add(const std::string& file, const knowledge::v1::ThreatRules& rows);

  std::vector<OwnRules> own_;
  std::vector<CompiledRule> rules_;
  std::vector<CompiledQualityRule> model_quality_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_THREAT_RULES_H_
