#include "metapowers/security/respond/v1/respond_service.grpc.pb.h"
#include "service/server/services.h"

namespace metapowers::server {
namespace {

using namespace security::respond::v1;  // the requests and responses of every line below

class Service final : public RespondService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_COMMAND(IncidentResponse)
  METAPOWERS_COMMAND(ForensicReadiness)
  METAPOWERS_COMMAND(IncidentCommunication)
  METAPOWERS_COMMAND(ContainmentStrategy)
  METAPOWERS_COMMAND(LessonsLearned)

 private:
  static constexpr char kService[] = "/metapowers.security.respond.v1.RespondService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewRespondService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
