#include "service/analysis/declared_values.h"

#include <algorithm>
#include <set>

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

bool Has(const model::v1::Pipeline& pipeline, const std::string& platform) {
  return std::find(pipeline.deploys_to().begin(), pipeline.deploys_to().end(), platform) != pipeline.deploys_to().end();
}

// Whether the pipeline changes the element: a platform that it names, what runs on one, or what the provider of one
// runs for us.
bool DeploysTo(const model::v1::Pipeline& pipeline, const Landscape& landscape, const std::string& element_id) {
  if (Has(pipeline, element_id)) return true;
  const int index = landscape.IndexOf(element_id);
  if (index < 0) return false;
  const ComponentFacts& facts = *landscape.components()[index].facts;
  const model::v1::Component& component = *facts.component;
  if (!component.runs_on().empty()) return Has(pipeline, component.runs_on());
  if (facts.effective_zone != nullptr && Has(pipeline, facts.effective_zone->runs_on())) return true;
  return component.provider() != model::v1::PROVIDER_UNSPECIFIED &&
         std::any_of(pipeline.deploys_to().begin(), pipeline.deploys_to().end(), [&](const std::string& id) {
           const auto* platform = landscape.model().Find<model::v1::Infrastructure>(id);
           return platform != nullptr && platform->provider() == component.provider();
         });
}

}  // namespace

std::vector<std::string> DeclaredValuesOf(const Landscape& landscape, k::DeclaredValues values,
                                          const LogSource* source) {
  const auto& proto = landscape.model().proto();
  std::set<std::string> ids;
  const auto add_callers = [&](bool callers) {
    for (const model::v1::Flow& flow : proto.flows()) {
      if (source == nullptr) continue;
      if (callers && flow.target() == source->element_id) ids.insert(flow.source());
      if (!callers && flow.source() == source->element_id) ids.insert(flow.target());
    }
  };
  switch (values) {
    case k::DECLARED_VALUES_CALLERS:
      add_callers(true);
      break;
    case k::DECLARED_VALUES_TARGETS:
      add_callers(false);
      break;
    case k::DECLARED_VALUES_SECRET_USERS:
      add_callers(true);
      for (const model::v1::Credential& credential : proto.secrets().credentials()) {
        const auto* store = landscape.model().Find<model::v1::SecretStore>(credential.store());
        if (source == nullptr || store == nullptr) continue;
        if (store->id() != source->element_id && store->component() != source->element_id) continue;
        ids.insert(credential.used_by().begin(), credential.used_by().end());
      }
      break;
    case k::DECLARED_VALUES_REGIONS:
      for (const model::v1::Region& region : proto.regions()) ids.insert(region.id());
      break;
    case k::DECLARED_VALUES_DEPLOYERS:
      for (const model::v1::Pipeline& pipeline : proto.delivery().pipelines()) {
        if (source != nullptr && !DeploysTo(pipeline, landscape, source->element_id)) continue;
        ids.insert(pipeline.component().empty() ? pipeline.id() : pipeline.component());
      }
      break;
    default:
      break;
  }
  return {ids.begin(), ids.end()};
}

}  // namespace metapowers::analysis
