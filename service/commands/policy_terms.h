// Values of the model and its policies in texts of data rows. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_POLICY_TERMS_H_
#define METAPOWERS_SERVICE_COMMANDS_POLICY_TERMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Fills `{session_idle}`, `{token_ttl}` and `{key_rotation}`: how long a session may rest, a token lives and a key is
// kept; `{tls_floor}` and `{tls_below}`: the lowest version of TLS that the policy allows, never under 1.2, and the one
// below it.
std::string FillTerms(const model::Model& model, absl::string_view text);

// What stands for `{element}` in a sentence about one, such as "run {element} from its baseline": "a", or
// "each of a, b and 7 more".
std::string EachOf(const std::vector<std::string>& elements, size_t limit);

// Fills `{never_logged}`, `{redaction}` and `{platform}`: what no log may hold, where it is taken out, and where logs
// go.
std::string FillLogging(const model::Model& model, absl::string_view text);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_POLICY_TERMS_H_
