#include "service/workspace/journal_database.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "service/workspace/sqlite.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";

class JournalDatabaseTest : public ::testing::Test {
 protected:
  void Open(int64_t most_bytes = kAnswerBytesKept) {
    database_.reset();
    auto database = JournalDatabase::Open(file_, most_bytes);
    ASSERT_OK(database);
    database_ = *std::move(database);
  }
  static RequestRecord Request(int number, absl::Time time, size_t bytes) {
    return {absl::StrCat("request-", number), "f", std::string(bytes, 'a'), time};
  }
  int64_t CountRequests() {
    const auto database = OpenDatabase(file_, /*create=*/false, "");
    Statement count;
    EXPECT_OK(count.Prepare(database->get(), "SELECT count(*) FROM request"));
    EXPECT_OK(count.Step());
    return count.Number(0);
  }

  const TempDir dir_;
  const std::string file_ = dir_ / "journal.sqlite";
  std::unique_ptr<JournalDatabase> database_;
};

TEST_F(JournalDatabaseTest, ForgetsOldRequestsAFewAtATime) {
  Open();
  ASSERT_OK(database_->Retire({{kUid, 0, {Request(0, absl::Now(), 10)}}}));
  database_.reset();
  {
    const auto database = OpenDatabase(file_, /*create=*/false, "");
    ASSERT_OK(database);
    ASSERT_OK(Execute(database->get(),
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
                      "INSERT INTO request (workspace, id, fingerprint, time, checksum, answer) "
                      "SELECT 'w', i, 'f', 1000000 + i, -1, 'a' FROM n"));
  }
  Open();
  int64_t left = CountRequests();
  for (int i = 1; left > 100; ++i) {
    ASSERT_OK(database_->Retire({{kUid, 0, {Request(i, absl::Now(), 10)}}}));
    const int64_t now = CountRequests();
    EXPECT_LT(now, left) << "the next goes on where the last has ended";
    EXPECT_GT(now, left - 250);
    left = now;
  }
  EXPECT_TRUE(database_->FindRequest(kUid, "request-0").value().has_value());
}

TEST_F(JournalDatabaseTest, KeepsTheNewestAnswersAndEveryRecord) {
  Open(100'000);
  const absl::Time start = absl::Now() - absl::Hours(1);
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK(database_->Retire({{kUid, 0, {Request(i, start + absl::Seconds(i), 10'000)}}}));
    if (i % 10 == 9) Open(100'000);  // looks at once, and knows how much there is
  }
  ASSERT_OK(database_->Retire({{kUid, 0, {Request(100, absl::Now(), 10'000)}}}));
  int with_answer = 0;
  for (int i = 0; i <= 100; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto found, database_->FindRequest(kUid, absl::StrCat("request-", i)));
    ASSERT_TRUE(found.has_value()) << i;
    EXPECT_EQ(found->answer.empty(), i <= 90) << i;
    with_answer += found->answer.empty() ? 0 : 1;
  }
  EXPECT_EQ(with_answer, 10);
}

TEST_F(JournalDatabaseTest, TakesUpWhatVersion1Left) {
  {
    const auto database = OpenDatabase(file_, /*create=*/true, "");
    ASSERT_OK(Execute(database->get(), R"sql(
      CREATE TABLE entry (sequence INTEGER PRIMARY KEY, workspace TEXT NOT NULL, body BLOB NOT NULL);
      CREATE INDEX entry_of_workspace ON entry (workspace, sequence);
      CREATE TABLE request (
        workspace TEXT NOT NULL, id TEXT NOT NULL, fingerprint BLOB NOT NULL, answer BLOB NOT NULL,
        time INTEGER NOT NULL, PRIMARY KEY (workspace, id)) WITHOUT ROWID;
      CREATE INDEX request_by_time ON request (time);
      INSERT INTO entry VALUES (7, 'w', 'body');
      INSERT INTO request VALUES ('w', 'r', 'f', 'answer', unixepoch());
      PRAGMA user_version = 1;)sql"));
  }
  Open();
  ASSERT_OK_AND_ASSIGN(const auto entries, database_->Entries());
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].sequence, 7);
  EXPECT_FALSE(entries[0].damaged);
  EXPECT_EQ(database_->FindRequest("w", "r").value()->answer, "answer");
  EXPECT_TRUE(database_->Retired().value().empty());
}

TEST_F(JournalDatabaseTest, KeepsStepsUntilTheyAreRetired) {
  Open();
  ASSERT_OK(database_->Keep(
      {{1, "v", "one"}, {2, "w", "two"}, {.sequence = 3, .workspace = "w", .body = "t?", .damaged = true}}));
  ASSERT_OK(database_->Keep({{2, "w", "two"}}));
  Open();
  ASSERT_OK_AND_ASSIGN(auto entries, database_->Entries());
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].body, "two");
  EXPECT_FALSE(entries[1].damaged);
  EXPECT_TRUE(entries[2].damaged) << "it stays so";
  ASSERT_OK(database_->Retire({{"w", 2, {}}}));
  ASSERT_OK(database_->Retire({{"w", 1, {}}}));  // again, after a crash
  Open();
  ASSERT_OK_AND_ASSIGN(entries, database_->Entries());
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].sequence, 3);
  EXPECT_EQ(database_->Retired().value(), (std::map<std::string, int64_t>{{"w", 2}}));
}

}  // namespace
}  // namespace metapowers::workspace
