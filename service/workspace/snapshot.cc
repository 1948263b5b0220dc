#include "service/workspace/snapshot.h"

#include <algorithm>

#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/path.h"
#include "service/workspace/tree.h"

namespace metapowers::workspace {
namespace {

// The plain file or directory at `path`; nullopt when absent, an error when it is of another kind.
absl::StatusOr<std::optional<TreeEntry>> FindOurs(const Snapshot& snapshot, absl::string_view path) {
  ASSIGN_OR_RETURN(const std::vector<std::string> components, SplitPath(path));
  ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, FindEntry(*snapshot.objects(), snapshot.tree(), components));
  if (entry.has_value() && !entry->is_directory() && !entry->is_file()) {
    return PathUnsafeError(path, entry->kind());
  }
  return entry;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> Snapshot::ReadFile(absl::string_view path) const {
  ASSIGN_OR_RETURN(const std::string id, BlobId(path));
  if (id.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(std::string content, objects_->Read(id, ObjectType::kBlob));
  return content;
}

absl::StatusOr<std::string> Snapshot::BlobId(absl::string_view path) const {
  ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, FindOurs(*this, path));
  return entry.has_value() && entry->is_file() ? entry->id : std::string();
}

absl::StatusOr<std::string> Snapshot::TreeId(absl::string_view path) const {
  ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, FindOurs(*this, path));
  return entry.has_value() && entry->is_directory() ? entry->id : std::string();
}

absl::StatusOr<std::vector<DirectoryEntry>> Snapshot::ListDirectory(absl::string_view path) const {
  std::string id = tree_;
  if (!path.empty()) {
    ASSIGN_OR_RETURN(id, TreeId(path));
  }
  std::vector<DirectoryEntry> listing;
  if (id.empty()) return listing;
  ASSIGN_OR_RETURN(const std::string body, objects_->Read(id, ObjectType::kTree));
  ASSIGN_OR_RETURN(const std::vector<TreeEntry> entries, ParseTree(id, body));
  for (const TreeEntry& entry : entries) {
    if (!entry.is_directory() && !entry.is_file()) continue;
    listing.push_back({.name = entry.name, .id = entry.id, .is_directory = entry.is_directory()});
  }
  // Git's order puts "a" after "a.md" when it is a directory; ours is plain.
  std::sort(listing.begin(), listing.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return listing;
}

}  // namespace metapowers::workspace
