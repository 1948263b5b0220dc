#include "service/commands/secret_snippets.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/pipeline_sources.h"
#include "service/commands/config_snippets.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
namespace kb = knowledge::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using model::v1::Component;
using model::v1::Flow;
using model::v1::Pipeline;
using model::v1::SecretStore;

class SecretSnippets {
 public:
  SecretSnippets(const model::Model& model, const analysis::CredentialInventory& inventory,
                 pb::SecretsManagementResult& result)
      : model_(model),
        proto_(model.proto()),
        secrets_(model.proto().secrets()),
        inventory_(inventory),
        result_(result) {}

  void Run() {
    AddStoreSnippets();
    AddPipelineSnippets();
  }

 private:
  // What one component takes from one store.
  using Taken = std::map<std::pair<std::string, std::string>, std::vector<const CredentialFact*>>;

  // Path of a credential in the store: by system and component, so that a policy names one component's alone.
  std::string KeyOf(const CredentialFact& fact, const std::string& component) const {
    return absl::StrCat(proto_.id(), "/", component, "/", fact.credential->id());
  }

  std::string PathOf(const CredentialFact& fact, const std::string& component) const {
    if (fact.credential->kind() == model::v1::CREDENTIAL_KIND_DATABASE) {
      return absl::StrCat("database/creds/", fact.credential->id());
    }
    return absl::StrCat("secret/data/", KeyOf(fact, component));
  }

  void AddStoreSnippets() {
    Taken taken;  // by store and component
    for (const CredentialFact& fact : inventory_.credentials) {
      if (fact.store == nullptr) continue;
      for (const ComponentFacts* user : fact.users) {
        taken[{fact.store->id(), user->component->id()}].push_back(&fact);
      }
    }
    for (const auto& [key, facts] : taken) {
      const SecretStore& store = *facts.front()->store;
      AddPolicySnippet(store, key.second, facts);
      AddInjectionSnippet(store, *model_.Find<Component>(key.second), facts);
    }
  }

  std::vector<const kb::ProductConfig*> StoreRows(const SecretStore& store, absl::string_view topic) const {
    const auto* component = model_.Find<Component>(store.component());
    if (component != nullptr) {
      const auto rows = ConfigsFor(topic, *component);
      if (!rows.empty()) return rows;
    }
    return ConfigsFor(topic, store.name());
  }

  void AddPolicySnippet(const SecretStore& store, const std::string& component,
                        const std::vector<const CredentialFact*>& facts) {
    std::vector<ConfigValues> items;
    for (const CredentialFact* fact : facts) items.push_back({{"path", PathOf(*fact, component)}});
    const ConfigValues values = {{"store", store.name()}, {"component", component}};
    for (const kb::ProductConfig* row : StoreRows(store, "store-policy")) {
      *result_.add_store_snippets() = FillConfig(row->config(), values, items);
    }
  }

  // Only where the model says that an operator brings secrets into the component's namespace.
  void AddInjectionSnippet(const SecretStore& store, const Component& component,
                           const std::vector<const CredentialFact*>& facts) {
    const auto* zone = model_.Find<model::v1::Zone>(component.zone());
    if (zone == nullptr || zone->type() != model::v1::ZONE_TYPE_K8S_NAMESPACE) return;
    if (StoreRows(store, "store-policy").empty()) return;
    std::vector<ConfigValues> items;
    for (const CredentialFact* fact : facts) {
      if (fact->credential->kind() == model::v1::CREDENTIAL_KIND_DATABASE) continue;
      items.push_back({{"credential", fact->credential->id()}, {"key", KeyOf(*fact, component.id())}});
    }
    if (items.empty()) return;
    const ConfigValues values = {{"store", store.id()},
                                 {"component", component.id()},
                                 {"secret", absl::StrCat(component.id(), "-secrets")},
                                 {"namespace", zone->id()}};
    for (const kb::ProductConfig* row : ConfigsFor("external-secret", secrets_.injection())) {
      *result_.add_store_snippets() = FillConfig(row->config(), values, items);
    }
  }

