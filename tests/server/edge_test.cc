// The edge itself: overload, faults, cancelled calls, drain, health, reflection, sizes, the access log.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.pb.h"
#include "service/server/errors.h"
#include "service/server/log.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using HealthStub =
    grpc::TemplatedGenericStub<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse>;

// Health of `service` as the server tells it; NOT_FOUND is UNKNOWN.
grpc::health::v1::HealthCheckResponse::ServingStatus HealthOf(const std::shared_ptr<grpc::Channel>& channel,
                                                              const std::string& service) {
  HealthStub stub(channel);
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status) { done.Notify(); });
  done.WaitForNotification();
  return response.status();
}

// A server on a socket: gRPC 1.51 crashes when a call starts on an in-process channel of a server that drains.
class SocketServer {
 public:
  explicit SocketServer(const HookedEngine::Hooks& hooks)
      : server_([&](Env& env) { env.engine = std::make_unique<HookedEngine>(std::move(env.engine), hooks); },
                {{"127.0.0.1", 0, ""}}),
        channel_(grpc::CreateChannel(server_.server().addresses()[0], grpc::InsecureChannelCredentials())) {}

  TestServer& operator*() { return server_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }
  // Starts a drain and returns once it shows.
  std::thread StartDrain() {
    std::thread drain([this] { server_.server().Drain(absl::InfiniteDuration()); });
    while (HealthOf(channel_, "") == grpc::health::v1::HealthCheckResponse::SERVING) std::this_thread::yield();
    return drain;
  }

 private:
  TestServer server_;
  const std::shared_ptr<grpc::Channel> channel_;
};

TEST(EdgeTest, RefusesWhatTheQueueDoesNotHold) {
  HookedEngine::Hooks hooks;
  absl::Notification inside;
  absl::Notification go;
  std::atomic<bool> block{false};
  hooks.before_head = [&] {
    if (!block.exchange(false)) return;
    inside.Notify();
    go.WaitForNotification();
  };
  TestServer server([&](Env& env) {
    env.engine = std::make_unique<HookedEngine>(std::move(env.engine), hooks);
    env.limits.workers = 1;
    env.limits.queue = 0;
  });
  Client client(server.channel());
  block = true;
  grpc::Status first;
  std::thread caller([&] { first = client.PutModel(WithModel()); });
  inside.WaitForNotification();
  v1::RunCommandsRequest request;
  const grpc::Status refused = client.PutModel(WithModel());
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "OVERLOADED");
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(refused).retry_delay().seconds(), 1);
  EXPECT_EQ(ReasonOf(client.Run("all", WithModel())), "OVERLOADED") << "streams too";
  go.Notify();
  caller.join();
  EXPECT_TRUE(first.ok()) << first.error_message();
}

TEST(EdgeTest, ContainsWhatAHandlerThrows) {
  HookedEngine::Hooks hooks;
  std::atomic<bool> fail{false};
  hooks.before_head = [&] {
    if (fail) throw std::runtime_error("secret");
  };
  TestServer server([&](Env& env) { env.engine = std::make_unique<HookedEngine>(std::move(env.engine), hooks); });
  Client client(server.channel());
  fail = true;
  for (const grpc::Status& status : {client.PutModel(WithModel()), client.Run("all", WithModel())}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(ReasonOf(status), "INTERNAL");
    EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  }
  fail = false;
  EXPECT_TRUE(client.PutModel(WithModel()).ok()) << "the server lives on";
}

TEST(EdgeTest, ACancelledCallCommitsNothing) {
  HookedEngine::Hooks hooks;
  absl::Notification inside;
  absl::Notification cancelled;
  std::atomic<bool> block{false};
  hooks.before_head = [&] {
    if (!block.exchange(false)) return;
    inside.Notify();
    cancelled.WaitForNotification();
  };
  SocketServer server(hooks);
  Client client(server.channel());
  block = true;
  grpc::ClientContext context;
  v1::PutModelRequest request;
  *request.mutable_context() = WithModel();
  v1::PutModelResponse response;
  grpc::Status status;
  std::thread caller([&] { status = client.models->PutModel(&context, request, &response); });
  inside.WaitForNotification();
  context.TryCancel();
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  // The server is told on another thread; a drain that waits for the call ends after it was.
  std::thread drain = server.StartDrain();
  cancelled.Notify();
  drain.join();
  EXPECT_LE((*server).CountCommits(), 1) << "once, or not at all";
}

