#include "service/workspace/log_segment.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace metapowers::workspace {
namespace {

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kOther[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e22";
constexpr SegmentStart kStart{.number = 7, .salt = 0x0123456789abcdef, .size_before = 12'288};

std::string Batch(int64_t sequence, const std::string& body) { return EncodeBatch(kStart, {{sequence, kUid, body}}); }

std::vector<int64_t> SequencesOf(const SegmentContent& content, bool damaged = false) {
  std::vector<int64_t> sequences;
  for (const JournalEntry& entry : content.entries) {
    if (entry.damaged == damaged) sequences.push_back(entry.sequence);
  }
  return sequences;
}

using Sequences = std::vector<int64_t>;

TEST(LogSegmentTest, KeepsWhatIsWritten) {
  const std::string start = EncodeStart(kStart);
  EXPECT_EQ(start.size(), kLogBlock);
  const auto read = DecodeStart(start);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->number, 7);
  EXPECT_EQ(read->salt, kStart.salt);
  EXPECT_EQ(read->size_before, 12'288);

  const std::string bytes(10'000, 'x');
  const std::string segment =
      absl::StrCat(start, EncodeBatch(kStart, {{1, kUid, "a"}, {2, kOther, ""}, {5, kUid, bytes}}), Batch(6, "b"));
  EXPECT_EQ(segment.size() % kLogBlock, 0u);
  const SegmentContent content = DecodeSegment(segment, kStart, 0);
  EXPECT_EQ(SequencesOf(content), (Sequences{1, 2, 5, 6}));
  EXPECT_EQ(content.entries[1].workspace, kOther);
  EXPECT_EQ(content.entries[2].body, bytes);
  EXPECT_EQ(content.size, static_cast<int64_t>(segment.size()));
  EXPECT_FALSE(content.lacks_batches);
}

TEST(LogSegmentTest, WhatWasBeingWrittenLastIsNotThere) {
  const std::string whole = absl::StrCat(EncodeStart(kStart), Batch(1, "a"));
  const std::string last = EncodeBatch(kStart, {{2, kUid, std::string(9'000, 'b')}, {3, kOther, "c"}});
  const size_t needed = last.find_last_not_of('\0') + 1;
  for (size_t written = 0; written < needed; written += 512) {
    for (const char rest : {'\0', 'z'}) {  // of the file: filled ahead, or used before
      std::string segment = whole + last.substr(0, written);
      segment.resize(whole.size() + 8 * kLogBlock, rest);
      const SegmentContent content = DecodeSegment(segment, kStart, 0);
      EXPECT_EQ(SequencesOf(content), Sequences{1}) << written;
      EXPECT_EQ(content.size, static_cast<int64_t>(whole.size()));
      EXPECT_FALSE(content.lacks_batches);
    }
  }
}

TEST(LogSegmentTest, ADamagedBodyIsThatOfItsEntry) {
  std::string segment = absl::StrCat(EncodeStart(kStart), EncodeBatch(kStart, {{1, kUid, "one"}, {2, kOther, "two"}}));
  segment[segment.find("one")] ^= 1;
  EXPECT_EQ(SequencesOf(DecodeSegment(segment, kStart, 0)), Sequences{}) << "it may have been being written";
  for (const bool followed : {false, true}) {
    const SegmentContent content = DecodeSegment(segment + (followed ? Batch(3, "three") : ""), kStart,
                                                 followed ? 0 : static_cast<int64_t>(segment.size()));
    EXPECT_EQ(SequencesOf(content, /*damaged=*/true), Sequences{1});
    EXPECT_EQ(SequencesOf(content), followed ? (Sequences{2, 3}) : Sequences{2});
    EXPECT_FALSE(content.lacks_batches);
  }
}

TEST(LogSegmentTest, ABatchThatCannotBeReadIsMissed) {
  const std::string start = EncodeStart(kStart);
  const std::string first = Batch(1, "one"), second = Batch(2, std::string(5'000, 'x')), third = Batch(3, "three");
  std::string segment = absl::StrCat(start, first, second, third);
  segment[start.size() + first.size() + 20] ^= 1;  // its salt
  EXPECT_TRUE(DecodeSegment(segment, kStart, 0).lacks_batches) << "one follows";
  const std::string cut = segment.substr(0, start.size() + first.size() + second.size());
  EXPECT_FALSE(DecodeSegment(cut, kStart, 0).lacks_batches) << "it may have been being written";
  EXPECT_TRUE(DecodeSegment(cut, kStart, static_cast<int64_t>(cut.size())).lacks_batches) << "it was synced";
  EXPECT_TRUE(DecodeSegment(start + first, kStart, static_cast<int64_t>(cut.size())).lacks_batches) << "cut off";
}

TEST(LogSegmentTest, BytesOfACallerPassForNoBatch) {
  const SegmentStart before{.number = 6, .salt = 42, .size_before = 0};
  // What another segment left in the file, and what a caller who knows the format would send.
  const std::string forged = EncodeBatch(before, {{9, kOther, "forged"}});
  const std::string content(kLogBlock - 200, 'x');
  const std::string segment = absl::StrCat(EncodeStart(kStart), Batch(1, content + forged + forged), forged, forged);
  EXPECT_EQ(SequencesOf(DecodeSegment(segment, kStart, 0)), Sequences{1});
}

TEST(LogSegmentTest, BatchesTellOfADamagedStart) {
  std::string segment = absl::StrCat(EncodeStart(kStart), Batch(1, "a"));
  EXPECT_EQ(FindStart(segment, 7)->size_before, 12'288);
  EXPECT_FALSE(FindStart(segment, 8).has_value()) << "of what the file held before";
  segment[10] ^= 1;
  ASSERT_FALSE(DecodeStart(segment).has_value());
  ASSERT_TRUE(FindStart(segment, 7).has_value());
  EXPECT_EQ(SequencesOf(DecodeSegment(segment, *FindStart(segment, 7), 0)), Sequences{1});
  EXPECT_FALSE(FindStart(segment, 8).has_value());
}

TEST(LogSegmentTest, AnyBytesCanBeRead) {
  std::string segment = absl::StrCat(EncodeStart(kStart), Batch(1, "one"), Batch(2, std::string(5'000, 'x')));
  EXPECT_FALSE(DecodeStart("").has_value());
  EXPECT_FALSE(DecodeStart(std::string(kLogBlock, '\0')).has_value());
  uint32_t state = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = segment;
    for (int flips = 0; flips < 4; ++flips) {
      state = state * 1664525 + 1013904223;
      const size_t at = flips == 0 ? kLogBlock + state % 64 : state % bytes.size();
      bytes[at] = static_cast<char>(state >> 24);
    }
    bytes.resize(state % bytes.size());
    (void)DecodeStart(bytes);
    (void)DecodeSegment(bytes, kStart, state % 20'000);
  }
}

}  // namespace
}  // namespace metapowers::workspace
