// security-training: who is trained in what, by what they do in the model; how often; how many have done it; how it is
// seen that they learnt it; and what is next. Pure; thread-safe.
//
// People who are not up to date = people of the audience x (100% - completion), rounded up.
#ifndef METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_TRAINING_H_
#define METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_TRAINING_H_

#include "metapowers/security/utility/v1/security_training.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::utility {

security::utility::v1::SecurityTrainingResult SecurityTraining(const Input& input);

}  // namespace metapowers::commands::utility

#endif  // METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_TRAINING_H_
