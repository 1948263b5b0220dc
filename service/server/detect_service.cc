#include "metapowers/security/detect/v1/detect_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::detect::v1;  // the requests and responses of every line below

class Service final : public DetectService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(MonitoringStrategy)
  METAPOWERS_COMMAND(LoggingArchitecture)
  METAPOWERS_COMMAND(AnomalyDetection)
  METAPOWERS_COMMAND(SecurityTesting)
  METAPOWERS_COMMAND(SiemSetup)

 private:
  static constexpr char kService[] = "/metapowers.security.detect.v1.DetectService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewDetectService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
