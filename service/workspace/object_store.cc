#include "service/workspace/object_store.h"

#include <cerrno>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/loose_objects.h"
#include "service/workspace/pack_writer.h"

namespace metapowers::workspace {
namespace {

// Two of them in each of some hundred workspaces that are open.
constexpr size_t kGenerationBytes = size_t{256} << 10;
constexpr size_t kLargestCached = size_t{64} << 10;
constexpr size_t kMostDirectories = 16;
constexpr char kEmptyTree[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";  // Git knows it without storing it

// Appends `directory` and, depth first, what its info/alternates names.
absl::Status AddDirectories(const std::string& directory, std::vector<std::string>& out) {
  if (out.size() >= kMostDirectories) return absl::OkStatus();
  out.push_back(directory);
  ASSIGN_OR_RETURN(const std::optional<std::string> alternates, ReadWholeFile(directory + "/info/alternates"));
  if (!alternates.has_value()) return absl::OkStatus();
  for (const absl::string_view line : absl::StrSplit(*alternates, '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    const bool absolute = absl::StartsWith(line, "/");
    RETURN_IF_ERROR(AddDirectories(absolute ? std::string(line) : absl::StrCat(directory, "/", line), out));
  }
  return absl::OkStatus();
}

std::optional<ObjectType> FromGitType(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_BLOB:
      return ObjectType::kBlob;
    case GIT_OBJECT_TREE:
      return ObjectType::kTree;
    case GIT_OBJECT_COMMIT:
      return ObjectType::kCommit;
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<ObjectStore>> ObjectStore::Open(const std::string& objects_dir) {
  RETURN_IF_ERROR(InitializeGit());
  std::vector<std::string> directories;
  RETURN_IF_ERROR(AddDirectories(objects_dir, directories));
  git_odb* raw = nullptr;
  int rc = git_odb_new(&raw);
  OdbHandle packs(raw);
  for (size_t i = 0; rc == 0 && i < directories.size(); ++i) {
    git_odb_backend* backend = nullptr;
    rc = git_odb_backend_pack(&backend, directories[i].c_str());
    if (rc == 0) rc = git_odb_add_backend(packs.get(), backend, /*priority=*/1);
  }
  if (rc != 0) return GitError(rc, "cannot open the object store");
  return std::shared_ptr<ObjectStore>(new ObjectStore(std::move(directories), std::move(packs)));
}

absl::StatusOr<ObjectPtr> ObjectStore::Get(absl::string_view id, ObjectType type) const {
  static const auto* const empty_tree =
      new ObjectPtr(std::make_shared<const Object>(Object{ObjectType::kTree, kEmptyTree, ""}));
  if (id == kEmptyTree) return *empty_tree;
  {
    absl::ReaderMutexLock lock(&cache_mutex_);
    for (const Cache* cache : {&young_, &old_}) {
      const auto found = cache->find(id);
      if (found != cache->end() && found->second->type == type) return found->second;
    }
  }
  ASSIGN_OR_RETURN(Object object, Find(id));
  if (object.type != type) {
    return ObjectCorruptError(id, absl::StrCat("a ", TypeName(object.type), " where a ", TypeName(type), " is named"));
  }
  ObjectPtr shared = std::make_shared<const Object>(std::move(object));
  Remember(shared);
  return shared;
}

absl::StatusOr<Object> ObjectStore::Find(absl::string_view id) const {
  if (!IsObjectId(id)) return ObjectCorruptError("(unnamed)", "its id is malformed");
  for (const std::string& directory : directories_) {
    ASSIGN_OR_RETURN(std::optional<Object> loose, ReadLooseObject(directory, id));
    if (loose.has_value()) return *std::move(loose);
  }
  return FindPacked(id);
}

absl::StatusOr<Object> ObjectStore::FindPacked(absl::string_view id) const {
  const git_oid oid = ToOid(id);
  git_odb_object* raw = nullptr;
  int rc = git_odb_read(&raw, packs_.get(), &oid);  // looks for new packs before it says no
  if (rc != 0 && rc != GIT_ENOTFOUND) {
    // Housekeeping may have replaced the pack between the look-up and the read.
    git_odb_refresh(packs_.get());
    rc = git_odb_read(&raw, packs_.get(), &oid);
  }
  const OdbObjectHandle object(raw);
  if (rc == GIT_ENOTFOUND) return ObjectCorruptError(id, "it is missing");
  if (rc != 0) {
    const int system_error = GitSystemError();
    if (system_error != EIO) return StorageError(system_error, "cannot read an object");
    return ObjectCorruptError(id, "its pack cannot be read");
  }
  const std::optional<ObjectType> type = FromGitType(git_odb_object_type(object.get()));
  if (!type.has_value()) return ObjectCorruptError(id, "a tag where another object is named");
  const char* data = static_cast<const char*>(git_odb_object_data(object.get()));
  return Object{.type = *type, .id = std::string(id), .body = std::string(data, git_odb_object_size(object.get()))};
}

absl::StatusOr<ObjectStore::Written> ObjectStore::Write(const std::vector<ObjectPtr>& objects) {
  std::vector<const Object*> missing;
  size_t bytes = 0;
  // A file that no pack holds is in trees that none holds, up to the commit. Where a tree of another file is there all
  // the same, it is stored twice, which harms nothing.
  bool found = true;
  for (const ObjectPtr& object : objects) {
    if (found) {
      const git_oid oid = ToOid(object->id);
      found = git_odb_exists_ext(packs_.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) != 0;
    }
    if (!found) {
      missing.push_back(object.get());
      bytes += object->body.size();
    }
    found = found || object->type == ObjectType::kCommit;
  }
  const bool pack = missing.size() >= kPackFrom && bytes <= kMostPackedBytes;
  RETURN_IF_ERROR(pack ? WritePack(directories_.front(), missing) : WriteLooseObjects(directories_.front(), missing));
  for (const ObjectPtr& object : objects) Remember(object);
  return pack ? Written{.loose = 0, .packs = 1} : Written{.loose = static_cast<int>(missing.size()), .packs = 0};
}

void ObjectStore::Remember(const ObjectPtr& object) const {
  if (object->type == ObjectType::kBlob || object->body.size() > kLargestCached) return;
  absl::MutexLock lock(&cache_mutex_);
  if (!young_.try_emplace(object->id, object).second) return;
  young_bytes_ += object->body.size() + 200;  // about what an entry costs beside its body
  if (young_bytes_ < kGenerationBytes) return;
  old_ = std::move(young_);
  young_.clear();
  young_bytes_ = 0;
}

}  // namespace metapowers::workspace
