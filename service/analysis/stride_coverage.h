// The STRIDE matrix: which letters are asked of which element, what was found, and why a cell is empty; see StrideRow.
#ifndef METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_
#define METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_

#include <string>
#include <vector>

#include "absl/container/node_hash_set.h"
#include "service/analysis/known_ground.h"
#include "service/analysis/threat_rules.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

// Rows of components of ours and of flows that cross a boundary, components first, each sorted by id. A letter that is
// not asked has a cell where a threat has it. Kinds, letters and crossings are those that are known, and so is what is
// ours: what an assumption alone takes out has a row; an element that is itself assumed has the assumed ones. The
// reason of an empty cell is that of the nearest rule: fewest conditions failed, then first by id; that of a rule that
// only an assumption keeps from applying names it. `ground` is nullptr where nothing is assumed; `reasons` keeps each
// once, and outlives the rows.
std::vector<StrideRow> CoverStride(const Landscape& landscape, const KnownGround* ground, const RuleSet& rules,
                                   const std::vector<Threat>& threats, absl::node_hash_set<std::string>& reasons);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_STRIDE_COVERAGE_H_
