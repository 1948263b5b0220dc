// Watches: where they begin, what they send and how they end, over a real server and real Git.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "metapowers/v1/event_service.grpc.pb.h"
#include "service/server/revisions.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);

v1::WatchWorkspaceRequest From(int64_t start, const std::string& parent = "workspaces/w") {
  v1::WatchWorkspaceRequest request;
  request.set_parent(parent);
  request.set_start_revision(start);
  return request;
}

v1::WatchWorkspaceRequest After(const v1::WatchWorkspaceResponse& response) {
  v1::WatchWorkspaceRequest request = From(response.progress_revision() + 1);
  request.set_previous_commit(response.progress_commit());
  return request;
}

// One call, read by one thread.
class Stream {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, const v1::WatchWorkspaceRequest& request)
      : stub_(v1::EventService::NewStub(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    reader_ = stub_->WatchWorkspace(&context_, request);
  }
  ~Stream() {
    Cancel();
    if (reader_ != nullptr) End();
  }

  // The next response; an empty one at the end.
  v1::WatchWorkspaceResponse Next() {
    v1::WatchWorkspaceResponse response;
    if (!reader_->Read(&response)) return {};
    last_ = response;
    return response;
  }
  // Reads until everything up to `newest` has been sent, or the end; the commits of it.
  std::vector<std::string> Until(int64_t newest) {
    std::vector<std::string> commits;
    int64_t below = last_.progress_revision();
    while (last_.progress_revision() < newest) {
      const v1::WatchWorkspaceResponse response = Next();
      if (response.progress_revision() == 0) break;
      for (const v1::Revision& revision : response.revisions()) {
        EXPECT_GT(revision.revision(), below);
        below = revision.revision();
        commits.push_back(revision.commit());
      }
      EXPECT_GE(response.progress_revision(), below);
    }
    return commits;
  }
  void Cancel() { context_.TryCancel(); }
  grpc::Status End() {
    while (reader_->Read(&last_)) continue;
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    return status;
  }
  const v1::WatchWorkspaceResponse& last() const { return last_; }

 private:
  const std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchWorkspaceResponse>> reader_;
  v1::WatchWorkspaceResponse last_;
};

// Adds `count` commits with messages of `bytes` each to a branch that is there, as a push does.
void Import(const TestServer& server, int count, size_t bytes = 10) {
  const std::string file = absl::StrCat(::testing::TempDir(), "import-", NewUuid());
  std::ofstream out(file, std::ios::binary);
  for (int i = 0; i < count; ++i) {
    const std::string message = absl::StrCat("Import ", i, "\n\n", std::string(bytes, 'x'), "\n");
    out << "commit refs/heads/main\ncommitter Ann <ann@example.com> " << 1'700'000'000 + i << " +0000\ndata "
        << message.size() << '\n'
        << message << (i == 0 ? "from refs/heads/main^0\n" : "") << "M 100644 inline notes.md\ndata 7\n"
        << 100'000 + i << "\n\n";
  }
  out.close();
  server.Git(absl::StrCat("fast-import --quiet < '", file, "'"));
  std::filesystem::remove(file);
}

std::vector<std::string> LineOf(const TestServer& server) {
  return absl::StrSplit(server.Git("rev-list --first-parent --reverse main"), '\n');
}

class WatchTest : public PipelineTest {
 protected:
  // The topic is there, and nothing is revision 1.
  void SetUp() override {
    PipelineTest::SetUp();
    server_.Git("gc --quiet");  // so that the branch is in packed-refs, as after a long time
  }

  grpc::Status StatusOf(const v1::WatchWorkspaceRequest& request) { return Stream(server_.channel(), request).End(); }
  void Put(const std::string& name, const std::string& topic = "shop") {
    ExpectOk(client_.PutModel(WithModel(name, topic)));
  }
  std::vector<std::string> Line() { return LineOf(server_); }
};

