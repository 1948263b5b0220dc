// logging-architecture: which logs the system should have and which are collected, in which format, over which way, for
// how long, and who can read or change them. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_LOGGING_ARCHITECTURE_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_LOGGING_ARCHITECTURE_H_

#include "metapowers/security/detect/v1/logging_architecture.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::LoggingArchitectureResult LoggingArchitecture(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_LOGGING_ARCHITECTURE_H_
