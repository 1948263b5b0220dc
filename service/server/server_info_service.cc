#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "service/base/api_version.h"
#include "service/knowledge/knowledge.h"
#include "service/server/services.h"
#include "service/server/version.h"
#include "service/workspace/engine.h"
#include "service/workspace/signing_key.h"

namespace metapowers::server {
namespace {

using namespace v1;

absl::Status GetServerInfo(Backend& backend, Call& call, const GetServerInfoRequest& request,
                           GetServerInfoResponse& response) {
  response.set_version(backend.env.version);
  response.set_api_version(kApiVersion);
  response.set_catalogue_version(knowledge::Catalogue().version());
  response.set_libgit2_version(kLibgit2Version);
  const absl::StatusOr<workspace::Identity> service = backend.env.identity();
  if (service.ok() && service->key != nullptr)
    response.set_allowed_signers(service->key->AllowedSigner(service->email));
  return absl::OkStatus();
}

class Service final : public ServerInfoService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(GetServerInfo, server::GetServerInfo)

 private:
  static constexpr char kService[] = "/metapowers.v1.ServerInfoService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewServerInfoService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
