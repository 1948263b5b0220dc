// The pristine copy of a section (pristine_copy.h) as the service wrote it, whatever became of the file since.
#ifndef METAPOWERS_SERVICE_SERVER_WRITTEN_COPY_H_
#define METAPOWERS_SERVICE_SERVER_WRITTEN_COPY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "service/server/section_place.h"

namespace metapowers::server {

// Commits of the file of copies that are looked at for one that the service wrote.
inline constexpr int kMaxCopiesLookedAt = 4'096;

// The copy that stands, where a commit of the service wrote it, or it is what this version makes of the inputs in the
// commit that brought it, as a merge does. Where a person changed it, as a search-and-replace over all files does, an
// edit of the section itself would be taken for what was generated, and lost: then it is the copy that the service
// wrote last. Where no commit of the service has written any, the history was squashed or comes from elsewhere: it is
// the first copy that is known. Nothing where none stands, or the service keeps none. ABORTED SECTION_EDITED when none
// of the newest `most` commits of the file tells; CANCELLED or DEADLINE_EXCEEDED; the errors of reading. Thread-safe.
absl::StatusOr<std::optional<std::string>> WrittenCopy(const SectionPlace& place, int most = kMaxCopiesLookedAt);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_WRITTEN_COPY_H_
