// Who wrote what meets a change of the generator.
#ifndef METAPOWERS_SERVICE_SERVER_EDIT_AUTHORS_H_
#define METAPOWERS_SERVICE_SERVER_EDIT_AUTHORS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/document/merge.h"
#include "service/server/hand_edits.h"

namespace metapowers::server {

// For each conflict the names of the people whose commits brought its lines into the section, or took them away, the
// latest first. Looks at the newest commits of the document only: a name may be missing.
absl::StatusOr<std::vector<std::vector<std::string>>> EditAuthors(const SectionPlace& place,
                                                                  const std::vector<document::EditConflict>& conflicts);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_EDIT_AUTHORS_H_
