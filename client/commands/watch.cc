// watch.
#include <algorithm>
#include <ostream>
#include <string>

#include "absl/time/clock.h"
#include "client/call_error.h"
#include "client/commands.h"
#include "client/commands/revision_line.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/event_service.grpc.pb.h"
#include "service/base/back_off.h"

namespace metapowers::client {
namespace {

using metapowers::v1::Revision;
using metapowers::v1::WatchWorkspaceRequest;
using metapowers::v1::WatchWorkspaceResponse;

constexpr absl::Duration kFirstPause = absl::Milliseconds(300);
constexpr absl::Duration kLongestPause = absl::Seconds(10);

// Whether a watch that ended so can go on where it was.
bool MayGoOn(const grpc::Status& status) {
  const std::string reason = CallError(status).info.reason();
  if (!reason.empty()) {
    return reason == "DRAINING" || reason == "OVERLOADED" || reason == "WATCH_TOO_SLOW" ||
           reason == "WATCHES_EXHAUSTED";
  }
  switch (status.error_code()) {  // made on the way
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return true;
    default:
      return false;
  }
}

// Waits, but not after an interrupt.
void Pause(absl::Duration time) {
  const absl::Time end = absl::Now() + time;
  while (!Session::interrupted() && absl::Now() < end) {
    absl::SleepFor(std::min(end - absl::Now(), absl::Milliseconds(50)));
  }
}

void Print(Session& session, const Revision& revision, bool with_topic) {
  switch (session.options().format) {
    case OutputFormat::kJson:
      session.out() << ToJsonLine(revision);
      break;
    case OutputFormat::kYaml:
      session.out() << "---\n" << ToYaml(revision);
      break;
    default:
      PrintRevisionLine(session, revision, with_topic);
  }
}

// One watch over all its calls.
class Follower {
 public:
  Follower(Session& session, const WatchOptions& options)
      : session_(session), with_topic_(options.topic.empty()), left_(options.limit) {
    request_.set_parent(options.topic.empty() ? session.WorkspaceName() : session.TopicName(options.topic));
    request_.set_start_revision(options.from);
  }

  // One call; OK when nothing more is wanted.
  grpc::Status Call(metapowers::v1::EventService::Stub& events) {
    const auto context = session_.NewContext(absl::InfiniteDuration());
    const auto stream = events.WatchWorkspace(context.get(), request_);
    for (WatchWorkspaceResponse response; stream->Read(&response);) {
      Take(response);
      if (!full_) continue;
      context->TryCancel();
      (void)stream->Finish();
      return grpc::Status::OK;
    }
    return stream->Finish();
  }

  bool begun() const { return begun_; }
  // How many calls in a row had no answer, with one that is counted now.
  int CountFailure() { return ++failures_; }
  int64_t next() const { return request_.start_revision(); }

 private:
  void Take(const WatchWorkspaceResponse& response) {
    failures_ = 0;
    for (const Revision& revision : response.revisions()) {
      if (full_) return;
      Print(session_, revision, with_topic_);
      full_ = left_ > 0 && --left_ == 0;
    }
    session_.out().flush();
    full_ |= !session_.out();  // nobody reads it
    request_.set_start_revision(response.progress_revision() + 1);
    request_.set_previous_commit(response.progress_commit());
    if (!begun_ && session_.streams().err_is_tty) {
      session_.err() << "watching " << request_.parent() << " from revision " << next() << "; Ctrl-C ends it\n";
    }
    begun_ = true;
  }

  Session& session_;
  const bool with_topic_;
  WatchWorkspaceRequest request_;
  int left_;  // to print; 0: no limit
  int failures_ = 0;
  bool begun_ = false;
  bool full_ = false;
};

}  // namespace

int Watch(Session& session, const WatchOptions& options) {
  METAPOWERS_STUB(events, session, metapowers::v1::EventService);
  Follower follower(session, options);
  while (true) {
    const grpc::Status status = follower.Call(*events);
    if (status.ok()) return kExitOk;
    // What cannot even begin is told at once.
    if (Session::interrupted() || !follower.begun() || !MayGoOn(status)) return session.Fail(status);
    const int failures = follower.CountFailure();
    if (failures == 1) {
      session.err() << "metapowers: the watch broke off (" << ForTerminal(status.error_message())
                    << "); it goes on from revision " << follower.next() << " when the server answers\n";
    }
    Pause(BackOff(failures, kFirstPause, kLongestPause));
  }
}

}  // namespace metapowers::client