TEST_F(WatchTest, BeginsWithTheNextRevision) {
  Stream stream(server_.channel(), From(0));
  const v1::WatchWorkspaceResponse first = stream.Next();
  EXPECT_THAT(first.revisions(), IsEmpty());
  EXPECT_EQ(first.progress_revision(), 1);
  EXPECT_EQ(first.progress_commit(), Line().back());
  Put("One");
  const v1::WatchWorkspaceResponse second = stream.Next();
  ASSERT_EQ(second.revisions_size(), 1);
  const v1::Revision& revision = second.revisions(0);
  EXPECT_EQ(revision.revision(), 2);
  EXPECT_EQ(revision.commit(), Line().back());
  EXPECT_EQ(revision.subject(), "security(shop): model");
  EXPECT_EQ(revision.topic(), "shop");
  EXPECT_FALSE(revision.trailers().empty());
  EXPECT_EQ(second.progress_revision(), 2);
  EXPECT_EQ(second.progress_commit(), revision.commit());
}

TEST_F(WatchTest, BeginsAtEveryRevisionThereIs) {
  for (int i = 0; i < 4; ++i) Put(absl::StrCat("Shop ", i));
  const std::vector<std::string> line = Line();
  ASSERT_EQ(line.size(), 5u);
  for (int64_t start = 1; start <= 6; ++start) {
    Stream stream(server_.channel(), From(start));
    EXPECT_EQ(stream.Until(5), std::vector<std::string>(line.begin() + start - 1, line.end())) << start;
    EXPECT_EQ(stream.last().progress_commit(), line.back());
  }
  const grpc::Status ahead = StatusOf(From(7));
  ExpectError(ahead, grpc::StatusCode::OUT_OF_RANGE, "REVISION_AHEAD");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(ahead).metadata().at("newest"), "5");
}

