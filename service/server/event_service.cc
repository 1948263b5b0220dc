#include "metapowers/v1/event_service.grpc.pb.h"
#include "service/server/services.h"
#include "service/server/watches.h"

namespace metapowers::server {
namespace {

using namespace v1;

class Service final : public EventService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : watches_(dispatcher) {}

  grpc::ServerWriteReactor<WatchWorkspaceResponse>* WatchWorkspace(grpc::CallbackServerContext* context,
                                                                   const WatchWorkspaceRequest* request) override {
    return watches_.Start(context, "/metapowers.v1.EventService/WatchWorkspace", request);
  }

 private:
  Watches watches_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewEventService(Dispatcher& dispatcher) { return std::make_unique<Service>(dispatcher); }

}  // namespace metapowers::server
