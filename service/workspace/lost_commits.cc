#include "service/workspace/lost_commits.h"

#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {
namespace {

constexpr char kOurs[] = "refs/metapowers";
constexpr char kLost[] = "refs/metapowers/lost";
constexpr char kGone[] = "metapowers-gone";
constexpr size_t kShortId = 12;

// Names in the directory that are ids.
std::set<std::string> IdsIn(const std::string& directory) {
  std::set<std::string> ids;
  for (std::string& name : ListNames(directory)) {
    if (IsObjectId(name)) ids.insert(std::move(name));
  }
  return ids;
}

}  // namespace

std::string LostCommitRef(absl::string_view commit) { return absl::StrCat(kLost, "/", commit); }

std::string GoneCommitFile(absl::string_view commit) { return absl::StrCat(kGone, "/", commit); }

absl::Status KeepLostCommit(const std::string& path, const std::string& commit) {
  for (const char* directory : {kOurs, kLost}) RETURN_IF_ERROR(MakeDirectory(absl::StrCat(path, "/", directory)));
  // Written beside the references first: what a crash leaves there is none.
  const std::string written = absl::StrCat(path, "/metapowers-lost");
  RETURN_IF_ERROR(ReplaceFile(written, absl::StrCat(commit, "\n")));
  std::error_code error;
  std::filesystem::rename(written, absl::StrCat(path, "/", LostCommitRef(commit)), error);
  if (error) return StorageError(error.value(), "cannot rename a file");
  RETURN_IF_ERROR(SyncDirectory(absl::StrCat(path, "/", kLost)));
  for (const char* directory : {kOurs, "refs"}) RETURN_IF_ERROR(SyncDirectory(absl::StrCat(path, "/", directory)));
  return absl::OkStatus();
}

absl::Status NoteGoneCommit(const std::string& path, const std::string& commit) {
  RETURN_IF_ERROR(MakeDirectory(absl::StrCat(path, "/", kGone)));
  RETURN_IF_ERROR(ReplaceFile(absl::StrCat(path, "/", GoneCommitFile(commit)), ""));
  return SyncDirectory(path);
}

std::vector<std::string> LostCommits(const std::string& path) {
  std::set<std::string> commits = IdsIn(absl::StrCat(path, "/", kLost));
  const auto packed = ReadWholeFile(path + "/packed-refs");
  const std::string text = packed.ok() ? packed->value_or("") : "";
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view commit = line.substr(0, 40);
    if (IsObjectId(commit) && line.substr(40) == absl::StrCat(" ", LostCommitRef(commit))) commits.emplace(commit);
  }
  return {commits.begin(), commits.end()};
}

std::vector<std::string> GoneCommits(const std::string& path) {
  const std::set<std::string> commits = IdsIn(absl::StrCat(path, "/", kGone));
  return {commits.begin(), commits.end()};
}

std::string GivePlaceBack(absl::string_view commit, absl::string_view actual) {
  const std::string move = commit.empty() ? "`git update-ref -d refs/heads/main`"
                                          : absl::StrCat("`git update-ref refs/heads/main ", commit, "`");
  if (actual.empty()) return move;
  return absl::StrCat("keep the other line, `git branch theirs", commit.empty() ? "" : "-", commit.substr(0, kShortId),
                      " main`, then ", move);
}

std::string MendLostCommit(absl::string_view commit, absl::string_view actual) {
  return absl::StrCat("to give it its place back, ", GivePlaceBack(commit, actual),
                      "; to accept the other line, `git update-ref -d ", LostCommitRef(commit), "`");
}

std::string MendGoneCommit(absl::string_view commit, absl::string_view actual) {
  return absl::StrCat("to give it its place back, fetch it from a clone or a backup that has it, `git fetch CLONE ",
                      commit, "`, ", GivePlaceBack(commit, actual), "; to accept that it is gone, `rm ",
                      GoneCommitFile(commit), "`");
}

}  // namespace metapowers::workspace
