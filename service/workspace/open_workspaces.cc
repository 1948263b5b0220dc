#include "service/workspace/open_workspaces.h"

#include <utility>

namespace metapowers::workspace {
namespace {

// Looked at, from the longest unused on, when one is opened: more than one, so that a crowd shrinks again.
constexpr int kLookedAt = 4;

}  // namespace

absl::StatusOr<OpenWorkspaces::Pointer> OpenWorkspaces::Find(absl::string_view uid) {
  std::shared_ptr<Opening> opening;
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = open_.find(uid);
    if (found != open_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.used);
      return found->second.workspace;
    }
    std::shared_ptr<Opening>& by_others = opening_[uid];
    first = by_others == nullptr;
    if (first) by_others = std::make_shared<Opening>();
    opening = by_others;
  }
  if (!first) {
    opening->ended.WaitForNotification();
    return opening->result;
  }
  opening->result = opener_(std::string(uid));
  std::vector<Pointer> unused;
  {
    absl::MutexLock lock(&mutex_);
    opening_.erase(uid);
    if (opening->result.ok()) {
      by_use_.emplace_front(uid);
      open_[by_use_.front()] = {*opening->result, by_use_.begin()};
      unused = TakeUnused();
    }
  }
  opening->ended.Notify();
  return opening->result;
}

std::vector<OpenWorkspaces::Pointer> OpenWorkspaces::TakeUnused() {
  std::vector<Pointer> unused;
  for (int i = 0; i < kLookedAt && open_.size() > most_; ++i) {
    const auto candidate = open_.find(by_use_.back());
    if (candidate->second.workspace.use_count() > 1) {
      by_use_.splice(by_use_.begin(), by_use_, candidate->second.used);
      continue;
    }
    unused.push_back(std::move(candidate->second.workspace));
    open_.erase(candidate);
    by_use_.pop_back();
  }
  return unused;
}

}  // namespace metapowers::workspace
