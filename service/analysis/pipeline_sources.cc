#include "service/analysis/pipeline_sources.h"

#include <set>

#include "absl/algorithm/container.h"

namespace metapowers::analysis {

std::vector<std::string> RepositoriesOf(const model::Model& model, const model::v1::Pipeline& pipeline) {
  const model::v1::SystemModel& proto = model.proto();
  const auto deploys_to = [&](const std::string& id) { return absl::c_linear_search(pipeline.deploys_to(), id); };
  std::set<std::string> found;
  for (const model::v1::IacSource& source : proto.delivery().iac()) {
    if (absl::c_any_of(source.manages(), deploys_to)) found.insert(source.repository());
  }
  if (pipeline.deploys_by_pull() != model::v1::TRISTATE_YES) {
    for (const model::v1::Component& component : proto.components()) {
      if (deploys_to(component.runs_on())) found.insert(component.repository());
    }
  }
  found.erase("");
  if (found.empty() && proto.delivery().repositories_size() == 1) found.insert(proto.delivery().repositories(0).id());
  return {found.begin(), found.end()};
}

}  // namespace metapowers::analysis
