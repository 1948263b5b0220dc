// Models that a command names: files, standard input, or topics of the workspace.
#ifndef METAPOWERS_CLIENT_COMMANDS_MODEL_TEXTS_H_
#define METAPOWERS_CLIENT_COMMANDS_MODEL_TEXTS_H_

#include <string>

#include "client/session.h"

namespace metapowers::client {

struct ModelText {
  std::string name;  // as it was named
  std::string text;
  bool is_file = false;  // not standard input, and no topic
};

// Reads the model that `name` names: `-` is standard input, what is a file or has the look of one (a slash or an
// ending) is a file, and everything else TOPIC[@REVISION]. On a failure prints it and returns false.
bool ReadModelText(Session& session, const std::string& name, ModelText* model, int* exit_code);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_MODEL_TEXTS_H_
