// What a run has done so far, and what is said of it when it ends early.
#ifndef METAPOWERS_CLIENT_COMMANDS_RUN_TALLY_H_
#define METAPOWERS_CLIENT_COMMANDS_RUN_TALLY_H_

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "client/commands.h"
#include "metapowers/v1/document_service.pb.h"
#include "metapowers/v1/workflow_service.pb.h"

namespace metapowers::client {

class RunTally {
 public:
  // The events of the run, as they come.
  void Add(const metapowers::v1::RunCommandsResponse& event);

  // What the history holds of the run, where its end was not heard: `newest_first` are the newest commits of the
  // topic, of which those with this request id count.
  void AddHistory(const metapowers::v1::ListRevisionsResponse& newest_first, const std::string& request_id);

  const std::vector<std::string>& plan() const { return plan_; }
  // Whether anything was committed, or would be.
  bool changed() const { return changed_; }

  // How many of how many are committed, the last commit, what was not run, and how to go on. `failed` is the command
  // that ended the run, where one did.
  void PrintUnfinished(std::ostream& err, const std::string& failed, const std::string& command_line) const;

  // Whether the model and the files that came with it are committed; to go on they need not be sent again.
  bool inputs_committed() const { return inputs_committed_; }

 private:
  void CountCommit(const std::string& command, const std::string& commit);

  std::vector<std::string> plan_;
  std::set<std::string> done_;       // commands that ended, with a commit or unchanged
  std::set<std::string> committed_;  // commands with a commit
  bool inputs_committed_ = false;
  bool changed_ = false;
  std::string last_commit_;
  std::string last_command_;  // empty: the model
};

// The command line that goes on with a run that ended early. Left out are what `GlobalOptions` would take from the
// environment, how output looks, files that are committed, and the expected head, which holds no more once the run has
// committed.
std::string CommandLineToGoOn(const RunOptions& options, const GlobalOptions& global, bool inputs_committed);

// How to choose where a person and the regeneration changed the same lines of the section of `command`, as command
// lines with what was given. Left out is the same.
std::string ConflictAdvice(RunOptions options, const GlobalOptions& global, bool inputs_committed,
                           const std::string& command);

// How to go on from the two versions that `plan --edits markers` has printed.
std::string MarkersAdvice(RunOptions options, const GlobalOptions& global);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_RUN_TALLY_H_
