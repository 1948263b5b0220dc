#include "service/commands/dependency_configuration.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/software_bill.h"
#include "service/commands/naming.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::PackageManager;

// Builds and the daily run, before the working day in Europe.
constexpr const char* kDaily = "17 4 * * *";

std::vector<const PackageManager*> ManagersOf(const model::v1::Repository& repository) {
  std::vector<const PackageManager*> managers;
  for (const std::string& name : repository.package_managers()) {
    if (const PackageManager* row = analysis::FindPackageManager(name)) managers.push_back(row);
  }
  return managers;
}

// The first pipeline of this platform; nullptr when none is declared.
const model::v1::Pipeline* PipelineOn(const Input& input, absl::string_view platform) {
  for (const model::v1::Pipeline& pipeline : input.model.proto().delivery().pipelines()) {
    if (absl::StartsWithIgnoreCase(pipeline.platform(), platform)) return &pipeline;
  }
  return nullptr;
}

bool BuildsImages(const Input& input, const model::v1::Repository& repository) {
  const std::vector<std::string> components = analysis::ComponentsOf(input.model, repository.id());
  return std::any_of(components.begin(), components.end(), [&](const std::string& id) {
    return input.facts.Find(id)->component->machine() == model::v1::MACHINE_CONTAINER;
  });
}

DependencyConfiguration Dependabot(const Input& input, const model::v1::Repository& repository) {
  std::vector<std::string> ecosystems;
  for (const PackageManager* manager : ManagersOf(repository)) {
    if (!manager->dependabot().empty()) ecosystems.push_back(manager->dependabot());
  }
  if (BuildsImages(input, repository)) ecosystems.emplace_back("docker");
  if (PipelineOn(input, "GitHub Actions") != nullptr) ecosystems.emplace_back("github-actions");
  std::set<std::string> seen;
  ConfigNode updates = ConfigNode::List();
  for (const std::string& ecosystem : ecosystems) {
    if (!seen.insert(ecosystem).second) continue;
    ConfigNode labels = ConfigNode::Texts({"dependencies"});
    if (!repository.owner_team().empty()) labels.Add(repository.owner_team());
    updates.Add(ConfigNode::Map(
        {{"package-ecosystem", ecosystem},
         {"directory", "/"},
         {"schedule", ConfigNode::Map({{"interval", "weekly"}, {"day", "monday"}})},
         {"cooldown", ConfigNode::Map({{"default-days", knowledge::DependencyRules().cooldown_days()}})},
         {"open-pull-requests-limit", 10},
         {"labels", std::move(labels)},
         {"groups", ConfigNode::Map({{"minor-and-patch",
                                      ConfigNode::Map({{"update-types", ConfigNode::Texts({"minor", "patch"})}})}})}}));
  }
  return {"Updates by Dependabot", ".github/dependabot.yml",
          "Security updates come at once: the waiting time holds for other updates alone. Manifests in folders other "
          "than the root need an entry each.",
          ConfigNode::Map({{"version", 2}, {"updates", std::move(updates)}})};
}

DependencyConfiguration Renovate(const std::vector<std::string>& managers) {
  const int days = knowledge::DependencyRules().cooldown_days();
  return {
      "Updates by Renovate", "renovate.json", "",
      ConfigNode::Map({{"$schema", "https://docs.renovatebot.com/renovate-schema.json"},
                       {"extends", ConfigNode::Texts({"config:recommended", ":pinVersions", "docker:pinDigests"})},
                       {"enabledManagers", ConfigNode::Texts(managers)},
                       {"minimumReleaseAge", absl::StrCat(days, " days")},
                       {"schedule", ConfigNode::Texts({"* 0-6 * * 1"})},
                       {"prConcurrentLimit", 10},
                       {"vulnerabilityAlerts", ConfigNode::Map({{"enabled", true},
                                                                {"minimumReleaseAge", "0 days"},
                                                                {"schedule", ConfigNode::Texts({"at any time"})}})}})};
}

// A step of the job.
struct Step {
  std::string name;
  std::string command;
};

// Empty when no package manager of the repository has packages to check.
std::vector<Step> StepsOf(const model::v1::Repository& repository) {
  std::vector<Step> steps;
  std::vector<const PackageManager*> managers;
  for (const PackageManager* manager : ManagersOf(repository)) {
    if (!manager->ecosystem().empty() && manager->bom_format() == "cyclonedx") managers.push_back(manager);
  }
  if (managers.empty()) return steps;
  steps.push_back({"Folder of the evidence", "mkdir -p evidence"});
  for (const PackageManager* manager : managers) {
    const std::string target =
        managers.size() == 1 ? repository.id() : absl::StrCat(repository.id(), "-", manager->name());
    steps.push_back(
        {absl::StrCat("Versions of ", manager->title(), " are those that were reviewed"), manager->check()});
    steps.push_back({absl::StrCat("Bill of materials of ", manager->title()),
                     absl::StrReplaceAll(manager->bom_command(), {{"{target}", target}})});
  }
  steps.push_back(
      {"Stop on critical and high vulnerabilities that have a fix",
       "for bom in $(find . -name '*.cdx.json' -not -path '*/node_modules/*'); do grype sbom:$bom --fail-on "
       "high --only-fixed || exit 1; done"});
  return steps;
}

