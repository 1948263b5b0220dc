#include "service/workspace/recent_history.h"

#include <algorithm>
#include <utility>

namespace metapowers::workspace {
std::vector<std::string> WithFolders(const std::vector<absl::string_view>& files) {
  std::vector<std::string> paths;
  for (const absl::string_view file : files) {
    for (size_t end = file.size(); end != absl::string_view::npos; end = file.rfind('/', end - 1)) {
      paths.emplace_back(file.substr(0, end));
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

void RecentHistory::Add(const CommitInfo& commit, const std::vector<FileChange>& changes) {
  std::vector<absl::string_view> files;
  for (const FileChange& change : changes) files.push_back(change.path);
  const std::vector<std::string> paths = WithFolders(files);
  absl::MutexLock lock(&mutex_);
  const bool follows = commit.revision == oldest_ + static_cast<int64_t>(entries_.size()) &&
                       (entries_.empty() || entries_.back().commit == commit.first_parent);
  if (!follows) Clear();  // somebody rewrote the branch
  if (entries_.empty()) {
    oldest_ = commit.revision;
    below_ = commit.first_parent;
  }
  Entry& entry = entries_.emplace_back(Entry{commit.id, {}});
  entry.paths.reserve(paths.size());
  for (const std::string& path : paths) {
    ByPath::value_type& revisions = *by_path_.try_emplace(path).first;
    revisions.second.push_back(commit.revision);
    entry.paths.push_back(&revisions);
  }
  if (entries_.size() > most_) DropOldest();
}

void RecentHistory::DropAbove(int64_t revision) {
  absl::MutexLock lock(&mutex_);
  while (!entries_.empty() && oldest_ + static_cast<int64_t>(entries_.size()) - 1 > revision) DropNewest();
}

std::optional<std::vector<IndexedRevision>> RecentHistory::Find(absl::string_view path, const IndexedRevision& newest,
                                                                int64_t above, int limit) const {
  absl::MutexLock lock(&mutex_);
  const int64_t at = newest.revision - oldest_;
  const bool held = at >= 0 && at < static_cast<int64_t>(entries_.size()) && entries_[at].commit == newest.commit;
  if (!held || above + 1 < oldest_) return std::nullopt;
  std::vector<IndexedRevision> found;
  const auto revisions = by_path_.find(std::string(path));
  if (revisions == by_path_.end()) return found;
  const std::deque<int64_t>& all = revisions->second;
  for (auto it = std::upper_bound(all.begin(), all.end(), newest.revision);
       it != all.begin() && static_cast<int>(found.size()) < limit && *(it - 1) > above; --it) {
    found.push_back({*(it - 1), entries_[*(it - 1) - oldest_].commit});
  }
  return found;
}

std::optional<std::vector<RecentHistory::Change>> RecentHistory::After(const IndexedRevision& known,
                                                                       absl::string_view head) const {
  absl::MutexLock lock(&mutex_);
  const int64_t first = known.revision + 1 - oldest_;
  if (first < 0 || first > static_cast<int64_t>(entries_.size())) return std::nullopt;
  if ((first == 0 ? below_ : entries_[first - 1].commit) != known.commit) return std::nullopt;
  std::vector<Change> changes;
  for (size_t i = static_cast<size_t>(first); i < entries_.size(); ++i) {
    Change& change = changes.emplace_back();
    change.at = {oldest_ + static_cast<int64_t>(i), entries_[i].commit};
    for (const ByPath::value_type* path : entries_[i].paths) change.paths.push_back(path->first);
    if (entries_[i].commit == head) return changes;
  }
  return std::nullopt;
}

std::optional<int64_t> RecentHistory::oldest() const {
  absl::MutexLock lock(&mutex_);
  if (entries_.empty()) return std::nullopt;
  return oldest_;
}

void RecentHistory::DropOldest() {
  for (ByPath::value_type* path : entries_.front().paths) {
    path->second.pop_front();
    if (path->second.empty()) by_path_.erase(by_path_.find(path->first));
  }
  below_ = std::move(entries_.front().commit);
  entries_.pop_front();
  ++oldest_;
}

void RecentHistory::DropNewest() {
  for (ByPath::value_type* path : entries_.back().paths) {
    path->second.pop_back();
    if (path->second.empty()) by_path_.erase(by_path_.find(path->first));
  }
  entries_.pop_back();
}

void RecentHistory::Clear() {
  entries_.clear();
  by_path_.clear();
}

}  // namespace metapowers::workspace
