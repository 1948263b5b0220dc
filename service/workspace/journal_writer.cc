#include "service/workspace/journal_writer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace metapowers::workspace {
namespace {

// Of one transaction, so that a caller behind a burst does not wait for all of it.
constexpr size_t kMostBytes = size_t{8} << 20;
constexpr size_t kMostRetired = 128;  // requests
constexpr absl::Duration kMostPatience = absl::Milliseconds(1);

}  // namespace

JournalWriter::JournalWriter(std::unique_ptr<Journal> journal, int64_t first_sequence)
    : journal_(std::move(journal)), next_sequence_(first_sequence), thread_([this] { Run(); }) {}

JournalWriter::~JournalWriter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
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

bool JournalWriter::Take(std::vector<Waiting>& batch, std::vector<Retiring>& retiring) {
  const auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty() || (!retirements_.empty() && !cannot_retire_);
  };
  const auto all_came = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || queue_.size() >= expected_; };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&work));
  if (queue_.empty() && (retirements_.empty() || cannot_retire_)) return false;
  if (!queue_.empty()) (void)mutex_.AwaitWithDeadline(absl::Condition(&all_came), expected_until_);
  for (size_t bytes = 0; !queue_.empty() && bytes < kMostBytes; queue_.pop_front()) {
    bytes += queue_.front().entry.body.size();
    batch.push_back(std::move(queue_.front()));
  }
  writing_ = !batch.empty();
  for (size_t requests = 0; !cannot_retire_ && !retirements_.empty() && requests < kMostRetired;
       retirements_.pop_front()) {
    requests += retirements_.front().retirement.requests.size();
    retiring.push_back(std::move(retirements_.front()));
  }
  return true;
}

void JournalWriter::Run() {
  std::vector<Waiting> batch;
  std::vector<Retiring> retiring;
  for (; Take(batch, retiring); batch.clear(), retiring.clear()) {
    if (!batch.empty()) {
      const size_t size = batch.size();
      const absl::Time start = absl::Now();
      const bool written = WriteAll(std::move(batch)).ok();
      const absl::Time end = absl::Now();
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (written) cannot_retire_ = false;
      expected_ = size + queue_.size();
      expected_until_ = end + std::min((end - start) / 4, kMostPatience);
    }
    if (!retiring.empty()) RetireAll(std::move(retiring));
  }
}

absl::Status JournalWriter::WriteAll(std::vector<Waiting> batch) {
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
  if (entries.empty()) return absl::OkStatus();
  const absl::Status status = journal_->Append(entries);
  for (const auto& answer : done) answer(status);
  return status;
}

void JournalWriter::RetireAll(std::vector<Retiring> batch) {
  std::vector<Retirement> retirements;
  for (Retiring& one : batch) retirements.push_back(one.retirement);
  if (journal_->Retire(retirements).ok()) {
    for (const Retiring& one : batch) one.done();
    return;
  }
  // Tried again once the journal takes something; a restart would find them too.
  absl::MutexLock lock(&mutex_);
  cannot_retire_ = true;
  for (auto one = batch.rbegin(); one != batch.rend(); ++one) retirements_.push_front(std::move(*one));
}

}  // namespace metapowers::workspace
