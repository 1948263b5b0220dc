#include "metapowers/security/recover/v1/recover_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::recover::v1;  // the requests and responses of every line below

class Service final : public RecoverService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(RecoveryPlan)
  METAPOWERS_COMMAND(BackupValidation)
  METAPOWERS_COMMAND(BusinessContinuity)
  METAPOWERS_COMMAND(ResilienceImprovement)

 private:
  static constexpr char kService[] = "/metapowers.security.recover.v1.RecoverService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewRecoverService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
