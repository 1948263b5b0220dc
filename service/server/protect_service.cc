#include "metapowers/security/protect/v1/protect_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::protect::v1;  // the requests and responses of every line below

class Service final : public ProtectService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(SecureCoding)
  METAPOWERS_COMMAND(DependencyScan)
  METAPOWERS_COMMAND(SecretsManagement)
  METAPOWERS_COMMAND(AccessControl)
  METAPOWERS_COMMAND(EncryptionStrategy)
  METAPOWERS_COMMAND(ApiSecurity)
  METAPOWERS_COMMAND(ContainerSecurity)
  METAPOWERS_COMMAND(IacSecurity)

 private:
  static constexpr char kService[] = "/metapowers.security.protect.v1.ProtectService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewProtectService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
