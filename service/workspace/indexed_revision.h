#ifndef METAPOWERS_SERVICE_WORKSPACE_INDEXED_REVISION_H_
#define METAPOWERS_SERVICE_WORKSPACE_INDEXED_REVISION_H_

#include <cstdint>
#include <string>

namespace metapowers::workspace {

// A commit and its number on the first-parent line.
struct IndexedRevision {
  int64_t revision = 0;
  std::string commit;

  bool operator==(const IndexedRevision&) const = default;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_INDEXED_REVISION_H_
