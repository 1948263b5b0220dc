#include "service/commands/access_snippets.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/cluster_zones.h"
#include "service/analysis/terms.h"
#include "service/commands/config_snippets.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using model::v1::Component;
using model::v1::Flow;

class AccessSnippets {
 public:
  AccessSnippets(const model::Model& model, google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out)
      : model_(model), proto_(model.proto()), out_(out) {}

  void Run() {
    AddNamespaceSnippets();
    AddBucketSnippets();
    AddAccountSnippets();
  }

 private:
  void Fill(absl::string_view topic, absl::string_view platform, const ConfigValues& values,
            const std::vector<ConfigValues>& items = {}) {
    for (const kb::ProductConfig* row : ConfigsFor(topic, platform)) {
      *out_.Add() = FillConfig(row->config(), values, items);
    }
  }

  void AddNamespaceSnippets() {
    for (const model::v1::Zone& zone : proto_.zones()) {
      if (zone.type() != model::v1::ZONE_TYPE_K8S_NAMESPACE) continue;
      std::set<std::string> teams;
      bool workloads = false;
      std::vector<ConfigValues> items;
      for (const Component& component : proto_.components()) {
        if (component.zone() != zone.id() || component.machine() != model::v1::MACHINE_CONTAINER) continue;
        if (!component.owner_team().empty()) teams.insert(component.owner_team());
        workloads = true;
        // It stops without the token that the others do not need.
        if (analysis::CallsTheCluster(model_, component)) continue;
        items.push_back({{"component", component.id()}, {"namespace", zone.id()}});
      }
      if (!workloads) continue;
      for (const std::string& team : teams) {
        Fill("namespace-role", "kubernetes",
             {{"namespace", zone.id()}, {"team", team}, {"role", absl::StrCat(team, "-read")}});
      }
      if (!items.empty()) Fill("service-identity", "kubernetes", {{"namespace", zone.id()}}, items);
    }
  }

  static bool KeepsObjects(const Component& component) {
    return std::any_of(component.technology().begin(), component.technology().end(),
                       [](const std::string& name) { return name == "s3"; });
  }

  void AddBucketSnippets() {
    // By component and store: several flows between them need the rights of all.
    std::map<std::pair<std::string, std::string>, std::set<std::string>> rights;
    for (const Flow& flow : proto_.flows()) {
      const auto* source = model_.Find<Component>(flow.source());
      const auto* target = model_.Find<Component>(flow.target());
      if (source == nullptr || target == nullptr || analysis::IsExternal(*source) || !KeepsObjects(*target)) continue;
      std::set<std::string>& actions = rights[{source->id(), target->id()}];
      if (!flow.receives().empty()) actions.insert("s3:GetObject");
      if (!flow.readonly() && !flow.sends().empty()) actions.insert("s3:PutObject");
    }
    for (const auto& [ends, actions] : rights) {
      if (actions.empty()) continue;
      Fill("bucket-access", "aws",
           {{"component", ends.first},
            {"store", ends.second},
            {"bucket", absl::StrCat("arn:aws:s3:::", ends.second)},
            {"objects", absl::StrCat("arn:aws:s3:::", ends.second, "/*")},
            {"actions", ConfigNode::Texts({actions.begin(), actions.end()})}});
    }
  }

  void AddAccountSnippets() {
    for (const model::v1::Infrastructure& account : proto_.infrastructure()) {
      if (account.kind() != model::v1::INFRASTRUCTURE_KIND_CLOUD_ACCOUNT || account.regions().empty()) continue;
      Fill("account-boundary", model::YamlName(account.provider()),
           {{"account", account.id()},
            {"role", absl::StrCat(proto_.id(), "-read-secrets")},
            {"regions", ConfigNode::Texts({account.regions().begin(), account.regions().end()})}});
    }
  }

  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out_;
};

}  // namespace

void AddAccessSnippets(const model::Model& model,
                       google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out) {
  AccessSnippets(model, out).Run();
}

}  // namespace metapowers::commands
