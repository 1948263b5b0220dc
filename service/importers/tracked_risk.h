// From the risks of other tools to the keys of our findings.
#ifndef METAPOWERS_SERVICE_IMPORTERS_FINDING_KEY_H_
#define METAPOWERS_SERVICE_IMPORTERS_FINDING_KEY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// The id of the rule that declares this equivalence, e.g. of `threagile:unencrypted-asset`; "" when none does.
using RuleLookup = std::function<std::string(absl::string_view equivalent)>;

// Key of the finding that `equivalent` is about these elements: rule id, `@`, the sorted ids joined by `+`, and
// `/` with the data class where there is one. The equivalent stands for the rule where `rule_of` knows none or is
// empty. An element `*` stands for any; with one the ids keep their order, which then means something.
std::string FindingKey(absl::string_view equivalent, std::vector<std::string> elements, absl::string_view data_class,
                       const RuleLookup& rule_of);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_FINDING_KEY_H_
