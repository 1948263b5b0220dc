#include "service/workspace/bare_repository.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "service/base/back_off.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/ancestry.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/git.h"
#include "service/workspace/lost_commits.h"
#include "service/workspace/repository_settings.h"

namespace metapowers::workspace {
namespace {

constexpr char kBranch[] = "refs/heads/main";
constexpr char kMoving[] = "cannot move the branch";
constexpr absl::Duration kFirstPackingPause = absl::Minutes(1);
constexpr absl::Duration kLongestPackingPause = absl::Hours(12);

// Of the branch, as all of Git take it; and the second name of ours. No branch can have such a name, and Git passes
// over both.
constexpr char kLock[] = "/refs/heads/main.lock";
constexpr char kOurLock[] = "/refs/heads/main.lock.lock";

constexpr char kHeadRecord[] = "/metapowers-head";

bool IsOlder(const std::string& lock, absl::Duration age) {
  struct stat status = {};
  return ::stat(lock.c_str(), &status) == 0 && absl::Now() - absl::TimeFromTimespec(status.st_mtim) > age;
}

void RemoveLocks(const std::string& directory, absl::Duration age, bool recursive) {
  for (const std::string& name : ListNames(directory)) {
    const std::string path = absl::StrCat(directory, "/", name);
    if (absl::EndsWith(name, ".lock") && IsOlder(path, age)) ::unlink(path.c_str());
    if (recursive) RemoveLocks(path, age, true);  // none in what is no directory
  }
}

// The lock is ours when it holds what its second name does: a commit that nobody else knew.
void RemoveOurLock(const std::string& path) {
  const auto ours = ReadWholeFile(path + kOurLock);
  if (!ours.ok() || !ours->has_value()) return;
  const auto lock = ReadWholeFile(path + kLock);
  if (lock.ok() && *lock == *ours) ::unlink((path + kLock).c_str());
  ::unlink((path + kOurLock).c_str());
}

// A new file, durable but for its name.
absl::Status WriteNewFile(const std::string& path, absl::string_view content) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return StorageError(errno, "cannot create a file");
  RETURN_IF_ERROR(WriteAll(file.get(), content));
  return ::fsync(file.get()) == 0 ? absl::OkStatus() : StorageError(errno, "cannot sync a file");
}

// Ours, whose names end in a UUID, and Git's, or Git's alone.
void RemoveTemporaries(const std::string& path, bool ours) {
  const std::string objects = path + "/objects";
  std::vector<std::string> directories = {objects, objects + "/pack"};
  for (const std::string& name : ListNames(objects)) {
    if (name.size() == 2) directories.push_back(absl::StrCat(objects, "/", name));
  }
  for (const std::string& directory : directories) {
    for (const std::string& name : ListNames(directory)) {
      const bool temporary = absl::StartsWith(name, "tmp_") || absl::StartsWith(name, ".tmp-");
      const bool of_ours = name.size() > 36 && IsUuid(absl::string_view(name).substr(name.size() - 36));
      // Not the directories of pushes, tmp_objdir-…, which unlink() leaves.
      if (temporary && (ours || !of_ours)) ::unlink(absl::StrCat(directory, "/", name).c_str());
    }
  }
}

void RemoveLeftoversOlderThan(const std::string& path, absl::Duration age) {
  RemoveOurLock(path);
  for (const char* name : {"", "/objects/info", "/objects/pack"}) RemoveLocks(path + name, age, /*recursive=*/false);
  RemoveLocks(path + "/refs", age, /*recursive=*/true);
  RemoveTemporaries(path, /*ours=*/true);
  const std::string packs = path + "/objects/pack/";
  for (const std::string& name : ListNames(packs)) {
    const std::string stem = absl::StrCat(packs, absl::StripSuffix(name, ".idx"));
    if (absl::EndsWith(name, ".idx") && !FileExists(stem + ".pack")) ::unlink((packs + name).c_str());
  }
}

absl::Status Fill(const std::string& directory) {
  for (const char* name : {"", "/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/refs/tags"}) {
    RETURN_IF_ERROR(MakeDirectory(directory + name));
  }
  RETURN_IF_ERROR(ReplaceFile(directory + "/config", NewRepositoryConfig()));
  RETURN_IF_ERROR(ReplaceFile(directory + "/HEAD", absl::StrCat("ref: ", kBranch, "\n")));
  for (const char* name : {"/objects", "/refs", ""}) RETURN_IF_ERROR(SyncDirectory(directory + name));
  return absl::OkStatus();
}

}  // namespace

absl::Status BareRepository::Create(const std::string& path) {
  if (FileExists(path)) return absl::AlreadyExistsError("the repository exists");
  const std::string parent = path.substr(0, path.rfind('/'));
  const std::string temporary = absl::StrCat(parent, "/tmp-", NewUuid());
  RETURN_IF_ERROR(Fill(temporary));
  if (::rename(temporary.c_str(), path.c_str()) == 0) return SyncDirectory(parent);
  const int error = errno;
  std::error_code ignored;
  std::filesystem::remove_all(temporary, ignored);
  if (error == EEXIST || error == ENOTEMPTY) return absl::AlreadyExistsError("the repository exists");
  return StorageError(error, "cannot create the workspace");
}

void BareRepository::RemoveLeftovers(const std::string& path) { RemoveLeftoversOlderThan(path, kStaleLock); }

void BareRepository::RemoveAllLeftovers(const std::string& path) {
  RemoveLeftoversOlderThan(path, -absl::InfiniteDuration());
  const std::string packs = path + "/objects/pack/";
  for (const std::string& name : ListNames(packs)) {
    if (absl::EndsWith(name, ".keep")) ::unlink((packs + name).c_str());
  }
}

