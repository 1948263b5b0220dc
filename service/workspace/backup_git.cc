#include "service/workspace/backup_git.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/git_process.h"

namespace metapowers::workspace {
namespace {

// The path without links, as far as it exists; ends in a slash.
std::string Resolved(absl::string_view path) {
  std::error_code ignored;
  const std::filesystem::path resolved =
      std::filesystem::weakly_canonical(std::filesystem::absolute(std::string(path)), ignored);
  return absl::StrCat(absl::StripSuffix(resolved.string(), "/"), "/");
}

absl::StatusOr<int64_t> Count(const std::string& repository, const std::vector<std::string>& commits) {
  std::vector<std::string> command = {"rev-list", "--count"};
  command.insert(command.end(), commits.begin(), commits.end());
  ASSIGN_OR_RETURN(const std::string output, GitOutput(repository, command));
  int64_t count = 0;
  return absl::SimpleAtoi(output, &count) ? count : absl::StatusOr<int64_t>(CopyFailed("commits cannot be counted"));
}

}  // namespace

absl::Status CopyFailed(absl::string_view why) {
  if (absl::StrContains(why, "No space left on device")) return StorageError(ENOSPC, "git cannot copy the repository");
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("git cannot copy the repository: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "repository"}},
                    .next_step = "metapowersd verify tells what is wrong with it"});
}

absl::Status RewrittenError(absl::string_view kept, absl::string_view actual) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the branch was rewritten: it is at ", actual.empty() ? "nothing" : actual, " and does not contain ",
                   kept, ", which was there before"),
      {.reason = "BRANCH_DIVERGED",
       .metadata = {{"expected", std::string(kept)}, {"actual", std::string(actual)}},
       .next_step = "put the branch back, or keep this backup as it is and begin one in another directory"});
}

absl::StatusOr<std::string> GitOutput(const std::string& repository, const std::vector<std::string>& command) {
  ASSIGN_OR_RETURN(const GitRun run, RunGit(repository, command, kBackupGitTime));
  if (!run.ok()) return CopyFailed(run.Complaint());
  return std::string(absl::StripAsciiWhitespace(run.output));
}

absl::Status Fetch(const std::string& from, const std::string& commit, const BareRepository& to) {
  // As a pack, and not before each object was read through and hashed.
  ASSIGN_OR_RETURN(const GitRun run,
                   RunGit(to.path(),
                          {"-c", "fetch.fsckObjects=true", "-c", "fetch.unpackLimit=1", "fetch", "--no-tags",
                           "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--",
                           std::filesystem::absolute(from).string(), commit + ":refs/heads/main"},
                          kBackupGitTime));
  if (absl::StrContains(run.output, "non-fast-forward")) {
    ASSIGN_OR_RETURN(const std::string kept, to.Branch());
    return RewrittenError(kept, commit);
  }
  return run.ok() ? to.SyncNames() : CopyFailed(run.Complaint());
}

absl::StatusOr<bool> ContainsCommit(const std::string& repository, const std::string& of, const std::string& commit) {
  // Of what is not there at all, Git says no as well.
  ASSIGN_OR_RETURN(const GitRun run, RunGit(repository, {"merge-base", "--is-ancestor", commit, of}, kBackupGitTime));
  return run.ok();
}

absl::StatusOr<bool> IsBeyond(const std::string& repository, const std::string& head, const std::string& mark) {
  if (head.empty() || head == mark) return false;
  return mark.empty() ? absl::StatusOr<bool>(true) : ContainsCommit(repository, head, mark);
}

absl::Status SetBranch(const BareRepository& repository, const std::string& expected, const std::string& target) {
  const std::string branch = "refs/heads/main";
  RETURN_IF_ERROR(GitOutput(repository.path(), target.empty()
                                                   ? std::vector<std::string>{"update-ref", "-d", branch, expected}
                                                   : std::vector<std::string>{"update-ref", branch, target, expected})
                      .status());
  return repository.SyncNames();
}

absl::StatusOr<int64_t> CountCommits(const std::string& repository, const std::string& head) {
  return Count(repository, {"--first-parent", head});
}

absl::StatusOr<int64_t> CountCommits(const std::string& repository, const std::string& head, const std::string& other) {
  return Count(repository, {head, "^" + other});
}

absl::Status CheckApart(absl::string_view data_dir, absl::string_view other) {
  const std::string a = Resolved(data_dir), b = Resolved(other);
  if (!absl::StartsWith(a, b) && !absl::StartsWith(b, a)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("'", data_dir, "' and '", other, "' lie in each other"),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"backup", "must lie outside of the data directory", ""}},
                    .next_step = "name a directory elsewhere, on another disk if there is one"});
}

}  // namespace metapowers::workspace