ConfigNode GitHubWorkflow(const model::v1::Pipeline& pipeline, const std::vector<Step>& steps) {
  ConfigNode list = ConfigNode::List();
  list.Add(ConfigNode::Map({{"name", "Check out (actions/checkout 4.2.2)"},
                            {"uses", "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"},
                            {"with", ConfigNode::Map({{"persist-credentials", false}})}}));
  for (const Step& step : steps) list.Add(ConfigNode::Map({{"name", step.name}, {"run", step.command}}));
  list.Add(ConfigNode::Map({{"name", "Keep the bills of materials (actions/upload-artifact 4.6.2)"},
                            {"uses", "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02"},
                            {"if", "always()"},
                            {"with", ConfigNode::Map({{"name", "bills-of-materials"}, {"path", "evidence/"}})}}));
  const std::string runner = pipeline.component().empty() ? "ubuntu-24.04" : "self-hosted";
  return ConfigNode::Map(
      {{"name", "Dependencies"},
       {"on", ConfigNode::Map({{"pull_request", ConfigNode::Map()},
                               {"push", ConfigNode::Map({{"branches", ConfigNode::Texts({"main"})}})},
                               {"schedule", ConfigNode::List({ConfigNode::Map({{"cron", kDaily}})})}})},
       {"permissions", ConfigNode::Map({{"contents", "read"}})},
       {"jobs", ConfigNode::Map(
                    {{"dependencies",
                      ConfigNode::Map({{"runs-on", runner}, {"timeout-minutes", 20}, {"steps", std::move(list)}})}})}});
}

ConfigNode AzurePipeline(const std::vector<Step>& steps) {
  ConfigNode list = ConfigNode::List();
  list.Add(ConfigNode::Map({{"checkout", "self"}, {"persistCredentials", false}}));
  for (const Step& step : steps) list.Add(ConfigNode::Map({{"script", step.command}, {"displayName", step.name}}));
  list.Add(ConfigNode::Map({{"publish", "evidence"}, {"artifact", "bills-of-materials"}, {"condition", "always()"}}));
  const ConfigNode branches = ConfigNode::Map({{"include", ConfigNode::Texts({"main"})}});
  return ConfigNode::Map(
      {{"trigger", ConfigNode::Map({{"branches", branches}})},
       {"schedules", ConfigNode::List({ConfigNode::Map(
                         {{"cron", kDaily}, {"displayName", "Daily run"}, {"branches", branches}, {"always", true}})})},
       {"pool", ConfigNode::Map({{"vmImage", "ubuntu-24.04"}})},
       {"steps", std::move(list)}});
}

ConfigNode GitLabJob(const std::vector<Step>& steps) {
  ConfigNode script = ConfigNode::List();
  for (const Step& step : steps) script.Add(step.command);
  return ConfigNode::Map(
      {{"dependencies",
        ConfigNode::Map(
            {{"stage", "test"},
             {"script", std::move(script)},
             {"artifacts", ConfigNode::Map({{"when", "always"}, {"paths", ConfigNode::Texts({"evidence/"})}})}})}});
}

}  // namespace

std::optional<DependencyConfiguration> UpdateConfiguration(const Input& input,
                                                           const model::v1::Repository& repository) {
  if (repository.host().empty()) return std::nullopt;
  const std::vector<const PackageManager*> managers = ManagersOf(repository);
  if (absl::EqualsIgnoreCase(repository.host(), "GitHub")) {
    const bool known = std::any_of(managers.begin(), managers.end(),
                                   [](const PackageManager* manager) { return !manager->dependabot().empty(); });
    if (!known) return std::nullopt;
    return Dependabot(input, repository);
  }
  std::vector<std::string> names;
  for (const PackageManager* manager : managers) {
    const bool listed = std::find(names.begin(), names.end(), manager->renovate()) != names.end();
    if (!manager->renovate().empty() && !listed) names.push_back(manager->renovate());
  }
  if (names.empty()) return std::nullopt;
  if (BuildsImages(input, repository)) names.emplace_back("dockerfile");
  return Renovate(names);
}

std::optional<DependencyConfiguration> CheckConfiguration(const Input& input, const model::v1::Repository& repository) {
  const std::vector<Step> steps = StepsOf(repository);
  if (steps.empty()) return std::nullopt;
  DependencyConfiguration configuration;
  configuration.note =
      "The machine that runs it has the package managers, grype and the generators of the bills of materials, each at "
      "a "
      "version that its owner fixes.";
  if (const auto* pipeline = PipelineOn(input, "GitHub Actions")) {
    configuration.title = "Check in GitHub Actions";
    configuration.path = ".github/workflows/dependencies.yml";
    configuration.content = GitHubWorkflow(*pipeline, steps);
  } else if (PipelineOn(input, "Azure Pipelines") != nullptr) {
    configuration.title = "Check in Azure Pipelines";
    configuration.path = "pipelines/dependencies.yml";
    configuration.content = AzurePipeline(steps);
  } else if (PipelineOn(input, "GitLab") != nullptr) {
    configuration.title = "Check in GitLab CI";
    configuration.path = ".gitlab/dependencies.gitlab-ci.yml";
    configuration.content = GitLabJob(steps);
  } else {
    return std::nullopt;
  }
  return configuration;
}

}  // namespace metapowers::commands
