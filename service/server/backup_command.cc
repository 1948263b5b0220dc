#include "service/server/backup_command.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "metapowers/v1/admin_service.grpc.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/control_socket.h"
#include "service/server/errors.h"
#include "service/server/names.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"

namespace metapowers::server {
namespace {

// Longer than the engine waits for its disk.
constexpr auto kCallTime = std::chrono::minutes(2);

absl::Status ServerFailed(const std::string& socket, const grpc::Status& status) {
  const absl::Status told = FromGrpcStatus(status);
  if (absl::IsUnavailable(told)) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("the process that has the data directory does not answer at ", socket, ": ", told.message()),
        {"LOCKED",
         {{"resource", socket}},
         {},
         "try again once its server has started, or the backup or verify that runs on it has ended; where "
         "the socket was deleted, restart the server"});
  }
  if (!DetailsOf(told).reason.empty()) return told;
  return MakeError(told.code(), told.message(), {"INTERNAL", {}, {}, "look at the server's log"});
}

// `socket` is its path, for errors.
workspace::StoreAnswered AskServer(const ListenAddress& address, const std::string& socket) {
  const std::shared_ptr<v1::AdminService::Stub> admin =
      v1::AdminService::NewStub(grpc::CreateChannel(address.ToString(), grpc::InsecureChannelCredentials()));
  return [admin, socket](const workspace::Workspace& found) -> absl::StatusOr<std::string> {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallTime);
    v1::StoreWorkspaceRequest request;
    request.set_name(ResourceName{found.name, "", ""}.ToString());
    v1::StoreWorkspaceResponse response;
    const grpc::Status status = admin->StoreWorkspace(&context, request, &response);
    if (!status.ok()) return ServerFailed(socket, status);
    if (response.uid() == found.uid) return response.head();
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("the server at ", socket, " has another data directory"),
                     {"LOCKED", {{"resource", socket}}, {}, "restart the server of this data directory"});
  };
}

}  // namespace

absl::StatusOr<workspace::BackupOutcome> RunBackup(const BackupCommand& command,
                                                   const workspace::BackupProgress& progress) {
  RETURN_IF_ERROR(workspace::DataDir::Check(command.data_dir));
  const workspace::DataDirLayout layout{std::string(absl::StripSuffix(command.data_dir, "/"))};
  auto data_dir = workspace::DataDir::Open(command.data_dir);
  if (DetailsOf(data_dir.status()).reason == "LOCKED") {
    ASSIGN_OR_RETURN(const ControlSocket control, ControlSocket::In(command.data_dir));
    return BackUp(layout.path(), command.to, AskServer(control.address(), layout.control_socket()), progress);
  }
  RETURN_IF_ERROR(data_dir.status());
  ASSIGN_OR_RETURN(const std::unique_ptr<workspace::Engine> engine, workspace::NewLocalEngine(*std::move(data_dir)));
  const auto store = [&](const workspace::Workspace& found) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto head, engine->Store(found.uid));
    return head->commit();
  };
  return BackUp(layout.path(), command.to, store, progress);
}

}  // namespace metapowers::server
