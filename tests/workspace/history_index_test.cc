#include "service/workspace/history_index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "service/workspace/staged_objects.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";

TEST(HistoryIndexDamageTest, ADamagedIndexIsMadeAnew) {
  const TempDir dir;
  const std::string file = dir / "history.sqlite";
  const auto objects = std::make_shared<StagedObjects>(nullptr);
  Draft draft(std::make_shared<const Snapshot>(objects, "", "", 0));
  std::vector<std::string> ids;
  for (int i = 1; i <= 3'000; ++i) {
    const std::string path = absl::StrCat(".metapowers/security/t", i % 7, "/01-identify.md");
    ids.push_back(draft.AddCommit(Spec({{path, absl::StrCat(i)}})).value()->id);
  }
  objects->Add(draft.batch().objects);
  ASSERT_OK(HistoryIndex::Open(file));
  {
    ASSERT_OK_AND_ASSIGN(const auto index, HistoryIndex::Open(file));
    index->Follow(kUid, objects, ids.back());
    index->Settle();
  }
  std::string bytes = ReadFileOrEmpty(file);
  ASSERT_GT(bytes.size(), size_t{64} << 10);
  for (size_t page = 5 * 4096; page < bytes.size(); page += 4096) bytes.replace(page, 64, std::string(64, '\xff'));
  WriteFile(file, bytes);
  std::atomic<int> told{0};
  ASSERT_OK_AND_ASSIGN(const auto index, HistoryIndex::Open(file, [&](const absl::Status& damage) {
                         EXPECT_TRUE(absl::IsDataLoss(damage)) << damage;
                         ++told;
                       }));
  EXPECT_FALSE(index->Find(kUid, ".metapowers/security/t1", 3'000, 3'000).ok());
  index->Settle();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(index->Newest(kUid).value(), std::nullopt);
  index->Follow(kUid, objects, ids.back());
  index->Settle();
  EXPECT_EQ(index->Newest(kUid).value(), (IndexedRevision{3'000, ids.back()}));
  EXPECT_EQ(index->Find(kUid, ".metapowers/security/t1", 3'000, 3'000).value().size(), 429u);
}

}  // namespace
}  // namespace metapowers::workspace
