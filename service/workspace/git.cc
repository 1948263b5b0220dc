#include "service/workspace/git.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

constexpr ssize_t kObjectCacheBytes = 16 << 20;
constexpr size_t kMappedBytes = size_t{512} << 20;
constexpr size_t kMappedFiles = 512;

absl::Status Initialize() {
  git_libgit2_init();
  int major = 0, minor = 0, patch = 0;
  git_libgit2_version(&major, &minor, &patch);
  if (major * 10000 + minor * 100 + patch < 10501) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("libgit2 ", major, ".", minor, ".", patch, " is too old: 1.5.1 or later is needed"),
                     {.reason = "GIT_UNSUPPORTED", .next_step = "install libgit2 1.5.1 or later"});
  }
  int rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  for (const int level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
    rc |= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  rc |= git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
  rc |= git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
  rc |= git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, kObjectCacheBytes);
  rc |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, kMappedBytes);
  rc |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, kMappedFiles);
  if (rc != 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "libgit2 refuses the settings that durability needs",
                     {.reason = "GIT_UNSUPPORTED"});
  }
  return absl::OkStatus();
}

}  // namespace

const absl::Status& InitializeGit() {
  static const absl::Status& status = *new absl::Status(Initialize());
  return status;
}

git_oid ToOid(absl::string_view id) {
  git_oid oid = {};
  git_oid_fromstrn(&oid, id.data(), id.size());
  return oid;
}

std::string FromOid(const git_oid& oid) {
  std::string hex(GIT_OID_HEXSZ, '0');
  git_oid_fmt(hex.data(), &oid);
  return hex;
}

int GitSystemError() {
  // It is kept only as the end of a text: errno itself is overwritten while libgit2 cleans up.
  const git_error* error = git_error_last();
  if (error == nullptr) return EIO;
  for (const int candidate : {ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, EPERM, EMFILE, ENFILE, ENOMEM}) {
    if (absl::EndsWith(error->message, std::strerror(candidate))) return candidate;
  }
  return EIO;
}

absl::Status GitError(int rc, absl::string_view what) {
  if (rc == GIT_ELOCKED) {
    return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(what, ": another process holds its lock"),
                     {.reason = "LOCKED",
                      .metadata = {{"resource", "branch"}},
                      .next_step = "let the other Git command end and repeat the call"});
  }
  if (rc == GIT_EOWNER) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(what, ": the repository belongs to another user"),
                     {.reason = "REPOSITORY_UNSUPPORTED",
                      .metadata = {{"feature", "owner"}},
                      .next_step = "change the owner of the repository"});
  }
  return StorageError(GitSystemError(), what);
}

absl::Status MoveReference(git_repository* repository, const std::string& reference, absl::string_view expected,
                           absl::string_view target, const std::string& log_message) {
  const git_oid from = expected.empty() ? git_oid{} : ToOid(expected);
  const git_oid to = ToOid(target);
  const absl::Time patience = absl::Now() + absl::Seconds(1);
  for (absl::Duration pause = absl::Milliseconds(1);; pause = std::min(pause * 2, absl::Milliseconds(50))) {
    git_reference* raw = nullptr;
    const int rc = git_reference_create_matching(&raw, repository, reference.c_str(), &to, /*force=*/1, &from,
                                                 log_message.c_str());
    const ReferenceHandle moved(raw);
    if (rc == 0) return absl::OkStatus();
    if (rc == GIT_EMODIFIED || rc == GIT_ENOTFOUND || rc == GIT_EEXISTS) return HeadMovedError(expected, "");
    if (rc != GIT_ELOCKED || absl::Now() > patience) return GitError(rc, "cannot move the branch");
    absl::SleepFor(pause);
  }
}

}  // namespace metapowers::workspace
