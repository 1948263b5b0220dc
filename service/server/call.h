// One call while it is served: what handlers know of their caller, and whether to go on.
#ifndef METAPOWERS_SERVICE_SERVER_CALL_H_
#define METAPOWERS_SERVICE_SERVER_CALL_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/error.h"

namespace metapowers::server {

// Cancel() may be called from any thread; the rest belongs to the thread that serves the call.
class Call {
 public:
  // `clock` must outlive the call.
  Call(std::string method_path, std::string caller, std::string id, absl::Time latest, const Clock& clock)
      : method(std::move(method_path)),
        peer(std::move(caller)),
        request_id(std::move(id)),
        deadline(latest),
        start(clock.Now()),
        clock_(clock) {}

  void Cancel() { cancelled_.store(true, std::memory_order_release); }

  // Asked before each step that would take time or have an effect: CANCELLED or DEADLINE_EXCEEDED, reason CANCELLED.
  absl::Status CheckAlive() const {
    const bool cancelled = cancelled_.load(std::memory_order_acquire);
    if (!cancelled && clock_.Now() < deadline) return absl::OkStatus();
    return MakeError(cancelled ? absl::StatusCode::kCancelled : absl::StatusCode::kDeadlineExceeded,
                     cancelled ? "the call was cancelled; nothing was committed"
                               : "the deadline of the call has passed; nothing was committed",
                     {"CANCELLED", {}, {}, ""});
  }

  const std::string method;      // "/package.Service/Method"
  const std::string peer;        // as gRPC names it
  const std::string request_id;  // the caller's, or one made for the log
  const absl::Time deadline;
  const absl::Time start;

  // For the access log, filled by handlers.
  std::string workspace;
  std::string topic;
  std::string commit;

  // What the answer shows without owning it. The call goes after the answer is on the wire, and before the answer.
  std::shared_ptr<void> lent;

 private:
  const Clock& clock_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_CALL_H_
