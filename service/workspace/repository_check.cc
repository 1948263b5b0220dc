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
#include "service/workspace/ancestry.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/git.h"
#include "service/workspace/git_process.h"
#include "service/workspace/journal.h"
#include "service/workspace/lost_commits.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/step_codec.h"
#include "service/workspace/stored_steps.h"

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
  // Before the branch, which may be moving.
  CheckedRepository checked(path, BareRepository::RecordedHead(path), LostCommits(path), GoneCommits(path));
  ASSIGN_OR_RETURN(checked.branch_, repository->Branch());
  checked.objects_ = repository->objects();
  return checked;
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
    visit(*commit, static_cast<int>(ParentsOf(*body).size()));
    at = commit->first_parent;
  }
  return line;
}

std::optional<CheckedRepository::HeadFault> CheckedRepository::CheckHead(const CommitLine& line,
                                                                         const KnownHead& head) const {
  const int64_t revision = line.RevisionOf(head.commit);
  if (head.commit.empty() || (revision != 0 && (head.revision == 0 || head.revision == revision))) return std::nullopt;
  HeadFault fault{head.commit, false, {kBranchPlace, "", ""}};
  if (revision != 0) {
    fault.finding.cause =
        absl::StrCat(head.commit, " is revision ", revision, ", and ", head.revision, " by ", head.record);
    fault.finding.mend = "the history below it was rewritten or cut: compare it with a backup";
    return fault;
  }
  const std::string at = line.head.empty() ? "no commit" : line.head;
  // A merge may have put it beside the first parents.
  const absl::StatusOr<bool> contained = Contains(*objects_, line.head, head.commit);
  if (!contained.ok()) {
    fault.finding.cause = absl::StrCat("it is at ", at, ", and whether that contains ", head.commit, ", which ",
                                       head.record, " has, cannot be told: ", contained.status().message());
    fault.finding.mend = kMendObject;
    return fault;
  }
  if (*contained) return std::nullopt;
  fault.missing = true;
  fault.finding.cause = absl::StrCat("it was rewritten: it is at ", at, " and does not contain ", head.commit,
                                     ", which ", head.record, " has");
  fault.finding.mend = GivePlaceBack(head.commit, line.head);
  return fault;
}

bool CheckedRepository::IsMendedBy(const std::string& commit, const HeadFault& other) const {
  return other.missing && other.commit != commit && Contains(*objects_, other.commit, commit).value_or(false);
}

std::vector<Finding> CheckedRepository::CheckHeads(const CommitLine& line, std::vector<KnownHead> known) const {
  known.insert(known.begin(), {recorded_, 0, "the server's record of where it was"});
  std::vector<HeadFault> faults;
  const auto add = [&](const KnownHead& head, const std::string& mend) {
    std::optional<HeadFault> fault = CheckHead(line, head);
    if (!fault.has_value()) return;
    if (fault->missing && !mend.empty()) fault->finding.mend = mend;
    // One of the same commit that was found before says less.
    faults.erase(std::remove_if(faults.begin(), faults.end(),
                                [&](const HeadFault& other) {
                                  return other.missing && fault->missing && other.commit == fault->commit;
                                }),
                 faults.end());
    faults.push_back(*std::move(fault));
  };
  for (const KnownHead& head : known) add(head, "");
  for (const std::string& commit : lost_) add({commit, 0, LostCommitRef(commit)}, MendLostCommit(commit, line.head));
  for (const std::string& commit : gone_) add({commit, 0, GoneCommitFile(commit)}, MendGoneCommit(commit, line.head));
  std::vector<Finding> findings;
  for (const HeadFault& fault : faults) {
    const bool mended = fault.missing && std::any_of(faults.begin(), faults.end(), [&](const HeadFault& other) {
                          return IsMendedBy(fault.commit, other);
                        });
    if (!mended) findings.push_back(fault.finding);
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
  const absl::StatusOr<size_t> counted = CountStored(*objects_, steps, line.head);
  if (!counted.ok()) return {};  // the history is damaged, which is told
  const size_t stored = *counted;
  if (stored == steps.size()) return {};
  const std::string& base = steps[stored].expected_head();
  if (base != branch_) {
    return {{kBranchPlace,
             absl::StrCat("it was moved to ", branch_.empty() ? "no commit" : branch_, " while ", steps.size() - stored,
                          " answered steps above ", base.empty() ? "no commit" : base, " were on their way into it"),
             GivePlaceBack(base, branch_)}};
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
