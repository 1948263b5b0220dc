// A cache that holds at most so many bytes and drops what was not used for the longest time.
#ifndef METAPOWERS_SERVICE_SERVER_BYTE_CACHE_H_
#define METAPOWERS_SERVICE_SERVER_BYTE_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace metapowers::server {

// Thread-safe. Values are immutable and shared: one that is dropped lives on with those who hold it.
template <class Value>
class ByteCache {
 public:
  explicit ByteCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The value, now the most recently used; nullptr when it is not held.
  std::shared_ptr<const Value> Get(absl::string_view key) {
    absl::MutexLock lock(&mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // Holds `value`, which costs `bytes`; what is larger than the whole cache is not kept.
  void Put(absl::string_view key, std::shared_ptr<const Value> value, size_t bytes) {
    absl::MutexLock lock(&mutex_);
    if (bytes > max_bytes_ || index_.contains(key)) return;
    while (bytes_ + bytes > max_bytes_) {
      bytes_ -= entries_.back().bytes;
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({std::string(key), std::move(value), bytes});
    index_[entries_.front().key] = entries_.begin();
    bytes_ += bytes;
  }

  size_t bytes() const {
    absl::MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Value> value;
    size_t bytes;
  };

  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // most recently used first
  absl::flat_hash_map<std::string, typename std::list<Entry>::iterator> index_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_BYTE_CACHE_H_
