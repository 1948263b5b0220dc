#include "service/server/linked_protos.h"

#include "grpc/health/v1/health.pb.h"
#include "metapowers/security/detect/v1/detect_service.pb.h"
#include "metapowers/security/govern/v1/govern_service.pb.h"
#include "metapowers/security/identify/v1/identify_service.pb.h"
#include "metapowers/security/protect/v1/protect_service.pb.h"
#include "metapowers/security/recover/v1/recover_service.pb.h"
#include "metapowers/security/respond/v1/respond_service.pb.h"
#include "metapowers/security/utility/v1/utility_service.pb.h"
#include "metapowers/v1/admin_service.pb.h"
#include "metapowers/v1/document_service.pb.h"
#include "metapowers/v1/event_service.pb.h"
#include "metapowers/v1/export_service.pb.h"
#include "metapowers/v1/lint_service.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "metapowers/v1/report_service.pb.h"
#include "metapowers/v1/server_info_service.pb.h"
#include "metapowers/v1/workflow_service.pb.h"
#include "metapowers/v1/workspace_service.pb.h"

namespace metapowers::server {
namespace {

// A file that declares only a service has no symbol of its own but its table.
const google::protobuf::internal::DescriptorTable* const kTables[] = {
    &descriptor_table_metapowers_2fsecurity_2fgovern_2fv1_2fgovern_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2fidentify_2fv1_2fidentify_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2fprotect_2fv1_2fprotect_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2fdetect_2fv1_2fdetect_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2frespond_2fv1_2frespond_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2frecover_2fv1_2frecover_5fservice_2eproto,
    &descriptor_table_metapowers_2fsecurity_2futility_2fv1_2futility_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fadmin_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fworkspace_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fdocument_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fevent_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fexport_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2flint_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fmodel_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2freport_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fworkflow_5fservice_2eproto,
    &descriptor_table_metapowers_2fv1_2fserver_5finfo_5fservice_2eproto,
    &descriptor_table_grpc_2fhealth_2fv1_2fhealth_2eproto,
};

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> LinkedServices() {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const auto* table : kTables) {
    const google::protobuf::FileDescriptor* file = pool->FindFileByName(table->filename);
    for (int i = 0; i < file->service_count(); ++i) {
      if (file->package() != "grpc.health.v1") services.push_back(file->service(i));
    }
  }
  return services;
}

}  // namespace metapowers::server
