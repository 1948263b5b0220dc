// run and plan.
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/call_error.h"
#include "client/commands.h"
#include "client/commands/findings_gate.h"
#include "client/commands/input_files.h"
#include "client/commands/run_tally.h"
#include "client/commands/shared.h"
#include "client/commands/uncommitted_model.h"
#include "client/diff_view.h"
#include "client/output.h"
#include "client/progress_bar.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"

namespace metapowers::client {
namespace {

// How long to wait for the service to say what a run that was cut off has committed.
constexpr absl::Duration kSettlePatience = absl::Seconds(30);

// Prints the events of one run as they come and keeps what the end of it needs.
class RunPrinter {
 public:
  // `inputs` names the files that are sent.
  RunPrinter(Session& session, const RunOptions& run, std::string inputs)
      : session_(session), dry_run_(run.dry_run), raw_(run.raw), inputs_(std::move(inputs)), gate_(run.fail_on) {
    const GlobalOptions& options = session.options();
    const bool text = options.format != OutputFormat::kJson && options.format != OutputFormat::kYaml;
    if (text && session.streams().err_is_tty && options.color != "never") bar_.emplace(session.err());
  }

  void Print(const metapowers::v1::RunCommandsResponse& event) {
    tally_.Add(event);
    conflicts_resolved_ += event.finished().outcome().hand_edits().conflicts_resolved();
    if (event.has_model()) gate_.Add(event.model());
    if (event.has_finished()) gate_.Add(event.finished().outcome());
    if (session_.PrintMessage(event)) return;
    const int total = static_cast<int>(tally_.plan().size());
    switch (event.event_case()) {
      case metapowers::v1::RunCommandsResponse::kPlan:
        if (event.plan().planned_size() > 0) {
          session_.err() << event.plan().planned_size()
                         << " planned, not built yet: " << absl::StrJoin(event.plan().planned(), ", ") << '\n';
        }
        break;
      case metapowers::v1::RunCommandsResponse::kModel:
        PrintOutcome(inputs_, event.model());
        break;
      case metapowers::v1::RunCommandsResponse::kStarted:
        if (bar_.has_value()) bar_->Show(event.started().position() - 1, total, event.started().command());
        break;
      case metapowers::v1::RunCommandsResponse::kFinished: {
        const metapowers::v1::CommandOutcome& outcome = event.finished().outcome();
        PrintOutcome(absl::StrCat("[", event.finished().position(), "/", total, "] ", outcome.command()), outcome);
        break;
      }
      default:
        break;
    }
  }

  // The run has ended; what is printed from now on has the terminal to itself.
  void EndBar() { bar_.reset(); }

  RunTally& tally() { return tally_; }
  // Places whose conflict the choice decided.
  int conflicts_resolved() const { return conflicts_resolved_; }
  const FindingsGate& gate() const { return gate_; }

 private:
  void PrintOutcome(const std::string& label, const metapowers::v1::CommandOutcome& outcome) {
    if (!bar_.has_value()) {
      PrintLines(label, outcome);
      return;
    }
    bar_->Above([&] {
      PrintLines(label, outcome);
      session_.out().flush();
      session_.err().flush();
    });
  }

  void PrintLines(const std::string& label, const metapowers::v1::CommandOutcome& outcome) {
    if (dry_run_) {
      if (outcome.changed()) PrintDiff(session_, outcome.diff(), raw_);
      return;
    }
    session_.out() << label << "  " << OutcomeLine(session_, outcome) << '\n';
    if (outcome.changed()) {
      for (const std::string& line : outcome.summary()) session_.out() << "    " << ForTerminal(line) << '\n';
    }
    for (const std::string& warning : outcome.warnings()) {
      session_.err() << "warning: " << ForTerminal(warning) << '\n';
    }
    if (outcome.questions_size() > 0) {
      session_.out() << "    " << outcome.questions_size() << " open question"
                     << (outcome.questions_size() == 1 ? "" : "s") << " in the section\n";
    }
  }

