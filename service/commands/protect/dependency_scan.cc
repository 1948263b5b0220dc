#include "service/commands/protect/dependency_scan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/licences.h"
#include "service/analysis/metrics.h"
#include "service/analysis/software_bill.h"
#include "service/analysis/upgrade_steps.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/dependency_snippets.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/software_rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
using analysis::BomFact;
using analysis::PackageMatch;
using analysis::UpgradeStep;
using analysis::Vulnerability;
using evidence::Package;
using knowledge::v1::DependencyAsk;
using knowledge::v1::LicenceDecision;
using knowledge::v1::PackageManager;

// Rows of the longest tables; the rest is counted.
constexpr size_t kMaxRows = 500;
// Names that a cell lists before it counts the rest.
constexpr size_t kNamed = 8;

std::string SubjectOf(const Vulnerability& one) { return one.component.empty() ? one.repository : one.component; }

std::string WithVersion(const Package& package) {
  return package.version.empty() ? package.name : absl::StrCat(package.name, " ", package.version);
}

std::string PathText(const std::vector<const Package*>& path) {
  std::vector<std::string> names;
  for (const Package* package : path) names.push_back(WithVersion(*package));
  return absl::StrJoin(names, " > ");
}

std::string EcosystemName(const Package& package) {
  const std::string ecosystem = evidence::EcosystemOf(package);
  return ecosystem.empty() ? "not stated" : ecosystem;
}

std::string StateWord(BomFact::State state) {
  switch (state) {
    case BomFact::State::kMissing:
      return "file missing";
    case BomFact::State::kUnreadable:
      return "unreadable";
    case BomFact::State::kOther:
      return "describes something else";
    case BomFact::State::kSuperseded:
      return "superseded";
    case BomFact::State::kOutdated:
      return "outdated";
    case BomFact::State::kCurrent:
      return "current";
  }
  return "";
}

