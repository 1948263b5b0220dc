// report.
#include "client/commands.h"
#include "client/commands/shared.h"
#include "metapowers/v1/report_service.grpc.pb.h"

namespace metapowers::client {

int Report(Session& session, const ReportOptions& options) {
  // Who and when are told as for commands.
  const metapowers::v1::CommandContext as_command = NewCommandContext(session, "report", "");
  metapowers::v1::WriteReportRequest request;
  request.set_workspace(session.WorkspaceName());
  for (const std::string& topic : options.topics) request.add_topics(topic);
  request.set_request_id(as_command.request_id());
  request.set_validate_only(options.dry_run);
  if (as_command.has_author()) *request.mutable_author() = as_command.author();
  METAPOWERS_STUB(reports, session, metapowers::v1::ReportService);
  metapowers::v1::WriteReportResponse response;
  const auto context = session.NewContext();
  if (const auto status = reports->WriteReport(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  if (options.dry_run || session.options().format == OutputFormat::kMarkdown) {
    session.out() << response.markdown();
    return kExitOk;
  }
  session.out() << response.path() << "  "
                << (response.changed() ? "committed " + ShortId(response.commit()) : std::string("unchanged")) << '\n';
  return kExitOk;
}

}  // namespace metapowers::client