  Session& session_;
  const bool dry_run_;
  const bool raw_;
  const std::string inputs_;
  FindingsGate gate_;
  RunTally tally_;
  int conflicts_resolved_ = 0;
  std::optional<ProgressBar> bar_;
};

// The command that ended the run, as the details of the error name it; empty when none did.
std::string FailedCommand(const CallError& error) {
  const auto failed = error.info.metadata().find("failed");
  return failed == error.info.metadata().end() ? "" : failed->second;
}

// Whether the stream may have ended without what the service did in it. The service's own errors have details; one
// without was made on the way.
bool MayBeCutOff(const grpc::Status& status) {
  return status.error_details().empty() || status.error_code() == grpc::StatusCode::CANCELLED ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
         status.error_code() == grpc::StatusCode::UNAVAILABLE;
}

// Adds to `tally` what the history holds of the call `request_id`, once no writing call is under way any more.
bool AskHistory(Session& session, const RunOptions& options, const std::string& request_id, RunTally& tally) {
  int exit_code = 0;
  const std::shared_ptr<grpc::Channel> channel = session.Channel(&exit_code);
  if (channel == nullptr) return false;
  const auto documents = metapowers::v1::DocumentService::NewStub(channel);
  metapowers::v1::ListRevisionsRequest request;
  metapowers::v1::ListRevisionsResponse response;
  request.set_parent(session.TopicName(options.topic));
  request.set_settled(true);
  // Twice the commits of the run: others may have committed meanwhile.
  request.set_page_size(2 * static_cast<int>(tally.plan().size()) + 10);
  const auto context = session.NewFollowUpContext(kSettlePatience);
  const grpc::Status status = documents->ListRevisions(context.get(), request, &response);
  // A topic without a commit is what a first run leaves that was stopped.
  if (!status.ok() && status.error_code() != grpc::StatusCode::NOT_FOUND) return false;
  tally.AddHistory(response, request_id);
  return true;
}

// The exit code of a run that did not end well, after telling what stands and how to go on.
int Unfinished(Session& session, const RunOptions& options, const std::string& request_id, const grpc::Status& status,
               RunTally& tally) {
  CallError error(status);
  if (error.info.reason() == "SECTION_CONFLICT") {
    const std::string failed = FailedCommand(error);
    error.help.Clear();
    error.help.add_links()->set_description(
        ConflictAdvice(options, session.options(), tally.inputs_committed(), failed.empty() ? options.target : failed));
  }
  const int exit_code = session.Fail(status, error);
  // A call that was refused has no plan; what it left behind is nothing, as the error says.
  const bool begun = !tally.plan().empty() || Session::interrupted();
  if (options.dry_run || !begun) return exit_code;
  const bool cut_off = MayBeCutOff(status);
  if (cut_off && !AskHistory(session, options, request_id, tally)) {
    session.err() << "  what was committed is not known: metapowers log " << options.topic << '\n';
    return exit_code;
  }
  // Of one command that failed, the error says all.
  if (!cut_off && tally.plan().size() < 2) return exit_code;
  tally.PrintUnfinished(session.err(), cut_off ? "" : FailedCommand(error),
                        CommandLineToGoOn(options, session.options(), tally.inputs_committed()));
  return exit_code;
}

metapowers::v1::EditChoice EditChoiceOf(const std::string& edits) {
  if (edits == "keep") return metapowers::v1::EDIT_CHOICE_KEEP;
  if (edits == "take") return metapowers::v1::EDIT_CHOICE_TAKE;
  if (edits == "markers") return metapowers::v1::EDIT_CHOICE_MARKERS;
  return metapowers::v1::EDIT_CHOICE_UNSPECIFIED;
}

}  // namespace

int Run(Session& session, const RunOptions& options) {
  int exit_code = 0;
  metapowers::v1::RunCommandsRequest request;
  *request.mutable_context() = NewCommandContext(session, options.topic, options.request_id);
  request.set_target(options.target);
  request.mutable_context()->set_validate_only(options.dry_run);
  request.mutable_context()->set_skip_checks(options.skip_checks);
  request.mutable_context()->set_skip_reason(options.reason);
  request.mutable_context()->set_expected_head(options.expected_head);
  request.mutable_context()->set_edit_choice(EditChoiceOf(options.edits));
  if (!ReadInputFiles(session, options.files, options.topic, request.mutable_context(), &exit_code)) return exit_code;
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  if (options.files.model.empty()) HintAtUncommittedModel(session, options.topic);
  const auto context = session.NewContext();
  const auto stream = workflow->RunCommands(context.get(), request);
  RunPrinter printer(session, options, NamesOfInputs(request.context()));
  metapowers::v1::RunCommandsResponse event;
  while (stream->Read(&event)) printer.Print(event);
  const grpc::Status status = stream->Finish();
  printer.EndBar();
  if (!status.ok()) return Unfinished(session, options, request.context().request_id(), status, printer.tally());
  if (options.edits == "markers" && printer.conflicts_resolved() > 0) {
    session.err() << "next: " << ForTerminal(MarkersAdvice(options, session.options())) << '\n';
  }
  exit_code = printer.gate().Conclude(session, options.target);
  if (exit_code != kExitOk) return exit_code;
  return options.dry_run && options.exit_code && printer.tally().changed() ? kExitChanges : kExitOk;
}

}  // namespace metapowers::client
