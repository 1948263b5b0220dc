#include "service/workspace/repository_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/git.h"
#include "service/workspace/git_process.h"
#include "service/workspace/journal.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/step_codec.h"

namespace metapowers::workspace {
namespace {

constexpr absl::Duration kFsckTime = absl::Hours(6);
constexpr size_t kMostObjects = 100;  // told of one repository
constexpr size_t kMostCauses = 3;     // told of one object
constexpr char kBranchPlace[] = "branch main";
constexpr char kMendObject[] =
    "take the object from a clone of the workspace (`git fetch CLONE main` in its repository), or restore a backup";

// The object that a line of fsck is about: the last id in it, which of a broken link is that of its target.
std::string ObjectIn(absl::string_view line) {
  std::string id;
  for (const absl::string_view word : absl::StrSplit(line, absl::ByAnyChar(" :,()\t"), absl::SkipEmpty())) {
    if (IsObjectId(word)) id = std::string(word);
  }
  return id;
}

// The lines of fsck's output, one about one thing: what a line is continued with is indented.
std::vector<std::string> LinesOf(absl::string_view output) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipWhitespace())) {
    if (absl::StartsWith(line, "notice: ") || absl::StartsWith(line, "dangling ")) continue;
    const std::string text = OneLine(absl::StripAsciiWhitespace(line));
    if (line.front() == ' ' && !lines.empty()) {
      absl::StrAppend(&lines.back(), " ", text);
    } else {
      lines.push_back(text);
    }
  }
  return lines;
}

int CountParents(absl::string_view body) {
  int parents = 0;
  for (const absl::string_view line : absl::StrSplit(body.substr(0, body.find("\n\n")), '\n')) {
    parents += absl::StartsWith(line, "parent ") ? 1 : 0;
  }
  return parents;
}

Finding InJournal(absl::string_view cause) {
  return {"journal", std::string(cause),
          "restore a backup: the commits above the branch that were answered last are lost to this data directory"};
}

}  // namespace

int64_t CommitLine::RevisionOf(absl::string_view commit) const {
  const auto found = number.find(commit);
  return found == number.end() ? 0 : commits - found->second;
}

absl::StatusOr<CheckedRepository> CheckedRepository::Open(const std::string& path) {
  RETURN_IF_ERROR(InitializeGit());
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> repository, BareRepository::Open(path));
  std::string recorded = BareRepository::RecordedHead(path);  // before the branch, which may be moving
  ASSIGN_OR_RETURN(std::string branch, repository->Branch());
  return CheckedRepository(path, std::move(recorded), std::move(branch), repository->objects());
}

std::vector<Finding> CheckedRepository::CheckObjects() const {
  const absl::StatusOr<GitRun> fsck =
      RunGit(path_, {"fsck", "--strict", "--no-dangling", "--no-progress", "--name-objects"}, kFsckTime);
  if (!fsck.ok()) return {{"repository", std::string(fsck.status().message()), "look at it with `git fsck --strict`"}};
  std::map<std::string, std::vector<std::string>> causes;  // by object; "" = of the repository
  for (std::string& line : LinesOf(fsck->output)) causes[ObjectIn(line)].push_back(std::move(line));
  if (causes.empty() && !fsck->ok()) causes[""].push_back(absl::StrCat("git fsck: ", fsck->Complaint()));
  std::vector<Finding> findings;
  for (auto& [id, lines] : causes) {
    if (findings.size() == kMostObjects) {
      findings.push_back({"repository", absl::StrCat(causes.size() - kMostObjects, " more objects are damaged"),
                          "`git fsck --strict` lists them"});
      break;
    }
    if (lines.size() > kMostCauses) lines.resize(kMostCauses);
    findings.push_back(
        {id.empty() ? "repository" : absl::StrCat("object ", id), absl::StrJoin(lines, "; "), kMendObject});
  }
  return findings;
}

CommitLine CheckedRepository::Walk(const std::function<void(const CommitInfo& commit, int parents)>& visit,
                                   std::vector<Finding>& findings) const {
  CommitLine line{.head = branch_, .number = {}, .commits = 0};
  for (std::string at = branch_; !at.empty();) {
    const absl::StatusOr<std::string> body = objects_->Read(at, ObjectType::kCommit);
    absl::StatusOr<CommitInfo> commit = body.ok() ? ParseCommit(*body) : body.status();
    if (!commit.ok()) {
      findings.push_back({absl::StrCat("object ", at),
                          absl::StrCat("the history cannot be read below it: ", commit.status().message()),
                          kMendObject});
      break;
    }
    line.number[at] = line.commits++;
    commit->id = at;
    visit(*commit, CountParents(*body));
    at = commit->first_parent;
  }
  return line;
}

