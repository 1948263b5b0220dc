// A hint for those who edit the system model where it stands.
#ifndef METAPOWERS_CLIENT_COMMANDS_UNCOMMITTED_MODEL_H_
#define METAPOWERS_CLIENT_COMMANDS_UNCOMMITTED_MODEL_H_

#include <string>

#include "client/session.h"

namespace metapowers::client {

// Says on stderr when the system model of `topic` in the working tree differs from the committed one, which alone
// counts. Of a server, without such a file, and while none is committed, nothing: the last of these ends the call that
// follows, with its own next step.
void HintAtUncommittedModel(Session& session, const std::string& topic);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_UNCOMMITTED_MODEL_H_
