#include "service/workspace/step_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/base/failpoint.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/log_segment.h"

namespace metapowers::workspace {
namespace {

constexpr absl::string_view kPrefix = "journal-";
constexpr absl::string_view kSparePrefix = "spare-";  // files that nothing needs
constexpr absl::string_view kSuffix = ".log";
constexpr int64_t kFilledAhead = int64_t{1} << 20;
constexpr size_t kMostSpares = 8;

std::string NameOf(absl::string_view prefix, int64_t number) {
  return absl::StrCat(prefix, absl::Hex(number, absl::kZeroPad16), kSuffix);
}

std::optional<int64_t> NumberIn(absl::string_view name, absl::string_view prefix) {
  uint64_t number = 0;
  const bool matches = absl::ConsumePrefix(&name, prefix) && absl::ConsumeSuffix(&name, kSuffix) && name.size() == 16 &&
                       absl::SimpleHexAtoi(name, &number);
  return matches ? std::optional(static_cast<int64_t>(number)) : std::nullopt;
}

uint64_t NewSalt() {
  uint64_t salt = 0;
  (void)absl::SimpleHexAtoi(absl::StrReplaceAll(NewUuid(), {{"-", ""}}).substr(16), &salt);
  return salt;
}

absl::Status CannotBeRead(int64_t number) {
  return JournalCorruptError(absl::StrCat("parts of ", NameOf(kPrefix, number), " cannot be read"));
}

absl::Status WriteAt(int fd, absl::string_view bytes, int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return StorageError(errno, "cannot write the journal");
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<StepLog>> StepLog::Open(const std::string& directory, const StepLogOptions& options) {
  auto log = std::unique_ptr<StepLog>(new StepLog(directory, options));
  RETURN_IF_ERROR(log->Load());
  return log;
}

std::string StepLog::PathOf(int64_t number) const { return absl::StrCat(directory_, "/", NameOf(kPrefix, number)); }

absl::Status StepLog::Load() {
  absl::MutexLock lock(&mutex_);
  std::map<int64_t, SegmentStart> starts;
  std::vector<int64_t> not_begun;
  for (const std::string& name : ListNames(directory_)) {
    const auto spare = NumberIn(name, kSparePrefix);
    const auto number = NumberIn(name, kPrefix);
    number_ = std::max({number_, spare.value_or(0), number.value_or(0)});
    if (spare.has_value()) Release(*spare);
    if (!number.has_value()) continue;
    // Made durable first: a killed process may have written what it did not sync, and what is found is built on.
    const UniqueFd file(::open(PathOf(*number).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid() || ::fsync(file.get()) != 0) return StorageError(errno, "cannot sync the journal");
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, ReadWholeFile(PathOf(*number)));
    if (const auto start = FindStart(bytes.value_or(""), *number)) {
      starts[*number] = *start;
    } else {
      not_begun.push_back(*number);
    }
  }
  std::map<int64_t, int64_t> synced;  // of each segment that another one followed
  for (const auto& [number, start] : starts) synced[start.number_before] = start.size_before;
  for (const int64_t number : not_begun) {
    if (synced.contains(number)) return CannotBeRead(number);
    Release(number);
  }
  RETURN_IF_ERROR(SyncDirectory(directory_));
  for (const auto& [number, start] : starts) {
    const auto followed = synced.find(number);
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, ReadWholeFile(PathOf(number)));
    SegmentContent content = DecodeSegment(bytes.value_or(""), start, followed == synced.end() ? 0 : followed->second);
    if (content.lacks_batches)
      return JournalCorruptError(absl::StrCat("parts of ", NameOf(kPrefix, number), " cannot be read"));
    size_before_ = content.size;
    number_before_ = number;
    needed_[number] = 0;
    for (JournalEntry& entry : content.entries) {
      Note(entry, number);
      entries_.push_back(std::move(entry));
    }
    if (content.entries.empty()) {
      needed_.erase(number);
      Release(number);
    }
  }
  return absl::OkStatus();
}

void StepLog::Note(const JournalEntry& entry, int64_t segment) {
  places_[entry.workspace].push_back({entry.sequence, segment});
  ++needed_[segment];
}

void StepLog::Release(int64_t number) {
  const std::string spare = absl::StrCat(directory_, "/", NameOf(kSparePrefix, number));
  if (free_.size() < kMostSpares) {
    // Under a name that says so. Where that is lost, its entries are found to be stored.
    if (::rename(PathOf(number).c_str(), spare.c_str()) == 0 || FileExists(spare)) free_.push_back(number);
  } else {
    (void)::unlink(PathOf(number).c_str());
    (void)::unlink(spare.c_str());
  }
}

absl::Status StepLog::BeginSegment() {
  const int64_t next = number_ + 1;
  const std::string path = PathOf(next);
  {
    absl::MutexLock lock(&mutex_);
    if (!free_.empty()) {
      const std::string spare = absl::StrCat(directory_, "/", NameOf(kSparePrefix, free_.back()));
      free_.pop_back();
      (void)::rename(spare.c_str(), path.c_str());  // it is made otherwise
    }
  }
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return StorageError(errno, "cannot open the journal");
  RETURN_IF_ERROR(SyncDirectory(directory_));  // under its new name it is cut
  if (status.st_size > options_.segment_bytes && ::ftruncate(file.get(), options_.segment_bytes) != 0) {
    return StorageError(errno, "cannot cut the journal");
  }
  if (file_.valid() && size_ > 0) {
    size_before_ = size_;
    number_before_ = number_;
  }
  file_ = std::move(file);
  number_ = next;
  salt_ = NewSalt();
  size_ = 0;
  file_size_ = std::min(static_cast<int64_t>(status.st_size), options_.segment_bytes);
  absl::MutexLock lock(&mutex_);
  const auto written = needed_.find(std::exchange(active_, next));
  needed_[next] = 0;
  if (written == needed_.end() || written->second > 0) return absl::OkStatus();
  Release(written->first);
  needed_.erase(written);
  return absl::OkStatus();
}

absl::Status StepLog::Append(const std::vector<JournalEntry>& entries) {
  if (failed_) return JournalFailedError();
  if (!file_.valid() || size_ >= options_.segment_bytes) RETURN_IF_ERROR(BeginSegment());
  const SegmentStart start{number_, salt_, size_before_, number_before_};
  std::string bytes = size_ == 0 ? EncodeStart(start) : "";
  bytes += EncodeBatch(start, entries);
  RETURN_IF_ERROR(Write(bytes));
  size_ += static_cast<int64_t>(bytes.size());
  absl::MutexLock lock(&mutex_);
  for (const JournalEntry& entry : entries) Note(entry, number_);
  return Failpoint("journal_after_sync");
}

absl::Status StepLog::Write(absl::string_view bytes) {
  RETURN_IF_ERROR(Extend(size_ + static_cast<int64_t>(bytes.size())));  // nothing of the batch is there yet
  absl::Status written = WriteAt(file_.get(), bytes, size_);
  if (written.ok()) written = Failpoint("journal_before_sync");
  if (!written.ok()) {
    Undo();
    return written;
  }
  // After a sync that failed nobody knows what is on the disk, not even the next sync that succeeds.
  failed_ = FailpointError("journal_sync") != 0 || ::fdatasync(file_.get()) != 0;
  return failed_ ? JournalFailedError() : absl::OkStatus();
}

void StepLog::Undo() {
  const size_t frames = size_ == 0 ? 2 : 1;  // the start of the segment, too
  failed_ = !WriteAt(file_.get(), std::string(frames * kLogBlock, '\0'), size_).ok() || ::fdatasync(file_.get()) != 0;
}

absl::Status StepLog::Extend(int64_t size) {
  static const auto* const zeros = new std::string(size_t{64} << 10, '\0');  // pages that are there already
  while (file_size_ < size) {
    RETURN_IF_ERROR(Failpoint("journal_fill"));
    for (const int64_t end = file_size_ + kFilledAhead; file_size_ < end;) {
      RETURN_IF_ERROR(WriteAt(file_.get(), *zeros, file_size_));
      file_size_ += static_cast<int64_t>(zeros->size());
    }
  }
  return absl::OkStatus();
}

void StepLog::Forget(absl::string_view workspace, int64_t sequence) {
  absl::MutexLock lock(&mutex_);
  const auto found = places_.find(workspace);
  if (found == places_.end()) return;
  std::deque<Place>& places = found->second;
  for (; !places.empty() && places.front().sequence <= sequence; places.pop_front()) {
    const int64_t segment = places.front().segment;
    if (--needed_[segment] > 0 || segment == active_) continue;
    needed_.erase(segment);
    Release(segment);
  }
  if (places.empty()) places_.erase(found);
}

absl::StatusOr<std::vector<JournalEntry>> StepLog::Stragglers() {
  std::vector<JournalEntry> stragglers;
  int64_t oldest = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (needed_.size() <= options_.most_segments || needed_.begin()->first == active_) return stragglers;
    oldest = needed_.begin()->first;
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, ReadWholeFile(PathOf(oldest)));
  const auto start = FindStart(bytes.value_or(""), oldest);
  if (!start.has_value()) return CannotBeRead(oldest);
  SegmentContent content = DecodeSegment(*bytes, *start, 0);
  absl::MutexLock lock(&mutex_);
  for (JournalEntry& entry : content.entries) {
    const auto found = places_.find(entry.workspace);
    if (found == places_.end() || found->second.front().sequence > entry.sequence) continue;
    stragglers.push_back(std::move(entry));
  }
  return stragglers;
}

}  // namespace metapowers::workspace
