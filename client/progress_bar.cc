#include "client/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace metapowers::client {
namespace {

constexpr size_t kBarColumns = 24;
constexpr size_t kUnknownColumns = 80;
constexpr auto kRepaintEvery = std::chrono::milliseconds(200);
constexpr char kEraseLine[] = "\r\x1b[K";

std::string Bar(int done, int total) {
  const size_t filled = total <= 0 ? 0 : kBarColumns * static_cast<size_t>(std::clamp(done, 0, total)) / total;
  return absl::StrCat("[", std::string(filled, '#'), std::string(kBarColumns - filled, '-'), "] ");
}

std::string Elapsed(absl::Duration elapsed) {
  const int64_t seconds = absl::ToInt64Seconds(elapsed);
  return seconds < 60 ? absl::StrCat(seconds, "s")
                      : absl::StrCat(seconds / 60, "m", absl::Dec(seconds % 60, absl::kZeroPad2), "s");
}

}  // namespace

std::string ProgressLine(const Progress& progress, size_t columns) {
  const size_t room = columns == 0 ? 0 : columns - 1;
  const std::string count = absl::StrCat(progress.done, "/", progress.total, "  ", progress.running);
  const std::string timed = absl::StrCat(count, "  ", Elapsed(progress.elapsed));
  const std::string line = absl::StrCat(Bar(progress.done, progress.total), timed);
  if (line.size() <= room) return line;
  return timed.size() <= room ? timed : count.substr(0, room);
}

size_t TerminalColumns() {
  winsize size = {};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUnknownColumns;
}

ProgressBar::ProgressBar(std::ostream& terminal, std::function<size_t()> columns)
    : terminal_(terminal),
      columns_(std::move(columns)),
      start_(absl::Now()),
      painter_([this] { RepaintUntilStopped(); }) {}

ProgressBar::~ProgressBar() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    Erase();
  }
  stopped_.notify_all();
  painter_.join();
}

void ProgressBar::Show(int done, int total, const std::string& running) {
  const std::lock_guard<std::mutex> lock(mutex_);
  shown_ = true;
  progress_.done = done;
  progress_.total = total;
  progress_.running = running;
  Paint();
}

void ProgressBar::Above(const std::function<void()>& print) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Erase();
  print();
  if (shown_) Paint();
}

void ProgressBar::Paint() {
  progress_.elapsed = absl::Now() - start_;
  std::string line = ProgressLine(progress_, columns_());
  if (line == painted_) return;
  terminal_ << kEraseLine << line << std::flush;
  painted_ = std::move(line);
}

void ProgressBar::Erase() {
  if (painted_.empty()) return;
  terminal_ << kEraseLine << std::flush;
  painted_.clear();
}

void ProgressBar::RepaintUntilStopped() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_.wait_for(lock, kRepaintEvery, [this] { return stop_; })) {
    if (shown_) Paint();
  }
}

}  // namespace metapowers::client
