#include <string>

#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/server/page_token.h"
#include "service/server/services.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

using namespace v1;

constexpr absl::string_view kListQuery = "ListWorkspaces";

absl::Status Describe(Backend& backend, const workspace::Workspace& found, v1::Workspace& out) {
  out.set_name(ResourceName{found.name, "", ""}.ToString());
  out.set_uid(found.uid);
  out.set_display_name(found.display_name.empty() ? found.name : found.display_name);
  out.mutable_create_time()->set_seconds(absl::ToUnixSeconds(found.create_time));
  ASSIGN_OR_RETURN(const auto head, backend.env.engine->Head(found.uid));
  out.set_head(head->commit());
  out.set_revision(head->revision());
  return absl::OkStatus();
}

absl::Status CreateWorkspace(Backend& backend, Call& call, const CreateWorkspaceRequest& request,
                             CreateWorkspaceResponse& response) {
  RETURN_IF_ERROR(CheckSlug(request.workspace_id(), "workspace id"));
  call.workspace = request.workspace_id();
  ASSIGN_OR_RETURN(
      const workspace::Workspace made,
      backend.env.registry->Create(request.workspace_id(), request.display_name(), backend.env.clock->Now()));
  return Describe(backend, made, *response.mutable_workspace());
}

absl::Status GetWorkspace(Backend& backend, Call& call, const GetWorkspaceRequest& request,
                          GetWorkspaceResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName name, ParseWorkspaceName(request.name()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, name));
  RETURN_IF_ERROR(Describe(backend, found, *response.mutable_workspace()));
  ASSIGN_OR_RETURN(const auto head, backend.env.engine->Head(found.uid));
  ASSIGN_OR_RETURN(const std::vector<std::string> topics, ListTopics(*head));
  for (const std::string& topic : topics) {
    response.mutable_workspace()->add_topics(ResourceName{name.workspace, topic, ""}.ToString());
  }
  return absl::OkStatus();
}

absl::Status ListWorkspaces(Backend& backend, Call& call, const ListWorkspacesRequest& request,
                            ListWorkspacesResponse& response) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string from, ReadPageToken(kListQuery, request.page_token()));
  const workspace::WorkspacePage page = backend.env.registry->List(from, size);
  for (const workspace::Workspace& found : page.workspaces) {
    RETURN_IF_ERROR(call.CheckAlive());
    RETURN_IF_ERROR(Describe(backend, found, *response.add_workspaces()));
  }
  response.set_next_page_token(MakePageToken(kListQuery, page.next_name));
  return absl::OkStatus();
}

class Service final : public WorkspaceService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(CreateWorkspace, server::CreateWorkspace)
  METAPOWERS_UNARY(GetWorkspace, server::GetWorkspace)
  METAPOWERS_UNARY(ListWorkspaces, server::ListWorkspaces)

 private:
  static constexpr char kService[] = "/metapowers.v1.WorkspaceService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewWorkspaceService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
