// The one way into every method: admits or refuses a call by its method's options, runs its handler on the
// executor, contains what goes wrong, answers with a status that carries details, and logs one line.
#ifndef METAPOWERS_SERVICE_SERVER_DISPATCH_H_
#define METAPOWERS_SERVICE_SERVER_DISPATCH_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "metapowers/v1/command.pb.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/command_index.h"
#include "service/server/executor.h"

namespace metapowers::server {

// What the options of a method say.
struct MethodPolicy {
  std::string path;  // "/package.Service/Method"
  v1::Effect effect = v1::EFFECT_UNSPECIFIED;
  std::string permission;
  size_t max_request_bytes = 0;
  const CommandEntry* command = nullptr;  // of phase services
};

// Thread-safe. Outlives the services and calls that use it; destroyed after gRPC has shut down.
class Dispatcher {
 public:
  // INTERNAL when a method of the services linked into this program lacks the option `access`.
  static absl::StatusOr<std::unique_ptr<Dispatcher>> Create(Backend& backend);

  // From now on calls are refused with UNAVAILABLE DRAINING; those admitted go on. Returns when they have ended, or
  // after `patience`. gRPC's own shutdown would cut new calls off without saying why.
  void Drain(absl::Duration patience);
  // Has a drain call `end`, which ends calls that would go on for as long as their clients want. Before any call.
  void OnDrain(std::function<void()> end) { on_drain_.push_back(std::move(end)); }

  Backend& backend() { return backend_; }

  // The policy of `path`, which must be a method of a linked service.
  const MethodPolicy& PolicyOf(absl::string_view path) const { return policies_.at(path); }

  // Serves a unary call: `handler` fills `response`. Both live until the call is done.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, absl::string_view path, const Request* request,
                                  Response* response,
                                  absl::Status (*handler)(Backend&, Call&, const Request&, Response&)) {
    return Start(context, path, *request, RequestIdOf(*request), [this, request, response, handler](Call& call) {
      return handler(backend_, call, *request, *response);
    });
  }

  // Serves a command of a phase service.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Command(grpc::CallbackServerContext* context, absl::string_view path,
                                    const Request* request, Response* response) {
    ShowResult show;
    if constexpr (requires { response->mutable_result(); }) {
      show = [response](const google::protobuf::Message* result) {
        using Result = std::remove_pointer_t<decltype(response->mutable_result())>;
        response->unsafe_arena_release_result();
        response->unsafe_arena_set_allocated_result(const_cast<Result*>(static_cast<const Result*>(result)));
      };
    }
    return StartCommand(context, path, *request, request->context(), response->mutable_outcome(), std::move(show));
  }

  // Serves a call that streams its answer: `handler` calls `write` any number of times.
  template <class Request, class Response>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context, absl::string_view path,
                                             const Request* request,
                                             absl::Status (*handler)(Backend&, Call&, const Request&,
                                                                     const std::function<void(Response)>& write));

  // What the above are made of, for calls that are served in turns (watch.h).

  // Held by every admitted call until it is done.
  struct Leave {
    void operator()(Dispatcher* dispatcher) const;
  };
  using Ticket = std::unique_ptr<Dispatcher, Leave>;

  // A call that has `longest` when its client sets no earlier deadline.
  std::unique_ptr<Call> NewCall(const grpc::CallbackServerContext& context, const MethodPolicy& policy,
                                std::string request_id, absl::Duration longest) const;
  // Whether the call may run at all; fills `ticket` when it may.
  absl::Status Admit(const grpc::CallbackServerContext& context, const MethodPolicy& policy,
                     const google::protobuf::Message& request, Ticket& ticket);
  // False when the queue of the executor is full.
  [[nodiscard]] bool Submit(std::function<void()> turn) { return executor_.Submit(std::move(turn)); }
  // OVERLOADED, with the pushback that gRPC's own retries obey.
  static absl::Status Overloaded(grpc::CallbackServerContext& context);
  // Runs `body` for an admitted call and contains what it throws.
  absl::Status Guarded(Call& call, const std::function<absl::Status(Call&)>& body) const;
  // Logs the call and words its end for the client.
  grpc::Status Conclude(const Call& call, const absl::Status& status) const;

 private:
  // Has a response show a result that calls share, of its own type; with nullptr none any more. A result has thousands
  // of strings, and copying them was a fifth of a call. The response is read only while it shows one: by gRPC, for the
  // wire.
  using ShowResult = std::function<void(const google::protobuf::Message* result)>;

  class UnaryReactor;
  template <class Response>
  class StreamReactor;

  explicit Dispatcher(Backend& backend)
      : backend_(backend), executor_(backend.env.limits.workers, backend.env.limits.queue) {}

  // The caller's request id, where the request can carry one.
  template <class Request>
  static std::string RequestIdOf(const Request& request) {
    if constexpr (requires { request.context().request_id(); }) return request.context().request_id();
    return "";
  }

  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context, absl::string_view path,
                                  const google::protobuf::Message& request, std::string request_id,
                                  std::function<absl::Status(Call&)> body);
  grpc::ServerUnaryReactor* StartCommand(grpc::CallbackServerContext* context, absl::string_view path,
                                         const google::protobuf::Message& request, const v1::CommandContext& command,
                                         v1::CommandOutcome* outcome, ShowResult show);

  Backend& backend_;
  absl::flat_hash_map<std::string, MethodPolicy> policies_;
  std::vector<std::function<void()>> on_drain_;
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  Executor executor_;  // last: joined first
};

