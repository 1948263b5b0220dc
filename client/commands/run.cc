// run and plan.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands.h"
#include "client/commands/findings_gate.h"
#include "client/commands/input_files.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"

namespace metapowers::client {
namespace {

// Prints the events of one run as they come and keeps what the end of it needs.
class RunPrinter {
 public:
  // `inputs` names the files that are sent.
  RunPrinter(Session& session, bool dry_run, std::string inputs, const std::string& fail_on)
      : session_(session), dry_run_(dry_run), inputs_(std::move(inputs)), gate_(fail_on) {}

  void Print(const metapowers::v1::RunCommandsResponse& event) {
    if (session_.PrintMessage(event)) {
      Count(event);
      return;
    }
    switch (event.event_case()) {
      case metapowers::v1::RunCommandsResponse::kPlan:
        total_ = event.plan().commands_size();
        if (event.plan().planned_size() > 0) {
          session_.err() << event.plan().planned_size()
                         << " planned, not built yet: " << absl::StrJoin(event.plan().planned(), ", ") << '\n';
        }
        break;
      case metapowers::v1::RunCommandsResponse::kModel:
        PrintOutcome(inputs_, event.model());
        break;
      case metapowers::v1::RunCommandsResponse::kStarted:
        if (session_.streams().err_is_tty) {
          session_.err() << '[' << event.started().position() << '/' << event.started().total() << "] "
                         << event.started().command() << "…" << std::flush;
        }
        break;
      case metapowers::v1::RunCommandsResponse::kFinished:
        if (session_.streams().err_is_tty) session_.err() << "\r\x1b[K" << std::flush;
        PrintOutcome(
            absl::StrCat("[", event.finished().position(), "/", total_, "] ", event.finished().outcome().command()),
            event.finished().outcome());
        break;
      default:
        break;
    }
    Count(event);
  }

  int commits() const { return commits_; }
  bool changed() const { return changed_; }
  const FindingsGate& gate() const { return gate_; }

 private:
  void Count(const metapowers::v1::RunCommandsResponse& event) {
    const metapowers::v1::CommandOutcome* outcome = nullptr;
    if (event.has_model()) outcome = &event.model();
    if (event.has_finished()) outcome = &event.finished().outcome();
    if (outcome != nullptr) gate_.Add(*outcome);
    if (outcome == nullptr || !outcome->changed()) return;
    changed_ = true;
    if (!outcome->commit().empty()) ++commits_;
  }

  void PrintOutcome(const std::string& label, const metapowers::v1::CommandOutcome& outcome) {
    if (dry_run_) {
      if (outcome.changed()) PrintDiff(session_, outcome.diff());
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
  const std::string inputs_;
  FindingsGate gate_;
  int total_ = 0;
  int commits_ = 0;
  bool changed_ = false;
};

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
  if (!ReadInputFiles(session, options.files, options.topic, request.mutable_context(), &exit_code)) return exit_code;
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  const auto context = session.NewContext();
  const auto stream = workflow->RunCommands(context.get(), request);
  RunPrinter printer(session, options.dry_run, NamesOfInputs(request.context()), options.fail_on);
  metapowers::v1::RunCommandsResponse event;
  while (stream->Read(&event)) printer.Print(event);
  if (const grpc::Status status = stream->Finish(); !status.ok()) {
    if (session.streams().err_is_tty) session.err() << '\n';
    exit_code = session.Fail(status);
    if (printer.commits() > 0) {
      session.err() << "  " << printer.commits() << " commit" << (printer.commits() == 1 ? " was" : "s were")
                    << " made before: metapowers log " << options.topic << '\n';
    } else if (Session::interrupted()) {
      session.err() << "  nothing was reported as committed; to be sure: metapowers log " << options.topic << '\n';
    }
    return exit_code;
  }
  exit_code = printer.gate().Conclude(session, options.target);
  if (exit_code != kExitOk) return exit_code;
  return options.dry_run && options.exit_code && printer.changed() ? kExitChanges : kExitOk;
}

}  // namespace metapowers::client
