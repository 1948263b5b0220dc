#include "service/workspace/lineage.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/path.h"
#include "service/workspace/tree.h"

namespace metapowers::workspace {
namespace {

constexpr int64_t kCheckpointEvery = 1'000;  // commits
constexpr int kMostScanned = 20'000;         // commits looked at for one page of history
constexpr int64_t kMostFollowed = 1'000;     // commits looked at for one page upwards
constexpr int kFewSteps = 16;                // commits that a walk down begins with
constexpr int kMostSteps = 1'000;            // commits that it goes down at a time

std::array<char, 20> ToRaw(absl::string_view hex) {
  std::array<char, 20> raw = {};
  absl::HexStringToBytes(hex).copy(raw.data(), raw.size());
  return raw;
}

std::string ToHex(const std::array<char, 20>& raw) {
  return absl::BytesToHexString(absl::string_view(raw.data(), raw.size()));
}

// True when the entry at `path` is not the same in both trees ("" = none). Reads only trees that differ.
absl::StatusOr<bool> ChangedAt(const ObjectSource& objects, std::string a, std::string b,
                               const std::vector<std::string>& path) {
  for (const std::string& component : path) {
    if (a == b) return false;
    for (std::string* side : {&a, &b}) {
      ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, FindEntry(objects, *side, {component}));
      const bool last = &component == &path.back();
      *side = !entry.has_value()      ? std::string()
              : last                  ? absl::StrCat(entry->mode, " ", entry->id)
              : entry->is_directory() ? entry->id
                                      : std::string();
    }
  }
  return a != b;
}

}  // namespace

