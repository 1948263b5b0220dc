// The bytes of a segment of the journal's log.
//
//   segment  start, batches, and what the file held before it was taken for this segment
//   start    frame with a SegmentStart
//   batch    frame with a BatchStart, then the bodies of its entries
//   frame    "MPWL", CRC-32 of the rest, size of the table, 0, salt (4, 4, 4, 4 and 8 bytes, little-endian), table
//
// Starts and batches begin at blocks and are filled up with zeros, so that writing one touches no sector of another.
// The salt is drawn for each segment: neither old bytes nor bytes that a caller sends can pass for its batches.
//
// Internal to workspace/. Pure.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOG_SEGMENT_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOG_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/workspace/journal.h"

namespace metapowers::workspace {

inline constexpr size_t kLogBlock = 4096;

struct SegmentStart {
  int64_t number = 0;
  uint64_t salt = 0;
  int64_t size_before = 0;    // of the segment before it: what is there by then was synced
  int64_t number_before = 0;  // of that segment; 0 = there was none
};

// One block.
std::string EncodeStart(const SegmentStart& start);

// nullopt where `segment` does not begin with one.
std::optional<SegmentStart> DecodeStart(absl::string_view segment);

// The start of segment `number`: what it begins with or, where that is damaged, what its batches tell of it. nullopt
// where neither is there: the segment was not begun.
std::optional<SegmentStart> FindStart(absl::string_view segment, int64_t number);

std::string EncodeBatch(const SegmentStart& start, const std::vector<JournalEntry>& entries);

struct SegmentContent {
  std::vector<JournalEntry> entries;  // damaged ones among them
  int64_t size = 0;                   // up to the end of the last batch that is whole
  bool lacks_batches = false;         // some were synced and cannot be read, so that nobody knows whose they were
};

// What the segment holds that begins with `start`. A batch that is not whole was being written when the power was cut,
// unless one that is follows, or it lies in the first `synced` bytes: it is damaged then.
SegmentContent DecodeSegment(absl::string_view segment, const SegmentStart& start, int64_t synced);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOG_SEGMENT_H_
