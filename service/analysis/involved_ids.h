// What an element is about besides itself.
#ifndef METAPOWERS_SERVICE_ANALYSIS_INVOLVED_IDS_H_
#define METAPOWERS_SERVICE_ANALYSIS_INVOLVED_IDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// Ids of the element and of the components that it joins, serves or is used by, sorted; they live as long as the model.
std::vector<absl::string_view> InvolvedIds(const Element& element);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_INVOLVED_IDS_H_
