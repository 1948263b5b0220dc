#include "service/importers/tracked_risk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace metapowers::importers {

std::string ForeignKey(TrackedRisk risk) {
  std::vector<std::string>& elements = risk.elements;
  if (std::find(elements.begin(), elements.end(), "*") == elements.end()) std::sort(elements.begin(), elements.end());
  return absl::StrCat(risk.equivalent, elements.empty() ? "" : "@", absl::StrJoin(elements, "+"),
                      risk.data_class.empty() ? "" : "/", risk.data_class);
}

}  // namespace metapowers::importers
