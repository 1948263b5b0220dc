// The judgements are analysis'; this puts them into the tables of the section, one function a table. Bills of
// materials, licences and the policy are files of their own.
#include "service/commands/protect/dependency_scan.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/licence_audit.h"
#include "service/analysis/software_bill.h"
#include "service/analysis/upgrade_steps.h"
#include "service/commands/bom_tables.h"
#include "service/commands/control_effects.h"
#include "service/commands/dependency_snippets.h"
#include "service/commands/evidence_wording.h"
#include "service/commands/licence_tables.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/package_policy_tables.h"
#include "service/commands/package_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands::protect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::BomFact;
using analysis::PackageMatch;
using analysis::UpgradeStep;
using analysis::Vulnerability;
using evidence::Package;

// Rows of the table of vulnerabilities; the rest is counted.
constexpr int kMaxRows = 500;
// Names that a cell lists before it counts the rest.
constexpr size_t kNamed = 8;

class Scan {
 public:
  explicit Scan(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        judged_(analysis::JudgeVulnerabilities(facts_, input.evidence)),
        bill_(facts_, *judged_),
        open_(analysis::OpenInPackages(*judged_)) {}

  pb::DependencyScanResult Build() {
    const kb::DependencyRules& rules = knowledge::DependencyRules();
    result_.set_system(model_.proto().name());
    result_.set_as_of(model_.proto().as_of());
    result_.set_max_age_days(rules.max_bom_age_days());
    result_.set_licence_list(rules.licence_list_version());
    result_.set_cooldown_days(rules.cooldown_days());
    result_.set_pci_months(knowledge::VulnerabilityRules().pci_critical_months());
    const analysis::FrameworkFact* pci = analysis::PciFramework(facts_);
    result_.set_pci_applies(pci != nullptr && pci->applies);
    const std::vector<const BomFact*> counting = Counting();
    AddBomTables(facts_, bill_, counting, result_);
    AddVulnerabilities();
    const analysis::LicenceAudit audit = analysis::AuditLicences(facts_, counting);
    AddLicenceTables(model_, audit, result_);
    AddSteps(RefusedIn(audit));
    AddPackagePolicyTables(input_, open_, result_);
    AddFiles();
    AddControlEffects(input_, "dependency-scan", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // Bills of materials that are the newest of their subject, by subject.
  std::vector<const BomFact*> Counting() const {
    std::vector<const BomFact*> counting;
    for (const BomFact& bom : bill_.boms()) {
      if (bom.counts() && !bom.subject.empty()) counting.push_back(&bom);
    }
    std::stable_sort(counting.begin(), counting.end(),
                     [](const BomFact* a, const BomFact* b) { return a->subject < b->subject; });
    return counting;
  }

  // --- Vulnerabilities ---

  static std::string PlaceOf(const PackageMatch& match) {
    if (match.bom == nullptr) return "no bill of materials";
    const std::string id = match.bom->source->declaration->id();
    if (match.package == nullptr) return absl::StrCat("not in ", id);
    if (!match.same_version) return absl::StrCat(id, " lists version ", match.package->version);
    switch (match.package->depth) {
      case Package::Depth::kDirect:
        return "direct";
      case Package::Depth::kTransitive:
        return "transitive";
      case Package::Depth::kUnknown:
        return absl::StrCat("place not stated in ", id);
    }
    return "";
  }

  void AddVulnerabilities() {
    for (const Vulnerability* one : open_) {
      if (result_.vulnerabilities_size() >= kMaxRows) return;
      const PackageMatch match = bill_.Find(*one);
      pb::ShippedVulnerability& row = *result_.add_vulnerabilities();
      row.set_id(one->id);
      row.set_subject(SubjectOf(*one));
      row.set_package(one->package);
      AddAll(one->installed, row.mutable_installed());
      AddAll(one->fixed, row.mutable_fixed());
      row.set_place(PlaceOf(match));
      if (match.package != nullptr && match.same_version)
        row.set_path(PathText(match.bom->bom->PathTo(*match.package)));
      row.set_severity(one->severity);
      if (one->effective > 0) row.set_effective(absl::StrFormat("%.1f", one->effective));
      row.set_level(one->level);
      row.set_due(one->due);
      if (one->overdue) row.set_overdue(InDays(one->overdue_days));
      row.set_owner(TeamName(model_, one->team));
      AddAll(one->evidence, row.mutable_evidence());
      row.set_statement(absl::StrReplaceAll(evidence::VexStateName(one->vex), {{"_", " "}}));
    }
  }

  // --- Plan ---

  static std::set<const Package*> RefusedIn(const analysis::LicenceAudit& audit) {
    std::set<const Package*> refused;
    for (const analysis::LicenceIssue& issue : audit.issues) {
      if (issue.policy->decision() == kb::LICENCE_DECISION_REFUSED) refused.insert(issue.package);
    }
    return refused;
  }

  static std::string ActionOf(const UpgradeStep& step, const std::set<const Package*>& refused) {
    if (!step.has_fix && step.mends.size() == 1) {
      return absl::StrCat("remove or shield ", step.mends.front()->package, ", for which no fixed version is known");
    }
    const std::string targets = analysis::TargetVersions(step);
    if (step.of_distribution) return absl::StrCat("rebuild on a base image that moves ", targets);
    if (step.direct == nullptr) return absl::StrCat("raise ", targets);
    if (refused.contains(step.direct)) {
      return absl::StrCat("replace ", step.package,
                          ", which the licence audit refuses; where what it brought in stays, move ", targets);
    }
    return absl::StrCat("raise ", step.package, " to a version that moves ", targets,
                        "; until one exists, pin the transitive package in the manifest");
  }

  void AddSteps(const std::set<const Package*>& refused) {
    for (const UpgradeStep& step : analysis::UpgradeSteps(*judged_, bill_)) {
      pb::UpgradeStep& row = *result_.add_steps();
      row.set_due(step.due);
      if (step.overdue_days > 0) row.set_overdue(InDays(step.overdue_days));
      row.set_subject(step.subject);
      row.set_package(step.package);
      row.set_has_fix(step.has_fix);
      row.set_action(ActionOf(step, refused));
      row.set_severity(step.severity);
      row.set_owner(TeamName(model_, step.team));
      std::set<std::string> ids;
      for (const Vulnerability* one : step.mends) ids.insert(one->id);
      AddAll(ids, row.mutable_mends());
      row.set_verification(absl::StrCat("the next report on ", step.subject, " no longer lists ",
                                        List({ids.begin(), ids.end()}, kNamed)));
    }
  }

  void AddFiles() {
    for (const model::v1::Repository& repository : model_.proto().delivery().repositories()) {
      for (auto& snippet : {UpdateSnippet(input_, repository), CheckSnippet(input_, repository)}) {
        if (snippet.has_value()) *result_.add_files() = *snippet;
      }
    }
  }

  // --- Questions, totals ---

  void Ask(kb::DependencyAsk ask, const std::string& name, const std::string& team) {
    for (const kb::DependencyQuestion& row : knowledge::DependencyRules().questions()) {
      if (row.ask() != ask) continue;
      *result_.add_questions() = commands::Ask(model_, absl::StrReplaceAll(row.field(), {{"{name}", name}}),
                                               absl::StrReplaceAll(row.text(), {{"{name}", name}}), team);
    }
  }

  void AddQuestions() {
    for (const BomFact& bom : bill_.boms()) {
      const std::string& id = bom.source->declaration->id();
      const bool unread = bom.state == BomFact::State::kMissing || bom.state == BomFact::State::kUnreadable;
      if (unread) Ask(kb::DEPENDENCY_ASK_FILE, id, bom.source->team);
      if (bom.subject.empty() || bom.state == BomFact::State::kOther) {
        Ask(kb::DEPENDENCY_ASK_SUBJECT, id, bom.source->team);
      }
      if (!bom.counts()) continue;
      if (!bom.bom->has_graph) Ask(kb::DEPENDENCY_ASK_GRAPH, id, bom.source->team);
      if (absl::c_any_of(bom.bom->packages, [](const Package& package) { return package.licences.empty(); })) {
        Ask(kb::DEPENDENCY_ASK_LICENCE, id, bom.source->team);
      }
    }
    for (const model::v1::Repository& repository : model_.proto().delivery().repositories()) {
      if (repository.package_managers().empty()) {
        Ask(kb::DEPENDENCY_ASK_MANAGERS, repository.id(), PackageTeam(model_, repository.id()));
      }
    }
    for (const pb::PatchTerm& term : result_.terms()) {
      if (term.term().empty()) {
        Ask(kb::DEPENDENCY_ASK_TERM, Label(term.severity()), model_.proto().owner_team());
      }
    }
  }

  void AddTotals() {
    pb::DependencyTotals& totals = *result_.mutable_totals();
    for (const pb::EcosystemRow& row : result_.inventory()) {
      totals.set_packages(totals.packages() + row.packages());
      totals.set_direct(totals.direct() + row.direct());
      totals.set_transitive(totals.transitive() + row.transitive());
      totals.set_unplaced(totals.unplaced() + row.unplaced());
    }
    totals.set_built(result_.coverage_size());
    for (const pb::BomCoverage& row : result_.coverage()) {
      totals.set_covered(totals.covered() + (row.state() == "covered" ? 1 : 0));
    }
    for (const Vulnerability* one : open_) {
      totals.set_vulnerabilities(totals.vulnerabilities() + 1);
      totals.set_overdue(totals.overdue() + (one->overdue ? 1 : 0));
      totals.set_without_fix(totals.without_fix() + (one->fixed.empty() ? 1 : 0));
    }
    totals.set_unlisted(totals.vulnerabilities() - result_.vulnerabilities_size());
    totals.set_steps(result_.steps_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::DependencyTotals& totals) {
    pb::DependencyPhrases& phrases = *result_.mutable_phrases();
    phrases.set_packages(Count(totals.packages(), "package", "packages"));
    std::set<std::string> subjects;
    for (const pb::EcosystemRow& row : result_.inventory()) subjects.insert(row.subject());
    phrases.set_subjects(Count(static_cast<int>(subjects.size()), "bill of materials", "bills of materials"));
    phrases.set_built(Count(totals.built(), "component", "components"));
    phrases.set_covered(absl::StrCat(totals.covered(), " of ", phrases.built()));
    phrases.set_vulnerabilities(
        Count(totals.vulnerabilities(), "open vulnerability of a package", "open vulnerabilities of packages"));
    phrases.set_overdue(totals.overdue() == 0 ? "none is" : Count(totals.overdue(), "is", "are"));
    phrases.set_licence_findings(Count(totals.licence_findings(), "package", "packages"));
    phrases.set_refused(totals.refused() == 0 ? "none is refused"
                                              : Count(totals.refused(), "is refused", "are refused"));
    phrases.set_steps(Count(totals.steps(), "upgrade step", "upgrade steps"));
    phrases.set_tasks(Count(result_.tasks_size(), "bill of materials is", "bills of materials are"));
    if (totals.without_fix() > 0) {
      phrases.set_without_fix(Count(totals.without_fix(), "vulnerability has", "vulnerabilities have"));
    }
  }

  const Input& input_;
  const model::Model& model_;
  const analysis::Facts& facts_;
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  const analysis::SoftwareBill bill_;
  const std::vector<const Vulnerability*> open_;  // in packages
  pb::DependencyScanResult result_;
};

}  // namespace

pb::DependencyScanResult DependencyScan(const Input& input) { return Scan(input).Build(); }

}  // namespace metapowers::commands::protect
