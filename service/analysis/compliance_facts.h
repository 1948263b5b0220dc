// What a model says for requirements of frameworks by its controls, the posture of its elements, the handling of its
// data, its inventory and its suppliers. Of postures counts what is known (known_ground.h). For compliance.h.
#ifndef METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_FACTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_FACTS_H_

#include <vector>

#include "service/analysis/compliance.h"

namespace metapowers::analysis {

// All facts, whatever the framework, in the order of their source and id.
std::vector<ComplianceFact> ComplianceFactsOf(const Landscape& landscape);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_FACTS_H_
