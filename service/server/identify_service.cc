#include "metapowers/security/identify/v1/identify_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::identify::v1;  // the requests and responses of every line below

class Service final : public IdentifyService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(AssetInventory)
  METAPOWERS_COMMAND(ThreatModel)
  METAPOWERS_COMMAND(VulnerabilityAssessment)
  METAPOWERS_COMMAND(RiskAssessment)
  METAPOWERS_COMMAND(AttackSurface)
  METAPOWERS_COMMAND(DataClassification)
  METAPOWERS_COMMAND(ComplianceGap)

 private:
  static constexpr char kService[] = "/metapowers.security.identify.v1.IdentifyService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewIdentifyService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
