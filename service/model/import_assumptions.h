// Sentences of assumptions that an import makes of one attribute of many elements, and reading them back, so that an
// element that people answer for leaves the sentence. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_MODEL_IMPORT_ASSUMPTIONS_H_
#define METAPOWERS_SERVICE_MODEL_IMPORT_ASSUMPTIONS_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::model {

// Whether an import wrote the assumption of this id.
bool IsImportAssumption(absl::string_view id);

struct AssumedField {
  enum class Kind { kStandIn, kDrawn };

  Kind kind = Kind::kDrawn;
  std::string field;               // `Component.kind` of a stand-in, `components.kind` of what a convention says
  std::set<std::string> elements;  // ids; those that are not listed are counted in `more`
  size_t more = 0;
};

// The sentence; it lists twenty elements and counts the rest.
std::string StatementOf(const AssumedField& assumed);

// What the sentence says; nothing when it is none of StatementOf().
std::optional<AssumedField> ReadStatement(absl::string_view statement);

// Names as people read them, twenty at most: "a, b, and 3 more", which `more` others count to.
std::string ShortListOf(const std::set<std::string>& ids, size_t more = 0);
// In their order.
std::string ShortListOf(const std::vector<std::string>& names, absl::string_view separator = ", ");

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_IMPORT_ASSUMPTIONS_H_
