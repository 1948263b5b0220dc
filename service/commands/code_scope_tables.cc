#include "service/commands/code_scope_tables.h"

#include "absl/strings/str_cat.h"
#include "service/commands/evidence_wording.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::CodeComponent;
using analysis::CodeRepository;
using analysis::CodeScope;
using analysis::EvidenceFact;
using analysis::VulnerabilityFacts;

void AddRepositories(const model::Model& model, const CodeScope& scope, const VulnerabilityFacts& vulnerabilities,
                     pb::SecureCodingResult& result) {
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  for (const CodeRepository& code : scope.repositories) {
    const model::v1::Repository& repository = *code.repository;
    pb::CodeRepositoryRow& row = *result.add_repositories();
    row.set_id(repository.id());
    row.set_host(repository.host());
    row.set_language(repository.language());
    for (const kb::LanguageRules* language : code.languages) row.add_languages(language->name());
    AddAll(repository.package_managers(), row.mutable_package_managers());
    for (const CodeComponent* component : code.components) row.add_components(component->facts->component->id());
    if (policy.has_code_reviewers()) row.set_reviewers(Count(policy.code_reviewers(), "person", "people"));
    const auto* team = model.Find<model::v1::Team>(repository.owner_team());
    if (team != nullptr) row.set_champion(team->security_champion());
    row.set_level(code.asvs.level);
    row.set_reason(code.asvs.reason);
    if (const EvidenceFact* scan = analysis::CurrentScan(code, vulnerabilities)) {
      row.set_scanned(absl::StrCat(ToolOf(*scan), " of ", scan->declaration->produced_on()));
    }
    row.set_owner(OwnerName(model, repository.owner_team()));
  }
  for (const model::v1::Repository* repository : scope.elsewhere) result.add_other_repositories(repository->id());
  AddAll(scope.languages_without_rules, result.mutable_languages_without_rules());
}

void AddComponents(const model::Model& model, const CodeScope& scope, pb::SecureCodingResult& result) {
  for (const CodeComponent& code : scope.components) {
    const model::v1::Component& component = *code.facts->component;
    pb::CodeComponentRow& row = *result.add_components();
    row.set_id(component.id());
    row.set_language(code.language);
    if (code.repository != nullptr) row.set_repository(code.repository->id());
    row.set_tier(Label(component.tier()));
    row.set_data(Label(code.confidentiality));
    row.set_level(code.asvs.level);
    row.set_reason(code.asvs.reason);
    row.set_owner(OwnerName(model, component.owner_team()));
  }
}

void AddScans(const model::Model& model, const CodeScope& scope, const VulnerabilityFacts& vulnerabilities,
              pb::SecureCodingResult& result) {
  for (const EvidenceFact& fact : vulnerabilities.evidence) {
    if (!analysis::IsCodeScan(fact, scope)) continue;
    const model::v1::Evidence& declaration = *fact.declaration;
    pb::CodeScanRow& row = *result.add_scans();
    row.set_id(declaration.id());
    row.set_tool(ToolOf(fact));
    row.set_subject(declaration.repository().empty() ? declaration.component() : declaration.repository());
    row.set_produced_on(declaration.produced_on());
    row.set_state(ReportState(fact));
    row.set_findings(static_cast<int>(fact.entry->report.findings.size()));
    if (!fact.entry->reason.empty()) row.add_notes(fact.entry->reason);
    AddAll(fact.entry->report.warnings, row.mutable_notes());
    row.set_owner(OwnerName(model, fact.team));
  }
}

}  // namespace

void AddCodeScopeTables(const model::Model& model, const CodeScope& scope, const VulnerabilityFacts& vulnerabilities,
                        pb::SecureCodingResult& result) {
  AddRepositories(model, scope, vulnerabilities, result);
  AddComponents(model, scope, result);
  AddScans(model, scope, vulnerabilities, result);
}

}  // namespace metapowers::commands
