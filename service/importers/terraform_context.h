// What the parts of the Terraform importer share while they read one file; see terraform.h.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_CONTEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_CONTEXT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/importers/terraform_plan.h"
#include "service/importers/terraform_types.h"

namespace metapowers::importers::terraform {

using ShownComponent = Shown<model::v1::Component>;

struct Context {
  Context(const Document& document, Inventory& inventory_in, FileFaults& faults)
      : plan(document, faults), inventory(inventory_in), scope(absl::StrCat("terraform:", document.file)) {}

  const Plan plan;
  Inventory& inventory;
  const std::string scope;
  std::map<const Resource*, ShownComponent*> components;  // several resources may be one
  std::map<const Resource*, std::string> zones;           // networks and subnets -> handle

  ShownComponent* ComponentOf(const Resource& resource) const {
    const auto found = components.find(&resource);
    return found == components.end() ? nullptr : found->second;
  }
};

// What only this file calls a resource.
std::string HandleOf(const Context& context, const Resource& resource);
// What only this file calls the account that resources of a cloud are in.
std::string HandleOf(const Context& context, const Cloud& cloud);

// The name that a resource has in the cloud, else the one in the configuration.
std::string TitleOf(const Context& context, const Resource& resource);

// The resources of a type.
std::vector<const Resource*> OfType(const Context& context, absl::string_view type);

// Sets the state of a control: of two different ones, it is partial.
void SetControl(ShownComponent& component, absl::string_view control, model::v1::PostureState state, const Spot& spot);

// The instances of a path's value where it stands, else the resource.
Spot SpotOf(const Context& context, const Resource& resource, absl::string_view path);

// In this order:
void ImportZones(Context& context);       // accounts, networks, subnets, regions
void ImportComponents(Context& context);  // and clusters, name services
void PlaceComponents(Context& context);   // in zones
void ReadAttributes(Context& context);
void ReadExposure(Context& context);  // security groups and firewalls
void ReadAccess(Context& context);    // policies and secrets
void ImportFlows(Context& context);
void ImportEndpoints(Context& context);
void ReportSkipped(Context& context);

}  // namespace metapowers::importers::terraform

#endif  // METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_CONTEXT_H_
