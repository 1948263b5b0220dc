// The decision on a false positive that security-testing shows. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_EXAMPLE_DECISION_H_
#define METAPOWERS_SERVICE_COMMANDS_EXAMPLE_DECISION_H_

#include <string>

#include "service/analysis/security_tests.h"

namespace metapowers::commands {

// A file of decisions in YAML with one on the worst open threat that a test attempts and somebody may decide on. Empty
// where there is none, or nobody but the one who approves could ask for it.
std::string ExampleDecision(const analysis::Threats& threats, const analysis::SecurityTestPlan& plan);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_EXAMPLE_DECISION_H_
