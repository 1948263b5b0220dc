#include "metapowers/security/govern/v1/govern_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::govern::v1;  // the requests and responses of every line below

class Service final : public GovernService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(SecurityPolicy)
  METAPOWERS_COMMAND(RiskAppetite)
  METAPOWERS_COMMAND(SecurityRoles)
  METAPOWERS_COMMAND(SupplyChainSecurity)
  METAPOWERS_COMMAND(SecurityCulture)

 private:
  static constexpr char kService[] = "/metapowers.security.govern.v1.GovernService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewGovernService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
