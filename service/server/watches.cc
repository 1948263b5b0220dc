#include "service/server/watches.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/server/errors.h"
#include "service/server/watch.h"

namespace metapowers::server {
namespace {

using v1::WatchWorkspaceRequest;
using v1::WatchWorkspaceResponse;

constexpr absl::Duration kLook = absl::Seconds(1);

absl::Status ExhaustedError(absl::string_view of, int limit) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(of, " has ", limit, " watches, and takes no more"),
                   {"WATCHES_EXHAUSTED",
                    {{"limit", absl::StrCat(limit)}},
                    {},
                    "end a watch, or try again after the time in RetryInfo"});
}

}  // namespace

Watches::Watches(Dispatcher& dispatcher)
    : dispatcher_(dispatcher), most_turns_(std::max(dispatcher.backend().env.limits.workers / 2, 1)) {
  dispatcher_.OnDrain([this] { Drain(); });
  subscription_ = dispatcher_.backend().env.engine->Subscribe([this](absl::string_view uid) {
    absl::MutexLock lock(&mutex_);
    if (watched_.contains(uid)) moved_.insert(std::string(uid));
  });
}

Watches::~Watches() {
  subscription_.reset();
  {
    const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return turns_ == 0; };
    absl::MutexLock lock(&mutex_, absl::Condition(&idle));
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

grpc::ServerWriteReactor<WatchWorkspaceResponse>* Watches::Start(grpc::CallbackServerContext* context,
                                                                 absl::string_view path,
                                                                 const WatchWorkspaceRequest* request) {
  const MethodPolicy& policy = dispatcher_.PolicyOf(path);
  const auto watch = std::make_shared<Watch>(
      *this, context, dispatcher_.NewCall(*context, policy, /*request_id=*/"", absl::InfiniteDuration()), request);
  watch->Hold();
  absl::Status admitted = dispatcher_.Admit(*context, policy, *request, watch->ticket());
  if (admitted.ok()) admitted = Add(watch);
  admitted.ok() ? watch->Wake() : watch->End(admitted);
  return watch.get();
}

absl::Status Watches::Add(const Pointer& watch) {
  const int limit = dispatcher_.backend().env.limits.watches;
  absl::MutexLock lock(&mutex_);
  if (draining_) return DrainingError();
  if (static_cast<int>(all_.size()) >= limit) return ExhaustedError("the server", limit);
  all_.insert(watch);
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::Status Watches::Join(const std::string& uid, const Pointer& watch) {
  const int limit = dispatcher_.backend().env.limits.watches_each;
  absl::MutexLock lock(&mutex_);
  absl::flat_hash_set<Pointer>& watches = watched_[uid].watches;
  if (static_cast<int>(watches.size()) >= limit) return ExhaustedError("the workspace", limit);
  watches.insert(watch);
  return absl::OkStatus();
}

void Watches::Remove(const std::string& uid, const Pointer& watch) {
  absl::MutexLock lock(&mutex_);
  all_.erase(watch);
  const auto found = watched_.find(uid);
  if (found == watched_.end()) return;
  found->second.watches.erase(watch);
  if (!found->second.watches.empty()) return;
  watched_.erase(found);
  moved_.erase(uid);
}

void Watches::Queue(Pointer watch) {
  absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(watch));
  StartTurns();
}

void Watches::StartTurns() {
  while (turns_ < most_turns_ && !waiting_.empty()) {
    const auto turn = [this, watch = waiting_.front()] {
      watch->Turn();
      absl::MutexLock lock(&mutex_);
      --turns_;
      StartTurns();
    };
    if (!dispatcher_.Submit(turn)) return;  // the next look, or turn, tries again
    waiting_.pop_front();
    ++turns_;
  }
}

void Watches::Drain() {
  std::vector<Pointer> all;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    all.assign(all_.begin(), all_.end());
  }
  for (const Pointer& watch : all) watch->End(DrainingError());
}

std::vector<Watches::Pointer> Watches::Of(absl::string_view uid) const {
  const auto found = watched_.find(uid);
  if (found == watched_.end()) return {};
  return {found->second.watches.begin(), found->second.watches.end()};
}

void Watches::Run() {
  absl::Time next_look = absl::Now() + kLook;
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !moved_.empty(); };
  const auto any = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !all_.empty(); };
  while (true) {
    std::vector<Pointer> woken;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(&any));
      mutex_.AwaitWithDeadline(absl::Condition(&ready), next_look);
      if (stopping_) return;
      for (const std::string& uid : moved_) {
        for (Pointer& watch : Of(uid)) woken.push_back(std::move(watch));
      }
      moved_.clear();
    }
    for (const Pointer& watch : woken) watch->Wake();
    if (absl::Now() < next_look) continue;
    Look();
    next_look = absl::Now() + kLook;
  }
}

void Watches::Look() {
  std::vector<std::pair<std::string, std::string>> known;  // uids and heads
  std::vector<Pointer> all;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [uid, watched] : watched_) known.emplace_back(uid, watched.head);
    all.assign(all_.begin(), all_.end());
    StartTurns();
  }
  for (const auto& [uid, before] : known) {
    const auto head = dispatcher_.backend().env.engine->Head(uid);
    if (head.ok() && (*head)->commit() == before) continue;
    absl::MutexLock lock(&mutex_);
    const auto found = watched_.find(uid);
    if (found == watched_.end()) continue;
    if (head.ok()) found->second.head = (*head)->commit();
    moved_.insert(uid);  // an error too is for the watches to tell
  }
  for (const Pointer& watch : all) watch->Look();
}

}  // namespace metapowers::server