TEST(EdgeTest, DrainLetsRunningCallsEndAndRefusesNewOnes) {
  HookedEngine::Hooks hooks;
  absl::Notification inside;
  absl::Notification go;
  std::atomic<bool> block{false};
  hooks.before_commit = [&] {
    if (!block.exchange(false)) return;
    inside.Notify();
    go.WaitForNotification();
  };
  SocketServer server(hooks);
  Client client(server.channel());
  for (const char* service : {"", "metapowers.v1.WorkflowService", "metapowers.security.identify.v1.IdentifyService"}) {
    EXPECT_EQ(HealthOf(server.channel(), service), grpc::health::v1::HealthCheckResponse::SERVING) << service;
  }
  EXPECT_EQ(HealthOf(server.channel(), "nonsense"), grpc::health::v1::HealthCheckResponse::UNKNOWN);
  block = true;
  grpc::Status running;
  std::thread caller([&] { running = client.PutModel(WithModel()); });
  inside.WaitForNotification();
  std::thread drain = server.StartDrain();
  const grpc::Status refused = client.PutModel(WithModel("Store"));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE) << refused.error_message();
  EXPECT_EQ(ReasonOf(refused), "DRAINING");
  go.Notify();
  caller.join();
  drain.join();
  EXPECT_TRUE(running.ok()) << running.error_message();
  EXPECT_EQ((*server).CountCommits(), 1);
}

// A connection whose client takes part in HTTP/2 up to the settings, and then says nothing any more.
class SilentClient {
 public:
  explicit SilentClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    constexpr char kHello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";  // and empty settings
    EXPECT_EQ(::write(fd_, kHello, sizeof(kHello)), static_cast<ssize_t>(sizeof(kHello)));
    char settings[9];
    EXPECT_EQ(::recv(fd_, settings, sizeof(settings), MSG_WAITALL), static_cast<ssize_t>(sizeof(settings)));
  }
  ~SilentClient() { ::close(fd_); }

 private:
  const int fd_;
};

