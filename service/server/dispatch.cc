#include "service/server/dispatch.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/base/api_limits.h"
#include "service/base/api_version.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/model/model.h"
#include "service/server/errors.h"
#include "service/server/linked_protos.h"
#include "service/server/run_command.h"

namespace metapowers::server {
namespace {

constexpr size_t kMaxPlainRequestBytes = 64 << 10;  // of methods that take no model
constexpr size_t kMaxImportNameBytes = 1 << 20;     // of the names of imported files

// Whether a request carries files to import.
bool TakesFiles(const google::protobuf::Descriptor& request) {
  const auto* files = request.FindFieldByName("files");
  return files != nullptr && files->message_type() == v1::ImportFile::descriptor();
}

// What a request of this type may have: it can carry a system model, itself or in its context, where files can be
// attached to it as well.
size_t MaxRequestBytes(const google::protobuf::Descriptor& request) {
  const auto* context = request.FindFieldByName("context");
  if (context != nullptr && context->message_type() == v1::CommandContext::descriptor()) {
    return kMaxPlainRequestBytes + model::kMaxModelBytes + kMaxAttachmentBytes;
  }
  if (TakesFiles(request)) return kMaxPlainRequestBytes + kMaxImportNameBytes + kMaxImportBytes;
  if (request.FindFieldByName("before_yaml") != nullptr) return kMaxPlainRequestBytes + 2 * model::kMaxModelBytes;
  return kMaxPlainRequestBytes + (request.FindFieldByName("model_yaml") != nullptr ? model::kMaxModelBytes : 0);
}

// What to do about a request that is too large; empty when there is nothing to say.
std::string MendOf(const google::protobuf::Descriptor& request, size_t limit) {
  if (TakesFiles(request)) {
    return absl::StrCat("name fewer files: those of one import have ", kMaxImportBytes >> 20, " MB together at most");
  }
  if (limit <= kMaxAttachmentBytes) return "";
  return absl::StrCat("attach at most ", kMaxAttachmentBytes >> 20,
                      " MB in one call; evidence that is larger can be pushed to the workspace with Git");
}

LogLevel LevelOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

// A client that says which API it speaks is refused where the major number differs; it may always ask what server
// this is.
absl::Status CheckApiVersion(const grpc::CallbackServerContext& context, const MethodPolicy& policy) {
  const auto found = context.client_metadata().find(kApiVersionMetadata);
  if (found == context.client_metadata().end() || absl::StartsWith(policy.path, "/metapowers.v1.ServerInfoService/")) {
    return absl::OkStatus();
  }
  const std::string client(found->second.data(), found->second.size());
  const auto major = [](absl::string_view version) { return version.substr(0, version.find('.')); };
  if (major(client) == major(kApiVersion)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the client speaks version '", OneLine(client), "' of the API, this server ", kApiVersion),
      {"VERSION_MISMATCH",
       {{"client", OneLine(client)}, {"server", kApiVersion}},
       {},
       "use a client and a server of the same major version: metapowers version"});
}

}  // namespace

class Dispatcher::UnaryReactor : public grpc::ServerUnaryReactor {
 public:
  explicit UnaryReactor(std::unique_ptr<Call> call) : call_(std::move(call)) {}

  Call& call() { return *call_; }
  Ticket& ticket() { return ticket_; }
  void OnCancel() override { call_->Cancel(); }
  void OnDone() override { delete this; }

 private:
  const std::unique_ptr<Call> call_;
  Ticket ticket_;
};

absl::StatusOr<std::unique_ptr<Dispatcher>> Dispatcher::Create(Backend& backend) {
  std::unique_ptr<Dispatcher> dispatcher(new Dispatcher(backend));
  const CommandIndex& index = CommandIndex::Get();
  for (const google::protobuf::ServiceDescriptor* service : LinkedServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      MethodPolicy policy;
      policy.path = absl::StrCat("/", service->full_name(), "/", method.name());
      const v1::Access& access = method.options().GetExtension(v1::access);
      if (access.effect() == v1::EFFECT_UNSPECIFIED || access.permission().empty()) {
        return MakeError(absl::StatusCode::kInternal, absl::StrCat(policy.path, " lacks the option `access`"),
                         {"INTERNAL", {}, {}, ""});
      }
      policy.effect = access.effect();
      policy.permission = access.permission();
      policy.max_request_bytes = MaxRequestBytes(*method.input_type());
      if (method.options().HasExtension(v1::command)) {
        policy.command = index.Find(method.options().GetExtension(v1::command).id());
      }
      dispatcher->policies_.emplace(policy.path, std::move(policy));
    }
  }
  return dispatcher;
}

