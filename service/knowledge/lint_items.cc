#include "service/knowledge/lint_items.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kLintFiles[];
extern const int kLintFilesCount;

const v1::LintItems& LintItems() {
  static const auto* const items =
      LoadFile<v1::LintItems>(absl::MakeConstSpan(kLintFiles, kLintFilesCount), "data/lint/lint_items.textproto");
  return *items;
}

const v1::LintItem* FindLintItem(absl::string_view id) {
  for (const v1::LintItem& item : LintItems().items()) {
    if (item.id() == id) return &item;
  }
  return nullptr;
}

}  // namespace metapowers::knowledge
