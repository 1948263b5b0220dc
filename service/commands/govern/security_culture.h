// security-culture: where teams stand in training, champions, open threats and lessons, which topics nobody teaches,
// how good behaviour is recognised and how all that is measured. Pure; thread-safe.
//
// A module answers a topic when its title uses one of the words of the topic. Teams are compared only from the shipped
// number of teams with components on, since fewer people know each other's work.
#ifndef METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_CULTURE_H_
#define METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_CULTURE_H_

#include "metapowers/security/govern/v1/security_culture.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::govern {

security::govern::v1::SecurityCultureResult SecurityCulture(const Input& input);

}  // namespace metapowers::commands::govern

#endif  // METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_CULTURE_H_
