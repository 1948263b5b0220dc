#include "service/server/watches.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/server/errors.h"
#include "service/server/executor.h"
#include "service/server/watch.h"

namespace metapowers::server {
namespace {

using v1::WatchWorkspaceRequest;
using v1::WatchWorkspaceResponse;

constexpr absl::Duration kLook = absl::Seconds(1);
constexpr int kMostLooks = 8;  // at a time

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
    : dispatcher_(dispatcher),
      most_turns_(std::max(dispatcher.backend().env.limits.workers / 2, 1)),
      most_turns_each_(std::max(most_turns_ / 2, 1)) {
  dispatcher_.OnDrain([this] { Drain(); });
  subscription_ = dispatcher_.backend().env.engine->Subscribe([this](absl::string_view uid) {
    absl::MutexLock lock(&mutex_);
    if (watched_.contains(uid)) moved_.insert(std::string(uid));
  });
}

Watches::~Watches() {
  subscription_.reset();
  {
    const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return turns_ + looks_ == 0; };
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
  for (auto next = waiting_.begin(); !stopping_ && next != waiting_.end() && turns_ < most_turns_;) {
    const auto of = turns_of_.find((*next)->workspace());
    if (of != turns_of_.end() && of->second >= most_turns_each_) {
      ++next;
      continue;
    }
    if (!StartTurn(*next)) return;  // the next second, or turn, tries again
    next = waiting_.erase(next);
  }
}

bool Watches::StartTurn(const Pointer& watch) {
  const auto turn = [this, watch] {
    watch->Turn();
    absl::MutexLock lock(&mutex_);
    --turns_;
    const auto of = turns_of_.find(watch->workspace());
    if (--of->second == 0) turns_of_.erase(of);
    StartTurns();
  };
  if (!dispatcher_.Submit(turn)) return false;
  ++turns_;
  ++turns_of_[watch->workspace()];
  return true;
}

void Watches::StartLooks() {
  while (!stopping_ && looks_ < kMostLooks && !to_look_.empty()) {
    const auto look = [this, uid = to_look_.front()] {
      LookFor(uid);
      absl::MutexLock lock(&mutex_);
      --looks_;
      looking_.erase(uid);
      StartLooks();
    };
    if (!dispatcher_.Submit(look)) return;  // the next second tries again
    to_look_.pop_front();
    ++looks_;
  }
}

void Watches::LookFor(const std::string& uid) {
  absl::StatusOr<std::string> head;
  const auto read = [&] {
    const auto snapshot = dispatcher_.backend().env.engine->Head(uid);
    head = snapshot.ok() ? absl::StatusOr<std::string>((*snapshot)->commit()) : snapshot.status();
  };
  if (!Executor::AwaitLong(read)) return;
  absl::MutexLock lock(&mutex_);
  const auto found = watched_.find(uid);
  if (found == watched_.end() || (head.ok() && *head == found->second.head)) return;
  if (head.ok()) found->second.head = *head;
  moved_.insert(uid);  // an error too is for the watches to tell
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
  std::vector<Pointer> all;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [uid, watched] : watched_) {
      if (looking_.insert(uid).second) to_look_.push_back(uid);
    }
    all.assign(all_.begin(), all_.end());
    StartTurns();
    StartLooks();
  }
  for (const Pointer& watch : all) watch->Look();
}

}  // namespace metapowers::server
