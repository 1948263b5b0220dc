// The journal's log: what was appended and is still needed, in segments that are used in turn.
//
//   <directory>/journal-<number>.log      16 hex digits; see log_segment.h for what is in it
//
// A file is filled with zeros ahead, a megabyte at a time, and taken again once nothing of it is needed: a sync of what
// lies within it writes no metadata, as that of a growing file does. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STEP_LOG_H_
#define METAPOWERS_SERVICE_WORKSPACE_STEP_LOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/files.h"
#include "service/workspace/journal.h"

namespace metapowers::workspace {

struct StepLogOptions {
  int64_t segment_bytes = int64_t{16} << 20;  // a segment that has so many is left for the next; a batch may be longer
  size_t most_segments = 16;                  // that are needed; beyond, Stragglers() are to be moved elsewhere
};

// Append is called by one thread, the rest by another one.
class StepLog {
 public:
  // Opens the log in `directory`, which exists, and has what it holds in Entries(). DATA_LOSS/STORAGE_CORRUPT when
  // something that was synced cannot be read, so that nobody knows whose it was.
  static absl::StatusOr<std::unique_ptr<StepLog>> Open(const std::string& directory,
                                                       const StepLogOptions& options = {});

  // What was there at Open, in order of sequence, damaged entries among it; once.
  std::vector<JournalEntry> TakeEntries() { return std::move(entries_); }

  // As of Journal.
  absl::Status Append(const std::vector<JournalEntry>& entries) ABSL_LOCKS_EXCLUDED(mutex_);

  // The entries of `workspace` up to `sequence` are needed no more; whoever needs what came of them has it durably.
  void Forget(absl::string_view workspace, int64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  // The entries that alone keep the oldest segment while too many are needed; none while they are not. Put them
  // elsewhere, and forget them.
  absl::StatusOr<std::vector<JournalEntry>> Stragglers() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  StepLog(std::string directory, const StepLogOptions& options) : directory_(std::move(directory)), options_(options) {}

  struct Place {
    int64_t sequence = 0;
    int64_t segment = 0;
  };

  std::string PathOf(int64_t number) const;
  absl::Status Load();
  // Takes a file for the segment that comes next.
  absl::Status BeginSegment() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Write(absl::string_view batch);
  // Fills the file with zeros up to beyond `size`.
  absl::Status Extend(int64_t size);
  // Leaves nothing of a batch that was written in part, or not synced.
  void Undo();
  void Note(const JournalEntry& entry, int64_t segment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps the file of a segment that nobody needs for the next one, or removes it.
  void Release(int64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string directory_;
  const StepLogOptions options_;
  std::vector<JournalEntry> entries_;

  // Of the thread that appends: the segment that it writes.
  UniqueFd file_;
  int64_t number_ = 0;  // of it, or of the last one
  uint64_t salt_ = 0;
  int64_t size_ = 0;           // what is synced of it, 0 before its start is
  int64_t file_size_ = 0;      // to which it is filled
  int64_t size_before_ = 0;    // of the last segment that was begun before it
  int64_t number_before_ = 0;  // of that one
  bool failed_ = false;

  absl::Mutex mutex_;
  int64_t active_ ABSL_GUARDED_BY(mutex_) = 0;                 // number of the segment that is written
  std::map<int64_t, int64_t> needed_ ABSL_GUARDED_BY(mutex_);  // segments, and how many of their entries are
  absl::flat_hash_map<std::string, std::deque<Place>> places_ ABSL_GUARDED_BY(mutex_);  // of each workspace's entries
  std::vector<int64_t> free_ ABSL_GUARDED_BY(mutex_);                                   // files to be taken again
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STEP_LOG_H_
