// lessons-learned: what past incidents teach, which controls and playbooks their actions improve, and how incidents are
// measured. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPOND_LESSONS_LEARNED_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPOND_LESSONS_LEARNED_H_

#include "metapowers/security/respond/v1/lessons_learned.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::respond {

security::respond::v1::LessonsLearnedResult LessonsLearned(const Input& input);

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPOND_LESSONS_LEARNED_H_
