// Calls that follow the history of a workspace (EventService.WatchWorkspace).
//
// A watch pulls: it reads a page of the history, in a turn on the executor, when the head has moved and the client has
// taken the page before. So an idle one holds no thread, and a slow one holds one page; what it has not taken stays in
// the repository. A client that takes nothing for Limits::watch_patience is cut off. Half of the executor's threads are
// for turns at most, half of these for those of one workspace, and none of its queue.
//
// What steps of the engine do is heard of at once; a thread tells once a second progress that is due, and cuts off
// clients that are too slow. It waits for no disk: what others push is looked for by jobs of the executor, one for a
// workspace and a few in all, which hold up no call.
#ifndef METAPOWERS_SERVICE_SERVER_WATCHES_H_
#define METAPOWERS_SERVICE_SERVER_WATCHES_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "metapowers/v1/event_service.pb.h"
#include "service/server/dispatch.h"

namespace metapowers::server {

class Watch;

// All watches of a server. Thread-safe. Destroyed after gRPC has shut down, and before the dispatcher.
class Watches {
 public:
  explicit Watches(Dispatcher& dispatcher);
  ~Watches();
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  // Serves one; `path` is that of the method.
  grpc::ServerWriteReactor<v1::WatchWorkspaceResponse>* Start(grpc::CallbackServerContext* context,
                                                              absl::string_view path,
                                                              const v1::WatchWorkspaceRequest* request);

  // For watches.

  using Pointer = std::shared_ptr<Watch>;

  Dispatcher& dispatcher() { return dispatcher_; }
  // Counts the watch in with those of its workspace. RESOURCE_EXHAUSTED WATCHES_EXHAUSTED.
  absl::Status Join(const std::string& uid, const Pointer& watch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes it out; `uid` is "" when it has not joined.
  void Remove(const std::string& uid, const Pointer& watch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives the watch a turn, after those that wait for theirs.
  void Queue(Pointer watch) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The watches of one workspace.
  struct Watched {
    std::string head;  // at the last look
    absl::flat_hash_set<Pointer> watches;
  };

  // Counts the watch in. RESOURCE_EXHAUSTED WATCHES_EXHAUSTED, UNAVAILABLE DRAINING.
  absl::Status Add(const Pointer& watch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Starts as many turns as there may be; the executor may have no room for one.
  void StartTurns() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool StartTurn(const Pointer& watch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same of looks for what others have pushed.
  void StartLooks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Wakes the watches of a workspace that has moved since the last look; without the lock while the disk is read.
  void LookFor(const std::string& uid) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends all, and from then on those that come.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

  // The thread's.
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Has every workspace looked at that is not being looked at, and every watch see what time it is.
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Pointer> Of(absl::string_view uid) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Dispatcher& dispatcher_;
  const int most_turns_;
  const int most_turns_each_;  // of one workspace, whose disk may be slow
  absl::Mutex mutex_;          // taken inside of that of a watch
  absl::flat_hash_set<Pointer> all_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Watched> watched_ ABSL_GUARDED_BY(mutex_);  // by uid
  absl::flat_hash_set<std::string> moved_ ABSL_GUARDED_BY(mutex_);             // uids of watched ones
  std::deque<Pointer> waiting_ ABSL_GUARDED_BY(mutex_);                        // for a turn
  int turns_ ABSL_GUARDED_BY(mutex_) = 0;                                      // on the executor
  absl::flat_hash_map<std::string, int> turns_of_ ABSL_GUARDED_BY(mutex_);     // of them, by workspace; none are 0
  std::deque<std::string> to_look_ ABSL_GUARDED_BY(mutex_);                    // uids that wait for a look
  absl::flat_hash_set<std::string> looking_ ABSL_GUARDED_BY(mutex_);           // these, and those being looked at
  int looks_ ABSL_GUARDED_BY(mutex_) = 0;                                      // on the executor
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // from the first watch on
  std::unique_ptr<workspace::Subscription> subscription_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_WATCHES_H_
