// What callers were told, to be held against what the server keeps.
#ifndef METAPOWERS_TESTS_CRASH_LEDGER_H_
#define METAPOWERS_TESTS_CRASH_LEDGER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "metapowers/v1/command.pb.h"
#include "metapowers/v1/document_service.pb.h"

namespace metapowers::crash {

enum class Kind { kPutModel, kSecurityPolicy, kRiskAppetite, kUtility };

// A writing call. Each model that is sent differs from all others, so that it makes a commit.
struct Call {
  Kind kind = Kind::kPutModel;
  std::string workspace;
  v1::CommandContext context;
};

// What a call was answered: an outcome of each step that the method tells, and a digest of each typed result.
struct Answer {
  std::vector<v1::CommandOutcome> outcomes;
  std::vector<std::string> results;
  bool replayed = false;  // taken out of the outcomes, so that answers can be compared
};

// "" when `later` says what `first` said, as far as that went; else the difference.
std::string Difference(const Answer& first, const Answer& later);

struct AnsweredCall {
  Call call;
  Answer answer;
};

struct Tally {
  std::atomic<int> answered{0};  // writes
  std::atomic<int> repeated{0};  // sendings of a call after its first
  std::atomic<int> replayed{0};  // answers that were those of an earlier sending
  std::atomic<int> reads{0};
  std::atomic<int> watches{0};  // that broke off or left
};

// Thread-safe.
class Ledger {
 public:
  // Keeps the first violation, and ends the test.
  void Fail(absl::string_view violation);
  bool failed() const { return failed_; }
  std::string violation() const;

  // The newest revision of the workspace that anybody was told. Nothing asked for from now on may be older.
  int64_t Floor(const std::string& workspace) const;
  // Somebody was told that `commit` is the revision, by a call sent when Floor() was `floor`.
  void Saw(absl::string_view what, const std::string& workspace, int64_t revision, const std::string& commit,
           int64_t floor);
  // Somebody read at `commit`, whose number nobody told.
  void SawCommit(absl::string_view what, const std::string& workspace, const std::string& commit, int64_t floor);
  void Answered(const Call& call, const Answer& answer, int64_t floor);

  // Holds the history of a workspace, oldest first, against all of it.
  void Check(const std::string& workspace, const std::vector<v1::Revision>& history);
  std::vector<AnsweredCall> answered() const;

  Tally tally;

 private:
  struct ReadAt {
    std::string what, commit;
    int64_t floor;
  };
  // What is known of a workspace.
  struct Told {
    int64_t newest = 0;
    std::map<int64_t, std::string> commits;  // by revision
    std::vector<ReadAt> reads;
    std::vector<AnsweredCall> calls;
  };

  void CheckSightings(const std::string& workspace, const std::vector<v1::Revision>& history);
  void CheckCalls(const std::string& workspace, const std::vector<v1::Revision>& history);

  std::atomic<bool> failed_{false};
  mutable absl::Mutex mutex_;
  std::string violation_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);  // by workspace
};

}  // namespace metapowers::crash

#endif  // METAPOWERS_TESTS_CRASH_LEDGER_H_
