// Reads what is compiled in on a second thread while a process starts.
#ifndef METAPOWERS_SERVICE_SERVER_WARM_UP_H_
#define METAPOWERS_SERVICE_SERVER_WARM_UP_H_

#include <atomic>
#include <thread>

namespace metapowers::server {

// Commands, threat rules and templates are read when they are first needed. A process that makes one call and ends
// would do that while its other cores idle. Who needs a piece meanwhile waits for that piece alone. For one thread.
class WarmUp {
 public:
  WarmUp();
  // Waits for the piece that is being read.
  ~WarmUp();
  WarmUp(const WarmUp&) = delete;
  WarmUp& operator=(const WarmUp&) = delete;

 private:
  void Work();

  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_WARM_UP_H_
