#include "service/base/failpoint.h"

#ifdef METAPOWERS_FAILPOINTS

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace metapowers {
namespace {

struct Action {
  enum Kind { kCrash, kError, kSleep } kind = kCrash;
  int argument = 0;
  int at = 0;  // passing at which it acts, 0 = each
  int passed = 0;
};
using Actions = std::map<std::string, Action, std::less<>>;

absl::StatusOr<Actions> Parse(absl::string_view text) {
  const auto invalid = [](absl::string_view item) {
    return absl::InvalidArgumentError(absl::StrCat("no failpoint: ", item));
  };
  Actions actions;
  for (const absl::string_view item : absl::StrSplit(text, ';', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> sides = absl::StrSplit(item, absl::MaxSplits('=', 1));
    const std::pair<absl::string_view, absl::string_view> timing =
        absl::StrSplit(sides.second, absl::MaxSplits('@', 1));
    const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(timing.first, absl::MaxSplits(':', 1));
    Action action;
    if (words.first == "error") action.kind = Action::kError;
    if (words.first == "sleep") action.kind = Action::kSleep;
    const bool known = action.kind != Action::kCrash || words.first == "crash";
    const bool argued = action.kind == Action::kCrash || absl::SimpleAtoi(words.second, &action.argument);
    const bool timed = timing.second.empty() || absl::SimpleAtoi(timing.second, &action.at);
    if (sides.first.empty() || !known || !argued || !timed) return invalid(item);
    actions[std::string(sides.first)] = action;
  }
  return actions;
}

class Failpoints {
 public:
  static Failpoints& Get() {
    static Failpoints& failpoints = *new Failpoints();
    return failpoints;
  }

  absl::Status Set(absl::string_view text) {
    absl::StatusOr<Actions> actions = Parse(text);
    if (!actions.ok()) return actions.status();
    absl::MutexLock lock(&mutex_);
    actions_ = *std::move(actions);
    return absl::OkStatus();
  }

  int Pass(absl::string_view name) {
    Action action;
    {
      absl::MutexLock lock(&mutex_);
      const auto found = actions_.find(name);
      if (found == actions_.end()) return 0;
      ++found->second.passed;
      if (found->second.at != 0 && found->second.at != found->second.passed) return 0;
      action = found->second;
    }
    if (action.kind == Action::kCrash) std::raise(SIGKILL);
    if (action.kind == Action::kSleep) absl::SleepFor(absl::Milliseconds(action.argument));
    return action.kind == Action::kError ? action.argument : 0;
  }

 private:
  Failpoints() {
    const char* text = std::getenv("METAPOWERS_FAILPOINTS");
    const absl::Status status = text == nullptr ? absl::OkStatus() : Set(text);
    if (!status.ok()) std::abort();  // a test that sets no failpoint would pass
  }

  absl::Mutex mutex_;
  Actions actions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

int FailpointError(absl::string_view name) { return Failpoints::Get().Pass(name); }

absl::Status SetFailpoints(absl::string_view actions) { return Failpoints::Get().Set(actions); }

}  // namespace metapowers

#else

namespace metapowers {

int FailpointError(absl::string_view) { return 0; }

absl::Status SetFailpoints(absl::string_view) { return absl::UnimplementedError("this build has no failpoints"); }

}  // namespace metapowers

#endif
