#include "service/workspace/snapshot.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// The entries of the directory at `path` ("" = root), of any kind, sorted by name; none when it is absent.
absl::StatusOr<std::vector<TreeEntry>> EntriesOf(const Snapshot& snapshot, absl::string_view path) {
  std::string id = snapshot.tree();
  if (!path.empty()) {
    ASSIGN_OR_RETURN(id, snapshot.TreeId(path));
  }
  if (id.empty()) return std::vector<TreeEntry>();
  ASSIGN_OR_RETURN(const ObjectPtr tree, snapshot.objects()->Get(id, ObjectType::kTree));
  ASSIGN_OR_RETURN(std::vector<TreeEntry> entries, ParseTree(id, tree->body));
  // Git's order puts "a" after "a.md" when it is a directory; ours is plain.
  std::sort(entries.begin(), entries.end(), [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
  return entries;
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
  ASSIGN_OR_RETURN(const std::vector<TreeEntry> entries, EntriesOf(*this, path));
  std::vector<DirectoryEntry> listing;
  for (const TreeEntry& entry : entries) {
    if (!entry.is_directory() && !entry.is_file()) continue;
    listing.push_back({.name = entry.name, .id = entry.id, .is_directory = entry.is_directory()});
  }
  return listing;
}

absl::StatusOr<std::vector<DirectoryEntry>> Snapshot::ListFiles(absl::string_view path,
                                                                absl::string_view suffix) const {
  ASSIGN_OR_RETURN(const std::vector<TreeEntry> entries, EntriesOf(*this, path));
  std::vector<DirectoryEntry> listing;
  for (const TreeEntry& entry : entries) {
    if (entry.is_directory() || !absl::EndsWith(entry.name, suffix)) continue;
    if (!entry.is_file()) return PathUnsafeError(absl::StrCat(path, "/", entry.name), entry.kind());
    listing.push_back({.name = entry.name, .id = entry.id, .is_directory = false});
  }
  return listing;
}

}  // namespace metapowers::workspace
