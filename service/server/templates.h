// The templates of the commands, each parsed when it is first needed and kept for the life of the process.
#ifndef METAPOWERS_SERVICE_SERVER_TEMPLATES_H_
#define METAPOWERS_SERVICE_SERVER_TEMPLATES_H_

#include "absl/status/statusor.h"
#include "service/commands/command.h"
#include "service/render/template.h"

namespace metapowers::server {

// Of `command`, by its stem. INTERNAL when the template is wrong, which a test keeps from happening. Thread-safe;
// callers of different commands do not wait for each other.
absl::StatusOr<const render::Template*> TemplateOf(const commands::Command& command);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TEMPLATES_H_