std::vector<Finding> CheckedRepository::CheckHeads(const CommitLine& line, std::vector<KnownHead> known) const {
  known.insert(known.begin(), {recorded_, 0, "the server's record of its last move"});
  std::vector<Finding> findings;
  for (const KnownHead& head : known) {
    if (head.commit.empty()) continue;
    const int64_t revision = line.RevisionOf(head.commit);
    if (revision == 0) {
      findings.push_back({kBranchPlace,
                          absl::StrCat("it was rewritten: it is at ", line.head.empty() ? "no commit" : line.head,
                                       " and does not contain ", head.commit, ", which ", head.record, " has"),
                          absl::StrCat("keep the other line, `git branch theirs main`; then give ours its place back: ",
                                       "`git update-ref refs/heads/main ", head.commit, "`")});
    } else if (head.revision != 0 && head.revision != revision) {
      findings.push_back(
          {kBranchPlace,
           absl::StrCat(head.commit, " is revision ", revision, ", and ", head.revision, " by ", head.record),
           "the history below it was rewritten or cut: compare it with a backup"});
    }
  }
  return findings;
}

std::vector<Finding> CheckedRepository::CheckSteps(const CommitLine& line,
                                                   const std::vector<JournalEntry>& entries) const {
  std::vector<journal::v1::Step> steps;
  for (const JournalEntry& entry : entries) {
    const absl::StatusOr<journal::v1::Step> step = DecodeStep(entry.body);
    if (entry.damaged || !step.ok()) {
      return {InJournal(absl::StrCat("entry ", entry.sequence, " is damaged: ", entries.size() - steps.size(),
                                     " answered steps from it on cannot be made again"))};
    }
    steps.push_back(*step);
  }
  size_t stored = steps.size();  // those that the branch has, or lies on top of
  for (; stored > 0; --stored) {
    const std::string& after = HeadAfter(steps[stored - 1]);
    if (!after.empty() && line.RevisionOf(after) != 0) break;
  }
  if (stored == steps.size()) return {};
  const std::string& base = steps[stored].expected_head();
  if (base != branch_) {
    return {{kBranchPlace,
             absl::StrCat("it was moved to ", branch_.empty() ? "no commit" : branch_, " while ", steps.size() - stored,
                          " answered steps above ", base.empty() ? "no commit" : base, " were on their way into it"),
             absl::StrCat("keep the other line, `git branch theirs main`; then give ours its place back: ",
                          base.empty() ? std::string("`git update-ref -d refs/heads/main`")
                                       : absl::StrCat("`git update-ref refs/heads/main ", base, "`"))}};
  }
  const auto staged = std::make_shared<StagedObjects>(objects_);
  std::string head = base;
  for (size_t i = stored; i < steps.size(); ++i) {
    std::string tree;
    if (!head.empty()) {
      const absl::StatusOr<std::string> body = staged->Read(head, ObjectType::kCommit);
      const absl::StatusOr<CommitInfo> commit = body.ok() ? ParseCommit(*body) : body.status();
      if (!commit.ok()) return {InJournal(commit.status().message())};
      tree = commit->tree;
    }
    absl::StatusOr<CommitBatch> batch =
        RebuildBatch(steps[i], std::make_shared<const Snapshot>(staged, head, tree, /*revision=*/0));
    if (!batch.ok()) return {InJournal(batch.status().message())};
    head = batch->new_head;
    staged->Add(std::move(batch->objects));
  }
  return {};
}

absl::StatusOr<std::map<std::string, std::vector<JournalEntry>>> ReadJournal(const DataDir& data_dir) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                   OpenJournal(data_dir.journal_log(), data_dir.journal_database()));
  ASSIGN_OR_RETURN(std::vector<JournalEntry> entries, journal->TakeEntries());
  std::map<std::string, std::vector<JournalEntry>> by_workspace;
  for (JournalEntry& entry : entries) by_workspace[entry.workspace].push_back(std::move(entry));
  return by_workspace;
}

}  // namespace metapowers::workspace
