#include "service/knowledge/culture.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kCultureFiles[];
extern const int kCultureFilesCount;

const v1::CultureRules& CultureRules() {
  static const auto* const rows = LoadFile<v1::CultureRules>(absl::MakeConstSpan(kCultureFiles, kCultureFilesCount),
                                                             "data/culture/culture_rules.textproto");
  return *rows;
}

const v1::ProtectionGapRule& CultureGapRuleOf(absl::string_view id) {
  for (const v1::ProtectionGapRule& rule : CultureRules().gaps()) {
    if (rule.id() == id) return rule;
  }
  BrokenRows(id);
}

}  // namespace metapowers::knowledge
