// Components, clusters and name services of a plan: see terraform.h.
#include <algorithm>
#include <utility>

#include "service/importers/id_table.h"
#include "service/importers/terraform_context.h"

namespace metapowers::importers::terraform {

namespace {

// Instances that differ in nothing but their number.
bool IsFleet(const Resource& resource, const ResourceType& type) {
  return resource.is_counted && type.machine == pb::MACHINE_VM;
}

// The resources that become one component, and what it is called.
struct Candidate {
  const ResourceType* type;
  std::vector<const Resource*> resources;
  std::string title;
};

std::vector<Candidate> CandidatesOf(Context& context) {
  std::vector<Candidate> candidates;
  std::map<std::string, size_t> together;  // those of a fleet or a shared service
  for (const Resource& resource : context.plan.resources()) {
    const ResourceType* type = FindType(resource.type);
    if (type == nullptr || (type->role != Role::kComponent && type->role != Role::kShared)) continue;
    const bool shared = type->role == Role::kShared;
    if (shared || IsFleet(resource, *type)) {
      const auto [place, is_new] = together.try_emplace(shared ? resource.type : resource.config, candidates.size());
      if (!is_new) {
        candidates[place->second].resources.push_back(&resource);
        continue;
      }
    }
    const std::string title = shared                     ? std::string(type->service)
                              : IsFleet(resource, *type) ? resource.name
                                                         : TitleOf(context, resource);
    candidates.push_back({type, {&resource}, title});
  }
  return candidates;
}

// Makes titles differ: by what the resource is, then by its address.
void MakeUnique(std::vector<Candidate>& candidates) {
  for (const bool by_address : {false, true}) {
    std::map<std::string, int> used;
    for (const Candidate& candidate : candidates) ++used[NearestSlug(candidate.title)];
    for (Candidate& candidate : candidates) {
      if (used.at(NearestSlug(candidate.title)) == 1) continue;
      const Resource& first = *candidate.resources.front();
      const std::string word =
          candidate.type->technology.empty() ? first.type : std::string(candidate.type->technology);
      absl::StrAppend(&candidate.title, " ", by_address ? ShortDigest(first.address) : word);
    }
  }
}

void ImportComponent(Context& context, const Candidate& candidate) {
  const Resource& first = *candidate.resources.front();
  ShownComponent& component = context.inventory.components.emplace_back();
  component.name = candidate.title;
  component.scope = context.scope;
  component.spot = context.plan.SpotOf(first);
  component.value.set_name(candidate.title);
  component.value.set_imported_id(candidate.type->role == Role::kShared ? first.type : first.address);
  component.value.set_kind(candidate.type->kind);
  if (!candidate.type->technology.empty()) component.value.add_technology(std::string(candidate.type->technology));
  component.value.set_machine(candidate.type->machine);
  component.value.set_origin(pb::ORIGIN_DECLARED);
  if (const Cloud* cloud = CloudOf(first.type); cloud != nullptr) {
    component.value.set_provider(cloud->provider);
    component.Refers("runs_on", {HandleOf(context, *cloud), "", component.spot});
  }
  if (candidate.resources.size() > 1 && candidate.type->role != Role::kShared) {
    component.value.set_replicas(static_cast<int>(candidate.resources.size()));
  }
  for (const Resource* resource : candidate.resources) {
    component.names.push_back(HandleOf(context, *resource));
    context.components[resource] = &component;
  }
  context.inventory.Count("components");
}

void ImportInfrastructure(Context& context, const Resource& resource, pb::InfrastructureKind kind) {
  Shown<pb::Infrastructure>& out = context.inventory.infrastructure.emplace_back();
  const std::string title = TitleOf(context, resource);
  out.name = title;
  out.scope = context.scope;
  out.names = {HandleOf(context, resource)};
  out.spot = context.plan.SpotOf(resource);
  out.value.set_name(title);
  out.value.set_kind(kind);
  out.value.set_provider(CloudOf(resource.type)->provider);
  out.value.set_origin(pb::ORIGIN_DECLARED);
  std::string version = context.plan.Text(resource, "version");
  if (version.empty()) version = context.plan.Text(resource, "kubernetes_version");
  if (kind == pb::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER && !version.empty()) {
    out.value.set_version(absl::StrCat("Kubernetes ", version));
  }
  if (const model::YamlNode* open = context.plan.Scalar(resource, "vpc_config.endpoint_public_access");
      FlagOf(open).value_or(false)) {
    context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, context.plan.SpotOf(*open), resource.address,
                           absl::StrCat("the API of cluster ", title, " can be reached from the internet"));
  }
}

}  // namespace

void ImportComponents(Context& context) {
  std::vector<Candidate> candidates = CandidatesOf(context);
  MakeUnique(candidates);
  for (const Candidate& candidate : candidates) ImportComponent(context, candidate);
  for (const Resource& resource : context.plan.resources()) {
    const ResourceType* type = FindType(resource.type);
    if (type == nullptr) continue;
    if (type->role == Role::kCluster) {
      ImportInfrastructure(context, resource, pb::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER);
      context.inventory.Count("clusters");
    } else if (type->role == Role::kDns) {
      ImportInfrastructure(context, resource, pb::INFRASTRUCTURE_KIND_DNS);
    }
  }
}

}  // namespace metapowers::importers::terraform
