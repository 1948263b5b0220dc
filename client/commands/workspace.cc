// workspace create, list and get.
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"

namespace metapowers::client {
namespace {

std::vector<std::string> Row(const metapowers::v1::Workspace& workspace) {
  return {workspace.name().substr(workspace.name().rfind('/') + 1), absl::StrCat(workspace.revision(), " revisions"),
          workspace.head().empty() ? "empty" : ShortId(workspace.head()), ForTerminal(workspace.display_name())};
}

}  // namespace

int WorkspaceCreate(Session& session, const std::string& id, const std::string& display_name) {
  METAPOWERS_STUB(workspaces, session, metapowers::v1::WorkspaceService);
  metapowers::v1::CreateWorkspaceRequest request;
  request.set_workspace_id(id);
  request.set_display_name(display_name);
  metapowers::v1::CreateWorkspaceResponse response;
  const auto context = session.NewContext();
  if (const auto status = workspaces->CreateWorkspace(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (!session.PrintMessage(response)) session.out() << response.workspace().name() << "  created\n";
  return kExitOk;
}

int WorkspaceList(Session& session) {
  METAPOWERS_STUB(workspaces, session, metapowers::v1::WorkspaceService);
  metapowers::v1::ListWorkspacesRequest request;
  request.set_page_size(1000);
  metapowers::v1::ListWorkspacesResponse all;
  do {
    metapowers::v1::ListWorkspacesResponse page;
    const auto context = session.NewContext();
    if (const auto status = workspaces->ListWorkspaces(context.get(), request, &page); !status.ok()) {
      return session.Fail(status);
    }
    all.mutable_workspaces()->MergeFrom(page.workspaces());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (session.PrintMessage(all)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const auto& workspace : all.workspaces()) rows.push_back(Row(workspace));
  PrintTable(session.out(), rows);
  return kExitOk;
}

int WorkspaceGet(Session& session, const std::string& id) {
  METAPOWERS_STUB(workspaces, session, metapowers::v1::WorkspaceService);
  metapowers::v1::GetWorkspaceRequest request;
  request.set_name(id.empty() ? session.WorkspaceName() : absl::StrCat("workspaces/", id));
  metapowers::v1::GetWorkspaceResponse response;
  const auto context = session.NewContext();
  if (const auto status = workspaces->GetWorkspace(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  PrintTable(session.out(), {Row(response.workspace())});
  for (const std::string& topic : response.workspace().topics()) {
    session.out() << "  " << topic.substr(topic.rfind('/') + 1) << '\n';
  }
  return kExitOk;
}

}  // namespace metapowers::client
