// The shipped list of what a reviewer asks of the documents, read once from data embedded in the binary. Thread-safe;
// what it returns lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_LINT_ITEMS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_LINT_ITEMS_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/lint_items.pb.h"

namespace metapowers::knowledge {

const v1::LintItems& LintItems();

// By id, e.g. "identify-4"; nullptr when the list has no such item.
const v1::LintItem* FindLintItem(absl::string_view id);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_LINT_ITEMS_H_
