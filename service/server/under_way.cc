#include "service/server/under_way.h"

#include <utility>

#include "absl/hash/hash.h"

namespace metapowers::server {
namespace {

size_t LaneOf(absl::string_view uid, size_t lanes) { return absl::Hash<absl::string_view>()(uid) % lanes; }

}  // namespace

struct UnderWay::Round {
  ~Round() {
    if (ended != nullptr) ended->Notify();
    // One after the other: a chain of many who wait would not fit on the stack. Of what nobody else holds, the rest is
    // ours alone.
    for (std::shared_ptr<Round> rest = std::move(next); rest != nullptr && rest.use_count() == 1;) {
      std::shared_ptr<Round> after = std::move(rest->next);
      rest = std::move(after);
    }
  }
  std::shared_ptr<Round> next;  // let go of after the notification of this one
  std::shared_ptr<absl::Notification> ended;
};

UnderWay::UnderWay() {
  for (std::shared_ptr<Round>& round : newest_) round = std::make_shared<Round>();
}

UnderWay::Ticket UnderWay::Enter(absl::string_view uid) {
  absl::MutexLock lock(&mutex_);
  return newest_[LaneOf(uid, kLanes)];
}

std::shared_ptr<const absl::Notification> UnderWay::Ended(absl::string_view uid) {
  auto ended = std::make_shared<absl::Notification>();
  std::shared_ptr<Round> round = std::make_shared<Round>();  // ends without the lock, if nobody is in it
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Round>& newest = newest_[LaneOf(uid, kLanes)];
  newest->next = round;
  newest->ended = ended;
  newest.swap(round);
  return ended;
}

}  // namespace metapowers::server
