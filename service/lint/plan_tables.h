// Reading plans whose tables are not known by their columns: under a heading of the contract, a row that names an
// element, and cells whose column speaks of something.
#ifndef METAPOWERS_SERVICE_LINT_PLAN_TABLES_H_
#define METAPOWERS_SERVICE_LINT_PLAN_TABLES_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/lint/check.h"

namespace metapowers::lint {

// Whether a line under the heading of level 3, of the whole section when `part` is empty, names the id or the name.
bool Mentions(const Section& section, absl::string_view part, absl::string_view id, absl::string_view name = "");

// Whether a row of a table under the heading names the id or the name.
bool HasRowOf(const Section& section, absl::string_view part, absl::string_view id, absl::string_view name = "");

// Whether a table under the heading has a column whose name holds one of the words.
bool HasColumn(const Section& section, absl::string_view part, std::initializer_list<absl::string_view> words);

// Each row of tables under the heading that have such a column says something there; looks at each row. A heading
// without any such table is a finding. `what` names the column, e.g. "owner".
void WantColumn(Check& check, const Section& section, absl::string_view part,
                std::initializer_list<absl::string_view> words, absl::string_view what);

// Components of ours that are live or retiring, sorted by id.
std::vector<const model::v1::Component*> RunningComponents(const Check& check);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_PLAN_TABLES_H_
