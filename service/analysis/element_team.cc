#include "service/analysis/element_team.h"

#include "service/analysis/cluster_zones.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::DataClass;

const std::string& None() {
  static const auto* const none = new std::string();
  return *none;
}

const std::string& TeamOfComponent(const Landscape& landscape, absl::string_view id) {
  const int index = landscape.IndexOf(id);
  return index < 0 ? None() : landscape.components()[index].facts->component->owner_team();
}

const std::string& TeamOfInfrastructure(const Landscape& landscape, absl::string_view id) {
  const auto* infrastructure = landscape.model().Find<model::v1::Infrastructure>(id);
  return infrastructure == nullptr ? None() : infrastructure->owner_team();
}

const std::string& TeamOfPlatformLead(const Landscape& landscape) {
  for (const model::v1::Role& role : landscape.model().proto().roles()) {
    if (role.kind() == model::v1::ROLE_KIND_PLATFORM_LEAD) return role.team();
  }
  return None();
}

const std::string& TeamOfPipeline(const Landscape& landscape, const model::v1::Pipeline& pipeline) {
  const std::string& own = TeamOfComponent(landscape, pipeline.component());
  if (!own.empty()) return own;
  for (const std::string& id : pipeline.deploys_to()) {
    const std::string& team = TeamOfInfrastructure(landscape, id);
    if (!team.empty()) return team;
  }
  return TeamOfPlatformLead(landscape);
}

const std::string& TeamOfRegistry(const Landscape& landscape) {
  for (const model::v1::Infrastructure* cluster : Clusters(landscape.model())) {
    if (!cluster->owner_team().empty()) return cluster->owner_team();
  }
  return TeamOfPlatformLead(landscape);
}

const std::string& TeamOfZone(const Landscape& landscape, const model::v1::Zone& zone) {
  const std::string& team = TeamOfInfrastructure(landscape, zone.runs_on());
  return team.empty() ? TeamOfPlatformLead(landscape) : team;
}

// Team of the element itself; empty where the model names none.
const std::string& DeclaredTeam(const Element& element) {
  const Landscape& landscape = *element.landscape;
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return element.component().facts->component->owner_team();
    case k::THREAT_SUBJECT_FLOW: {
      // Whoever accepts the connection can refuse it; where that is somebody outside, whoever opens it.
      const Component& target = *landscape.components()[element.flow().target].facts->component;
      const bool theirs = IsExternal(target) || target.out_of_scope();
      const Component& source = *landscape.components()[element.flow().source].facts->component;
      return theirs ? source.owner_team() : target.owner_team();
    }
    case k::THREAT_SUBJECT_API:
      return TeamOfComponent(landscape, static_cast<const model::v1::Api&>(*element.message).component());
    case k::THREAT_SUBJECT_PIPELINE:
      return TeamOfPipeline(landscape, static_cast<const model::v1::Pipeline&>(*element.message));
    case k::THREAT_SUBJECT_REGISTRY:
      return TeamOfRegistry(landscape);
    case k::THREAT_SUBJECT_ZONE:
      return TeamOfZone(landscape, static_cast<const model::v1::Zone&>(*element.message));
    case k::THREAT_SUBJECT_IAC_SOURCE: {
      const auto* repository = landscape.model().Find<model::v1::Repository>(
          static_cast<const model::v1::IacSource&>(*element.message).repository());
      return repository == nullptr ? None() : repository->owner_team();
    }
    case k::THREAT_SUBJECT_DATA_CLASS:
      return static_cast<const DataClass&>(*element.message).owner();
    default: {
      const auto* field = element.message->GetDescriptor()->FindFieldByName("owner_team");
      std::string unused;
      return field == nullptr ? None()
                              : element.message->GetReflection()->GetStringReference(*element.message, field, &unused);
    }
  }
}

}  // namespace

const std::string& TeamOf(const Element& element) {
  const std::string& team = DeclaredTeam(element);
  return team.empty() ? element.landscape->model().proto().owner_team() : team;
}

}  // namespace metapowers::analysis