// Writes in order, one at a time as gRPC wants it; a handler never waits for a slow reader.
template <class Response>
class Dispatcher::StreamReactor : public grpc::ServerWriteReactor<Response> {
 public:
  explicit StreamReactor(std::unique_ptr<Call> call) : call_(std::move(call)) {}

  Call& call() { return *call_; }
  Ticket& ticket() { return ticket_; }

  void Write(Response response) {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(response));
    if (waiting_.size() == 1) this->StartWrite(&waiting_.front());
  }

  // Ends the call once everything is written. Nothing of `this` may be used afterwards.
  void Close(grpc::Status status) {
    {
      absl::MutexLock lock(&mutex_);
      status_ = std::move(status);
      closed_ = true;
      if (!waiting_.empty()) return;
    }
    this->Finish(status_);
  }

  void OnWriteDone(bool ok) override {
    bool finish = false;
    {
      absl::MutexLock lock(&mutex_);
      waiting_.pop_front();
      if (!ok) {  // the client is gone
        call_->Cancel();
        waiting_.clear();
      }
      if (!waiting_.empty()) {
        this->StartWrite(&waiting_.front());
      } else {
        finish = closed_;
      }
    }
    if (finish) this->Finish(status_);
  }
  void OnCancel() override { call_->Cancel(); }
  void OnDone() override { delete this; }

 private:
  const std::unique_ptr<Call> call_;
  Ticket ticket_;
  absl::Mutex mutex_;
  std::deque<Response> waiting_ ABSL_GUARDED_BY(mutex_);  // the first is being written
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_;  // set before closed_, read after
};

template <class Request, class Response>
grpc::ServerWriteReactor<Response>* Dispatcher::Stream(
    grpc::CallbackServerContext* context, absl::string_view path, const Request* request,
    absl::Status (*handler)(Backend&, Call&, const Request&, const std::function<void(Response)>& write)) {
  const MethodPolicy& policy = PolicyOf(path);
  auto* reactor =
      new StreamReactor<Response>(NewCall(*context, policy, RequestIdOf(*request), backend_.env.limits.call_time));
  absl::Status refused = Admit(*context, policy, *request, reactor->ticket());
  const auto serve = [this, reactor, request, handler] {
    const absl::Status status = Guarded(reactor->call(), [&](Call& call) {
      return handler(backend_, call, *request, [&](Response response) { reactor->Write(std::move(response)); });
    });
    reactor->Close(Conclude(reactor->call(), status));
  };
  if (refused.ok() && !executor_.Submit(serve)) refused = Overloaded(*context);
  if (!refused.ok()) reactor->Close(Conclude(reactor->call(), refused));
  return reactor;
}

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_DISPATCH_H_
