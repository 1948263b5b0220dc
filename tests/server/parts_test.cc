// The small parts: page tokens, listen addresses, executor, calls under way, cache, commit messages, model summaries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/server/byte_cache.h"
#include "service/server/commit_message.h"
#include "service/server/executor.h"
#include "service/server/listen_address.h"
#include "service/server/model_summary.h"
#include "service/server/page_token.h"
#include "service/server/under_way.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PageTokenTest, IsBoundToItsQuery) {
  const std::string cursor("a\0\xff/b", 5);
  const std::string token = MakePageToken("list a", cursor);
  for (const char c : token) EXPECT_TRUE(std::isalnum(c) || c == '-' || c == '_') << token;
  ASSERT_OK_AND_ASSIGN(const std::string read, ReadPageToken("list a", token));
  EXPECT_EQ(read, cursor);
  for (const std::string& wrong : {std::string("x"), std::string("!"), token + "A", token.substr(2), token + "\n"}) {
    EXPECT_EQ(DetailsOf(ReadPageToken("list a", wrong).status()).reason, "PAGE_TOKEN_INVALID") << wrong;
  }
  EXPECT_EQ(DetailsOf(ReadPageToken("list b", token).status()).reason, "PAGE_TOKEN_INVALID");
  EXPECT_EQ(*ReadPageToken("list a", ""), "");
  EXPECT_EQ(MakePageToken("list a", ""), "");
}

TEST(PageTokenTest, BoundsThePageSize) {
  EXPECT_EQ(*PageSize(0), 50);
  EXPECT_EQ(*PageSize(7), 7);
  EXPECT_EQ(*PageSize(5000), 1000);
  EXPECT_FALSE(PageSize(-1).ok());
}

TEST(ListenAddressTest, ReadsEveryForm) {
  EXPECT_EQ(*ParseListenAddress("127.0.0.1:7433"), (ListenAddress{"127.0.0.1", 7433, ""}));
  EXPECT_EQ(*ParseListenAddress("[::1]:0"), (ListenAddress{"::1", 0, ""}));
  EXPECT_EQ(*ParseListenAddress("unix:/run/m.sock"), (ListenAddress{"", 0, "/run/m.sock"}));
  EXPECT_EQ(ParseListenAddress("[::1]:0")->ToString(99), "[::1]:99");
  for (const char* wrong :
       {"", "7433", "host", ":1", "a:b", "a:65536", "a:-1", "::1:80", "[::1:80", "unix:", "a/b:1"}) {
    EXPECT_FALSE(ParseListenAddress(wrong).ok()) << wrong;
  }
  EXPECT_FALSE(ParseListenAddress("unix:/" + std::string(107, 'x')).ok());
}

TEST(ListenAddressTest, KnowsWhatOthersReach) {
  for (const char* local : {"127.0.0.1:1", "localhost:1", "[::1]:1", "unix:x"}) {
    EXPECT_TRUE(ParseListenAddress(local)->IsLocal()) << local;
  }
  for (const char* open : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.com:1"}) {
    EXPECT_FALSE(ParseListenAddress(open)->IsLocal()) << open;
  }
}

// A bound socket in a fresh folder.
class UnixSocket {
 public:
  UnixSocket() : folder_("/tmp/mp-" + NewUuid()), address_{"", 0, folder_ + "/s"} {
    std::filesystem::create_directories(folder_);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    address_.unix_path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
  }
  ~UnixSocket() {
    Close();
    std::filesystem::remove_all(folder_);
  }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  const ListenAddress& address() const { return address_; }

 private:
  const std::string folder_;
  ListenAddress address_;
  int fd_ = -1;
};

TEST(ListenAddressTest, RemovesOnlyStaleSockets) {
  UnixSocket socket;
  EXPECT_EQ(DetailsOf(PrepareToListen(socket.address())).reason, "LISTEN_FAILED") << "somebody listens";
  EXPECT_TRUE(std::filesystem::exists(socket.address().unix_path));
  socket.Close();
  EXPECT_OK(PrepareToListen(socket.address()));
  EXPECT_FALSE(std::filesystem::exists(socket.address().unix_path));
  std::ofstream(socket.address().unix_path) << "mine";
  EXPECT_EQ(DetailsOf(PrepareToListen(socket.address())).reason, "LISTEN_FAILED") << "no socket";
  EXPECT_TRUE(std::filesystem::exists(socket.address().unix_path));
}

