// Writes many objects as one pack with its index (gitformat-pack(5), versions 2). Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_PACK_WRITER_H_
#define METAPOWERS_SERVICE_WORKSPACE_PACK_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

// From how many objects on a pack is better than loose files: what Git takes for the objects of a fetch
// (transfer.unpackLimit).
inline constexpr size_t kPackFrom = 100;
// Bytes of objects up to which they are packed: the pack is built in memory, and offsets of its index end at 2 GiB.
inline constexpr size_t kMostPackedBytes = size_t{256} << 20;

// Stores `objects`, which may repeat, durably in a new pack of `objects_dir`: pack and index are synced before either
// gets its name, the pack's first. A crash leaves temporary files (names start with "tmp_"), or one of the two without
// the other, which nobody reads. An object that resembles one before it of the same kind is stored as what differs.
absl::Status WritePack(const std::string& objects_dir, const std::vector<const Object*>& objects);

// What turns `base` into `target`, in Git's form; made of equal starts, ends and runs of lines. For tests.
std::string EncodeDelta(absl::string_view base, absl::string_view target);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_PACK_WRITER_H_
