// The pristine copy of a document that people have edited: those of its sections that differ from what was generated,
// as they were generated. It lies at `.metapowers/.generated/<topic>/<document>` and comes with the commit that merges
// an edit, and goes with the next one after the edit was taken back; a document that nobody edited has none.
#ifndef METAPOWERS_SERVICE_SERVER_PRISTINE_COPY_H_
#define METAPOWERS_SERVICE_SERVER_PRISTINE_COPY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/server/names.h"
#include "service/workspace/commit.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Where the copies of a topic lie.
std::string PristineFolder(const ResourceName& topic);
// The file among them that holds the copy of the section of `spec`.
std::string PristinePath(const ResourceName& topic, const v1::Command& spec);

// Adds what has Git show the files of all copies as generated, where that is not there yet: the `.gitattributes` beside
// them.
absl::Status MarkGenerated(const workspace::Snapshot& snapshot, std::vector<workspace::FileChange>& changes);

// The copy of the section of `spec` that stands, without blank lines at its end; nothing when there is none. A copy
// that is not as this writes it is none. Who wrote it, written_copy.h tells. Thread-safe.
absl::StatusOr<std::optional<std::string>> PristineSection(const workspace::Snapshot& snapshot,
                                                           const ResourceName& topic, const v1::Command& spec);

// What makes `generated` the copy of that section, or where it is nothing has none kept: no change when that is so
// already.
absl::StatusOr<std::vector<workspace::FileChange>> KeepPristine(const workspace::Snapshot& snapshot,
                                                                const ResourceName& topic, const v1::Command& spec,
                                                                std::optional<absl::string_view> generated);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_PRISTINE_COPY_H_
