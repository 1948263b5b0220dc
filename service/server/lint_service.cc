#include <memory>
#include <string>

#include "metapowers/v1/lint_service.grpc.pb.h"
#include "service/base/status_macros.h"
#include "service/server/services.h"
#include "service/server/topic_lint.h"

namespace metapowers::server {
namespace {

using namespace v1;

absl::Status LintTopic(Backend& backend, Call& call, const LintTopicRequest& request, LintTopicResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
  ASSIGN_OR_RETURN(response, LintTopicAt(backend, call, *snapshot, topic));
  return absl::OkStatus();
}

class Service final : public LintService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(LintTopic, server::LintTopic)

 private:
  static constexpr char kService[] = "/metapowers.v1.LintService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewLintService(Dispatcher& dispatcher) { return std::make_unique<Service>(dispatcher); }

}  // namespace metapowers::server
