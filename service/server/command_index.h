// The commands of the contract, read from the method options of the phase services: what each is called,
// where it writes, which method runs it, and whether it is built.
#ifndef METAPOWERS_SERVICE_SERVER_COMMAND_INDEX_H_
#define METAPOWERS_SERVICE_SERVER_COMMAND_INDEX_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/commands/command.h"

namespace metapowers::server {

struct CommandEntry {
  const v1::Command* spec = nullptr;  // id, phase, document, heading, gate …
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string method_name;                     // "metapowers.security.identify.v1.IdentifyService/ThreatModel"
  std::string stem;                            // "identify/threat_model"
  const commands::Command* command = nullptr;  // nullptr while the command is planned
};

// Immutable; thread-safe.
class CommandIndex {
 public:
  // The index of the phase services linked into this program; made at the first call.
  static const CommandIndex& Get();

  // All, in contract order.
  const std::vector<CommandEntry>& commands() const { return commands_; }

  // The command with this id, or nullptr.
  const CommandEntry* Find(absl::string_view id) const;

  // The commands of a target, in contract order, planned ones included: a command (`threat-model`,
  // `security:threat-model`, `/security:threat-model`), a phase, `walkthrough` or `all`. NOT_FOUND
  // COMMAND_UNKNOWN with metadata `target`.
  absl::StatusOr<std::vector<const CommandEntry*>> Resolve(absl::string_view target) const;

  // Headings of the sections of a document, in contract order; none for an unknown document.
  std::vector<std::string> Headings(absl::string_view document) const;

  // The commands whose sections `document` holds, in contract order.
  std::vector<const CommandEntry*> CommandsOf(absl::string_view document) const;

 private:
  CommandIndex();

  std::vector<CommandEntry> commands_;
};

// UNIMPLEMENTED COMMAND_PLANNED with metadata `command`.
absl::Status PlannedError(absl::string_view command);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_COMMAND_INDEX_H_
