// data-classification: data classes, where each is held, how it must be handled, whether it is, and which law
// applies. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_DATA_CLASSIFICATION_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_DATA_CLASSIFICATION_H_

#include "metapowers/security/identify/v1/data_classification.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

security::identify::v1::DataClassificationResult DataClassification(const Input& input);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_DATA_CLASSIFICATION_H_
