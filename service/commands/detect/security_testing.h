// security-testing: which tests the declared facts ask for, with what and how often, who mends findings until when, and
// the chain from every threat over its controls and detections to its tests. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_SECURITY_TESTING_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_SECURITY_TESTING_H_

#include "metapowers/security/detect/v1/security_testing.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::SecurityTestingResult SecurityTesting(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_SECURITY_TESTING_H_
