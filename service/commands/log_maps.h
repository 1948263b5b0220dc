// The ways of logs as diagrams. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_LOG_MAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_LOG_MAPS_H_

#include <google/protobuf/repeated_field.h>

#include <string>

#include "metapowers/security/detect/v1/logging_architecture.pb.h"
#include "service/analysis/log_paths.h"

namespace metapowers::commands {

// "Cardholder data environment", "Outside of every zone".
std::string ZoneName(const analysis::LogZone& zone);

// Zones send to the ends of their paths; a zone with collected sources and no path to a platform sends to the platform
// by no declared flow. Nothing where the model names no platform. A diagram that would not stay under the 2,000
// characters that viewers draw is split into numbered parts.
void AddLogMaps(const model::Model& model, const analysis::LogPaths& paths,
                google::protobuf::RepeatedPtrField<security::detect::v1::LogMap>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_LOG_MAPS_H_
