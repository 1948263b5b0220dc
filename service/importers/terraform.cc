#include "service/importers/terraform.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/importers/id_table.h"
#include "service/importers/name_plan.h"
#include "service/importers/plain_text.h"
#include "service/importers/terraform_context.h"
#include "service/model/faults.h"

namespace metapowers::importers {

using model::Quote;
using model::YamlNode;

namespace terraform {
namespace {

// Why resources of a role are not in the model; "" for those that are.
absl::string_view WhyLeftOut(const ResourceType* type) {
  if (type == nullptr) return "this type is not known; add what it is to the model by hand, if it matters";
  switch (type->role) {
    case Role::kPart:
      return "it belongs to another resource and adds nothing to what that shows";
    case Role::kPermission:
      return "it is a permission; who may do something is no flow, and policies are read for wildcards only";
    case Role::kPlumbing:
      return "addresses, routes, endpoints and certificates have no place in the model";
    case Role::kTool:
      return "nothing runs in it";
    default:
      return "";
  }
}

struct Left {
  int count = 0;
  const Resource* first = nullptr;
};

// The version of the format as its first number; -1 for none.
int MajorOf(absl::string_view version) {
  int major = -1;
  return absl::SimpleAtoi(version.substr(0, version.find('.')), &major) ? major : -1;
}

// Whether the file is one that is read; what it is else is skipped.
bool IsReadable(const Document& document, Inventory& inventory) {
  const YamlNode& root = *document.root;
  const Spot spot = document.At(root);
  if (root.Find("format_version") == nullptr) {
    inventory.Skip(spot, "Terraform state",
                   "the state itself is an internal format; pass what `terraform show -json` prints of it");
    return false;
  }
  const std::string version = CutText(root.Find("format_version")->text, kMaxLine);
  if (const int major = MajorOf(version); major != 0 && major != 1) {
    inventory.Skip(document.At(*root.Find("format_version")), absl::StrCat("Terraform plan, format ", Quote(version)),
                   "formats 0.x and 1.x are read");
    return false;
  }
  if (root.Find("planned_values") == nullptr && root.Find("values") == nullptr) {
    inventory.Skip(spot, "Terraform plan", "it has neither `planned_values` nor `values`, so no resources");
    return false;
  }
  return true;
}

// The code itself, which manages what is in the plan.
void ImportSource(Context& context, const Spot& spot) {
  Shown<model::v1::IacSource> source;
  source.name = "terraform";
  source.scope = context.scope;
  source.spot = spot;
  source.value.set_tool("Terraform");
  for (const Shown<model::v1::Infrastructure>& each : context.inventory.infrastructure) {
    if (each.scope == context.scope) source.Refers("manages", {each.names.front(), "", each.spot});
  }
  if (!source.references.empty()) context.inventory.iac.push_back(std::move(source));
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  if (!IsReadable(document, inventory)) return;
  Context context(document, inventory, faults);
  inventory.Count("resources", static_cast<int>(context.plan.resources().size()));
  inventory.Count("data_sources", context.plan.data_sources());
  ImportZones(context);
  ImportComponents(context);
  PlaceComponents(context);
  ReadAttributes(context);
  ReadExposure(context);
  ReadAccess(context);
  ImportFlows(context);
  ImportEndpoints(context);
  ImportSource(context, document.At(*document.root->Find("format_version")));
  ReportSkipped(context);
  std::set<const ShownComponent*> exposed;
  for (const auto& [resource, component] : context.components) {
    if (component->value.internet_facing() == pb::TRISTATE_YES) exposed.insert(component);
  }
  inventory.Count("exposed_services", static_cast<int>(exposed.size()));
}

bool Claims(const YamlNode& root) {
  const bool plan = root.Find("format_version") != nullptr &&
                    (root.Find("planned_values") != nullptr || root.Find("values") != nullptr ||
                     root.Find("resource_changes") != nullptr || root.Find("terraform_version") != nullptr);
  const bool state = root.Find("terraform_version") != nullptr && root.Find("lineage") != nullptr;
  return plan || state;
}

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) ImportDocument(document, inventory, faults);
}

}  // namespace

void ReportSkipped(Context& context) {
  std::map<std::string, Left> left;
  for (const Resource& resource : context.plan.resources()) {
    if (WhyLeftOut(FindType(resource.type)).empty()) continue;
    Left& entry = left[resource.type];
    if (++entry.count == 1) entry.first = &resource;
  }
  for (const auto& [type, entry] : left) {
    context.inventory.Count("skipped_resources", entry.count);
    context.inventory.Skip(
        context.plan.SpotOf(*entry.first),
        entry.count == 1 ? entry.first->address : absl::StrCat(entry.count, " resources of type ", type),
        std::string(WhyLeftOut(FindType(type))));
  }
}

std::string HandleOf(const Context& context, const Resource& resource) {
  return MakeHandle(absl::StrCat(context.plan.file(), "#"), resource.address);
}

std::string HandleOf(const Context& context, const Cloud& cloud) {
  return absl::StrCat(context.plan.file(), "#", cloud.account);
}

std::string TitleOf(const Context& context, const Resource& resource) {
  static constexpr absl::string_view kNames[] = {"name",           "function_name",  "bucket",
                                                 "identifier",     "domain_name",    "cluster_identifier",
                                                 "cluster_name",   "domain",         "replication_group_id",
                                                 "cluster_id",     "table_name",     "dataset_id",
                                                 "queue_name",     "broker_name",    "user_pool_name",
                                                 "workgroup_name", "namespace_name", "repository_id"};
  for (const absl::string_view key : kNames) {
    std::string name = OneLineOf(context.plan.Text(resource, key));
    if (!name.empty()) return name;
  }
  // The tag that the console of AWS shows as name.
  std::string name = OneLineOf(context.plan.Text(resource, "tags.Name"));
  if (!name.empty()) return name;
  return resource.index.empty() ? resource.name : absl::StrCat(resource.name, " ", OneLineOf(resource.index));
}

std::vector<const Resource*> OfType(const Context& context, absl::string_view type) {
  std::vector<const Resource*> out;
  for (const Resource& resource : context.plan.resources()) {
    if (resource.type == type) out.push_back(&resource);
  }
  return out;
}

void SetControl(ShownComponent& component, absl::string_view control, model::v1::PostureState state, const Spot& spot) {
  component.Observed("posture", spot);
  for (pb::ControlPosture& known : *component.value.mutable_posture()) {
    if (known.control() != control) continue;
    if (known.state() != state) known.set_state(pb::POSTURE_STATE_PARTIAL);
    return;
  }
  pb::ControlPosture& posture = *component.value.add_posture();
  posture.set_control(std::string(control));
  posture.set_state(state);
}

Spot SpotOf(const Context& context, const Resource& resource, absl::string_view path) {
  const std::vector<const YamlNode*> values = context.plan.Values(resource, path);
  if (!values.empty()) return context.plan.SpotOf(*values.front());
  const std::vector<const YamlNode*> configured = context.plan.Configured(resource, path);
  return configured.empty() ? context.plan.SpotOf(resource) : context.plan.SpotOf(*configured.front());
}

}  // namespace terraform

const Format kTerraform = {"terraform", terraform::Claims, terraform::Import};

}  // namespace metapowers::importers
