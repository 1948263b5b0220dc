#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/report_service.grpc.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/commit_message.h"
#include "service/server/context.h"
#include "service/server/executive_report.h"
#include "service/server/services.h"
#include "service/server/single_commit.h"
#include "service/server/topics.h"
#include "service/workspace/draft.h"

namespace metapowers::server {
namespace {

using namespace v1;

constexpr char kWhat[] = "executive-report";

// The report as of what the draft builds on, and its commit.
absl::Status Stage(Backend& backend, Call& call, const workspace::Workspace& found, const WriteReportRequest& request,
                   const CheckedContext& context, workspace::Draft& draft, WriteReportResponse& response) {
  const workspace::Snapshot& head = draft.base();
  std::vector<std::string> topics(request.topics().begin(), request.topics().end());
  if (topics.empty()) {
    ASSIGN_OR_RETURN(topics, ListTopics(head));
  }
  for (const std::string& topic : topics) RETURN_IF_ERROR(CheckSlug(topic, "topic"));
  ASSIGN_OR_RETURN(*response.mutable_report(), MakeExecutiveReport(backend, call, found, head, topics));
  if (response.report().topics().empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "no topic has a valid system model to report on",
                     {"MODEL_MISSING", {{"topic", ""}}, {}, "metapowers init TOPIC"});
  }
  ASSIGN_OR_RETURN(*response.mutable_markdown(), RenderExecutiveReport(response.report()));
  response.set_path(std::string(kExecutiveReportPath));
  CommitMessage message;
  message.what = kWhat;
  message.action = "report";
  message.catalogue = response.report().catalogue_version();
  message.engine = backend.env.version;
  message.request_id = context.request_id;
  ASSIGN_OR_RETURN(const auto commit,
                   draft.AddCommit(SpecOf(backend, context, {{std::string(kExecutiveReportPath), response.markdown()}},
                                          message.Format())));
  response.set_changed(commit.has_value());
  response.set_revision(draft.state()->revision());
  if (!request.validate_only()) response.set_commit(draft.state()->commit());
  return absl::OkStatus();
}

absl::Status WriteReport(Backend& backend, Call& call, const WriteReportRequest& request,
                         WriteReportResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName name, ParseWorkspaceName(request.workspace()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, name));
  ASSIGN_OR_RETURN(const CheckedContext context,
                   CheckRequest(backend, absl::StrCat(request.workspace(), "/topics/", kWhat), request));
  return CommitOnce(
             backend, call, found.uid, context, request, response,
             [&](workspace::Draft& draft) { return Stage(backend, call, found, request, context, draft, response); })
      .status();
}

class Service final : public ReportService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(WriteReport, server::WriteReport)

 private:
  static constexpr char kService[] = "/metapowers.v1.ReportService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewReportService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
