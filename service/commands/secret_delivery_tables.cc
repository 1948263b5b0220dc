#include "service/commands/secret_delivery_tables.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/pipeline_sources.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/secret_snippets.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;

std::string SecretsOf(const model::Model& model, const model::v1::Pipeline& pipeline) {
  const model::v1::Flow* flow = FlowToStore(model, pipeline);
  if (flow == nullptr) return "no flow to a secret store declared";
  return absl::StrCat("from ", flow->target(), " by ", Label(flow->authentication()), " (", flow->id(), ")");
}

}  // namespace

void AddSecretDeliveryTables(const model::Model& model, pb::SecretsManagementResult& result) {
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) {
    pb::SecretPipelineRow& row = *result.add_pipelines();
    row.set_id(pipeline.id());
    row.set_platform(pipeline.platform());
    row.set_deploys_to(List({pipeline.deploys_to().begin(), pipeline.deploys_to().end()}));
    row.set_secrets(SecretsOf(model, pipeline));
    row.set_approval(Label(pipeline.approval_required()));
    row.set_pull(Label(pipeline.deploys_by_pull()));
    const std::vector<std::string> repositories = analysis::RepositoriesOf(model, pipeline);
    row.set_file_in(repositories.size() == 1 ? repositories.front()
                    : repositories.empty()   ? "not known"
                                             : absl::StrCat("not known: ", analysis::Enumerate(repositories, "or")));
  }
  for (const model::v1::Repository& repository : model.proto().delivery().repositories()) {
    pb::SecretRepositoryRow& row = *result.add_repositories();
    row.set_id(repository.id());
    row.set_host(repository.host());
    row.set_scanning(Label(repository.secret_scanning()));
    row.set_protection(Label(repository.branch_protection()));
    row.set_owner(TeamName(model, repository.owner_team()));
  }
}

}  // namespace metapowers::commands