std::string DecisionWord(LicenceDecision decision) {
  switch (decision) {
    case knowledge::v1::LICENCE_DECISION_ALLOWED:
      return "allowed";
    case knowledge::v1::LICENCE_DECISION_REVIEW:
      return "review";
    case knowledge::v1::LICENCE_DECISION_REFUSED:
      return "refused";
    default:
      return "unknown";
  }
}

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
    const knowledge::v1::DependencyRules& rules = knowledge::DependencyRules();
    result_.set_system(model_.proto().name());
    result_.set_as_of(model_.proto().as_of());
    result_.set_max_age_days(rules.max_bom_age_days());
    result_.set_licence_list(rules.licence_list_version());
    result_.set_cooldown_days(rules.cooldown_days());
    result_.set_pci_months(knowledge::VulnerabilityRules().pci_critical_months());
    const analysis::FrameworkFact* pci = analysis::PciFramework(facts_);
    result_.set_pci_applies(pci != nullptr && pci->applies);
    AddBoms();
    AddCoverage();
    AddTasks();
    for (const BomFact* bom : Counting()) AddInventory(*bom);
    AddVulnerabilities();
    AddLicences();
    AddSteps();
    AddTerms();
    AddAppetite();
    AddManagers();
    AddPolicy();
    AddRegistries();
    AddFiles();
    AddControlEffects(input_, "dependency-scan", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  const std::string& TeamOf(const std::string& subject) const {
    const auto* component = model_.Find<model::v1::Component>(subject);
    if (component != nullptr && !component->owner_team().empty()) return component->owner_team();
    const auto* repository = model_.Find<model::v1::Repository>(subject);
    if (repository != nullptr && !repository->owner_team().empty()) return repository->owner_team();
    return model_.proto().owner_team();
  }

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

  // --- Inventory ---

  static std::string ToolOf(const BomFact& bom) {
    const evidence::Report& report = bom.source->entry->report;
    const std::string tool = report.tool.empty() ? bom.source->declaration->tool() : report.tool;
    return report.tool_version.empty() ? tool : absl::StrCat(tool, " ", report.tool_version);
  }

  void AddBoms() {
    for (const BomFact& bom : bill_.boms()) {
      pb::BomRow& row = *result_.add_boms();
      row.set_id(bom.source->declaration->id());
      row.set_format(Label(bom.source->declaration->format()));
      row.set_tool(ToolOf(bom));
      row.set_declared_for(bom.subject);
      row.set_produced_on(bom.date);
      if (bom.age_days >= 0) row.set_age(InDays(bom.age_days));
      row.set_state(StateWord(bom.state));
      row.set_reason(bom.source->entry->reason);
      row.set_owner(TeamName(model_, bom.source->team));
      if (bom.bom == nullptr) continue;
      row.set_describes(bom.bom->subject);
      row.set_packages(static_cast<int>(bom.bom->packages.size()));
      for (const std::string& warning : bom.source->entry->report.warnings) {
        pb::BomWarning& out = *result_.add_warnings();
        out.set_evidence(row.id());
        out.set_text(warning);
      }
    }
  }

  void AddCoverage() {
    for (const std::string& id : analysis::BuiltComponents(facts_)) {
      const model::v1::Component& component = *facts_.Find(id)->component;
      pb::BomCoverage& row = *result_.add_coverage();
      row.set_id(id);
      row.set_owner(TeamName(model_, TeamOf(id)));
      row.set_language(component.language());
      row.set_repository(component.repository());
      for (const PackageManager* manager : analysis::PackageManagersOf(facts_, component)) {
        row.add_managers(manager->title());
      }
      const BomFact* bom = bill_.Of(id);
      row.set_state(bom == nullptr ? "not covered" : bom->state == BomFact::State::kCurrent ? "covered" : "outdated");
      if (bom == nullptr) continue;
      row.set_evidence(bom->source->declaration->id());
      if (bom->age_days >= 0) row.set_age(InDays(bom->age_days));
      row.set_tool(ToolOf(*bom));
      row.set_packages(static_cast<int>(bom->bom->packages.size()));
    }
  }

  // One task for each package manager of a repository, and one for each image that nobody here builds.
  void AddTasks() {
    std::map<std::pair<std::string, std::string>, pb::BomTask> tasks;  // by subject and command
    for (const std::string& id : analysis::BuiltComponents(facts_)) {
      const BomFact* bom = bill_.Of(id);
      if (bom != nullptr && bom->state == BomFact::State::kCurrent) continue;
      const analysis::ComponentFacts& component = *facts_.Find(id);
      const std::string outdated = bom == nullptr ? "" : bom->source->declaration->id();
      bool listed = false;
      for (const PackageManager* manager : analysis::PackageManagersOf(facts_, *component.component)) {
        if (manager->ecosystem().empty()) continue;
        AddTask(component, manager->title(), absl::StrReplaceAll(manager->bom_command(), {{"{target}", id}}),
                manager->bom_format(), outdated, tasks);
        listed = true;
      }
      if (listed) continue;
      const std::string& image = component.component->container().base_image();
      const bool foreign = !component.component->custom_code() && !image.empty();
      const std::string target = foreign ? image : component.component->custom_code() ? "dir:." : "$IMAGE";
      AddTask(component, foreign ? "container image" : "any",
              absl::StrCat("syft ", target, " -o cyclonedx-json=evidence/", id, ".cdx.json"), "cyclonedx", outdated,
              tasks);
    }
    std::vector<pb::BomTask> sorted;
    for (auto& [key, task] : tasks) sorted.push_back(std::move(task));
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const pb::BomTask& a, const pb::BomTask& b) { return a.due() < b.due(); });
    for (pb::BomTask& task : sorted) *result_.add_tasks() = std::move(task);
  }

  void AddTask(const analysis::ComponentFacts& component, const std::string& manager, const std::string& command,
               const std::string& format, const std::string& outdated,
               std::map<std::pair<std::string, std::string>, pb::BomTask>& tasks) const {
    const std::string& id = component.component->id();
    pb::BomTask& task = tasks[{id, command}];
    const auto exposure = analysis::VulnerabilityExposureOf(facts_, component);
    task.set_due(model::FormatDate(model_.as_of() + analysis::FactorOf(exposure).scan_days()));
    task.set_subject(id);
    task.set_manager(manager);
    task.set_command(command);
    task.set_format(format);
    task.set_outdated(outdated);
    task.set_owner(TeamName(model_, TeamOf(id)));
  }

  void AddInventory(const BomFact& bom) {
    std::map<std::string, pb::EcosystemRow> rows;
    std::map<std::string, std::vector<const Package*>> by_name;
    std::vector<const Package*> unversioned;
    std::vector<const Package*> unhashed;
    for (const Package& package : bom.bom->packages) {
      pb::EcosystemRow& row = rows[EcosystemName(package)];
      row.set_packages(row.packages() + 1);
      if (package.depth == Package::Depth::kDirect) row.set_direct(row.direct() + 1);
      if (package.depth == Package::Depth::kTransitive) row.set_transitive(row.transitive() + 1);
      if (package.depth == Package::Depth::kUnknown) row.set_unplaced(row.unplaced() + 1);
      if (package.version.empty()) unversioned.push_back(&package);
      if (!package.hashed) unhashed.push_back(&package);
      row.set_without_version(row.without_version() + (package.version.empty() ? 1 : 0));
      row.set_without_hash(row.without_hash() + (package.hashed ? 0 : 1));
      row.set_without_licence(row.without_licence() + (package.licences.empty() ? 1 : 0));
      by_name[absl::StrCat(EcosystemName(package), "\n", package.name)].push_back(&package);
    }
    for (const auto& [name, packages] : by_name) {
      std::set<std::string> versions;
      for (const Package* package : packages) versions.insert(package->version);
      if (versions.size() < 2) continue;
      pb::EcosystemRow& row = rows[EcosystemName(*packages.front())];
      row.set_several(row.several() + 1);
      AddDuplicate(bom, packages, versions);
    }
    for (auto& [ecosystem, row] : rows) {
      row.set_subject(bom.subject);
      row.set_ecosystem(ecosystem);
      row.set_graph(bom.bom->has_graph);
      *result_.add_inventory() = std::move(row);
    }
    AddGap(bom, "no version: it can be anything", unversioned);
    AddGap(bom, "no digest in the file: a changed copy is not seen", unhashed);
  }

  void AddDuplicate(const BomFact& bom, const std::vector<const Package*>& packages,
                    const std::set<std::string>& versions) {
    if (result_.duplicates_size() >= static_cast<int>(kMaxRows)) return;
    pb::DuplicatePackage& row = *result_.add_duplicates();
    row.set_subject(bom.subject);
    row.set_package(packages.front()->name);
    AddAll(versions, row.mutable_versions());
    std::set<std::string> asked_by;
    for (const Package* package : packages) {
      const std::vector<const Package*> path = bom.bom->PathTo(*package);
      if (!path.empty()) asked_by.insert(path.front()->name);
    }
    AddAll(asked_by, row.mutable_asked_by());
  }

  void AddGap(const BomFact& bom, const char* gap, const std::vector<const Package*>& packages) {
    if (packages.empty()) return;
    pb::PackageGap& row = *result_.add_gaps();
    row.set_subject(bom.subject);
    row.set_gap(gap);
    row.set_count(static_cast<int>(packages.size()));
    for (const Package* package : packages) {
      if (row.packages_size() < static_cast<int>(kNamed)) row.add_packages(WithVersion(*package));
    }
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
      if (result_.vulnerabilities_size() >= static_cast<int>(kMaxRows)) return;
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

  // --- Licences ---

  struct LicenceUse {
    int packages = 0;
    std::set<std::string> subjects;
    std::string note;
  };

  // How the packages of a subject reach users: of a repository as the first of its components that hands them on.
  analysis::DistributionFact DistributionOf(const std::string& subject, const std::string& ecosystem) const {
    if (model_.Find<model::v1::Component>(subject) != nullptr) {
      return analysis::DistributionOf(facts_, subject, ecosystem);
    }
    for (const std::string& id : analysis::ComponentsOf(model_, subject)) {
      analysis::DistributionFact fact = analysis::DistributionOf(facts_, id, ecosystem);
      if (fact.kind == knowledge::v1::DISTRIBUTION_KIND_SHIPPED) return fact;
    }
    return {};
  }

  void AddLicences() {
    std::map<int, int> by_class;
    std::map<std::pair<int, std::string>, LicenceUse> uses;
    std::vector<pb::LicenceFinding> findings;
    for (const BomFact* bom : Counting()) {
      std::map<std::string, analysis::DistributionFact> ways;  // by ecosystem
      for (const Package& package : bom->bom->packages) {
        const std::string ecosystem = EcosystemName(package);
        const auto [way, is_new] = ways.try_emplace(ecosystem);
        if (is_new) way->second = DistributionOf(bom->subject, ecosystem);
        const analysis::LicenceFact licence = analysis::JudgeLicences(package.licences);
        ++by_class[licence.klass];
        LicenceUse& use = uses[{licence.klass, licence.expression}];
        ++use.packages;
        use.subjects.insert(bom->subject);
        use.note = licence.note;
        AddLicenceFinding(*bom, package, licence, way->second, findings);
      }
      for (const auto& [ecosystem, way] : ways) {
        pb::DistributionRow& row = *result_.add_distributions();
        row.set_subject(bom->subject);
        row.set_ecosystem(ecosystem);
        row.set_shipped(way.kind == knowledge::v1::DISTRIBUTION_KIND_SHIPPED);
        row.set_reason(way.reason);
      }
    }
    for (auto use = uses.rbegin(); use != uses.rend(); ++use) {
      pb::LicenceRow& row = *result_.add_licences();
      row.set_licence(use->first.second);
      row.set_title(analysis::LicenceKindOf(static_cast<knowledge::v1::LicenceClass>(use->first.first)).title());
      row.set_packages(use->second.packages);
      AddAll(use->second.subjects, row.mutable_subjects());
      row.set_note(use->second.note);
    }
    std::stable_sort(findings.begin(), findings.end(), [](const pb::LicenceFinding& a, const pb::LicenceFinding& b) {
      return std::make_tuple(a.decision() != "refused", a.due()) < std::make_tuple(b.decision() != "refused", b.due());
    });
    licence_findings_ = static_cast<int>(findings.size());
    for (pb::LicenceFinding& finding : findings) {
      refused_ += finding.decision() == "refused" ? 1 : 0;
      if (result_.licence_findings_size() < static_cast<int>(kMaxRows)) {
        *result_.add_licence_findings() = std::move(finding);
      }
    }
    for (const knowledge::v1::LicenceClassKind& kind : knowledge::DependencyRules().classes()) {
      pb::LicencePolicyRow& row = *result_.add_licence_policy();
      row.set_title(kind.title());
      row.set_meaning(kind.meaning());
      row.set_service(Decision(kind.class_(), knowledge::v1::DISTRIBUTION_KIND_SERVICE));
      row.set_shipped(Decision(kind.class_(), knowledge::v1::DISTRIBUTION_KIND_SHIPPED));
      row.set_packages(by_class[kind.class_()]);
    }
  }

  static std::string Decision(knowledge::v1::LicenceClass klass, knowledge::v1::DistributionKind way) {
    const knowledge::v1::LicencePolicy& policy = analysis::LicencePolicyOf(klass, way);
    return absl::StrCat(DecisionWord(policy.decision()), ": ", policy.action());
  }

  void AddLicenceFinding(const BomFact& bom, const Package& package, const analysis::LicenceFact& licence,
                         const analysis::DistributionFact& way, std::vector<pb::LicenceFinding>& findings) const {
    const knowledge::v1::LicencePolicy& policy = analysis::LicencePolicyOf(licence.klass, way.kind);
    if (policy.decision() == knowledge::v1::LICENCE_DECISION_ALLOWED) return;
    pb::LicenceFinding& row = findings.emplace_back();
    row.set_subject(bom.subject);
    row.set_package(WithVersion(package));
    row.set_licence(licence.expression);
    row.set_title(analysis::LicenceKindOf(licence.klass).title());
    row.set_distribution(way.kind == knowledge::v1::DISTRIBUTION_KIND_SHIPPED ? "handed to users" : "service");
    row.set_decision(DecisionWord(policy.decision()));
    row.set_action(policy.action());
    row.set_owner(TeamName(model_, TeamOf(bom.subject)));
    row.set_due(model::FormatDate(model_.as_of() + policy.days()));
    row.set_path(PathText(bom.bom->PathTo(package)));
  }

  // --- Plan ---

  static std::string ActionOf(const UpgradeStep& step) {
    if (!step.has_fix && step.mends.size() == 1) {
      return absl::StrCat("remove or shield ", step.mends.front()->package, ", for which no fixed version is known");
    }
    const std::string targets = analysis::TargetVersions(step);
    if (step.of_distribution) return absl::StrCat("rebuild on a base image that moves ", targets);
    if (step.direct == nullptr) return absl::StrCat("raise ", targets);
    return absl::StrCat("raise ", step.package, " to a version that moves ", targets,
                        "; until one exists, pin the transitive package in the manifest");
  }

  void AddSteps() {
    for (const UpgradeStep& step : analysis::UpgradeSteps(*judged_, bill_)) {
      pb::UpgradeStep& row = *result_.add_steps();
      row.set_due(step.due);
      if (step.overdue_days > 0) row.set_overdue(InDays(step.overdue_days));
      row.set_subject(step.subject);
      row.set_package(step.package);
      row.set_has_fix(step.has_fix);
      row.set_action(ActionOf(step));
      row.set_severity(step.severity);
      row.set_owner(TeamName(model_, step.team));
      std::set<std::string> ids;
      for (const Vulnerability* one : step.mends) ids.insert(one->id);
      AddAll(ids, row.mutable_mends());
      row.set_verification(absl::StrCat("the next report on ", step.subject, " no longer lists ",
                                        List({ids.begin(), ids.end()}, kNamed)));
    }
  }

  // --- Policy ---

  void AddTerms() {
    std::map<model::v1::Severity, std::pair<int, int>> counts;  // open, overdue
    for (const Vulnerability* one : open_) {
      ++counts[one->severity].first;
      counts[one->severity].second += one->overdue ? 1 : 0;
    }
    for (const knowledge::v1::SeverityBand& band : knowledge::VulnerabilityRules().bands()) {
      pb::PatchTerm& row = *result_.add_terms();
      row.set_severity(band.severity());
      row.set_open(counts[band.severity()].first);
      row.set_overdue(counts[band.severity()].second);
      const bool capped = result_.pci_applies() && band.severity() == model::v1::SEVERITY_CRITICAL;
      if (capped) row.set_pci(absl::StrCat("within ", Months(result_.pci_months()), " of the release of the fix"));
      int hours = 0;
      for (const model::v1::PatchSla& sla : model_.proto().policy_parameters().patch_sla()) {
        if (sla.severity() == band.severity()) hours = sla.hours();
      }
      if (hours > 0) row.set_term(Hours(hours));
      row.set_verdict(TermVerdict(hours, capped, row.overdue()));
    }
  }

  std::string TermVerdict(int hours, bool capped, int overdue) const {
    if (hours == 0) return capped ? "no own term: that of PCI DSS alone holds" : "no term is declared";
    const absl::CivilDay own = model_.as_of() + (hours + 23) / 24;
    if (capped && own > analysis::MonthsLater(model_.as_of(), result_.pci_months())) {
      return "the own term is longer than PCI DSS 6.3.3 allows: its month holds in scope";
    }
    const std::string agrees = capped ? "the own term is the shorter one and holds" : "the own term holds";
    return overdue == 0 ? agrees
                        : absl::StrCat(agrees, "; missed by ", Count(overdue, "vulnerability", "vulnerabilities"));
  }

  // Thresholds on vulnerable or unsupported software: by the computed fact, else by the words of the metric.
  static bool BearsOnPackages(const model::v1::Threshold& threshold) {
    if (threshold.fact() == model::v1::THRESHOLD_METRIC_END_OF_LIFE_ASSETS) return true;
    const std::string metric = absl::AsciiStrToLower(threshold.metric());
    return absl::c_any_of(std::initializer_list<absl::string_view>{"vulnerab", "patch", "dependenc", "end of support"},
                          [&](absl::string_view word) { return absl::StrContains(metric, word); });
  }

  void AddAppetite() {
    for (const model::v1::RiskCategory& category : model_.proto().risk_appetite().categories()) {
      for (const model::v1::Threshold& threshold : category.thresholds()) {
        if (!BearsOnPackages(threshold)) continue;
        pb::AppetiteRow& row = *result_.add_appetite();
        row.set_category(category.name());
        row.set_metric(threshold.metric());
        row.set_tolerance(Amount(threshold.tolerance(), threshold.unit()));
        row.set_limit(Amount(threshold.limit(), threshold.unit()));
        row.set_owner(RoleTitle(model_, category.owner()));
        const bool computed = threshold.fact() != model::v1::THRESHOLD_METRIC_UNSPECIFIED;
        if (!computed && !threshold.has_current()) {
          row.set_verdict("not measured");
          continue;
        }
        const double value =
            computed ? static_cast<double>(facts_.Metric(threshold.fact()).value) : threshold.current();
        row.set_current(Amount(value, threshold.unit()));
        const double sign = threshold.direction() == model::v1::THRESHOLD_DIRECTION_AT_LEAST ? -1 : 1;
        row.set_verdict(sign * value > sign * threshold.limit()       ? "above the limit"
                        : sign * value > sign * threshold.tolerance() ? "above the tolerance"
                                                                      : "within the tolerance");
      }
    }
  }

  void AddManagers() {
    for (const model::v1::Repository& repository : model_.proto().delivery().repositories()) {
      for (const std::string& name : repository.package_managers()) {
        pb::ManagerRow& row = *result_.add_managers();
        row.set_repository(repository.id());
        row.set_language(repository.language());
        row.set_owner(TeamName(model_, TeamOf(repository.id())));
        row.set_scanning(Label(repository.dependency_scanning()));
        const PackageManager* manager = analysis::FindPackageManager(name);
        row.set_title(manager == nullptr ? name : manager->title());
        if (manager == nullptr) continue;
        row.set_manifest(manager->manifest());
        row.set_lock_file(manager->lock_file());
        row.set_pinning(manager->pinning());
        row.set_check(manager->check());
        row.set_registry(manager->registry());
        row.set_scripts(manager->scripts());
      }
    }
  }

  // State of a control on the elements of the model that it is expected on, e.g. "implemented on 4, absent on 1".
  std::string StateOf(const std::string& control) const {
    const analysis::Landscape& landscape = input_.threats.Get().landscape();
    std::map<model::v1::PostureState, int> counts;
    for (const auto subject : {knowledge::v1::THREAT_SUBJECT_REPOSITORY, knowledge::v1::THREAT_SUBJECT_REGISTRY}) {
      for (const analysis::Element& element : landscape.ElementsOf(subject)) {
        const analysis::ControlPosture posture = analysis::PostureOf(element, control);
        if (posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) ++counts[posture.state];
      }
    }
    for (const std::string& id : analysis::BuiltComponents(facts_)) {
      const analysis::Element element = landscape.ComponentElement(landscape.IndexOf(id));
      const analysis::ControlPosture posture = analysis::PostureOf(element, control);
      if (posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) ++counts[posture.state];
    }
    std::vector<std::string> parts;
    for (const auto& [state, count] : counts) parts.push_back(absl::StrCat(Label(state), " on ", count));
    return parts.empty() ? "not known" : absl::StrJoin(parts, ", ");
  }

  void AddPolicy() {
    for (const knowledge::v1::DependencyPolicy& rule : knowledge::DependencyRules().policy()) {
      pb::PolicyRow& row = *result_.add_policy();
      row.set_id(rule.id());
      row.set_title(rule.title());
      row.set_requirement(absl::StrReplaceAll(rule.requirement(), {{"{cooldown}", InDays(result_.cooldown_days())}}));
      row.set_verification(rule.verification());
      AddAll(BindingReferences(binding_, rule.references()), row.mutable_references());
      const knowledge::v1::SecurityControl* control = knowledge::FindControl(rule.control());
      row.set_state(absl::StrCat(control == nullptr ? rule.control() : control->name(), ": ", StateOf(rule.control())));
    }
  }

  void AddRegistries() {
    for (const model::v1::Registry& registry : model_.proto().delivery().registries()) {
      pb::RegistrySource& row = *result_.add_registries();
      row.set_id(registry.id());
      row.set_product(registry.product());
      row.set_private_(Label(registry.private_access()));
      row.set_scan(Label(registry.scan_on_push()));
      row.set_immutable(Label(registry.immutable_tags()));
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

  void Ask(DependencyAsk ask, const std::string& name, const std::string& owner) {
    for (const knowledge::v1::DependencyQuestion& question : knowledge::DependencyRules().questions()) {
      if (question.ask() != ask) continue;
      metapowers::v1::Question& row = *result_.add_questions();
      row.set_field(absl::StrReplaceAll(question.field(), {{"{name}", name}}));
      row.set_text(absl::StrReplaceAll(question.text(), {{"{name}", name}}));
      row.set_owner(owner);
      row.set_owner_name(TeamName(model_, owner));
    }
  }

  void AddQuestions() {
    for (const BomFact& bom : bill_.boms()) {
      const std::string& id = bom.source->declaration->id();
      const bool unread = bom.state == BomFact::State::kMissing || bom.state == BomFact::State::kUnreadable;
      if (unread) Ask(knowledge::v1::DEPENDENCY_ASK_FILE, id, bom.source->team);
      if (bom.subject.empty() || bom.state == BomFact::State::kOther) {
        Ask(knowledge::v1::DEPENDENCY_ASK_SUBJECT, id, bom.source->team);
      }
      if (!bom.counts()) continue;
      if (!bom.bom->has_graph) Ask(knowledge::v1::DEPENDENCY_ASK_GRAPH, id, bom.source->team);
      if (absl::c_any_of(bom.bom->packages, [](const Package& package) { return package.licences.empty(); })) {
        Ask(knowledge::v1::DEPENDENCY_ASK_LICENCE, id, bom.source->team);
      }
    }
    for (const pb::BomCoverage& row : result_.coverage()) {
      if (row.state() == "not covered") Ask(knowledge::v1::DEPENDENCY_ASK_BOM, row.id(), TeamOf(row.id()));
    }
    for (const model::v1::Repository& repository : model_.proto().delivery().repositories()) {
      if (repository.package_managers().empty()) {
        Ask(knowledge::v1::DEPENDENCY_ASK_MANAGERS, repository.id(), TeamOf(repository.id()));
      }
    }
    for (const pb::PatchTerm& term : result_.terms()) {
      if (term.term().empty()) {
        Ask(knowledge::v1::DEPENDENCY_ASK_TERM, Label(term.severity()), model_.proto().owner_team());
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
    totals.set_licence_findings(licence_findings_);
    totals.set_refused(refused_);
    totals.set_unlisted_findings(licence_findings_ - result_.licence_findings_size());
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
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  const analysis::SoftwareBill bill_;
  const std::vector<const Vulnerability*> open_;  // in packages
  int licence_findings_ = 0;
  int refused_ = 0;
  pb::DependencyScanResult result_;
};

}  // namespace

pb::DependencyScanResult DependencyScan(const Input& input) { return Scan(input).Build(); }

}  // namespace metapowers::commands::protect
