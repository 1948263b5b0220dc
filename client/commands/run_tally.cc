#include "client/commands/run_tally.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "service/base/shell.h"

namespace metapowers::client {
namespace {

constexpr char kRequestIdTrailer[] = "Metapowers-Request-Id";

bool IsOfCall(const metapowers::v1::Revision& revision, const std::string& request_id) {
  return std::any_of(revision.trailers().begin(), revision.trailers().end(), [&](const auto& trailer) {
    return trailer.key() == kRequestIdTrailer && trailer.value() == request_id;
  });
}

bool IsSetTo(const char* variable, const std::string& value) {
  const char* set = std::getenv(variable);
  return set != nullptr && value == set;
}

std::string CommandLine(const char* verb, const RunOptions& options, const GlobalOptions& global,
                        bool inputs_committed) {
  std::vector<std::string> words = {"metapowers"};
  const auto add = [&words](const char* option, const std::string& value) {
    if (value.empty()) return;
    words.push_back(option);
    words.push_back(ShellWord(value));
  };
  if (!IsSetTo("METAPOWERS_SERVER", global.server)) add("--server", global.server);
  if (!IsSetTo("METAPOWERS_WORKSPACE", global.workspace)) add("--workspace", global.workspace);
  if (global.timeout != GlobalOptions().timeout) add("--timeout", absl::FormatDuration(global.timeout));
  words.push_back(verb);
  words.push_back(ShellWord(options.target));
  words.push_back(ShellWord(options.topic));
  if (!inputs_committed) {
    add("--model", options.files.model);
    add("--decisions", options.files.decisions);
    for (const std::string& attachment : options.files.attachments) add("--attach", attachment);
  }
  add("--fail-on", options.fail_on);
  add("--edits", options.edits);
  if (options.skip_checks) words.push_back("--skip-checks");
  add("--reason", options.reason);
  return absl::StrJoin(words, " ");
}

}  // namespace

void RunTally::Add(const metapowers::v1::RunCommandsResponse& event) {
  if (event.has_plan()) plan_.assign(event.plan().commands().begin(), event.plan().commands().end());
  if (event.has_finished()) done_.insert(event.finished().outcome().command());
  if (!event.has_model() && !event.has_finished()) return;
  const metapowers::v1::CommandOutcome& outcome = event.has_model() ? event.model() : event.finished().outcome();
  if (!outcome.changed()) return;
  changed_ = true;
  if (!outcome.commit().empty()) CountCommit(outcome.command(), outcome.commit());
}

void RunTally::AddHistory(const metapowers::v1::ListRevisionsResponse& newest_first, const std::string& request_id) {
  const auto& revisions = newest_first.revisions();
  for (auto revision = revisions.rbegin(); revision != revisions.rend(); ++revision) {
    if (IsOfCall(*revision, request_id)) CountCommit(revision->command(), revision->commit());
  }
}

void RunTally::CountCommit(const std::string& command, const std::string& commit) {
  changed_ = true;
  last_commit_ = commit;
  last_command_ = command;
  if (command.empty()) {
    inputs_committed_ = true;
  } else {
    committed_.insert(command);
    done_.insert(command);
  }
}

void RunTally::PrintUnfinished(std::ostream& err, const std::string& failed, const std::string& command_line) const {
  if (plan_.empty() && last_commit_.empty()) {
    err << "  committed: nothing\n  to go on: " << ForTerminal(command_line) << '\n';
    return;
  }
  err << "  committed: " << committed_.size();
  if (!plan_.empty()) err << " of " << plan_.size();
  err << (std::max(plan_.size(), committed_.size()) == 1 ? " command" : " commands")
      << (inputs_committed_ ? ", and the model" : "");
  if (!last_commit_.empty()) {
    err << "; last: " << ShortId(last_commit_) << ' ' << (last_command_.empty() ? "model" : ForTerminal(last_command_));
  }
  err << '\n';
  if (const size_t unchanged = done_.size() - committed_.size(); unchanged > 0) {
    err << "  unchanged: " << unchanged << '\n';
  }
  std::vector<std::string> rest;
  std::copy_if(plan_.begin(), plan_.end(), std::back_inserter(rest),
               [&](const std::string& command) { return done_.count(command) == 0 && command != failed; });
  if (!failed.empty()) err << "  failed: " << ForTerminal(failed) << '\n';
  if (!rest.empty()) err << "  not run: " << ForTerminal(absl::StrJoin(rest, ", ")) << '\n';
  err << "  to go on: " << ForTerminal(command_line) << '\n';
}

std::string CommandLineToGoOn(const RunOptions& options, const GlobalOptions& global, bool inputs_committed) {
  return CommandLine("run", options, global, inputs_committed);
}

std::string ConflictAdvice(RunOptions options, const GlobalOptions& global, bool inputs_committed,
                           const std::string& command) {
  options.target = command;
  const auto line = [&](const char* verb, const char* edits) {
    options.edits = edits;
    return CommandLine(verb, options, global, inputs_committed);
  };
  return absl::StrCat("to see both: ", line("plan", "markers"),
                      "; to keep the edits, or what was merged by hand and committed: ", line("run", "keep"),
                      "; to take what is generated: ", line("run", "take"));
}

std::string MarkersAdvice(RunOptions options, const GlobalOptions& global) {
  const std::string plan = CommandLine("plan", options, global, false);
  options.edits = "keep";
  return absl::StrCat("to merge by hand: ", plan,
                      " --raw | git apply; resolve what stands between the markers, commit, ",
                      "then: ", CommandLine("run", options, global, false));
}

}  // namespace metapowers::client
