#include "service/workspace/journal_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/back_off.h"
#include "service/workspace/thread_priority.h"

namespace metapowers::workspace {
namespace {

// Of one write, so that a caller behind a burst does not wait for all of it.
constexpr size_t kMostBytes = size_t{8} << 20;
constexpr absl::Duration kMostPatience = absl::Milliseconds(1);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

}  // namespace

JournalWriter::JournalWriter(std::unique_ptr<Journal> journal)
    : journal_(std::move(journal)),
      next_sequence_(journal_->first_sequence()),
      writer_([this] { WriteEntries(); }),
      retirer_([this] { RetireEntries(); }) {}

JournalWriter::~JournalWriter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  writer_.join();
  retirer_.join();
}

int64_t JournalWriter::Append(Write write) {
  absl::MutexLock lock(&mutex_);
  const int64_t sequence = next_sequence_++;
  queue_.push_back(
      {{sequence, std::move(write.workspace), std::move(write.body)}, std::move(write.wanted), std::move(write.done)});
  return sequence;
}

void JournalWriter::Retire(Retirement retirement, std::function<void()> done) {
  absl::MutexLock lock(&mutex_);
  retirements_.push_back({std::move(retirement), std::move(done)});
}

void JournalWriter::Drain() {
  const auto answered = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return queue_.empty() && !writing_; };
  absl::MutexLock lock(&mutex_, absl::Condition(&answered));
}

bool JournalWriter::TakeEntries(std::vector<Waiting>& batch) {
  const auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); };
  const auto all_came = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || queue_.size() >= expected_; };
  absl::MutexLock lock(&mutex_, absl::Condition(&work));
  if (queue_.empty()) return false;
  (void)mutex_.AwaitWithDeadline(absl::Condition(&all_came), expected_until_);
  for (size_t bytes = 0; !queue_.empty() && bytes < kMostBytes; queue_.pop_front()) {
    bytes += queue_.front().entry.body.size();
    batch.push_back(std::move(queue_.front()));
  }
  writing_ = true;
  return true;
}

void JournalWriter::WriteEntries() {
  std::vector<Waiting> batch;
  for (; TakeEntries(batch); batch.clear()) {
    const size_t size = batch.size();
    const absl::Time start = absl::Now();
    WriteBatch(std::move(batch));
    const absl::Time end = absl::Now();
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    expected_ = size + queue_.size();
    expected_until_ = end + std::min((end - start) / 4, kMostPatience);
  }
}

void JournalWriter::WriteBatch(std::vector<Waiting> batch) {
  std::vector<JournalEntry> entries;
  std::vector<std::function<void(absl::Status)>> done;
  for (Waiting& waiting : batch) {
    if (waiting.wanted()) {
      entries.push_back(std::move(waiting.entry));
      done.push_back(std::move(waiting.done));
    } else {
      waiting.done(absl::CancelledError());
    }
  }
  if (entries.empty()) return;
  const absl::Status status = journal_->Append(entries);
  for (const auto& answer : done) answer(status);
}

bool JournalWriter::TakeRetirements(bool failed, std::vector<Retiring>& batch) {
  const auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !retirements_.empty(); };
  const auto stopping = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_; };
  absl::MutexLock lock(&mutex_, absl::Condition(&work));
  (void)mutex_.AwaitWithDeadline(absl::Condition(&stopping), retire_after_);
  if (retirements_.empty() || (stopping_ && failed)) return false;  // a restart finds them stored
  std::move(retirements_.begin(), retirements_.end(), std::back_inserter(batch));
  retirements_.clear();
  return true;
}

void JournalWriter::RetireEntries() {
  LowerThreadPriority(5);  // nobody waits for it
  std::vector<Retiring> batch;
  for (int failures = 0; TakeRetirements(failures > 0, batch); batch.clear()) {
    std::vector<Retirement> retirements;
    for (Retiring& one : batch) retirements.push_back(one.retirement);
    if (journal_->Retire(retirements).ok()) {
      for (const Retiring& one : batch) one.done();
      failures = 0;
      continue;
    }
    ++failures;
    absl::MutexLock lock(&mutex_);
    retire_after_ = absl::Now() + BackOff(failures, kFirstPause, kLongestPause);
    std::move(batch.rbegin(), batch.rend(), std::front_inserter(retirements_));
  }
}

}  // namespace metapowers::workspace
