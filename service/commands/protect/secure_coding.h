// secure-coding: which code the system is made of, its open weaknesses by the categories of the OWASP Top 10, what
// reviewers look for in its languages, how input, callers and errors are handled, and what is mended by when. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_SECURE_CODING_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_SECURE_CODING_H_

#include "metapowers/security/protect/v1/secure_coding.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::SecureCodingResult SecureCoding(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_SECURE_CODING_H_