Lineage::Lineage(std::shared_ptr<const ObjectSource> objects, std::string checkpoint_file,
                 absl::flat_hash_set<std::string> shallow)
    : objects_(std::move(objects)), checkpoint_file_(std::move(checkpoint_file)), shallow_(std::move(shallow)) {
  const auto text = ReadWholeFile(checkpoint_file_);
  if (!text.ok() || !text->has_value()) return;
  const std::vector<std::string> words = absl::StrSplit(**text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  int64_t revision = 0;
  if (words.size() != 2 || !IsObjectId(words[0]) || !absl::SimpleAtoi(words[1], &revision) || revision < 1) return;
  checkpoint_commit_ = words[0];
  checkpoint_revision_ = revision;
}

absl::StatusOr<CommitInfo> Lineage::ReadCommit(absl::string_view id) const {
  ASSIGN_OR_RETURN(const ObjectPtr commit, objects_->Get(id, ObjectType::kCommit));
  absl::StatusOr<CommitInfo> info = ParseCommit(commit->body);
  if (!info.ok()) return ObjectCorruptError(id, "malformed commit");
  info->id = std::string(id);
  if (shallow_.contains(id)) info->first_parent.clear();
  return info;
}

absl::StatusOr<CommitLinks> Lineage::ReadLinks(absl::string_view id) const {
  ASSIGN_OR_RETURN(const ObjectPtr commit, objects_->Get(id, ObjectType::kCommit));
  absl::StatusOr<CommitLinks> links = ParseLinks(commit->body);
  if (!links.ok()) return ObjectCorruptError(id, "malformed commit");
  if (shallow_.contains(id)) links->first_parent.clear();
  return links;
}

absl::StatusOr<int64_t> Lineage::RevisionOfHead(absl::string_view head) {
  absl::MutexLock lock(&mutex_);
  return Extend(head);
}

absl::StatusOr<std::optional<int64_t>> Lineage::Find(absl::string_view commit, absl::string_view head) {
  if (head.empty()) return std::nullopt;
  const RawId wanted = ToRaw(commit);
  bool more = true;
  for (int steps = kFewSteps;; steps = std::min(2 * steps, kMostSteps)) {
    {
      absl::MutexLock lock(&mutex_);
      RETURN_IF_ERROR(Extend(head).status());
      const auto known = revision_of_.find(wanted);
      if (known != revision_of_.end()) return known->second;
    }
    // Looked at once more at the end: another caller may have read the rest since.
    if (!more) return std::nullopt;
    ASSIGN_OR_RETURN(more, Deepen(steps));
  }
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Lineage::SnapshotOfHead(absl::string_view head) {
  ASSIGN_OR_RETURN(const int64_t revision, RevisionOfHead(head));
  if (head.empty()) return std::make_shared<const Snapshot>(objects_, "", "", revision);
  ASSIGN_OR_RETURN(CommitLinks commit, ReadLinks(head));
  return std::make_shared<const Snapshot>(objects_, std::string(head), std::move(commit.tree), revision);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Lineage::SnapshotAt(absl::string_view commit, absl::string_view head) {
  if (!IsObjectId(commit)) return RevisionInvalidError(commit);
  ASSIGN_OR_RETURN(const std::optional<int64_t> revision, Find(commit, head));
  if (!revision.has_value()) return RevisionNotFoundError(commit);
  ASSIGN_OR_RETURN(CommitLinks links, ReadLinks(commit));
  return std::make_shared<const Snapshot>(objects_, std::string(commit), std::move(links.tree), *revision);
}

absl::StatusOr<std::vector<std::string>> Lineage::Match(absl::string_view prefix, absl::string_view head,
                                                        int64_t newest, int most) {
  if (!IsAbbreviatedId(prefix)) return RevisionInvalidError(prefix);
  std::vector<std::pair<int64_t, RawId>> found;
  const RawId whole = ToRaw(prefix.substr(0, prefix.size() / 2 * 2));
  const size_t bytes = prefix.size() / 2;
  for (bool more = true;;) {
    {
      absl::MutexLock lock(&mutex_);
      RETURN_IF_ERROR(Extend(head).status());
      if (!more || oldest() <= 1) {
        for (const auto& [id, revision] : revision_of_) {
          if (revision <= newest && std::equal(id.begin(), id.begin() + bytes, whole.begin())) {
            found.emplace_back(revision, id);
          }
        }
        break;
      }
    }
    ASSIGN_OR_RETURN(more, Deepen(kMostSteps));
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> ids;
  for (const auto& [revision, id] : found) {
    if (static_cast<int>(ids.size()) >= most) break;
    std::string hex = absl::BytesToHexString(absl::string_view(id.data(), id.size()));
    if (absl::StartsWith(hex, prefix)) ids.push_back(std::move(hex));
  }
  return ids;
}

absl::StatusOr<int64_t> Lineage::Extend(absl::string_view head) {
  if (head.empty()) {
    line_.clear();
    revision_of_.clear();
    newest_revision_ = 0;
    return 0;
  }
  // Down from the head to the first commit whose number is known, or to the root.
  std::vector<std::string> found;
  int64_t below = 0;
  bool meets_known = false;
  for (std::string at(head); !at.empty();) {
    const auto known = revision_of_.find(ToRaw(at));
    if (known != revision_of_.end()) {
      below = known->second;
      meets_known = true;
      break;
    }
    if (at == checkpoint_commit_) {
      found.push_back(at);
      below = checkpoint_revision_ - 1;
      break;
    }
    ASSIGN_OR_RETURN(CommitLinks commit, ReadLinks(at));
    found.push_back(std::exchange(at, std::move(commit.first_parent)));
  }
  if (!meets_known) {
    line_.clear();
    revision_of_.clear();
    newest_revision_ = below;
  }
  for (; newest_revision_ > below; --newest_revision_) {  // somebody rewrote or rewound the branch
    revision_of_.erase(line_.back());
    line_.pop_back();
  }
  for (auto id = found.rbegin(); id != found.rend(); ++id) {
    line_.push_back(ToRaw(*id));
    revision_of_[line_.back()] = ++newest_revision_;
  }
  if (newest_revision_ >= checkpoint_revision_ + kCheckpointEvery) SaveCheckpoint(head, newest_revision_);
  return newest_revision_;
}

absl::StatusOr<bool> Lineage::Deepen(int count) {
  RawId from = {};
  size_t most = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (line_.empty() || oldest() <= 1) return false;
    from = line_.front();
    most = static_cast<size_t>(std::min<int64_t>(count, oldest() - 1));
  }
  std::vector<RawId> below;
  for (RawId at = from; below.size() < most; at = below.back()) {
    ASSIGN_OR_RETURN(const CommitLinks commit, ReadLinks(ToHex(at)));
    if (commit.first_parent.empty()) break;
    below.push_back(ToRaw(commit.first_parent));
  }
  absl::MutexLock lock(&mutex_);
  if (line_.empty() || line_.front() != from) return true;  // somebody else went down, or the branch was rewritten
  for (const RawId& id : below) {
    line_.push_front(id);
    revision_of_[id] = oldest();
  }
  return !below.empty();
}

absl::StatusOr<std::vector<std::string>> Lineage::Line(int64_t first, int64_t last, absl::string_view tip) {
  for (bool more = true;;) {
    int64_t missing = 0;
    {
      absl::MutexLock lock(&mutex_);
      ASSIGN_OR_RETURN(const int64_t newest, Extend(tip));
      last = std::min(last, newest);  // the branch may have been rewound meanwhile
      missing = oldest() - first;
      if (missing > 0 && !more) return RevisionTooOldError(first, oldest());
      if (missing <= 0) {
        std::vector<std::string> ids;
        for (int64_t at = first; at <= last; ++at) ids.push_back(ToHex(line_[static_cast<size_t>(at - oldest())]));
        return ids;
      }
    }
    ASSIGN_OR_RETURN(more, Deepen(static_cast<int>(std::min<int64_t>(missing, kMostSteps))));
  }
}

void Lineage::SaveCheckpoint(absl::string_view head, int64_t revision) {
  checkpoint_commit_ = std::string(head);
  checkpoint_revision_ = revision;
  // Only a short cut for later: failing to write it harms nothing.
  (void)ReplaceFile(checkpoint_file_, absl::StrCat(head, " ", revision, "\n"), /*durable=*/false);
}

absl::StatusOr<HistoryPage> Lineage::History(absl::string_view head, const HistoryQuery& query, int64_t above) {
  std::vector<std::string> path;
  if (!query.path.empty()) {
    ASSIGN_OR_RETURN(path, SplitPath(query.path));
  }
  HistoryPage page;
  const std::string& named = query.cursor.empty() ? query.from : query.cursor;
  const std::string start = named.empty() ? std::string(head) : named;
  if (start.empty()) return page;
  if (!IsObjectId(start)) return RevisionInvalidError(start);
  ASSIGN_OR_RETURN(const std::optional<int64_t> revision, Find(start, head));
  if (!revision.has_value()) return RevisionNotFoundError(start);

  ASSIGN_OR_RETURN(std::optional<CommitInfo> commit, ReadCommit(start));
  int64_t number = *revision;
  for (int scanned = 0; commit.has_value(); ++scanned, --number) {
    const bool full = static_cast<int>(page.commits.size()) >= std::max(query.limit, 1);
    if (full || scanned >= kMostScanned || number <= above) {
      page.next_cursor = commit->id;
      return page;
    }
    std::optional<CommitInfo> parent;
    if (!commit->first_parent.empty()) {
      ASSIGN_OR_RETURN(parent, ReadCommit(commit->first_parent));
    }
    bool wanted = path.empty();
    if (!wanted) {
      ASSIGN_OR_RETURN(wanted, ChangedAt(*objects_, parent.has_value() ? parent->tree : "", commit->tree, path));
    }
    commit->revision = number;
    if (wanted) page.commits.push_back(*std::move(commit));
    commit = std::move(parent);
  }
  return page;
}

absl::StatusOr<RevisionPage> Lineage::Revisions(int64_t newest, absl::string_view tip, const RevisionQuery& query) {
  std::vector<std::string> path;
  if (!query.path.empty()) {
    ASSIGN_OR_RETURN(path, SplitPath(query.path));
  }
  if (query.after > newest) {
    if (!query.after_commit.empty()) return BranchRewrittenError(query.after, query.after_commit, "");
    return RevisionAheadError(query.after + 1, newest);
  }
  const int64_t limit = std::max(query.limit, 1);
  const int64_t after = std::max<int64_t>(query.after, 0);
  const int64_t last = std::min(newest, after + (path.empty() ? std::min(limit, kMostFollowed) : kMostFollowed));
  // The commit that the reader has comes first when it is to be checked, or nothing else may come.
  const bool overlap = after > 0 && (!query.after_commit.empty() || after == newest);
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, Line(overlap ? after : after + 1, last, tip));
  RevisionPage page;
  page.last = after;
  if (overlap && !ids.empty()) page.last_commit = ids[0];
  if (after > 0 && !query.after_commit.empty() && page.last_commit != query.after_commit) {
    return BranchRewrittenError(after, query.after_commit, page.last_commit);
  }
  std::optional<std::string> tree_below;
  for (size_t i = overlap ? 1 : 0; i < ids.size() && static_cast<int64_t>(page.commits.size()) < limit; ++i) {
    ASSIGN_OR_RETURN(CommitInfo commit, ReadCommit(ids[i]));
    commit.revision = ++page.last;
    page.last_commit = ids[i];
    bool wanted = path.empty();
    if (!wanted) {
      if (!tree_below.has_value() && !commit.first_parent.empty()) {
        ASSIGN_OR_RETURN(CommitLinks below, ReadLinks(commit.first_parent));
        tree_below = std::move(below.tree);
      }
      ASSIGN_OR_RETURN(wanted, ChangedAt(*objects_, tree_below.value_or(""), commit.tree, path));
      tree_below = commit.tree;
    }
    if (wanted) page.commits.push_back(std::move(commit));
  }
  page.more = page.last < newest;
  return page;
}

}  // namespace metapowers::workspace