  void AddPipelineSnippets() {
    std::vector<std::string> repositories, hosts;
    for (const model::v1::Repository& repository : proto_.delivery().repositories()) {
      repositories.push_back(repository.id());
      hosts.push_back(repository.host());
    }
    if (!repositories.empty()) {
      const ConfigValues values = {{"repositories", List(repositories)}};
      const auto local = ConfigsFor("secret-scan", secrets_.scanner());
      for (const kb::ProductConfig* row : local) *result_.add_pipeline_snippets() = FillConfig(row->config(), values);
      // The workflow runs the same scanner, so that it needs to be one that is known.
      if (!local.empty() && absl::StrContains(absl::AsciiStrToLower(secrets_.scanner()), "gitleaks")) {
        for (const kb::ProductConfig* row : ConfigsFor("secret-scan-push", absl::StrJoin(hosts, " "))) {
          *result_.add_pipeline_snippets() = FillConfig(row->config(), values);
        }
      }
    }
    for (const Pipeline& pipeline : proto_.delivery().pipelines()) AddFederation(pipeline);
  }

  // Only where one repository holds the pipeline's file: a role that trusts others as well gives them its secrets.
  void AddFederation(const Pipeline& pipeline) {
    const std::vector<std::string> repositories = analysis::RepositoriesOf(model_, pipeline);
    if (repositories.size() != 1) return;
    const std::string& repository = repositories.front();
    const Flow* flow = FlowToStore(model_, pipeline);
    const SecretStore* store = nullptr;
    for (const SecretStore& each : secrets_.stores()) {
      if (flow != nullptr && each.component() == flow->target()) store = &each;
    }
    const auto& policy = proto_.policy_parameters();
    const bool known = store != nullptr && !StoreRows(*store, "store-policy").empty();
    if (known && policy.has_service_token_ttl_minutes()) {
      const ConfigValues values = {{"pipeline", pipeline.id()},
                                   {"store", store->id()},
                                   {"repositories", ConfigNode::Texts({absl::StrCat("OWNER/", repository)})},
                                   {"ttl", absl::StrCat(policy.service_token_ttl_minutes(), "m")}};
      for (const kb::ProductConfig* row : ConfigsFor("vault-federation", pipeline.platform())) {
        *result_.add_pipeline_snippets() = FillConfig(row->config(), values);
      }
    }
    for (const std::string& id : pipeline.deploys_to()) {
      const auto* account = model_.Find<model::v1::Infrastructure>(id);
      const bool aws = account != nullptr && account->provider() == model::v1::PROVIDER_AWS &&
                       account->kind() == model::v1::INFRASTRUCTURE_KIND_CLOUD_ACCOUNT;
      if (!aws) continue;
      const std::vector<std::string> subjects = {absl::StrCat("repo:OWNER/", repository, ":ref:refs/heads/main")};
      for (const kb::ProductConfig* row : ConfigsFor("cloud-federation", pipeline.platform())) {
        *result_.add_pipeline_snippets() = FillConfig(
            row->config(), {{"pipeline", pipeline.id()}, {"account", id}, {"subjects", ConfigNode::Texts(subjects)}});
      }
    }
  }

  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const model::v1::SecretsManagement& secrets_;
  const analysis::CredentialInventory& inventory_;
  pb::SecretsManagementResult& result_;
};

}  // namespace

const Flow* FlowToStore(const model::Model& model, const Pipeline& pipeline) {
  for (const Flow& flow : model.proto().flows()) {
    if (pipeline.component().empty() || flow.source() != pipeline.component()) continue;
    for (const SecretStore& store : model.proto().secrets().stores()) {
      if (!store.component().empty() && store.component() == flow.target()) return &flow;
    }
  }
  return nullptr;
}

void AddSecretSnippets(const model::Model& model, const analysis::CredentialInventory& inventory,
                       pb::SecretsManagementResult& result) {
  SecretSnippets(model, inventory, result).Run();
}

}  // namespace metapowers::commands
