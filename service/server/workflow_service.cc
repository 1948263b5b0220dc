#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "service/base/status_macros.h"
#include "service/server/run_command.h"
#include "service/server/services.h"
#include "service/server/topic_status.h"

namespace metapowers::server {
namespace {

using namespace v1;
using Write = std::function<void(RunCommandsResponse)>;

// Turns what a run tells into events of the stream.
class Events : public RunObserver {
 public:
  Events(const Write& write, int total) : write_(write), total_(total) {}

  void OnModel(const CommandOutcome& outcome) override {
    if (!outcome.changed()) return;
    RunCommandsResponse event;
    *event.mutable_model() = outcome;
    write_(std::move(event));
  }
  void OnStarted(const CommandEntry& entry, int position) override {
    RunCommandsResponse event;
    event.mutable_started()->set_command(entry.spec->id());
    event.mutable_started()->set_position(position);
    event.mutable_started()->set_total(total_);
    write_(std::move(event));
  }
  void OnConflict(const SectionConflict& conflict) override {
    RunCommandsResponse event;
    *event.mutable_conflict() = conflict;
    write_(std::move(event));
  }
  void OnFinished(const CommandOutcome& outcome, const SharedResult& result, int position) override {
    RunCommandsResponse event;
    *event.mutable_finished()->mutable_outcome() = outcome;
    event.mutable_finished()->mutable_result()->PackFrom(*result);
    event.mutable_finished()->set_position(position);
    write_(std::move(event));
  }

 private:
  const Write& write_;
  const int total_;
};

absl::Status RunTarget(Backend& backend, Call& call, const RunCommandsRequest& request, const Write& write) {
  RETURN_IF_ERROR(ParseTopicName(request.context().topic()).status());
  ASSIGN_OR_RETURN(const std::vector<const CommandEntry*> target, CommandIndex::Get().Resolve(request.target()));
  RunCommandsResponse event;
  RunCommandsResponse::Plan& plan = *event.mutable_plan();
  std::vector<const CommandEntry*> entries;
  for (const CommandEntry* entry : target) {
    if (entry->command != nullptr) {
      entries.push_back(entry);
      plan.add_commands(entry->spec->id());
    } else {
      plan.add_planned(entry->spec->id());
    }
  }
  if (entries.empty()) return PlannedError(absl::StrJoin(plan.planned(), ", "));
  write(std::move(event));
  Events events(write, static_cast<int>(entries.size()));
  return server::RunCommands(backend, call, request.context(), entries, events);
}

absl::Status ListCommands(Backend& backend, Call& call, const ListCommandsRequest& request,
                          ListCommandsResponse& response) {
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    CommandDescription& row = *response.add_commands();
    *row.mutable_command() = *entry.spec;
    row.set_planned(entry.command == nullptr);
    row.set_method(entry.method_name);
  }
  return absl::OkStatus();
}

absl::Status GetTopicStatus(Backend& backend, Call& call, const GetTopicStatusRequest& request,
                            GetTopicStatusResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, topic));
  ASSIGN_OR_RETURN(const auto head, backend.env.engine->Head(found.uid));
  return ComputeTopicStatus(backend, call, found.uid, *head, topic, response);
}

class Service final : public WorkflowService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  grpc::ServerWriteReactor<RunCommandsResponse>* RunCommands(grpc::CallbackServerContext* context,
                                                             const RunCommandsRequest* request) override {
    return dispatcher_.Stream<RunCommandsRequest, RunCommandsResponse>(context, std::string(kService) + "RunCommands",
                                                                       request, RunTarget);
  }
  METAPOWERS_UNARY(ListCommands, server::ListCommands)
  METAPOWERS_UNARY(GetTopicStatus, server::GetTopicStatus)

 private:
  static constexpr char kService[] = "/metapowers.v1.WorkflowService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewWorkflowService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
