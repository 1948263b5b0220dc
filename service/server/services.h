// The gRPC services: one factory per proto service, in the file that is named after it. Each method is one line that
// hands the call to the dispatcher.
#ifndef METAPOWERS_SERVICE_SERVER_SERVICES_H_
#define METAPOWERS_SERVICE_SERVER_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "service/server/dispatch.h"

namespace metapowers::server {

// `dispatcher` must outlive the service.
std::unique_ptr<grpc::Service> NewGovernService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewIdentifyService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewProtectService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewDetectService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewRespondService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewRecoverService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewUtilityService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewAdminService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewWorkspaceService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewDocumentService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewEventService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewExportService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewLintService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewModelService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewReportService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewWorkflowService(Dispatcher& dispatcher);
std::unique_ptr<grpc::Service> NewServerInfoService(Dispatcher& dispatcher);

}  // namespace metapowers::server

// Inside a service class with members `kService` (full name with slashes around it) and `dispatcher_`.
// A command of a phase service:
#define METAPOWERS_COMMAND(Name)                                                                     \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* context, const Name##Request* request, \
                                 Name##Response* response) override {                                \
    return dispatcher_.Command(context, std::string(kService) + #Name, request, response);           \
  }
// Any other unary method, served by `handler`:
#define METAPOWERS_UNARY(Name, handler)                                                              \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* context, const Name##Request* request, \
                                 Name##Response* response) override {                                \
    return dispatcher_.Unary(context, std::string(kService) + #Name, request, response, handler);    \
  }

#endif  // METAPOWERS_SERVICE_SERVER_SERVICES_H_
