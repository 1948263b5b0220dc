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
#include "service/server/errors.h"
#include "service/server/names.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"

namespace metapowers::server {
namespace {

// Longer than the engine waits for its disk.
constexpr auto kCallTime = std::chrono::minutes(2);

absl::Status ServerFailed(const std::string& address, const grpc::Status& status) {
  const absl::Status told = FromGrpcStatus(status);
  if (absl::IsUnavailable(told)) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("the server that has the data directory does not answer at ", address, ": ", told.message()),
        {"LOCKED", {{"resource", address}}, {}, "name one of its addresses: --server ADDRESS"});
  }
  if (!DetailsOf(told).reason.empty()) return told;
  return MakeError(told.code(), told.message(), {"INTERNAL", {}, {}, "look at the server's log"});
}

workspace::StoreAnswered AskServer(const std::string& address) {
  const std::shared_ptr<v1::AdminService::Stub> admin =
      v1::AdminService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  return [admin, address](const workspace::Workspace& found) -> absl::StatusOr<std::string> {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallTime);
    v1::StoreWorkspaceRequest request;
    request.set_name(ResourceName{found.name, "", ""}.ToString());
    v1::StoreWorkspaceResponse response;
    const grpc::Status status = admin->StoreWorkspace(&context, request, &response);
    if (!status.ok()) return ServerFailed(address, status);
    if (response.uid() == found.uid) return response.head();
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("the server at ", address, " has another data directory"),
                     {"LOCKED", {{"resource", address}}, {}, "name the server of this data directory"});
  };
}

}  // namespace

absl::StatusOr<workspace::BackupOutcome> RunBackup(const BackupCommand& command,
                                                   const workspace::BackupProgress& progress) {
  RETURN_IF_ERROR(workspace::DataDir::Check(command.data_dir));
  const workspace::DataDirLayout layout{std::string(absl::StripSuffix(command.data_dir, "/"))};
  if (!command.server.empty()) return BackUp(layout.path(), command.to, AskServer(command.server), progress);
  auto data_dir = workspace::DataDir::Open(command.data_dir);
  if (DetailsOf(data_dir.status()).reason == "LOCKED") {
    return BackUp(layout.path(), command.to, AskServer(absl::StrCat("unix:", layout.control_socket())), progress);
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
