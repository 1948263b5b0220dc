#include "service/commands/dependency_snippets.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/patch_terms.h"
#include "service/analysis/software_bill.h"
#include "service/commands/config_snippets.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::DependencyCheck;
using knowledge::v1::PackageManager;
using metapowers::v1::ConfigSnippet;

std::vector<const PackageManager*> ManagersOf(const model::v1::Repository& repository) {
  std::vector<const PackageManager*> managers;
  for (const std::string& name : repository.package_managers()) {
    if (const PackageManager* row = analysis::FindPackageManager(name)) managers.push_back(row);
  }
  return managers;
}

constexpr char kHostedRunner[] = "ubuntu-24.04";

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

void AddOnce(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Their names in the configuration of an update tool; those that it does not know have none.
std::vector<std::string> NamesIn(const model::v1::Repository& repository,
                                 const std::string& (PackageManager::*name)() const) {
  std::vector<std::string> names;
  for (const PackageManager* manager : ManagersOf(repository)) {
    if (!(manager->*name)().empty()) AddOnce((manager->*name)(), names);
  }
  return names;
}

// Within what time the team installs security updates, as a clause; empty where no term is declared.
std::string TermsOf(const Input& input, const std::string& team) {
  std::vector<std::string> terms;
  for (const analysis::PatchTermFact& fact : analysis::PatchTerms(input.facts, {})) {
    if (fact.hours == 0) continue;
    terms.push_back(absl::StrCat(Label(fact.severity), " ones within ", Hours(fact.hours)));
  }
  if (terms.empty()) return "";
  return absl::StrCat(", and the team ", TeamName(input.model, team), " installs ", List(terms));
}

std::optional<ConfigSnippet> Dependabot(const Input& input, const model::v1::Repository& repository) {
  std::vector<std::string> ecosystems = NamesIn(repository, &PackageManager::dependabot);
  if (ecosystems.empty()) return std::nullopt;
  if (BuildsImages(input, repository)) AddOnce("docker", ecosystems);
  if (PipelineOn(input, "GitHub Actions") != nullptr) AddOnce("github-actions", ecosystems);
  const std::string& team =
      repository.owner_team().empty() ? input.model.proto().owner_team() : repository.owner_team();
  const knowledge::v1::DependencyRules& rules = knowledge::DependencyRules();
  std::vector<ConfigValues> items;
  for (const std::string& ecosystem : ecosystems) {
    items.push_back({{"ecosystem", ecosystem},
                     {"cooldown", rules.cooldown_days()},
                     {"team", team},
                     {"group", absl::StrCat(repository.id(), "-minor-and-patch")}});
  }
  std::vector<std::string> components = analysis::ComponentsOf(input.model, repository.id());
  if (components.empty()) components.push_back(repository.id());
  return FillConfig(rules.dependabot(),
                    {{"cooldown", rules.cooldown_days()},
                     {"terms", TermsOf(input, team)},
                     {"components", ConfigNode::Texts(components)}},
                    items);
}

std::optional<ConfigSnippet> Renovate(const Input& input, const model::v1::Repository& repository) {
  std::vector<std::string> managers = NamesIn(repository, &PackageManager::renovate);
  if (managers.empty()) return std::nullopt;
  if (BuildsImages(input, repository)) AddOnce("dockerfile", managers);
  const knowledge::v1::DependencyRules& rules = knowledge::DependencyRules();
  std::vector<ConfigValues> items;
  for (const std::string& manager : managers) items.push_back({{"manager", manager}});
  return FillConfig(rules.renovate(), {{"cooldown", rules.cooldown_days()}}, items);
}

ConfigValues Step(const std::string& name, const std::string& command) {
  return {{"name", name}, {"command", command}};
}

// The steps of a check. Empty when no package manager of the repository has packages to check.
std::vector<ConfigValues> StepsOf(const model::v1::Repository& repository) {
  std::vector<ConfigValues> steps;
  std::vector<const PackageManager*> managers;
  for (const PackageManager* manager : ManagersOf(repository)) {
    if (!manager->ecosystem().empty() && manager->bom_format() == "cyclonedx") managers.push_back(manager);
  }
  if (managers.empty()) return steps;
  steps.push_back(Step("Folder of the evidence", "mkdir -p evidence"));
  std::vector<std::string> scans;
  bool named = true;  // each bill of materials has a name of our choice
  for (const PackageManager* manager : managers) {
    const std::string target =
        managers.size() == 1 ? repository.id() : absl::StrCat(repository.id(), "-", manager->name());
    steps.push_back(
        Step(absl::StrCat("Versions of ", manager->title(), " are those that were reviewed"), manager->check()));
    steps.push_back(Step(absl::StrCat("Bill of materials of ", manager->title()),
                         absl::StrReplaceAll(manager->bom_command(), {{"{target}", target}})));
    named = named && absl::StrContains(manager->bom_command(), "{target}");
    scans.push_back(absl::StrCat("grype sbom:evidence/", target, ".cdx.json --fail-on high --only-fixed"));
  }
  if (!named) {
    scans = {
        "for bom in $(find . -name '*.cdx.json' -not -path '*/node_modules/*'); do grype sbom:$bom --fail-on high "
        "--only-fixed || exit 1; done"};
  }
  for (const std::string& scan : scans) {
    steps.push_back(Step("Stop on critical and high vulnerabilities that have a fix", scan));
  }
  return steps;
}

}  // namespace

std::optional<ConfigSnippet> UpdateSnippet(const Input& input, const model::v1::Repository& repository) {
  if (repository.host().empty()) return std::nullopt;
  std::optional<ConfigSnippet> snippet =
      absl::EqualsIgnoreCase(repository.host(), "GitHub") ? Dependabot(input, repository) : Renovate(input, repository);
  if (snippet.has_value()) snippet->add_elements(repository.id());
  return snippet;
}

std::optional<ConfigSnippet> CheckSnippet(const Input& input, const model::v1::Repository& repository) {
  const std::vector<ConfigValues> steps = StepsOf(repository);
  if (steps.empty()) return std::nullopt;
  for (const DependencyCheck& check : knowledge::DependencyRules().checks()) {
    const model::v1::Pipeline* pipeline = PipelineOn(input, check.platform());
    if (pipeline == nullptr) continue;
    const bool own = !pipeline->component().empty();
    ConfigSnippet snippet = FillConfig(check.config(),
                                       {{"repository", repository.id()},
                                        {"label", own ? "self-hosted" : kHostedRunner},
                                        {"runner", own ? pipeline->component() : kHostedRunner}},
                                       steps);
    snippet.add_elements(repository.id());
    return snippet;
  }
  return std::nullopt;
}

}  // namespace metapowers::commands