void BareRepository::RemoveTemporariesOfGit(const std::string& path) { RemoveTemporaries(path, /*ours=*/false); }

absl::StatusOr<std::shared_ptr<BareRepository>> BareRepository::Open(const std::string& path) {
  git_repository* raw = nullptr;
  const int rc =
      git_repository_open_ext(&raw, path.c_str(), GIT_REPOSITORY_OPEN_BARE | GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  const RepositoryHandle checked(raw);  // its owner, and that it is of a kind that we know
  if (rc != 0) return GitError(rc, "cannot open the workspace");
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> objects, ObjectStore::Open(path + "/objects"));
  std::shared_ptr<BareRepository> repository(new BareRepository(path, std::move(objects)));
  repository->Recount();
  return repository;
}

absl::StatusOr<std::string> BareRepository::Branch() const {
  // Read by hand: libgit2 would open the repository anew.
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

absl::Status BareRepository::Store(const std::vector<ObjectPtr>& objects) {
  ASSIGN_OR_RETURN(const ObjectStore::Written written, objects_->Write(objects));
  loose_objects_ += written.loose;
  packs_ += written.packs;
  return absl::OkStatus();
}

absl::Status BareRepository::MoveBranch(absl::string_view expected, absl::string_view target) {
  absl::MutexLock turn(&move_mutex_);
  const std::string branch = absl::StrCat(path_, "/", kBranch);
  const std::string lock = path_ + kLock;
  const std::string ours = path_ + kOurLock;
  RETURN_IF_ERROR(MakeDirectory(path_ + "/refs/heads"));  // Git removes what it has packed
  ::unlink(ours.c_str());                                 // of a try that failed
  absl::Status status = WriteNewFile(ours, absl::StrCat(target, "\n"));
  if (status.ok() && ::link(ours.c_str(), lock.c_str()) != 0) {
    status = errno == EEXIST ? GitError(GIT_ELOCKED, kMoving) : StorageError(errno, kMoving);
  } else if (status.ok()) {
    const absl::StatusOr<std::string> actual = Branch();
    status = !actual.ok() || *actual == expected ? actual.status() : HeadMovedError(expected, "");
    if (status.ok() && ::rename(lock.c_str(), branch.c_str()) != 0) status = StorageError(errno, kMoving);
    if (!status.ok()) ::unlink(lock.c_str());
  }
  ::unlink(ours.c_str());
  if (status.ok()) status = SyncDirectory(path_ + "/refs/heads");
  if (status.ok()) Record(std::string(target));
  return status;
}

std::string BareRepository::RecordedHead(const std::string& path) {
  const absl::StatusOr<std::optional<std::string>> text = ReadWholeFile(path + kHeadRecord);
  if (!text.ok() || !text->has_value()) return "";
  const std::string id(absl::StripTrailingAsciiWhitespace(**text));
  return IsObjectId(id) ? id : "";
}

void BareRepository::RecordHead(const std::string& path, absl::string_view commit) {
  // Without it, less is told by verify.
  if (commit.empty()) {
    ::unlink((path + kHeadRecord).c_str());
    return;
  }
  const std::string line = absl::StrCat(commit, "\n");
  const UniqueFd file(::open((path + kHeadRecord).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  // Always as long, in its place: it is never half written.
  if (file.valid() && ::pwrite(file.get(), line.data(), line.size(), 0) < 0) return;
}

void BareRepository::Record(const std::string& branch) {
  if (unkept_) return;
  recorded_ = branch;
  RecordHead(path_, branch);
}

std::optional<BareRepository::Lost> BareRepository::Follow(const std::string& branch) {
  absl::MutexLock turn(&move_mutex_);
  if (!recorded_.has_value()) recorded_ = RecordedHead(path_);
  if (!recorded_->empty()) {
    const absl::StatusOr<bool> contained = Contains(*objects_, branch, *recorded_);
    if (!contained.ok()) return std::nullopt;  // the history is damaged, which whoever reads it is told
    if (!*contained) {
      Lost lost{*recorded_, false, objects_->Read(*recorded_, ObjectType::kCommit).status()};
      lost.gone = absl::IsDataLoss(lost.kept);
      if (lost.gone) {
        lost.kept = NoteGoneCommit(path_, lost.commit);
      } else if (lost.kept.ok()) {
        lost.kept = KeepLostCommit(path_, lost.commit);
      }
      unkept_ = !lost.kept.ok();
      Record(branch);
      return lost;
    }
  }
  unkept_ = false;
  // Also what others pushed, so that cutting it away is seen by the next server.
  if (*recorded_ != branch) Record(branch);
  return std::nullopt;
}

void BareRepository::Recount() {
  // As Git estimates it: ids are spread evenly over 256 directories.
  loose_objects_ = static_cast<int>(ListNames(path_ + "/objects/17").size()) * 256;
  const std::vector<std::string> names = ListNames(path_ + "/objects/pack");
  packs_ = static_cast<int>(
      std::count_if(names.begin(), names.end(), [](const std::string& name) { return absl::EndsWith(name, ".idx"); }));
}

bool BareRepository::BeginPacking() {
  absl::MutexLock lock(&packing_mutex_);
  if (packing_ || absl::Now() < next_packing_) return false;
  packing_ = true;
  return true;
}

int BareRepository::FinishPacking(const absl::Status& status) {
  Recount();
  absl::MutexLock lock(&packing_mutex_);
  packing_ = false;
  packing_failures_ = status.ok() ? 0 : packing_failures_ + 1;
  if (status.ok()) return 0;
  next_packing_ = absl::Now() + BackOff(packing_failures_, kFirstPackingPause, kLongestPackingPause);
  return packing_failures_;
}

}  // namespace metapowers::workspace
