#include "service/workspace/registry_check.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/files.h"
#include "service/workspace/git.h"

namespace metapowers::workspace {
namespace {

constexpr char kEntry[] = "registry entry";
constexpr char kMendEntry[] = "restore the file from a backup, whose manifest has what was in it";

std::string RepositoryOf(absl::string_view uid) { return absl::StrCat("workspaces/", uid, ".git"); }

RegistryFault UnnamedFault(const std::string& uid, absl::string_view what) {
  return {"",
          uid,
          {RepositoryOf(uid), absl::StrCat("no entry of the registry names it, so that nobody reaches it: ", what),
           absl::StrCat("write registry/NAME with three lines, \"", uid,
                        "\", the seconds since 1970 when it was made, and the name that people read (the manifest of "
                        "a backup has them); then start the server again")}};
}

// What is told of a repository that no entry names.
void AddUnnamed(const DataDirLayout& layout, const std::string& uid, CheckedRegistry& out) {
  const absl::StatusOr<std::shared_ptr<BareRepository>> repository = BareRepository::Open(layout.repository(uid));
  const absl::StatusOr<std::string> branch = repository.ok() ? (*repository)->Branch() : repository.status();
  if (!branch.ok()) {
    out.faults.push_back(UnnamedFault(uid, branch.status().message()));
  } else if (!branch->empty()) {
    out.faults.push_back(UnnamedFault(uid, absl::StrCat("its branch is at ", *branch)));
  } else {
    out.notes.push_back({RepositoryOf(uid), "no entry of the registry names it, and it has no commit", ""});
  }
}

}  // namespace

absl::StatusOr<CheckedRegistry> CheckRegistry(const DataDirLayout& layout) {
  RETURN_IF_ERROR(InitializeGit());
  // Before the entries, which are written after what they name.
  const std::vector<std::string> repositories = ListNames(layout.workspaces());
  CheckedRegistry out;
  std::vector<std::string> damaged;
  ASSIGN_OR_RETURN(std::vector<Workspace> entries, ReadRegistry(layout.registry(), damaged));
  for (const std::string& name : damaged) {
    out.faults.push_back({name, "", {kEntry, "it cannot be read", kMendEntry}});
  }
  std::map<std::string, std::string> names;  // by uid
  for (Workspace& entry : entries) {
    const auto [first, fresh] = names.emplace(entry.uid, entry.name);
    if (!fresh) {
      out.faults.push_back({entry.name,
                            entry.uid,
                            {kEntry, absl::StrCat("it names ", RepositoryOf(entry.uid), ", as that of ", first->second),
                             absl::StrCat("remove the one of the two that is wrong, or ", kMendEntry)}});
    } else if (!FileExists(layout.repository(entry.uid))) {
      out.faults.push_back({entry.name,
                            entry.uid,
                            {"repository", absl::StrCat("there is none at ", RepositoryOf(entry.uid)),
                             "restore the workspace from a backup"}});
    } else {
      out.workspaces.push_back(std::move(entry));
    }
  }
  for (const std::string& name : repositories) {
    const std::string uid(absl::StripSuffix(name, ".git"));
    if (absl::EndsWith(name, ".git") && IsUuid(uid) && names.count(uid) == 0) AddUnnamed(layout, uid, out);
  }
  return out;
}

}  // namespace metapowers::workspace
