#include "service/importers/finding_key.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace metapowers::importers {

std::string FindingKey(absl::string_view equivalent, std::vector<std::string> elements, absl::string_view data_class,
                       const RuleLookup& rule_of) {
  if (std::find(elements.begin(), elements.end(), "*") == elements.end()) {
    std::sort(elements.begin(), elements.end());
  }
  std::string rule = rule_of ? rule_of(equivalent) : "";
  if (rule.empty()) rule = std::string(equivalent);
  return absl::StrCat(rule, elements.empty() ? "" : "@", absl::StrJoin(elements, "+"), data_class.empty() ? "" : "/",
                      data_class);
}

}  // namespace metapowers::importers
