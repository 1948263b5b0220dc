#include "service/workspace/head_listeners.h"

#include <utility>

namespace metapowers::workspace {

class HeadListeners::Entry : public Subscription {
 public:
  Entry(HeadListeners& owner, Listener moved) : owner_(owner) {
    absl::MutexLock lock(&owner_.mutex_);
    at_ = owner_.listeners_.insert(owner_.listeners_.end(), std::move(moved));
  }
  ~Entry() override {
    absl::MutexLock lock(&owner_.mutex_);  // not while they are called
    owner_.listeners_.erase(at_);
  }

 private:
  HeadListeners& owner_;
  std::list<Listener>::iterator at_;
};

std::unique_ptr<Subscription> HeadListeners::Add(Listener moved) {
  return std::make_unique<Entry>(*this, std::move(moved));
}

void HeadListeners::Tell(absl::string_view uid) const {
  absl::ReaderMutexLock lock(&mutex_);
  for (const Listener& listener : listeners_) listener(uid);
}

}  // namespace metapowers::workspace
