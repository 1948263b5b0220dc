// Tells what a section was when it was generated, so that edits of people are known.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "service/server/result_comparison.h"
#include "service/server/section_place.h"

namespace metapowers::server {

// The section `heading` of `document`, without the document's closing note and without blank lines at its end;
// nullopt when it has none.
absl::optional<absl::string_view> FindSection(absl::string_view document, absl::string_view heading);

// The same as the service would have written it: of a document whose lines end with CRLF, with LF.
std::optional<std::string> StandingSection(absl::string_view document, absl::string_view heading);

// What a section was before people edited it.
struct Origin {
  std::string generated;     // as it was last generated, without blank lines at its end
  std::optional<Made> made;  // from what; nothing when this version does not accept those inputs any more
};

// The origin of `standing`, the StandingSection() of `place` in its head. It was last generated as the topic's pristine
// copy has it, where the service wrote one (written_copy.h); else as it, or the copy beside it, stands in the newest
// commit of this command, or in the newest that has it as it stands, where a commit since then undid another; else it
// is what this version generates from the inputs in the newest commit of the document (history may have been squashed).
// Otherwise ABORTED SECTION_EDITED. Reads a bounded part of the history. CANCELLED or DEADLINE_EXCEEDED.
absl::StatusOr<Origin> FindOrigin(const SectionPlace& place, absl::string_view standing);

// What this version makes of the inputs at `commit`; nothing when it does not accept them.
absl::StatusOr<std::optional<Made>> MakeAt(const SectionPlace& place, const std::string& commit);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_GUARD_H_
