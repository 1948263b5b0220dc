// Temporary directories, stock Git as the independent witness, and short ways to make commits.
#ifndef METAPOWERS_TESTS_WORKSPACE_REPOSITORY_FIXTURE_H_
#define METAPOWERS_TESTS_WORKSPACE_REPOSITORY_FIXTURE_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/workspace/draft.h"
#include "service/workspace/engine.h"
#include "tests/support/status_matchers.h"

namespace metapowers::workspace {

// Removed with all below it at the end.
class TempDir {
 public:
  TempDir() : path_(absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid())) {
    std::filesystem::create_directories(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  const std::string path_;
};

struct CommandResult {
  int exit_code = -1;
  std::string output;  // both streams, without the line end
};

// Runs stock Git in `directory`, with no configuration but the repository's.
inline CommandResult Git(const std::string& directory, const std::string& arguments) {
  const std::string command =
      absl::StrCat("cd '", directory,
                   "' && env -i PATH=\"$PATH\" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null ",
                   "GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com GIT_COMMITTER_NAME=Ann "
                   "GIT_COMMITTER_EMAIL=ann@example.com ",
                   "git -c init.defaultBranch=main ", arguments, " 2>&1");
  CommandResult result;
  FILE* const pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  for (size_t count; (count = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) result.output.append(buffer, count);
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.output = std::string(absl::StripTrailingAsciiWhitespace(result.output));
  return result;
}

// The output of a Git command that must succeed.
inline std::string GitOk(const std::string& directory, const std::string& arguments) {
  const CommandResult result = Git(directory, arguments);
  EXPECT_EQ(result.exit_code, 0) << "git " << arguments << ": " << result.output;
  return result.output;
}

inline void ExpectFsckClean(const std::string& repository) {
  const CommandResult fsck = Git(repository, "fsck --strict --no-dangling --no-progress");
  EXPECT_EQ(fsck.exit_code, 0) << fsck.output;
  const bool unborn = absl::StartsWith(fsck.output, "notice: HEAD points to an unborn branch");
  EXPECT_TRUE(unborn || fsck.output.empty()) << "nothing but silence is clean: " << fsck.output;
}

inline void WriteFile(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

inline std::string ReadFileOrEmpty(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline CommitSpec Spec(std::vector<FileChange> changes, std::string message = "security(api): threat-model\n") {
  return {.changes = std::move(changes),
          .message = std::move(message),
          .author = {"Ann", "ann@example.com"},
          .committer = {"metapowers", "metapowers@example.com"},
          .time = absl::FromUnixSeconds(1'700'000'000)};
}

// One commit of one file on the tip; the error of whichever step fails.
inline absl::StatusOr<CommitInfo> CommitFile(Engine& engine, absl::string_view uid, const std::string& path,
                                             std::optional<std::string> content) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> tip, engine.Tip(uid));
  Draft draft(tip);
  ASSIGN_OR_RETURN(const std::optional<CommitInfo> commit, draft.AddCommit(Spec({{path, std::move(content)}})));
  if (!commit.has_value()) return absl::InternalError("nothing changed");
  RETURN_IF_ERROR(engine.Commit(uid, draft.batch()));
  return *commit;
}

}  // namespace metapowers::workspace

#endif  // METAPOWERS_TESTS_WORKSPACE_REPOSITORY_FIXTURE_H_