TEST(EdgeTest, ASilentClientDoesNotHoldUpADrain) {
  TestServer server({}, {{"127.0.0.1", 0, ""}});
  ASSERT_OK_AND_ASSIGN(const ListenAddress address, ParseListenAddress(server.server().addresses()[0]));
  const SilentClient client(address.port);
  const absl::Time start = absl::Now();
  server.server().Drain(absl::Minutes(1));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST(EdgeTest, BoundsTheSizeOfRequests) {
  TestServer server;
  Client client(server.channel());
  grpc::ClientContext context;
  v1::GetDocumentRequest request;
  request.set_name(std::string(70'000, 'x'));
  v1::GetDocumentResponse response;
  const grpc::Status status = client.documents->GetDocument(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "REQUEST_TOO_LARGE");
  v1::CommandContext large = ContextOf();
  large.set_model_yaml(std::string(4'200'000, '#'));
  EXPECT_THAT(ReasonOf(client.PutModel(large)), ::testing::AnyOf("REQUEST_TOO_LARGE", "MODEL_INVALID"));
  large.set_model_yaml(std::string(20'000'000, '#'));
  EXPECT_EQ(ReasonOf(client.PutModel(large)), "MODEL_INVALID") << "as large as attachments may be, but no model";
  v1::ValidateModelRequest validate;
  validate.set_model_yaml(std::string(20'000'000, '#'));
  v1::ValidateModelResponse validated;
  grpc::ClientContext again;
  EXPECT_EQ(ReasonOf(client.models->ValidateModel(&again, validate, &validated)), "REQUEST_TOO_LARGE");
  large.set_model_yaml(std::string(80'000'000, '#'));
  EXPECT_EQ(client.PutModel(large).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(EdgeTest, APassedDeadlineIsTold) {
  TestServer server;
  Client client(server.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));
  v1::ListCommandsResponse response;
  EXPECT_EQ(client.workflows->ListCommands(&context, {}, &response).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

constexpr char kFileOf[] = "\x22";        // which declares the symbol
constexpr char kListServices[] = "\x3a";  // whatever the symbol is

// The first answer of the reflection service (v1alpha) to the question, a tag of its request, as bytes.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& symbol,
                    const char* question = kFileOf) {
  const std::string bytes = absl::StrCat(question, std::string(1, static_cast<char>(symbol.size())), symbol);
  grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  const auto wait = [&] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return ok;
  };
  call->StartCall(nullptr);
  if (!wait()) return "";
  call->Write(request, nullptr);
  if (!wait()) return "";
  call->Read(&response, nullptr);
  const bool read = wait();
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  std::vector<grpc::Slice> slices;
  if (read) response.Dump(&slices);
  std::string text;
  for (const grpc::Slice& part : slices) text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  return text;
}

TEST(EdgeTest, ReflectionDescribesEveryService) {
  TestServer server;
  EXPECT_THAT(Reflect(server.channel(), "grpc.health.v1.Health"), HasSubstr("grpc/health/v1/health.proto"));
  EXPECT_THAT(Reflect(server.channel(), "metapowers.security.recover.v1.RecoverService"),
              HasSubstr("metapowers/security/recover/v1/recover_service.proto"));
  EXPECT_THAT(Reflect(server.channel(), "no.such.Symbol"), HasSubstr("not found"));
}

TEST(EdgeTest, TheOperatorsServiceIsOfferedOnTheControlSocketAlone) {
  constexpr char kAdmin[] = "metapowers.v1.AdminService", kInfo[] = "metapowers.v1.ServerInfoService";
  TestServer server;
  const auto control = server.ControlChannel();
  EXPECT_THAT(Reflect(server.channel(), "*", kListServices), AllOf(HasSubstr(kInfo), Not(HasSubstr(kAdmin))));
  EXPECT_THAT(Reflect(control, "*", kListServices), AllOf(HasSubstr(kAdmin), Not(HasSubstr(kInfo))));
  EXPECT_EQ(HealthOf(server.channel(), kAdmin), grpc::health::v1::HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(HealthOf(control, kAdmin), grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(HealthOf(control, kInfo), grpc::health::v1::HealthCheckResponse::UNKNOWN);
}

TEST(EdgeTest, LogsOneLinePerCall) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    TestServer server([&](Env& env) { env.log = std::make_unique<Logger>(ends[1], LogLevel::kInfo, *env.clock); });
    v1::CommandContext context = WithModel();
    context.set_request_id(kRequestId);
    EXPECT_TRUE(Client(server.channel()).PutModel(context).ok());
    context.set_topic("workspaces/w/topics/A\"\n");
    EXPECT_FALSE(Client(server.channel()).PutModel(context).ok());
  }
  ::close(ends[1]);
  std::string log;
  char buffer[4096];
  for (ssize_t size; (size = ::read(ends[0], buffer, sizeof(buffer))) > 0;) log.append(buffer, size);
  ::close(ends[0]);
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 3) << log;
  EXPECT_THAT(log, HasSubstr("\"method\":\"/metapowers.v1.ModelService/PutModel\",\"code\":\"OK\""));
  EXPECT_THAT(log, HasSubstr("\"workspace\":\"w\",\"topic\":\"shop\",\"commit\":\""));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("\"request_id\":\"", kRequestId, "\"")));
  EXPECT_THAT(log, HasSubstr("\"code\":\"INVALID_ARGUMENT\",\"reason\":\"NAME_INVALID\""));
}

TEST(EdgeTest, ListensOnRealPortsAndSockets) {
  const std::string socket = absl::StrCat("/tmp/mp-", ::getpid(), ".sock");
  {
    TestServer server({}, {{"127.0.0.1", 0, ""}, {"", 0, socket}});
    for (const std::string& address : server.server().addresses()) {
      Client client(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
      EXPECT_TRUE(client.PutModel(WithModel()).ok()) << address;
    }
    EXPECT_THAT(server.server().addresses()[0], Not(HasSubstr(":0")));
    const std::string address = server.server().addresses()[0];
    ASSERT_OK_AND_ASSIGN(const ListenAddress taken, ParseListenAddress(address));
    ASSERT_OK_AND_ASSIGN(Env env, OpenDataDirEnv(absl::StrCat(::testing::TempDir(), "mp-", ::getpid())));
    const auto second = Server::Start(std::move(env), {taken});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(DetailsOf(second.status()).reason, "LISTEN_FAILED");
    EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
    std::filesystem::remove_all(absl::StrCat(::testing::TempDir(), "mp-", ::getpid()));
  }
  EXPECT_NE(::access(socket.c_str(), F_OK), 0) << "the socket is removed at the end";
}

TEST(EdgeTest, LocalModeCommitsOnThePersonsBranch) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "mp-local-", ::getpid());
  std::filesystem::create_directories(folder);
  const auto git = [&](const std::string& arguments) {
    return ::system(absl::StrCat("cd '", folder, "' && git ", arguments, " > /dev/null 2>&1").c_str());
  };
  ASSERT_EQ(git("init -q -b main && git config user.name Ann && git config user.email ann@example.com"), 0);
  {
    ASSERT_OK_AND_ASSIGN(Env env, OpenLocalEnv(folder));
    ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(std::move(env), {}));
    Client client(server->InProcessChannel());
    v1::CommandContext context = Ungated("Shop", "shop");
    context.set_topic("workspaces/local/topics/shop");
    const grpc::Status status = client.Inventory(context);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_EQ(git("diff --quiet HEAD -- && test \"$(git log -1 --format='%an %cn')\" = 'Ann Ann' && "
                "test -f .metapowers/security/shop/01-identify.md"),
            0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace metapowers::server
