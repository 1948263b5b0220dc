// Steps of security tests as the definition of a pipeline, in the form of its platform. Pure.
#ifndef METAPOWERS_SERVICE_EXPORT_CI_H_
#define METAPOWERS_SERVICE_EXPORT_CI_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/security_tests.pb.h"

namespace metapowers::exporting {

// One step.
struct CiStep {
  std::string name;
  std::string install;  // may be empty
  std::string command;
};

// The definition that runs the steps on every change and, where `nightly`, each night, and keeps their SARIF reports
// whether or not a step has found something. Actions of GitHub stand at a commit, with its version beside them.
std::string WriteCi(knowledge::v1::CiForm form, const std::vector<CiStep>& steps, bool nightly);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_CI_H_
