#include "metapowers/security/utility/v1/utility_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::utility::v1;  // the requests and responses of every line below

class Service final : public UtilityService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(SecurityChecklist)
  METAPOWERS_COMMAND(ThreatIntel)
  METAPOWERS_COMMAND(ComplianceMap)
  METAPOWERS_COMMAND(SecurityTraining)
  METAPOWERS_COMMAND(PentestPlan)

 private:
  static constexpr char kService[] = "/metapowers.security.utility.v1.UtilityService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewUtilityService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
