#ifndef METAPOWERS_SERVICE_SERVER_WATCH_H_
#define METAPOWERS_SERVICE_SERVER_WATCH_H_

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "metapowers/v1/event_service.pb.h"
#include "service/server/dispatch.h"
#include "service/server/names.h"
#include "service/server/watches.h"
#include "service/workspace/engine.h"

namespace metapowers::server {

// One call. gRPC's reactions, turns on the executor and the thread that looks meet in it:
//
//   idle ──▶ busy, in a turn ──▶ writing ──▶ idle …    and from each to ended
//
// A turn owns what the mutex does not guard, and whoever has found the watch idle under the mutex, as long as it has
// it.
class Watch : public grpc::ServerWriteReactor<v1::WatchWorkspaceResponse>, public std::enable_shared_from_this<Watch> {
 public:
  Watch(Watches& watches, grpc::CallbackServerContext* context, std::unique_ptr<Call> call,
        const v1::WatchWorkspaceRequest* request)
      : watches_(watches),
        context_(context),
        request_(*request),
        name_(ParseName(request_.parent())),
        call_(std::move(call)) {}

  // That of its name; "" when that is malformed.
  absl::string_view workspace() const { return name_.ok() ? absl::string_view(name_->workspace) : ""; }
  Dispatcher::Ticket& ticket() { return ticket_; }
  // Keeps it until gRPC is done with it.
  void Hold() { self_ = shared_from_this(); }

  // A turn of its own, on the executor.
  void Turn() ABSL_LOCKS_EXCLUDED(mutex_);
  // There may be more to read.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_);
  // Time has passed.
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the call as soon as it can be ended. Once it has ended, nothing happens.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  enum class State { kBusy, kWriting, kIdle, kEnded };

  void Enter(State state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeTurn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Finds the workspace and where the watch begins.
  absl::Status Open();
  // Reads the next page into the response; true when it is to be written.
  absl::StatusOr<bool> Read();
  // Sends the response; the state is kWriting until that is done.
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How far the watch is, of which nothing is read.
  void TellProgress() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Sends the status. Nothing of gRPC may be used afterwards.
  void Close(const absl::Status& status);

  Watches& watches_;
  grpc::CallbackServerContext* const context_;
  const v1::WatchWorkspaceRequest& request_;
  const absl::StatusOr<ResourceName> name_;
  const std::unique_ptr<Call> call_;
  Dispatcher::Ticket ticket_;
  std::shared_ptr<Watch> self_;

  // Of the turn.
  std::string uid_;  // once it has joined
  bool open_ = false;
  absl::Duration interval_;
  workspace::RevisionQuery place_;
  v1::WatchWorkspaceResponse response_;  // also while it is written

  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kIdle;
  absl::Time since_ ABSL_GUARDED_BY(mutex_);                                   // it is in this state
  absl::Time next_progress_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // until it has begun
  bool more_ ABSL_GUARDED_BY(mutex_) = false;                                  // to read
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status ending_ ABSL_GUARDED_BY(mutex_);  // not OK: what to end with when the turn has ended
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_WATCH_H_
