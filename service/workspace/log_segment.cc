#include "service/workspace/log_segment.h"

#include <utility>

#include "metapowers/journal/v1/step_log.pb.h"
#include "service/workspace/checksum.h"

namespace metapowers::workspace {
namespace {

constexpr absl::string_view kMagic = "MPWL";
constexpr size_t kFrameSize = 24;
constexpr size_t kChecked = 8;  // from here on a frame's checksum is of

size_t RoundUp(size_t size) { return (size + kLogBlock - 1) / kLogBlock * kLogBlock; }

void Append32(uint32_t number, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(number >> shift & 0xff));
}

uint64_t ReadNumber(absl::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return number;
}

std::string EncodeFrame(uint64_t salt, absl::string_view table) {
  std::string checked;
  Append32(static_cast<uint32_t>(table.size()), checked);
  Append32(0, checked);
  Append32(static_cast<uint32_t>(salt), checked);
  Append32(static_cast<uint32_t>(salt >> 32), checked);
  std::string frame(kMagic);
  Append32(Crc32({checked, table}), frame);
  return frame.append(checked).append(table.data(), table.size());
}

struct Frame {
  uint64_t salt = 0;
  absl::string_view table;
};

std::optional<Frame> DecodeFrame(absl::string_view bytes) {
  if (bytes.size() < kFrameSize || bytes.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  const size_t size = ReadNumber(bytes.substr(kChecked, 4));
  if (size > bytes.size() - kFrameSize) return std::nullopt;
  if (Crc32({bytes.substr(kChecked, kFrameSize - kChecked + size)}) != ReadNumber(bytes.substr(4, 4))) {
    return std::nullopt;
  }
  return Frame{ReadNumber(bytes.substr(16, 8)), bytes.substr(kFrameSize, size)};
}

// A batch of a segment, as far as it can be read.
struct Batch {
  std::vector<JournalEntry> entries;
  size_t size = 0;
  bool whole = true;
};

// nullopt where none of the segment begins.
std::optional<Batch> DecodeBatch(absl::string_view bytes, uint64_t salt) {
  const std::optional<Frame> frame = DecodeFrame(bytes);
  journal::v1::BatchStart start;
  if (!frame.has_value() || frame->salt != salt ||
      !start.ParseFromArray(frame->table.data(), static_cast<int>(frame->table.size()))) {
    return std::nullopt;
  }
  Batch batch;
  size_t at = kFrameSize + frame->table.size();
  for (const journal::v1::LoggedEntry& logged : start.entries()) {
    const auto size = static_cast<size_t>(logged.size());
    const bool there = at <= bytes.size() && size <= bytes.size() - at;
    const absl::string_view body = there ? bytes.substr(at, size) : "";
    const bool damaged = !there || Crc32({body}) != logged.checksum();
    batch.entries.push_back({logged.sequence(), logged.workspace(), std::string(body), damaged});
    batch.whole = batch.whole && !damaged;
    at += size;
  }
  batch.size = RoundUp(at);
  return batch;
}

}  // namespace

std::string EncodeStart(const SegmentStart& start) {
  journal::v1::SegmentStart table;
  table.set_number(start.number);
  table.set_size_before(start.size_before);
  table.set_number_before(start.number_before);
  std::string block = EncodeFrame(start.salt, table.SerializeAsString());
  block.resize(kLogBlock);
  return block;
}

std::optional<SegmentStart> DecodeStart(absl::string_view segment) {
  const std::optional<Frame> frame = DecodeFrame(segment.substr(0, kLogBlock));
  journal::v1::SegmentStart table;
  if (!frame.has_value() || !table.ParseFromArray(frame->table.data(), static_cast<int>(frame->table.size()))) {
    return std::nullopt;
  }
  return SegmentStart{table.number(), frame->salt, table.size_before(), table.number_before()};
}

std::optional<SegmentStart> FindStart(absl::string_view segment, int64_t number) {
  const std::optional<SegmentStart> start = DecodeStart(segment);
  if (start.has_value() && start->number == number) return start;
  for (size_t at = kLogBlock; at < segment.size(); at += kLogBlock) {
    const std::optional<Frame> frame = DecodeFrame(segment.substr(at));
    journal::v1::BatchStart batch;
    const bool parsed =
        frame.has_value() && batch.ParseFromArray(frame->table.data(), static_cast<int>(frame->table.size()));
    if (parsed && batch.segment() == number) return SegmentStart{number, frame->salt, 0, 0};
  }
  return std::nullopt;
}

std::string EncodeBatch(const SegmentStart& start, const std::vector<JournalEntry>& entries) {
  journal::v1::BatchStart table;
  table.set_segment(start.number);
  size_t bodies = 0;
  for (const JournalEntry& entry : entries) {
    journal::v1::LoggedEntry& logged = *table.add_entries();
    logged.set_sequence(entry.sequence);
    logged.set_workspace(entry.workspace);
    logged.set_size(static_cast<int64_t>(entry.body.size()));
    logged.set_checksum(Crc32({entry.body}));
    bodies += entry.body.size();
  }
  std::string batch = EncodeFrame(start.salt, table.SerializeAsString());
  batch.reserve(RoundUp(batch.size() + bodies));
  for (const JournalEntry& entry : entries) batch += entry.body;
  batch.resize(RoundUp(batch.size()));
  return batch;
}

SegmentContent DecodeSegment(absl::string_view segment, const SegmentStart& start, int64_t synced) {
  SegmentContent content;
  content.size = static_cast<int64_t>(kLogBlock);
  std::vector<JournalEntry> doubtful;  // since the last batch that is whole
  bool skipped = false;                // since then, something that is none
  const auto settle = [&](size_t end) {
    content.size = static_cast<int64_t>(end);
    content.lacks_batches = content.lacks_batches || skipped;
    for (JournalEntry& entry : doubtful) content.entries.push_back(std::move(entry));
    doubtful.clear();
    skipped = false;
  };
  size_t at = kLogBlock;
  while (at < segment.size()) {
    const bool sure = static_cast<int64_t>(at) < synced;
    std::optional<Batch> batch = DecodeBatch(segment.substr(at), start.salt);
    if (batch.has_value()) {
      at += batch->size;
      for (JournalEntry& entry : batch->entries) doubtful.push_back(std::move(entry));
    } else {
      at += kLogBlock;
      skipped = true;
    }
    if (sure || (batch.has_value() && batch->whole)) settle(at);
  }
  if (static_cast<int64_t>(at) < synced) content.lacks_batches = true;
  return content;
}

}  // namespace metapowers::workspace
