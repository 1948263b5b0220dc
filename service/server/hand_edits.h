// Generates a section anew where one stands that people may have edited: merges their edits, or says why it cannot.
#ifndef METAPOWERS_SERVICE_SERVER_HAND_EDITS_H_
#define METAPOWERS_SERVICE_SERVER_HAND_EDITS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/command.pb.h"
#include "metapowers/v1/workflow_service.pb.h"
#include "service/document/merge.h"
#include "service/server/result_comparison.h"
#include "service/server/section_place.h"
#include "service/workspace/commit.h"

namespace metapowers::server {

// What takes the place of a section.
struct Regenerated {
  std::string section;
  std::optional<Made> origin;  // what it was made from before; only where that is known and the section changed
  // Set when people have edited the section.
  std::optional<v1::HandEdits> edits;
  std::vector<workspace::FileChange> copies;  // of pristine copies, to commit with the section
};

// What `generated`, the section that is generated now, makes of the one in `document`. Where nobody edited it, that is
// `generated`, and where `document` has none. Else both are merged (document/merge.h), and `choice` decides where both
// changed the same. Errors:
//   ABORTED SECTION_CONFLICT, each place with both versions and whose edit it is, when nothing is chosen;
//   ABORTED SECTION_EDITED, when it is not known what was generated;
//   FAILED_PRECONDITION CONFLICT_MARKERS with their lines;
//   FAILED_PRECONDITION DOCUMENT_MALFORMED, when the section seems to stand under another `## ` heading, unless the
//   generated version is chosen; those of reading.
absl::StatusOr<Regenerated> Regenerate(const SectionPlace& place, absl::string_view document,
                                       absl::string_view generated, document::EditChoice choice);

// The conflict that SECTION_CONFLICT is about, both versions in full; nullopt of any other status.
std::optional<v1::SectionConflict> ConflictOf(const absl::Status& status);
// Has `to`, an error made of `from`, tell the same conflict.
void CopyConflict(const absl::Status& from, absl::Status& to);

// What a person should know of what became of edits, one sentence each.
std::vector<std::string> NoticesOf(const v1::HandEdits& edits, document::EditChoice choice);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_HAND_EDITS_H_
