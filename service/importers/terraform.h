// Terraform plans and states as `terraform show -json` prints them, of AWS, Google Cloud and Azure.
//
// Which resources become what is data: terraform_types.cc (resources), terraform_attributes.cc (their attributes),
// terraform_flows.cc (references that prove that data moves) and terraform_network.cc (zones). Resources of other types
// are counted and listed, one entry for each type.
//
// Zones are the account, its networks and their subnets: what is in several subnets of one network is in the network,
// and what is in none is in the account. Instances of `count` are one component where they are machines of one kind,
// with their number in `replicas`; others are one component each.
//
// A flow is drawn where the configuration refers from one resource to another in a place that means that data moves:
// event source mappings and subscriptions, destinations of streams and logs, integrations and authorizers of API
// gateways, targets of load balancers, rules, schedules and notifications, origins of distributions, dead letter
// queues, definitions of workflows, and environment variables that name another resource. Permissions are none: that
// somebody may read a bucket does not say that they do.
//
// The plan itself is a source of infrastructure as code (`delivery.iac`), which manages the accounts, clusters and name
// services in it.
//
// Values that the plan calls sensitive are never read, those of environment variables and variables never copied.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_H_
#define METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kTerraform;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_H_
