// The bar that shows on a terminal how far a run is.
#ifndef METAPOWERS_CLIENT_PROGRESS_BAR_H_
#define METAPOWERS_CLIENT_PROGRESS_BAR_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace metapowers::client {

// How far a run is.
struct Progress {
  int done = 0;
  int total = 0;
  std::string running;  // the command under way
  absl::Duration elapsed;
};

// `progress` in at most `columns` - 1 columns, so that no terminal wraps it:
//   [########----------------] 12/36  threat-model  4s
// Where there is little room the bar goes first, then the elapsed time; what is left is cut.
std::string ProgressLine(const Progress& progress, size_t columns);

// Columns of the terminal behind stderr as it is now; 80 when it does not say.
size_t TerminalColumns();

// A bar at the bottom of a terminal, repainted while a command takes its time. The cursor is never hidden, so that
// nothing is left to restore however the program ends. Thread-safe.
class ProgressBar {
 public:
  // `terminal` must outlive the bar. Nothing is painted before the first Show().
  explicit ProgressBar(std::ostream& terminal, std::function<size_t()> columns = TerminalColumns);
  // Erases the bar.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of `total` commands are done, and `running` is under way.
  void Show(int done, int total, const std::string& running);

  // Calls `print`, which writes whole lines to the same terminal, with the bar out of their way.
  void Above(const std::function<void()>& print);

 private:
  void Paint();  // both under mutex_
  void Erase();
  void RepaintUntilStopped();

  std::ostream& terminal_;
  const std::function<size_t()> columns_;
  const absl::Time start_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  bool shown_ = false;
  Progress progress_;
  std::string painted_;  // what stands on the terminal
  std::thread painter_;  // last: uses all of the above
};

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_PROGRESS_BAR_H_