std::unique_ptr<Call> Dispatcher::NewCall(const grpc::CallbackServerContext& context, const MethodPolicy& policy,
                                          std::string request_id, absl::Duration longest) const {
  const Clock& clock = *backend_.env.clock;
  const absl::Time latest = clock.Now() + longest;
  const auto deadline = context.deadline();
  const absl::Time wanted =
      deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture() : absl::FromChrono(deadline);
  request_id = IsUuid(request_id) ? absl::AsciiStrToLower(request_id) : NewUuid();
  return std::make_unique<Call>(policy.path, context.peer(), std::move(request_id), std::min(wanted, latest), clock);
}

void Dispatcher::Leave::operator()(Dispatcher* dispatcher) const {
  absl::MutexLock lock(&dispatcher->mutex_);
  --dispatcher->running_;
}

void Dispatcher::Drain(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  for (const auto& end_calls : on_drain_) end_calls();
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return running_ == 0; };
  mutex_.AwaitWithDeadline(absl::Condition(&idle), end);
}

absl::Status Dispatcher::Admit(const grpc::CallbackServerContext& context, const MethodPolicy& policy,
                               const google::protobuf::Message& request, Ticket& ticket) {
  RETURN_IF_ERROR(CheckApiVersion(context, policy));
  const size_t size = request.ByteSizeLong();
  if (size <= policy.max_request_bytes) {
    absl::MutexLock lock(&mutex_);
    if (draining_) return DrainingError();
    ++running_;
    ticket.reset(this);
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the request has ", size, " bytes, ", policy.path, " takes ", policy.max_request_bytes),
                   {"REQUEST_TOO_LARGE",
                    {{"size", absl::StrCat(size)}, {"limit", absl::StrCat(policy.max_request_bytes)}},
                    {},
                    MendOf(*request.GetDescriptor(), policy.max_request_bytes)});
}

absl::Status Dispatcher::Overloaded(grpc::CallbackServerContext& context) {
  context.AddTrailingMetadata("grpc-retry-pushback-ms", "1000");
  return OverloadedError();
}

absl::Status Dispatcher::Guarded(Call& call, const std::function<absl::Status(Call&)>& body) const {
  try {
    RETURN_IF_ERROR(call.CheckAlive());  // it may have waited long
    return body(call);
  } catch (const std::exception& thrown) {
    return absl::UnknownError(absl::StrCat("exception: ", thrown.what()));
  } catch (...) {
    return absl::UnknownError("exception of unknown type");
  }
}

grpc::Status Dispatcher::Conclude(const Call& call, const absl::Status& status) const {
  grpc::Status answer = ToGrpcStatus(status, call.request_id);
  if (backend_.env.log != nullptr) {
    const absl::Time now = backend_.env.clock->Now();
    backend_.env.log->Write(LevelOf(status), status.ok() ? "call" : status.message(),
                            {{"method", call.method},
                             {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(answer.error_code()))},
                             {"reason", DetailsOf(status).reason},
                             {"ms", absl::ToDoubleMilliseconds(now - call.start)},
                             {"peer", call.peer},
                             {"request_id", call.request_id},
                             {"workspace", call.workspace},
                             {"topic", call.topic},
                             {"commit", call.commit}});
  }
  return answer;
}

grpc::ServerUnaryReactor* Dispatcher::Start(grpc::CallbackServerContext* context, absl::string_view path,
                                            const google::protobuf::Message& request, std::string request_id,
                                            std::function<absl::Status(Call&)> body) {
  const MethodPolicy& policy = PolicyOf(path);
  auto* reactor = new UnaryReactor(NewCall(*context, policy, std::move(request_id), backend_.env.limits.call_time));
  absl::Status refused = Admit(*context, policy, request, reactor->ticket());
  const auto serve = [this, reactor, body = std::move(body)] {
    const absl::Status status = Guarded(reactor->call(), body);
    reactor->Finish(Conclude(reactor->call(), status));
  };
  if (refused.ok() && !executor_.Submit(serve)) refused = Overloaded(*context);
  if (!refused.ok()) reactor->Finish(Conclude(reactor->call(), refused));
  return reactor;
}

grpc::ServerUnaryReactor* Dispatcher::StartCommand(grpc::CallbackServerContext* context, absl::string_view path,
                                                   const google::protobuf::Message& request,
                                                   const v1::CommandContext& command, v1::CommandOutcome* outcome,
                                                   ShowResult show) {
  const CommandEntry& entry = *PolicyOf(path).command;
  return Start(context, path, request, command.request_id(),
               [this, &entry, &command, outcome, show = std::move(show)](Call& call) -> absl::Status {
                 ASSIGN_OR_RETURN(CommandAnswer answer, RunCommand(backend_, call, command, entry));
                 outcome->Swap(&answer.outcome);
                 if (show == nullptr) return absl::OkStatus();
                 call.lent = {nullptr, [show, result = answer.result](void*) { show(nullptr); }};
                 show(answer.result.get());
                 return absl::OkStatus();
               });
}

}  // namespace metapowers::server
