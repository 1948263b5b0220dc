// The worst of a risk register as scenarios: all threats of one rule together, with what they put at stake. Gaps have
// none: they make threats likelier and happen to nobody. Pure.
//
//   functions  business functions that stop, where a threat of the scenario harms availability: those of the components
//              that it is about and of all that hard-depend on them; of a supplier or platform those of the components
//              that stop with it (SinglePoint.stops)
//   route      the easiest path of an outsider (attack_paths.h) of which one of the threats makes a step
#ifndef METAPOWERS_SERVICE_ANALYSIS_RISK_SCENARIOS_H_
#define METAPOWERS_SERVICE_ANALYSIS_RISK_SCENARIOS_H_

#include <vector>

#include "service/analysis/attack_paths.h"
#include "service/analysis/risk_register.h"

namespace metapowers::analysis {

struct RiskScenario {
  std::vector<const Risk*> risks;                             // with a threat, worst first; never empty
  std::vector<const model::v1::DataClass*> data;              // at stake, strongest first, then by id
  std::vector<const model::v1::BusinessFunction*> functions;  // by id
  const AttackPath* route = nullptr;

  const Risk& worst() const { return *risks.front(); }
};

// At most `most` scenarios of at least medium severity that wait for mitigation, worst first. Refers to its arguments.
std::vector<RiskScenario> RiskScenarios(const RiskRegister& risks, const Threats& threats, const AttackPaths& paths,
                                        size_t most);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RISK_SCENARIOS_H_