TEST_F(WatchTest, RefusesWhatMakesNoSense) {
  ExpectError(StatusOf(From(-1)), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  ExpectError(StatusOf(From(std::numeric_limits<int64_t>::max())), grpc::StatusCode::OUT_OF_RANGE, "REVISION_AHEAD");
  ExpectError(StatusOf(From(0, "workspaces/none")), grpc::StatusCode::NOT_FOUND, "WORKSPACE_NOT_FOUND");
  ExpectError(StatusOf(From(0, "workspaces/w/topics/none")), grpc::StatusCode::NOT_FOUND, "TOPIC_NOT_FOUND");
  v1::WatchWorkspaceRequest request = From(2);
  for (const std::string previous : {"abc", "HEAD", "0000000000000000000000000000000000000000\n"}) {
    request.set_previous_commit(previous);
    ExpectError(StatusOf(request), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  }
  request.set_previous_commit(std::string(40, 'a'));
  ExpectError(StatusOf(request), grpc::StatusCode::ABORTED, "BRANCH_REWRITTEN");
  request.set_start_revision(1);
  ExpectError(StatusOf(request), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  request = From(0);
  request.mutable_progress_interval()->set_seconds(-1);
  ExpectError(StatusOf(request), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(WatchTest, CatchesUpWithALongHistoryAndGoesOn) {
  Import(server_, 2'500);
  const std::vector<std::string> line = Line();
  ASSERT_EQ(line.size(), 2'501u);
  Stream all(server_.channel(), From(1));
  Stream some(server_.channel(), From(1'234));
  EXPECT_EQ(some.Until(2'501), std::vector<std::string>(line.begin() + 1'233, line.end()));
  EXPECT_EQ(all.Until(2'501), line);
  Put("One");
  EXPECT_EQ(all.Until(2'502), std::vector<std::string>{Line().back()});
  EXPECT_EQ(some.Until(2'502), std::vector<std::string>{Line().back()});
}

TEST_F(WatchTest, TwoWatchersOfWritersWhoRace) {
  Stream first(server_.channel(), From(0));
  Stream second(server_.channel(), From(1));
  std::vector<std::thread> writers;
  for (const std::string topic : {"shop", "store"}) {
    writers.emplace_back([this, topic] {
      for (int i = 0; i < 10; ++i) Put(absl::StrCat(topic, i), topic);
    });
  }
  const std::vector<std::string> seen_by_second = second.Until(21);
  const std::vector<std::string> seen_by_first = first.Until(21);
  for (std::thread& writer : writers) writer.join();
  const std::vector<std::string> line = Line();
  EXPECT_EQ(seen_by_second, line);
  // The first may have begun before or after some of them.
  EXPECT_EQ(seen_by_first, std::vector<std::string>(line.end() - static_cast<int>(seen_by_first.size()), line.end()));
}

TEST_F(WatchTest, SendsOnlyWhatChangedTheTopic) {
  v1::WatchWorkspaceRequest request = From(0, "workspaces/w/topics/shop");
  request.mutable_progress_interval()->set_seconds(1);
  Stream stream(server_.channel(), request);
  EXPECT_EQ(stream.Next().progress_revision(), 1);
  Put("Other", "other");
  Put("Other still", "other");
  Put("Shop");
  server_.Push(".metapowers/security/shop/notes.md", "by hand\n");  // has no trailers
  server_.Push("README.md", "of another place\n");
  const std::vector<std::string> line = Line();
  EXPECT_THAT(stream.Until(6), ElementsAre(line[3], line[4]));
  EXPECT_EQ(stream.last().progress_commit(), line[5]) << "what was passed over is behind the watch";
  Stream document(server_.channel(), From(1, "workspaces/w/topics/shop/documents/00-govern.md"));
  EXPECT_THAT(document.Until(6), ElementsAre(line[0]));
}

TEST_F(WatchTest, TellsItsProgress) {
  v1::WatchWorkspaceRequest request = From(0);
  request.mutable_progress_interval()->set_nanos(1);  // brought to 1 s
  Stream stream(server_.channel(), request);
  EXPECT_EQ(stream.Next().progress_revision(), 1);
  const absl::Time start = absl::Now();
  for (int i = 0; i < 2; ++i) {
    const v1::WatchWorkspaceResponse progress = stream.Next();
    EXPECT_THAT(progress.revisions(), IsEmpty());
    EXPECT_EQ(progress.progress_revision(), 1);
    EXPECT_EQ(progress.progress_commit(), Line().back());
  }
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(1'900));
}

TEST_F(WatchTest, SendsWhatOthersPush) {
  Stream stream(server_.channel(), From(2));
  stream.Next();
  server_.Push("notes.md", "1\n");
  EXPECT_THAT(stream.Until(2), ElementsAre(Line().back()));
  EXPECT_EQ(stream.last().revisions(0).subject(), "Edit by hand");
  EXPECT_EQ(stream.last().revisions(0).topic(), "");
  Import(server_, 150);
  Put("One");
  const std::vector<std::string> line = Line();
  EXPECT_EQ(stream.Until(153), std::vector<std::string>(line.begin() + 2, line.end()));
}

TEST_F(WatchTest, ASlowRepositoryHoldsUpNoOtherWatch) {
  grpc::ClientContext context;
  v1::CreateWorkspaceRequest create;
  v1::CreateWorkspaceResponse created;
  create.set_workspace_id("slow");
  ExpectOk(client_.workspaces->CreateWorkspace(&context, create, &created));
  v1::CommandContext model = WithModel();
  model.set_topic("workspaces/slow/topics/shop");
  ExpectOk(client_.PutModel(model));
  const std::string uid = registry_->Get("slow")->uid;
  std::atomic<bool> stuck{false}, looked{false};
  absl::Notification inside, go;
  hooks_.before_head_of = [&](absl::string_view of) {
    if (of != uid || !stuck) return;
    if (!looked.exchange(true)) inside.Notify();
    go.WaitForNotification();
  };
  const auto often = [](const std::string& parent) {
    v1::WatchWorkspaceRequest request = From(0, parent);
    request.mutable_progress_interval()->set_seconds(1);
    return request;
  };
  Stream slow(server_.channel(), often("workspaces/slow"));
  EXPECT_EQ(slow.Next().progress_revision(), 1);
  stuck = true;
  inside.WaitForNotification();  // a look for what others push
  std::vector<std::unique_ptr<Stream>> late;
  for (int i = 0; i < 6; ++i) {
    late.push_back(std::make_unique<Stream>(server_.channel(), From(0, "workspaces/slow")));
  }
  Stream other(server_.channel(), often("workspaces/w"));
  EXPECT_EQ(other.Next().progress_revision(), 1);
  Put("One");
  EXPECT_THAT(other.Until(2), ElementsAre(Line().back()));
  server_.Push("notes.md", "1\n");
  EXPECT_THAT(other.Until(3), ElementsAre(Line().back())) << "others are looked at";
  for (Stream* stream : {&other, &slow}) {
    const v1::WatchWorkspaceResponse progress = stream->Next();
    EXPECT_THAT(progress.revisions(), IsEmpty());
    EXPECT_EQ(progress.progress_revision(), stream == &other ? 3 : 1);
  }
  go.Notify();
  for (const auto& stream : late) EXPECT_EQ(stream->Next().progress_revision(), 1);
}

TEST_F(WatchTest, ARewrittenBranchEndsIt) {
  Put("One");
  const std::string two = Line().back();
  Stream stream(server_.channel(), From(0));
  const v1::WatchWorkspaceResponse before = stream.Next();
  const std::string other = server_.Git("commit-tree -m other -p main~1 main^{tree}");
  server_.Git(absl::StrCat("update-ref refs/heads/main ", other));
  const grpc::Status ended = stream.End();
  ExpectError(ended, grpc::StatusCode::ABORTED, "BRANCH_REWRITTEN");
  const auto metadata = DetailOf<google::rpc::ErrorInfo>(ended).metadata();
  EXPECT_EQ(metadata.at("revision"), "2");
  EXPECT_EQ(metadata.at("expected"), two);
  EXPECT_EQ(metadata.at("actual"), other);
  ExpectError(StatusOf(After(before)), grpc::StatusCode::ABORTED, "BRANCH_REWRITTEN");
}

TEST_F(WatchTest, IdleWatchesHoldNoThreadAndCancelledOnesNothing) {
  TestServer server([](Env& env) {
    env.limits.workers = 1;
    env.limits.watches = 5;
    env.limits.watches_each = 3;
  });
  Client client(server.channel());
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 3; ++i) {
    streams.push_back(std::make_unique<Stream>(server.channel(), From(0)));
    streams.back()->Next();
  }
  ASSERT_TRUE(client.PutModel(WithModel()).ok());
  for (const auto& stream : streams) EXPECT_EQ(stream->Next().revisions_size(), 1);
  for (int round = 0; round < 20; ++round) {
    const grpc::Status refused = Stream(server.channel(), From(0)).End();
    ExpectError(refused, grpc::StatusCode::RESOURCE_EXHAUSTED, "WATCHES_EXHAUSTED");
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused).metadata().at("limit"), "3");
    EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(refused).retry_delay().seconds(), 1);
    streams.pop_back();
    // The server hears of it a moment later.
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (absl::Now() < end) {
      streams.push_back(std::make_unique<Stream>(server.channel(), From(0)));
      if (streams.back()->Next().progress_revision() > 0) break;
      streams.pop_back();
    }
    ASSERT_EQ(streams.size(), 3u);
  }
}

TEST_F(WatchTest, TheServerTakesSoManyInAll) {
  TestServer server([](Env& env) { env.limits.watches = 2; });
  Stream one(server.channel(), From(0)), two(server.channel(), From(0));
  one.Next();
  two.Next();
  const grpc::Status refused = Stream(server.channel(), From(0)).End();
  ExpectError(refused, grpc::StatusCode::RESOURCE_EXHAUSTED, "WATCHES_EXHAUSTED");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused).metadata().at("limit"), "2");
}

// A server on a socket, and channels that read no further ahead than the least that HTTP/2 has.
class SocketWatchTest : public ::testing::Test {
 protected:
  SocketWatchTest() : server_([](Env& env) { env.limits.watch_patience = absl::Seconds(1); }, {{"127.0.0.1", 0, ""}}) {}

  std::shared_ptr<grpc::Channel> Channel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server_.server().addresses()[0], grpc::InsecureChannelCredentials(), arguments);
  }

  TestServer server_;
};

TEST_F(SocketWatchTest, ASlowClientIsCutOffAndGoesOn) {
  constexpr int kCommits = 300;
  server_.Push("notes.md", "1\n");
  Import(server_, kCommits - 1, 20'000);
  const std::vector<std::string> line = LineOf(server_);
  const std::shared_ptr<grpc::Channel> slow_channel = Channel(), never_channel = Channel();
  Stream never(never_channel, From(1)), other(Channel(), From(1));
  EXPECT_EQ(other.Until(kCommits), line) << "others do not wait";
  // Not before: what it has not taken in time it loses, however slow the machine reads for the other one.
  Stream slow(slow_channel, From(1));
  absl::SleepFor(absl::Milliseconds(2'500));
  const std::vector<std::string> taken = slow.Until(kCommits);
  EXPECT_LT(taken.size(), line.size());
  const v1::WatchWorkspaceResponse last = slow.last();
  const grpc::Status cut_off = slow.End();
  EXPECT_EQ(cut_off.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << cut_off.error_message();
  EXPECT_EQ(ReasonOf(cut_off), "WATCH_TOO_SLOW");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(cut_off).metadata().at("next_revision"),
            absl::StrCat(last.progress_revision() + 1));
  std::vector<std::string> all = taken;
  Stream resumed(slow_channel, After(last));
  for (std::string& commit : resumed.Until(kCommits)) all.push_back(std::move(commit));
  EXPECT_EQ(all, line);
  resumed.Cancel();
  other.Cancel();
  // The one that takes nothing at all, its status neither, holds nothing either after a while.
  const absl::Time start = absl::Now();
  server_.server().Drain(absl::InfiniteDuration());
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

TEST_F(SocketWatchTest, AShutdownSaysSoAndWaitsForNoWatch) {
  Client client(server_.channel());
  ASSERT_TRUE(client.PutModel(WithModel()).ok());
  Stream idle(Channel(), From(0)), caught_up(Channel(), From(1));
  idle.Next();
  EXPECT_EQ(caught_up.Until(1).size(), 1u);
  const absl::Time start = absl::Now();
  server_.server().Drain(absl::Seconds(30));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  for (Stream* stream : {&idle, &caught_up}) {
    const v1::WatchWorkspaceResponse last = stream->last();
    const grpc::Status status = stream->End();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    EXPECT_EQ(ReasonOf(status), "DRAINING");
    EXPECT_EQ(last.progress_revision(), 1);
  }
}

TEST_F(WatchTest, GoesOnAfterARestart) {
  v1::WatchWorkspaceResponse last;
  {
    Stream stream(server_.channel(), From(0));
    stream.Next();
    Put("One");
    last = stream.Next();
    ASSERT_EQ(last.revisions_size(), 1);
  }
  server_.Restart();
  Client client(server_.channel());
  ExpectOk(client.PutModel(WithModel("Two")));
  Stream stream(server_.channel(), After(last));
  EXPECT_THAT(stream.Until(3), ElementsAre(Line().back()));
}

TEST_F(WatchTest, ACommitOfAnySizeCanBeSent) {
  Import(server_, 1, 6 << 20);
  Stream stream(server_.channel(), From(2));
  EXPECT_THAT(stream.Until(2), ElementsAre(Line().back()));
  EXPECT_EQ(stream.last().revisions(0).subject(), "Import 0");
  EXPECT_EQ(stream.last().revisions(0).body(), "");
}

TEST_F(WatchTest, ADamagedHistoryIsToldAndEndsIt) {
  Put("One");
  Stream stream(server_.channel(), From(0));
  stream.Next();
  const std::string lost = server_.Git("commit-tree -m lost -p main main^{tree}");
  const std::string child = server_.Git(absl::StrCat("commit-tree -m child -p ", lost, " main^{tree}"));
  std::filesystem::remove(absl::StrCat(server_.repository(), "/objects/", lost.substr(0, 2), "/", lost.substr(2)));
  server_.Git(absl::StrCat("update-ref refs/heads/main ", child));
  ExpectError(stream.End(), grpc::StatusCode::DATA_LOSS, "STORAGE_CORRUPT");
}

TEST(RevisionsTest, OnlyWhatIsTooLongIsCut) {
  workspace::CommitInfo commit;
  commit.id = std::string(40, 'a');
  commit.subject = absl::StrCat(std::string(2'047, 's'), "\xe2\x82\xac", "x");
  commit.body = "body";
  commit.trailers = {{"Key", "value"}};
  v1::Revision revision;
  Describe(commit, revision);
  const v1::Revision whole = revision;
  LimitRevision(100'000, revision);
  EXPECT_EQ(revision.SerializeAsString(), whole.SerializeAsString());
  LimitRevision(1'000, revision);
  EXPECT_EQ(revision.subject(), std::string(2'047, 's')) << "no half character";
  EXPECT_EQ(revision.body(), "");
  EXPECT_TRUE(revision.trailers().empty());
  EXPECT_EQ(revision.commit(), commit.id);
}

}  // namespace
}  // namespace metapowers::server
