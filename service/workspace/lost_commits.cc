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

}  // namespace

std::string LostCommitRef(absl::string_view commit) { return absl::StrCat(kLost, "/", commit); }

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

std::vector<std::string> LostCommits(const std::string& path) {
  std::set<std::string> commits;
  for (std::string& name : ListNames(absl::StrCat(path, "/", kLost))) {
    if (IsObjectId(name)) commits.insert(std::move(name));
  }
  const auto packed = ReadWholeFile(path + "/packed-refs");
  const std::string text = packed.ok() ? packed->value_or("") : "";
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view commit = line.substr(0, 40);
    if (IsObjectId(commit) && line.substr(40) == absl::StrCat(" ", LostCommitRef(commit))) commits.emplace(commit);
  }
  return {commits.begin(), commits.end()};
}

std::string MendLostCommit(absl::string_view commit) {
  return absl::StrCat("to give it its place back, keep the other line, `git branch theirs main`, then `git update-ref ",
                      "refs/heads/main ", commit, "`; to accept the other line, `git update-ref -d ",
                      LostCommitRef(commit), "`");
}

}  // namespace metapowers::workspace
