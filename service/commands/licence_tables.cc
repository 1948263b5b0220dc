#include "service/commands/licence_tables.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/package_wording.h"
#include "service/commands/rows.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::LicenceIssue;

// Rows of the table of findings; the rest is counted.
constexpr int kMaxRows = 500;

void AddFinding(const model::Model& model, const LicenceIssue& issue, pb::LicenceFinding& row) {
  row.set_subject(issue.bom->subject);
  row.set_package(WithVersion(*issue.package));
  row.set_licence(issue.licence.expression);
  row.set_title(analysis::LicenceKindOf(issue.licence.klass).title());
  row.set_distribution(issue.way.kind == kb::DISTRIBUTION_KIND_SHIPPED ? "handed to users" : "service");
  row.set_decision(DecisionLabel(issue.policy->decision()));
  row.set_action(issue.policy->action());
  row.set_owner(TeamName(model, PackageTeam(model, issue.bom->subject)));
  row.set_due(issue.due);
  row.set_path(PathText(issue.bom->bom->PathTo(*issue.package)));
}

std::string DecisionText(kb::LicenceClass klass, kb::DistributionKind way) {
  const kb::LicencePolicy& policy = analysis::LicencePolicyOf(klass, way);
  return absl::StrCat(DecisionLabel(policy.decision()), ": ", policy.action());
}

}  // namespace

void AddLicenceTables(const model::Model& model, const analysis::LicenceAudit& audit,
                      pb::DependencyScanResult& result) {
  for (const analysis::LicenceUse& use : audit.uses) {
    pb::LicenceRow& row = *result.add_licences();
    row.set_licence(use.licence.expression);
    row.set_title(analysis::LicenceKindOf(use.licence.klass).title());
    row.set_packages(use.packages);
    AddAll(use.subjects, row.mutable_subjects());
    row.set_note(use.licence.note);
  }
  for (const analysis::PackageDistribution& each : audit.distributions) {
    pb::DistributionRow& row = *result.add_distributions();
    row.set_subject(each.subject);
    row.set_ecosystem(EcosystemLabel(each.ecosystem));
    row.set_shipped(each.way.kind == kb::DISTRIBUTION_KIND_SHIPPED);
    row.set_reason(each.way.reason);
  }
  pb::DependencyTotals& totals = *result.mutable_totals();
  for (const LicenceIssue& issue : audit.issues) {
    totals.set_licence_findings(totals.licence_findings() + 1);
    totals.set_refused(totals.refused() + (issue.policy->decision() == kb::LICENCE_DECISION_REFUSED ? 1 : 0));
    if (result.licence_findings_size() < kMaxRows) AddFinding(model, issue, *result.add_licence_findings());
  }
  totals.set_unlisted_findings(totals.licence_findings() - result.licence_findings_size());
  for (const kb::LicenceClassKind& kind : knowledge::DependencyRules().classes()) {
    pb::LicencePolicyRow& row = *result.add_licence_policy();
    row.set_title(kind.title());
    row.set_meaning(kind.meaning());
    row.set_service(DecisionText(kind.class_(), kb::DISTRIBUTION_KIND_SERVICE));
    row.set_shipped(DecisionText(kind.class_(), kb::DISTRIBUTION_KIND_SHIPPED));
    const auto packages = audit.packages.find(kind.class_());
    row.set_packages(packages == audit.packages.end() ? 0 : packages->second);
  }
}

}  // namespace metapowers::commands
