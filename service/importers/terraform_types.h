// Types of Terraform resources.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_TYPES_H_
#define METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_TYPES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::importers::terraform {

namespace pb = model::v1;

enum class Role {
  kComponent,
  kShared,      // what all resources of the type are kept in is one component
  kNetwork,     // a zone
  kSubnet,      // a zone in that of a network
  kCluster,     // a Kubernetes cluster
  kDns,         // a name service
  kConduit,     // stands between two components: data passes through it
  kDetail,      // says something of another resource
  kPart,        // belongs to another resource and adds nothing to what that shows
  kPermission,  // who may do what, which does not say that they do
  kPlumbing,    // addresses, routes, certificates
  kTool,        // nothing that runs
};

struct ResourceType {
  absl::string_view type;
  Role role = Role::kTool;
  pb::ComponentKind kind = pb::COMPONENT_KIND_UNSPECIFIED;
  absl::string_view technology = "";
  pb::Machine machine = pb::MACHINE_UNSPECIFIED;
  absl::string_view service = "";  // of kShared: its name
};

// Sorted by type: terraform_aws.cc, terraform_google.cc, terraform_azure.cc.
absl::Span<const ResourceType> AwsTypes();
absl::Span<const ResourceType> GoogleTypes();
absl::Span<const ResourceType> AzureTypes();

// nullptr for a type that is not known.
const ResourceType* FindType(absl::string_view type);

struct Cloud {
  absl::string_view prefix;  // of its types
  absl::string_view name;    // of its provider in the configuration
  pb::Provider provider;
  absl::string_view account;  // what resources are in
  absl::Span<const ResourceType> (*types)();
};

// The cloud of a type; nullptr for others.
const Cloud* CloudOf(absl::string_view type);

}  // namespace metapowers::importers::terraform

#endif  // METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_TYPES_H_
