#include "service/knowledge/recovery.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kRecoveryFiles[];
extern const int kRecoveryFilesCount;

const v1::RecoveryRules& RecoveryRules() {
  static const auto* const rows = LoadRows<v1::RecoveryRules>(absl::MakeConstSpan(kRecoveryFiles, kRecoveryFilesCount),
                                                              [](absl::string_view) { return true; });
  return *rows;
}

const v1::ProtectionGapRule& RecoveryGapRuleOf(absl::string_view id) {
  for (const v1::ProtectionGapRule& rule : RecoveryRules().gaps()) {
    if (rule.id() == id) return rule;
  }
  BrokenRows(id);
}

const v1::GapWeight& GapWeightOf(absl::string_view rule) {
  for (const v1::GapWeight& weight : RecoveryRules().weights()) {
    if (weight.rule() == rule) return weight;
  }
  BrokenRows(rule);
}

}  // namespace metapowers::knowledge
