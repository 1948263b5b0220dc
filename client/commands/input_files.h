// The files that a call sends: model, decisions and attachments.
#ifndef METAPOWERS_CLIENT_COMMANDS_INPUT_FILES_H_
#define METAPOWERS_CLIENT_COMMANDS_INPUT_FILES_H_

#include <string>

#include "client/commands.h"
#include "client/session.h"
#include "metapowers/v1/command.pb.h"

namespace metapowers::client {

// Where an attachment of `--attach FILE[=PATH]` goes: PATH, else FILE seen from the folder of the model, which is
// `model_file` or stands in the topic's own folder, else the file's name.
struct AttachmentName {
  std::string file;
  std::string path;
};
AttachmentName ParseAttachment(const std::string& text, const std::string& model_file, const std::string& topic);

// Reads `files` into `context`, whose topic is `topic`. Tells on stderr when decisions stand beside the model and are
// not sent. On a failure prints it and returns false.
bool ReadInputFiles(Session& session, const InputFiles& files, const std::string& topic,
                    metapowers::v1::CommandContext* context, int* exit_code);

// The names of what `context` sends, e.g. "system-model.yaml, decisions.yaml".
std::string NamesOfInputs(const metapowers::v1::CommandContext& context);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_INPUT_FILES_H_
