#include "service/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "metapowers/v1/admin_service.grpc.pb.h"
#include "service/base/api_limits.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/model/model.h"
#include "service/server/backend.h"
#include "service/server/dispatch.h"
#include "service/server/linked_protos.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

// Some more than any method takes, so that its own answer says what is allowed.
constexpr int kMaxReceiveBytes = static_cast<int>(model::kMaxModelBytes + kMaxAttachmentBytes) + (4 << 20);
constexpr int kMinPingSeconds = 10;
constexpr int kMaxConnectionAgeMinutes = 30;
constexpr int kMaxConnectionGraceMinutes = 5;
// For clients to leave once no call runs. A silent one would hold gRPC's shutdown up for 20 s.
constexpr absl::Duration kGoodbye = absl::Seconds(2);

// Registers health and reflection with every server of the process: gRPC has no other way.
void EnablePlugins() {
  static const bool enabled = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)enabled;
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  // Two servers on one port would share its calls at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingSeconds * 1000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMinutes * 60'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionGraceMinutes * 60'000);
}

using ServiceFactory = std::unique_ptr<grpc::Service> (*)(Dispatcher&);

// For callers, on every listener.
constexpr ServiceFactory kServices[] = {
    NewGovernService,   NewIdentifyService, NewProtectService,  NewDetectService,
    NewRespondService,  NewRecoverService,  NewUtilityService,  NewWorkspaceService,
    NewDocumentService, NewEventService,    NewExportService,   NewLintService,
    NewModelService,    NewReportService,   NewWorkflowService, NewServerInfoService};
// For the operator, on the control socket.
constexpr ServiceFactory kOperatorServices[] = {NewAdminService};

bool IsOfOperator(const google::protobuf::ServiceDescriptor& service) {
  return service.full_name() == v1::AdminService::service_full_name();
}

// One server of gRPC, which offers all its services on all its addresses.
class Endpoint {
 public:
  ~Endpoint() {
    if (grpc_ != nullptr) Shutdown(absl::Now());
  }

  absl::Status Start(absl::Span<const ServiceFactory> services, Dispatcher& dispatcher,
                     absl::Span<const ListenAddress> addresses);
  // Which of the services it is known to offer, by health.
  void SetServing(bool of_operator);
  void SetNotServing() { grpc_->GetHealthCheckService()->SetServingStatus(false); }
  void Shutdown(absl::Time deadline);

  grpc::Server& grpc() { return *grpc_; }
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::vector<std::string> addresses_;
  std::vector<std::string> sockets_;  // files to remove at the end
  std::unique_ptr<grpc::Server> grpc_;
};

absl::Status Endpoint::Start(absl::Span<const ServiceFactory> services, Dispatcher& dispatcher,
                             absl::Span<const ListenAddress> addresses) {
  grpc::ServerBuilder builder;
  SetLimits(builder);
  for (const ServiceFactory factory : services) {
    services_.push_back(factory(dispatcher));
    builder.RegisterService(services_.back().get());
  }
  std::vector<int> ports(addresses.size(), 0);
  for (size_t i = 0; i < addresses.size(); ++i) {
    RETURN_IF_ERROR(PrepareToListen(addresses[i]));
    builder.AddListeningPort(addresses[i].ToString(), grpc::InsecureServerCredentials(), &ports[i]);
  }
  grpc_ = builder.BuildAndStart();
  for (size_t i = 0; i < addresses.size(); ++i) {
    if (grpc_ == nullptr && ports[i] == 0) return ListenFailure(addresses[i]);
    addresses_.push_back(addresses[i].ToString(ports[i]));
    if (!addresses[i].unix_path.empty()) sockets_.push_back(addresses[i].unix_path);
  }
  if (grpc_ != nullptr) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInternal, "gRPC did not start", {"INTERNAL", {}, {}, ""});
}

void Endpoint::SetServing(bool of_operator) {
  for (const google::protobuf::ServiceDescriptor* service : LinkedServices()) {
    if (IsOfOperator(*service) == of_operator) {
      grpc_->GetHealthCheckService()->SetServingStatus(service->full_name(), true);
    }
  }
}

void Endpoint::Shutdown(absl::Time deadline) {
  grpc_->Shutdown(absl::ToChronoTime(deadline));
  grpc_->Wait();
  for (const std::string& socket : sockets_) ::unlink(socket.c_str());
  sockets_.clear();
}

}  // namespace

// Destroyed from the last member to the first: gRPC before what its calls use.
struct Server::State {
  explicit State(Env env) : backend(std::move(env)) {}

  Backend backend;
  std::unique_ptr<Dispatcher> dispatcher;
  Endpoint callers;
  std::unique_ptr<Endpoint> control;  // nullptr: there is no socket for it
  absl::Mutex drain;
  bool drained ABSL_GUARDED_BY(drain) = false;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { Drain(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Env env, const std::vector<ListenAddress>& addresses,
                                                      const std::optional<ListenAddress>& control) {
  EnablePlugins();
  auto state = std::make_unique<State>(std::move(env));
  ASSIGN_OR_RETURN(state->dispatcher, Dispatcher::Create(state->backend));
  if (control.has_value()) {
    state->control = std::make_unique<Endpoint>();
    RETURN_IF_ERROR(state->control->Start(kOperatorServices, *state->dispatcher, {*control}));
    state->control->SetServing(/*of_operator=*/true);
  }
  RETURN_IF_ERROR(state->callers.Start(kServices, *state->dispatcher, addresses));
  state->callers.SetServing(/*of_operator=*/false);
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

const std::vector<std::string>& Server::addresses() const { return state_->callers.addresses(); }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // no peer to be wary of
  return state_->callers.grpc().InProcessChannel(arguments);
}

void Server::Drain(absl::Duration patience) {
  absl::MutexLock lock(&state_->drain);
  if (std::exchange(state_->drained, true)) return;
  state_->callers.SetNotServing();
  if (state_->control != nullptr) state_->control->SetNotServing();
  const absl::Time deadline = absl::Now() + patience;
  state_->dispatcher->Drain(patience);
  const absl::Time goodbye = std::min(deadline, absl::Now() + kGoodbye);
  state_->callers.Shutdown(goodbye);
  if (state_->control != nullptr) state_->control->Shutdown(goodbye);
}

}  // namespace metapowers::server
