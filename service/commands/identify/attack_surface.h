// attack-surface: every way in with what is known of its callers, how exposed each is and what lies behind it, which
// exposures are unnecessary, and how to reduce them by when. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ATTACK_SURFACE_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ATTACK_SURFACE_H_

#include "metapowers/security/identify/v1/attack_surface.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

security::identify::v1::AttackSurfaceResult AttackSurface(const Input& input);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ATTACK_SURFACE_H_
