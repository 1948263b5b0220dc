#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "metapowers/v1/report_service.grpc.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/commit_message.h"
#include "service/server/context.h"
#include "service/server/executive_report.h"
#include "service/server/executor.h"
#include "service/server/request_replay.h"
#include "service/server/services.h"
#include "service/server/topics.h"
#include "service/workspace/draft.h"

namespace metapowers::server {
namespace {

using namespace v1;

// Only another process can move the head meanwhile.
constexpr int kMaxAttempts = 8;
constexpr char kWhat[] = "executive-report";

// What the request shares with those of commands, checked as theirs.
absl::StatusOr<CheckedContext> CheckRequest(const Backend& backend, const WriteReportRequest& request) {
  CommandContext context;
  context.set_topic(absl::StrCat(request.workspace(), "/topics/", kWhat));
  context.set_request_id(request.request_id());
  context.set_expected_head(request.expected_head());
  context.set_validate_only(request.validate_only());
  if (request.has_author()) *context.mutable_author() = request.author();
  if (request.has_commit_time()) *context.mutable_commit_time() = request.commit_time();
  ASSIGN_OR_RETURN(CheckedContext checked, CheckContext(context, *backend.env.clock));
  if (!checked.author.name.empty()) return checked;
  const absl::StatusOr<workspace::Identity> identity = backend.env.identity();
  if (!identity.ok() && !request.validate_only()) return identity.status();
  if (identity.ok()) checked.author = *identity;
  return checked;
}

// The report as of `head`, and its commit on it.
absl::Status Try(Backend& backend, Call& call, const workspace::Workspace& found, const WriteReportRequest& request,
                 const CheckedContext& context, const std::string& fingerprint, WriteReportResponse& response) {
  ASSIGN_OR_RETURN(const auto head, BaseOf(context, found.uid, *backend.env.engine));
  std::vector<std::string> topics(request.topics().begin(), request.topics().end());
  if (topics.empty()) {
    ASSIGN_OR_RETURN(topics, ListTopics(*head));
  }
  for (const std::string& topic : topics) RETURN_IF_ERROR(CheckSlug(topic, "topic"));
  ASSIGN_OR_RETURN(*response.mutable_report(), MakeExecutiveReport(backend, call, found, *head, topics));
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
  workspace::Identity committer = context.author;
  if (const auto service = backend.env.identity(); service.ok()) committer = *service;
  workspace::Draft draft(head);
  ASSIGN_OR_RETURN(const auto commit, draft.AddCommit({{{std::string(kExecutiveReportPath), response.markdown()}},
                                                       message.Format(),
                                                       context.author,
                                                       std::move(committer),
                                                       context.time}));
  response.set_changed(commit.has_value());
  response.set_revision(draft.state()->revision());
  if (request.validate_only()) return absl::OkStatus();
  RETURN_IF_ERROR(call.CheckAlive());
  response.set_commit(draft.state()->commit());
  call.commit = response.commit();
  workspace::CommitBatch batch = draft.batch();
  if (!fingerprint.empty()) {
    batch.request = {context.request_id, fingerprint, response.SerializeAsString(), {}};
  }
  absl::Status status;
  absl::Notification answered;
  backend.env.engine->Submit(found.uid, std::move(batch), [&](absl::Status answer) {
    status = std::move(answer);
    answered.Notify();
  });
  Executor::Await(answered);
  return status;
}

absl::Status WriteReport(Backend& backend, Call& call, const WriteReportRequest& request,
                         WriteReportResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName name, ParseWorkspaceName(request.workspace()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, name));
  ASSIGN_OR_RETURN(const CheckedContext context, CheckRequest(backend, request));
  const bool kept = !context.request_id.empty() && !context.validate_only;
  const std::string fingerprint = kept ? CallFingerprint(call.method, request) : "";
  absl::Status status;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const absl::MutexLockMaybe turn(context.validate_only ? nullptr : &backend.turns.Of(found.uid));
    RETURN_IF_ERROR(call.CheckAlive());
    if (kept) {
      ASSIGN_OR_RETURN(const auto before, FindAnswer(*backend.env.engine, found.uid, context.request_id, fingerprint));
      if (before.has_value()) return ReadAnswer(*before, context.request_id, response);
    }
    response.Clear();
    status = Try(backend, call, found, request, context, fingerprint, response);
    if (DetailsOf(status).reason != "HEAD_MOVED" || !context.expected_head.empty()) return status;
  }
  return status;
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
