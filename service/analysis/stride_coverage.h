// The STRIDE matrix: which letters were considered on which element, and why a cell is empty; see StrideRow.
#ifndef METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_
#define METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_

#include <string>
#include <vector>

#include "absl/container/node_hash_set.h"
#include "service/analysis/threat_rules.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

// Rows of components of ours and of flows that cross a boundary, components first, each sorted by id. The reason of an
// empty cell is that of the rule that came nearest: the fewest conditions failed, then the first by id; `reasons` keeps
// each once, and outlives the rows.
std::vector<StrideRow> CoverStride(const Landscape& landscape, const RuleSet& rules, const std::vector<Threat>& threats,
                                   absl::node_hash_set<std::string>& reasons);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_