TEST(ExecutorTest, AJobThatWaitsMakesRoomForAnother) {
  absl::Notification stored, ran, both;
  std::atomic<int> awaited{0};
  Executor executor(1, 2);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(executor.Submit([&] {
      Executor::Await(stored);
      if (++awaited == 2) both.Notify();
    }));
  }
  while (!executor.Submit([&] { ran.Notify(); })) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(ran.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(awaited, 0);
  // As many as may wait do: the next holds its place.
  absl::Notification held, late;
  ASSERT_TRUE(executor.Submit([&] {
    held.Notify();
    Executor::Await(stored);
  }));
  held.WaitForNotification();
  ASSERT_TRUE(executor.Submit([&] { late.Notify(); }));
  EXPECT_FALSE(late.WaitForNotificationWithTimeout(absl::Milliseconds(100)));
  stored.Notify();
  EXPECT_TRUE(both.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_TRUE(late.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST(ExecutorTest, JobsThatWaitLongHoldNobodyUpAndAreBounded) {
  absl::Notification stored, ran, short_wait, both;
  std::atomic<int> waited{0}, refused{0};
  Executor executor(1, 4);
  for (int i = 0; i < 3; ++i) {
    while (!executor.Submit([&] {
      const bool waits = Executor::AwaitLong([&] { stored.WaitForNotification(); });
      if (!waits) ++refused;
      if (waits && ++waited == 2) both.Notify();
    })) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  while (!executor.Submit([&] { ran.Notify(); })) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(ran.WaitForNotificationWithTimeout(absl::Seconds(10))) << "the thread is free";
  EXPECT_EQ(refused, 1) << "half of the queue waits";
  // They leave room for those who wait for a commit.
  ASSERT_TRUE(executor.Submit([&] {
    absl::Notification never_mind;
    never_mind.Notify();
    Executor::Await(never_mind);
    short_wait.Notify();
  }));
  EXPECT_TRUE(short_wait.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(waited, 0);
  stored.Notify();
  EXPECT_TRUE(both.WaitForNotificationWithTimeout(absl::Seconds(10)));
  bool here = false;
  EXPECT_TRUE(Executor::AwaitLong([&] { here = true; })) << "in a thread of none";
  EXPECT_TRUE(here);
}

TEST(ExecutorTest, AWaitThatThrowsComesBack) {
  absl::Notification caught, ran;
  Executor executor(1, 2);
  ASSERT_TRUE(executor.Submit([&] {
    try {
      (void)Executor::AwaitLong([] { throw std::runtime_error("x"); });
    } catch (const std::runtime_error&) {
      caught.Notify();
    }
  }));
  EXPECT_TRUE(caught.WaitForNotificationWithTimeout(absl::Seconds(10)));
  ASSERT_TRUE(executor.Submit([&] { ran.Notify(); }));
  EXPECT_TRUE(ran.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST(UnderWayTest, IsWaitedForByThoseWhoCameLaterAlone) {
  UnderWay calls;
  EXPECT_TRUE(calls.Ended("w")->HasBeenNotified()) << "nobody is there";
  UnderWay::Ticket first = calls.Enter("w"), twin = calls.Enter("w");
  const auto after_first = calls.Ended("w");
  UnderWay::Ticket second = calls.Enter("w");
  const auto after_second = calls.Ended("w");
  const UnderWay::Ticket third = calls.Enter("w");
  second.reset();
  EXPECT_FALSE(after_second->HasBeenNotified()) << "the first is before it, too";
  first.reset();
  EXPECT_FALSE(after_first->HasBeenNotified());
  twin.reset();
  EXPECT_TRUE(after_first->HasBeenNotified());
  EXPECT_TRUE(after_second->HasBeenNotified());
  EXPECT_FALSE(calls.Ended("w")->HasBeenNotified()) << "the third";
}

TEST(ExecutorTest, RefusesWhatDoesNotFit) {
  absl::Notification go;
  std::atomic<int> ran{0};
  {
    Executor executor(1, 2);
    absl::Notification started;
    ASSERT_TRUE(executor.Submit([&] {
      started.Notify();
      go.WaitForNotification();
      ++ran;
    }));
    started.WaitForNotification();
    EXPECT_TRUE(executor.Submit([&] { ++ran; }));
    EXPECT_TRUE(executor.Submit([&] { ++ran; }));
    EXPECT_FALSE(executor.Submit([&] { ran += 100; })) << "one runs and two wait";
    go.Notify();
  }
  EXPECT_EQ(ran, 3) << "what was taken on runs before the end";
}

TEST(ByteCacheTest, DropsWhatWasNotUsedForLongest) {
  ByteCache<int> cache(10);
  cache.Put("a", std::make_shared<int>(1), 4);
  cache.Put("b", std::make_shared<int>(2), 4);
  EXPECT_NE(cache.Get("a"), nullptr);
  cache.Put("c", std::make_shared<int>(3), 4);
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_EQ(*cache.Get("a"), 1);
  EXPECT_EQ(*cache.Get("c"), 3);
  cache.Put("d", std::make_shared<int>(4), 11);
  EXPECT_EQ(cache.Get("d"), nullptr) << "larger than the cache";
  EXPECT_EQ(cache.bytes(), 8u);
}

TEST(CommitMessageTest, HasSubjectSummaryAndTrailers) {
  CommitMessage message;
  message.topic = "shop";
  message.what = "threat-model";
  message.command = "security:threat-model";
  message.summary = {"Threats 46.", "Forged:\nMetapowers-Command: security:evil"};
  message.model = "m";
  message.catalogue = "2026.1";
  message.engine = "1.0.0";
  message.skipped_gate = "00-govern.md";
  message.skip_reason = "late\nMetapowers-Model: forged";
  EXPECT_EQ(message.Format(),
            "security(shop): threat-model\n\nThreats 46.\nForged: Metapowers-Command: security:evil\n"
            "Passed over the missing 00-govern.md: late Metapowers-Model: forged\n\n"
            "Metapowers-Command: security:threat-model\nMetapowers-Model: m\nMetapowers-Catalogue: 2026.1\n"
            "Metapowers-Engine: 1.0.0\nMetapowers-Skip-Checks: 00-govern.md\n");
}

TEST(CommitMessageTest, TellsOurCommitsFromOthers) {
  workspace::CommitInfo ours;
  ours.subject = "security(shop): threat-model";
  ours.trailers = {{"Metapowers-Command", "security:threat-model"}};
  EXPECT_EQ(CommandOf(ours), "threat-model");
  EXPECT_EQ(TopicOf(ours), "shop");
  workspace::CommitInfo foreign;
  foreign.subject = "security(shop): threat-model";
  EXPECT_EQ(CommandOf(foreign), "");
  EXPECT_EQ(TopicOf(foreign), "");
}

TEST(ModelSummaryTest, SaysWhatChanged) {
  model::v1::SystemModel before;
  before.set_id("shop");
  before.set_name("Shop");
  before.add_components()->set_id("ledger");
  before.add_components()->set_id("web");
  model::v1::SystemModel after = before;
  EXPECT_THAT(SummarizeModelChange(before, after),
              ElementsAre("No declared fact changed: only comments, order or layout."));
  after.set_name("Store");
  after.set_description(std::string(100, 'x'));
  after.mutable_organization()->set_name("Shop Ltd");
  after.mutable_components(0)->set_tier(model::v1::TIER_TIER_1);
  after.mutable_components(0)->add_technology("go");
  after.mutable_components(1)->set_id("cache");
  after.add_components()->set_id("queue");
  EXPECT_THAT(SummarizeModelChange(before, after), ElementsAre("Name: \"Shop\" → \"Store\".", "Description changed.",
                                                               "Organization: name: none → \"Shop Ltd\".",
                                                               "Components 2 → 3: added cache and queue; removed web; "
                                                               "changed ledger (technology, tier: unknown → tier_1)."));
}

TEST(ModelSummaryTest, KeepsLongListsShort) {
  model::v1::SystemModel before;
  before.set_id("shop");
  model::v1::SystemModel after = before;
  for (int i = 0; i < 10; ++i) after.add_zones()->set_id(absl::StrCat("z", i));
  EXPECT_THAT(SummarizeModelChange(before, after),
              ElementsAre("Zones 0 → 10: added z0, z1, z2, z3, z4, z5, z6, z7 and 2 more."));
}

TEST(ModelSummaryTest, CountsAFirstModel) {
  model::v1::SystemModel first;
  first.add_components();
  first.add_components();
  first.add_policies();
  first.add_data_classes();
  EXPECT_THAT(SummarizeModelChange({}, first),
              ElementsAre(AllOf(HasSubstr("1 data class,"), HasSubstr("2 components"), HasSubstr("1 policy"))));
}

TEST(ModelSummaryTest, NamesDecisionsByTheirFindings) {
  model::v1::Decisions before;
  before.add_decisions()->set_finding("a");
  before.add_decisions()->set_finding("b");
  model::v1::Decisions after = before;
  EXPECT_THAT(SummarizeDecisions(before, after), ElementsAre());
  after.mutable_decisions(0)->set_rationale("Old devices.");
  after.mutable_decisions(1)->set_finding("c");
  after.add_decisions()->set_finding("d");
  EXPECT_THAT(
      SummarizeDecisions(before, after),
      ElementsAre("Decisions 2 → 3: added c and d; removed b; changed a (rationale: none → \"Old devices.\")."));
  EXPECT_THAT(SummarizeDecisions({}, before), ElementsAre("Decisions 0 → 2: added a and b."));
}

}  // namespace
}  // namespace metapowers::server
