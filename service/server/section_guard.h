// Keeps a section that a person has edited from being overwritten without a word.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "service/server/backend.h"
#include "service/server/command_index.h"
#include "service/server/result_comparison.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// The section `heading` of `document`, without the document's closing note and without blank lines at its end;
// nullopt when it has none.
absl::optional<absl::string_view> FindSection(absl::string_view document, absl::string_view heading);

// What `standing`, the section of `entry` in `head`, was made from, and what this version makes of that; nothing when
// this version does not accept those inputs any more. `standing` must be what the service once generated: the same as
// in the newest commit of this command, or as this version generates it from the inputs that stood in the newest
// commit of the document (history may have been squashed). Otherwise ABORTED SECTION_EDITED: regenerating would lose
// an edit. Reads a bounded part of the document's history. `topic` names the topic, `uid` its workspace.
absl::StatusOr<std::optional<Made>> FindOrigin(Backend& backend, absl::string_view uid, const ResourceName& topic,
                                               const CommandEntry& entry, const workspace::Snapshot& head,
                                               absl::string_view standing);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_
