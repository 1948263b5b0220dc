// The threads of the journal. One writes: it takes whatever arrived during the last sync as one, so that callers share
// a sync and one alone waits for no timer. The other retires what repositories hold, which nobody waits for. Internal
// to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_JOURNAL_WRITER_H_
#define METAPOWERS_SERVICE_WORKSPACE_JOURNAL_WRITER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/workspace/journal.h"

namespace metapowers::workspace {

class JournalWriter {
 public:
  explicit JournalWriter(std::unique_ptr<Journal> journal);
  // Writes what waits and retires what can be, then ends the threads.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // What waits to be written.
  struct Write {
    std::string workspace;
    std::string body;
    std::function<bool()> wanted;            // asked just before it is written; false: it is left out
    std::function<void(absl::Status)> done;  // called in order, from a thread; CANCELLED when it was left out
  };

  // Gives `write` its place; answers its sequence at once. Entries are written in this order.
  int64_t Append(Write write) ABSL_LOCKS_EXCLUDED(mutex_);

  // Retires soon, and calls `done` from a thread when that has succeeded; see Journal::Retire. What fails is tried
  // again, at growing intervals.
  void Retire(Retirement retirement, std::function<void()> done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until all that was appended is answered.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

  Journal& journal() { return *journal_; }

 private:
  struct Waiting {
    JournalEntry entry;
    std::function<bool()> wanted;
    std::function<void(absl::Status)> done;
  };

  struct Retiring {
    Retirement retirement;
    std::function<void()> done;
  };

  void WriteEntries();
  // Waits for entries; false when there are none and it stops.
  bool TakeEntries(std::vector<Waiting>& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  void WriteBatch(std::vector<Waiting> batch);
  void RetireEntries();
  // Waits for retirements; false when there are none, or `failed`, and it stops.
  bool TakeRetirements(bool failed, std::vector<Retiring>& batch) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<Journal> journal_;
  absl::Mutex mutex_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(mutex_);
  std::deque<Retiring> retirements_ ABSL_GUARDED_BY(mutex_);
  absl::Time retire_after_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int64_t next_sequence_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Those who were answered last tend to come again at once, with those who came meanwhile: as many are waited for, for
  // a part of what a write takes, so that they share one sync and not two.
  size_t expected_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time expected_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_, retirer_;  // last: they use the rest
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_JOURNAL_WRITER_H_
