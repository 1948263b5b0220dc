// Which files differ between two states of a workspace, and how.
#ifndef METAPOWERS_SERVICE_SERVER_TREE_CHANGES_H_
#define METAPOWERS_SERVICE_SERVER_TREE_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Of one answer about what somebody pushed, which may be any number of files of any length; most clients take 4 MB.
inline constexpr size_t kMaxChangedFiles = 1'000;
// Bytes of the diff of the next file, where the answer has `used` already.
size_t RoomForDiff(size_t used);

struct ChangedFile {
  std::string path;           // from the top of the workspace
  std::string before, after;  // ids of the blobs; "" where there is no file
};

// The plain files below the folder `path` that differ, sorted by path, at most `most`; `before` is nullptr where
// nothing was. Names that the service would not write are passed over. Reads only folders that differ.
absl::StatusOr<std::vector<ChangedFile>> ChangedFiles(const workspace::Snapshot* before,
                                                      const workspace::Snapshot& after, absl::string_view path,
                                                      size_t most);

// The blob's bytes; nullopt for "". DATA_LOSS.
absl::StatusOr<std::optional<std::string>> ReadBlob(const workspace::ObjectSource& objects, const std::string& id);

struct FileDiff {
  std::string text;
  bool omitted = false;  // it would have been longer than was asked for
};

// The unified diff of the file; "" of what is no UTF-8. At most `most` bytes, else none. DATA_LOSS.
absl::StatusOr<FileDiff> DiffOfText(const workspace::ObjectSource& objects, const ChangedFile& file, size_t most);
// The same where people read it as text, Markdown or YAML; "" of evidence, which stands in folders below that of its
// topic.
absl::StatusOr<FileDiff> DiffOfFile(const workspace::ObjectSource& objects, const ChangedFile& file, size_t most);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TREE_CHANGES_H_
