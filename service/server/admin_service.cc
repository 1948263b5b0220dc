#include <memory>
#include <utility>

#include "metapowers/v1/admin_service.grpc.pb.h"
#include "service/base/status_macros.h"
#include "service/server/errors.h"
#include "service/server/executor.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace v1;

absl::Status StoreWorkspace(Backend& backend, Call& call, const StoreWorkspaceRequest& request,
                            StoreWorkspaceResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName name, ParseWorkspaceName(request.name()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, name));
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> stored;
  if (!Executor::AwaitLong([&] { stored = backend.env.engine->Store(found.uid); })) return OverloadedError();
  ASSIGN_OR_RETURN(const auto head, std::move(stored));
  response.set_uid(found.uid);
  response.set_head(head->commit());
  response.set_revision(head->revision());
  return absl::OkStatus();
}

class Service final : public AdminService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(StoreWorkspace, server::StoreWorkspace)

 private:
  static constexpr char kService[] = "/metapowers.v1.AdminService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewAdminService(Dispatcher& dispatcher) { return std::make_unique<Service>(dispatcher); }

}  // namespace metapowers::server
