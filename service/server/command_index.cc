#include "service/server/command_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/strings.h"
#include "service/server/linked_protos.h"
#include "service/server/names.h"

namespace metapowers::server {
namespace {

constexpr absl::string_view kWalkthrough = "walkthrough";
constexpr absl::string_view kAll = "all";

// Without `/security:` or `security:` before it.
absl::string_view BareTarget(absl::string_view target) {
  if (!absl::ConsumePrefix(&target, "/security:")) absl::ConsumePrefix(&target, "security:");
  return target;
}

}  // namespace

CommandIndex::CommandIndex() {
  for (const google::protobuf::ServiceDescriptor* service : LinkedServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor* method = service->method(i);
      if (!method->options().HasExtension(v1::command)) continue;
      CommandEntry entry;
      entry.spec = &method->options().GetExtension(v1::command);
      entry.method = method;
      entry.method_name = absl::StrCat(service->full_name(), "/", method->name());
      entry.stem = absl::StrCat(entry.spec->phase(), "/", absl::StrReplaceAll(entry.spec->id(), {{"-", "_"}}));
      entry.command = commands::FindCommand(entry.stem);
      commands_.push_back(std::move(entry));
    }
  }
  std::sort(commands_.begin(), commands_.end(),
            [](const CommandEntry& a, const CommandEntry& b) { return a.spec->position() < b.spec->position(); });
}

const CommandIndex& CommandIndex::Get() {
  static const auto* const index = new CommandIndex;
  return *index;
}

const CommandEntry* CommandIndex::Find(absl::string_view id) const {
  for (const CommandEntry& entry : commands_) {
    if (entry.spec->id() == id) return &entry;
  }
  return nullptr;
}

absl::StatusOr<std::vector<const CommandEntry*>> CommandIndex::Resolve(absl::string_view target) const {
  const absl::string_view bare = BareTarget(target);
  std::vector<const CommandEntry*> found;
  std::vector<std::string> names = {std::string(kWalkthrough), std::string(kAll)};
  for (const CommandEntry& entry : commands_) {
    const v1::Command& spec = *entry.spec;
    names.push_back(spec.id());
    if (std::find(names.begin(), names.end(), spec.phase()) == names.end()) names.push_back(spec.phase());
    if (bare == spec.id() || bare == spec.phase() || bare == kAll || (bare == kWalkthrough && spec.walkthrough())) {
      found.push_back(&entry);
    }
  }
  if (!found.empty()) return found;
  const std::string printable = Printable(target);
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("no command or target is called \"", printable, "\"", DidYouMean(bare, names)),
                   {"COMMAND_UNKNOWN", {{"target", printable}}, {}, "metapowers commands"});
}

std::vector<const CommandEntry*> CommandIndex::CommandsOf(absl::string_view document) const {
  std::vector<const CommandEntry*> found;
  for (const CommandEntry& entry : commands_) {
    if (entry.spec->document() == document) found.push_back(&entry);
  }
  return found;
}

std::vector<std::string> CommandIndex::Headings(absl::string_view document) const {
  std::vector<std::string> headings;
  for (const CommandEntry* entry : CommandsOf(document)) headings.push_back(entry->spec->heading());
  return headings;
}

absl::Status PlannedError(absl::string_view command) {
  return MakeError(absl::StatusCode::kUnimplemented,
                   absl::StrCat("command \"", command, "\" is planned, this version does not have it yet"),
                   {"COMMAND_PLANNED", {{"command", std::string(command)}}, {}, "metapowers commands"});
}

}  // namespace metapowers::server
