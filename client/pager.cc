#include "client/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_split.h"
#include "client/output.h"

namespace metapowers::client {
namespace {

std::atomic<bool> pager_open{false};

// Where less is not installed, the text is printed all the same.
constexpr char kDefaultPager[] = "if command -v less >/dev/null 2>&1; then exec less -FRX; else exec cat; fi";
constexpr int kNotFound = 127;  // of a shell

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The process of `command`, which reads `input`; -1 when there is none. It takes signals as any program does: this one
// ignores some and takes others in a thread.
pid_t Spawn(const std::string& command, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&usual, number);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", option = "-c", script = command;
  char* const words[] = {shell.data(), option.data(), script.data(), nullptr};
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  std::string less = "LESS=FRX";
  if (Environment("LESS").empty()) environment.push_back(less.data());
  environment.push_back(nullptr);
  pid_t process = -1;
  if (posix_spawn(&process, "/bin/sh", &actions, &attributes, words, environment.data()) != 0) process = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

// False when the reader has read enough.
bool WriteAll(int descriptor, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

PagedOutput::PagedOutput(Session& session) : session_(session) {
  if (!session.for_terminal() || session.options().no_pager) return;
  const char* const wanted = std::getenv("PAGER");
  pager_ = wanted == nullptr ? kDefaultPager : wanted;
  if (pager_.empty() || pager_ == "cat") return;
  real_ = session.SwapOut(&collected_);
}

PagedOutput::~PagedOutput() {
  if (real_ == nullptr) return;
  HandOn();
  session_.SwapOut(real_);
  if (input_ < 0 || !Finish()) *real_ << text_;
}

bool PagedOutput::HandOn() {
  if (real_ == nullptr) return static_cast<bool>(session_.out().flush());
  const std::string added = collected_.str();
  collected_.str("");
  text_ += added;
  if (input_ >= 0) return WriteAll(input_, added);
  const bool fits = !NeedsPager(text_, session_.streams().columns, session_.streams().lines);
  if (fits || pager_.empty()) return true;
  if (Start()) return WriteAll(input_, text_);
  pager_.clear();
  return true;
}

bool PagedOutput::Start() {
  real_->flush();
  session_.err().flush();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  pager_open = true;
  process_ = Spawn(pager_, ends[0]);
  close(ends[0]);
  if (process_ > 0) {
    input_ = ends[1];
    return true;
  }
  close(ends[1]);
  pager_open = false;
  return false;
}

bool PagedOutput::Finish() {
  close(input_);
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  pager_open = false;
  return !(WIFEXITED(status) && WEXITSTATUS(status) == kNotFound);
}

bool NeedsPager(absl::string_view text, size_t columns, size_t lines) {
  size_t used = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    used += std::max<size_t>(1, (DisplayWidth(line) + columns - 1) / std::max<size_t>(columns, 1));
  }
  return used > lines;
}

bool PagerIsOpen() { return pager_open; }

}  // namespace metapowers::client
