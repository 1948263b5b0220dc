// How Git stores the bytes of objects, loose or in a pack. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_DEFLATE_H_
#define METAPOWERS_SERVICE_WORKSPACE_DEFLATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// `plain` as one zlib stream (RFC 1950), packed fast rather than small. RESOURCE_EXHAUSTED without memory. Thread-safe.
absl::StatusOr<std::string> Deflate(absl::string_view plain);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_DEFLATE_H_
