#include "service/workspace/bare_repository.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr char kBranch[] = "refs/heads/main";
// Pinned: nothing a later Git or a user's defaults could change; housekeeping is ours alone.
constexpr char kConfig[] =
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n\tlogAllRefUpdates = false\n"
    "[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n[maintenance]\n\tauto = false\n";

void RemoveLocks(const std::string& directory, bool recursive) {
  for (const std::string& name : ListNames(directory)) {
    const std::string path = absl::StrCat(directory, "/", name);
    if (absl::EndsWith(name, ".lock")) ::unlink(path.c_str());
    if (recursive) RemoveLocks(path, true);  // none in what is no directory
  }
}

absl::Status Fill(const std::string& directory) {
  for (const char* name : {"", "/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/refs/tags"}) {
    RETURN_IF_ERROR(MakeDirectory(directory + name));
  }
  RETURN_IF_ERROR(ReplaceFile(directory + "/config", kConfig));
  RETURN_IF_ERROR(ReplaceFile(directory + "/HEAD", absl::StrCat("ref: ", kBranch, "\n")));
  for (const char* name : {"/objects", "/refs", ""}) RETURN_IF_ERROR(SyncDirectory(directory + name));
  return absl::OkStatus();
}

}  // namespace

absl::Status BareRepository::Create(const std::string& path) {
  const std::string parent = path.substr(0, path.rfind('/'));
  const std::string temporary = absl::StrCat(parent, "/tmp-", NewUuid());
  RETURN_IF_ERROR(Fill(temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return StorageError(errno, "cannot create the workspace");
  return SyncDirectory(parent);
}

void BareRepository::RemoveLeftovers(const std::string& path) {
  RemoveLocks(path, /*recursive=*/false);
  RemoveLocks(path + "/refs", /*recursive=*/true);
  const std::string objects = path + "/objects";
  for (const std::string& name : ListNames(objects)) {
    if (absl::StartsWith(name, "tmp_obj_")) ::unlink(absl::StrCat(objects, "/", name).c_str());
    if (name.size() != 2) continue;
    for (const std::string& inner : ListNames(absl::StrCat(objects, "/", name))) {
      if (absl::StartsWith(inner, "tmp_obj")) ::unlink(absl::StrCat(objects, "/", name, "/", inner).c_str());
    }
  }
  const std::string packs = objects + "/pack";
  for (const std::string& name : ListNames(packs)) {
    const std::string stem = absl::StrCat(packs, "/", absl::StripSuffix(name, ".idx"));
    const bool alone = absl::EndsWith(name, ".idx") && !FileExists(stem + ".pack");
    const bool temporary = absl::StartsWith(name, "tmp_") || absl::StartsWith(name, ".tmp-");
    if (alone || temporary || absl::EndsWith(name, ".lock")) ::unlink(absl::StrCat(packs, "/", name).c_str());
  }
}

absl::StatusOr<std::shared_ptr<BareRepository>> BareRepository::Open(const std::string& path) {
  git_repository* raw = nullptr;
  const int rc =
      git_repository_open_ext(&raw, path.c_str(), GIT_REPOSITORY_OPEN_BARE | GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  RepositoryHandle handle(raw);
  if (rc != 0) return GitError(rc, "cannot open the workspace");
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> objects, ObjectStore::Open(path + "/objects"));
  std::shared_ptr<BareRepository> repository(new BareRepository(path, std::move(handle), std::move(objects)));
  repository->Recount();
  return repository;
}

BareRepository::BareRepository(std::string path, RepositoryHandle handle, std::shared_ptr<ObjectStore> objects)
    : path_(std::move(path)), objects_(std::move(objects)), handle_(std::move(handle)) {}

absl::StatusOr<std::string> BareRepository::Branch() const {
  // Read by hand: the handle may be waiting for a sync.
  ASSIGN_OR_RETURN(const std::optional<std::string> loose, ReadWholeFile(absl::StrCat(path_, "/", kBranch)));
  if (loose.has_value()) {
    const std::string id(absl::StripTrailingAsciiWhitespace(*loose));
    if (!IsObjectId(id)) return ObjectCorruptError("(branch)", "its file holds no commit id");
    return id;
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> packed, ReadWholeFile(path_ + "/packed-refs"));
  const std::string wanted = absl::StrCat(" ", kBranch);
  for (const absl::string_view line : absl::StrSplit(packed.value_or(""), '\n')) {
    if (absl::EndsWith(line, wanted) && IsObjectId(line.substr(0, 40))) return std::string(line.substr(0, 40));
  }
  return std::string();
}

absl::Status BareRepository::SyncNames() const {
  for (const char* name : {"/objects/pack", "/refs/heads"}) {
    if (FileExists(path_ + name)) RETURN_IF_ERROR(SyncDirectory(path_ + name));
  }
  return absl::OkStatus();
}

absl::Status BareRepository::Store(const std::vector<const Object*>& objects) {
  ASSIGN_OR_RETURN(const ObjectStore::Written written, objects_->Write(objects));
  loose_objects_ += written.loose;
  packs_ += written.packs;
  return absl::OkStatus();
}

absl::Status BareRepository::MoveBranch(absl::string_view expected, absl::string_view target) {
  absl::MutexLock lock(&handle_mutex_);
  return MoveReference(handle_.get(), kBranch, expected, target, "");
}

void BareRepository::Recount() {
  // As Git estimates it: ids are spread evenly over 256 directories.
  loose_objects_ = static_cast<int>(ListNames(path_ + "/objects/17").size()) * 256;
  const std::vector<std::string> names = ListNames(path_ + "/objects/pack");
  packs_ = static_cast<int>(
      std::count_if(names.begin(), names.end(), [](const std::string& name) { return absl::EndsWith(name, ".idx"); }));
}

void BareRepository::FinishPacking() {
  Recount();
  packing_ = false;
}

}  // namespace metapowers::workspace
