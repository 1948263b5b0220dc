#include "service/commands/package_policy_tables.h"

#include <map>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/patch_terms.h"
#include "service/analysis/software_bill.h"
#include "service/analysis/thresholds.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/package_wording.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/software_rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::PatchTermFact;
using analysis::TermState;
using analysis::ThresholdState;
using kb::PackageManager;

class PolicyTables {
 public:
  PolicyTables(const Input& input, pb::DependencyScanResult& result)
      : input_(input), model_(input.model), rules_(knowledge::DependencyRules()), result_(result) {}

  void Run(const std::vector<const analysis::Vulnerability*>& open) {
    AddTerms(open);
    AddAppetite();
    AddManagers();
    AddPolicy();
    AddRegistries();
  }

 private:
  void AddTerms(const std::vector<const analysis::Vulnerability*>& open) {
    for (const PatchTermFact& fact : analysis::PatchTerms(input_.facts, open)) {
      pb::PatchTerm& row = *result_.add_terms();
      row.set_severity(fact.severity);
      row.set_open(fact.open);
      row.set_overdue(fact.overdue);
      if (fact.pci) row.set_pci(absl::StrCat("within ", Months(result_.pci_months()), " of the release of the fix"));
      if (fact.hours > 0) row.set_term(Hours(fact.hours));
      row.set_verdict(VerdictOn(fact));
    }
  }

  static std::string VerdictOn(const PatchTermFact& fact) {
    switch (fact.state) {
      case TermState::kNone:
        return "no term is declared";
      case TermState::kPciAlone:
        return "no own term: that of PCI DSS alone holds";
      case TermState::kTooLong:
        return "the own term is longer than PCI DSS 6.3.3 allows: its month holds in scope";
      case TermState::kOwn:
        break;
    }
    const std::string holds = fact.pci ? "the own term is the shorter one and holds" : "the own term holds";
    if (fact.overdue == 0) return holds;
    return absl::StrCat(holds, "; missed by ", Count(fact.overdue, "vulnerability", "vulnerabilities"));
  }

  // Thresholds on vulnerable or unsupported software: by the computed fact, else by the words of the metric.
  bool BearsOnPackages(const model::v1::Threshold& threshold) const {
    if (threshold.fact() == model::v1::THRESHOLD_METRIC_END_OF_LIFE_ASSETS) return true;
    const std::string metric = absl::AsciiStrToLower(threshold.metric());
    return absl::c_any_of(rules_.metric_words(),
                          [&](const std::string& word) { return absl::StrContains(metric, word); });
  }

  static const char* VerdictOn(ThresholdState state) {
    switch (state) {
      case ThresholdState::kNotMeasured:
        return "not measured";
      case ThresholdState::kWithinTolerance:
        return "within the tolerance";
      case ThresholdState::kOverTolerance:
        return "above the tolerance";
      case ThresholdState::kOverLimit:
        return "above the limit";
    }
    return "";
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
        const analysis::ThresholdFact fact = analysis::JudgeThreshold(input_.facts, threshold);
        if (fact.value.has_value()) row.set_current(Amount(*fact.value, threshold.unit()));
        row.set_verdict(VerdictOn(fact.state));
      }
    }
  }

  void AddManagers() {
    for (const model::v1::Repository& repository : model_.proto().delivery().repositories()) {
      for (const std::string& name : repository.package_managers()) {
        pb::ManagerRow& row = *result_.add_managers();
        row.set_repository(repository.id());
        row.set_language(repository.language());
        row.set_owner(TeamName(model_, PackageTeam(model_, repository.id())));
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
    std::vector<analysis::Element> elements;
    for (const auto subject : {kb::THREAT_SUBJECT_REPOSITORY, kb::THREAT_SUBJECT_REGISTRY}) {
      for (const analysis::Element& element : landscape.ElementsOf(subject)) elements.push_back(element);
    }
    for (const std::string& id : analysis::BuiltComponents(input_.facts)) {
      elements.push_back(landscape.ComponentElement(landscape.IndexOf(id)));
    }
    std::map<model::v1::PostureState, int> counts;
    for (const analysis::Element& element : elements) {
      const model::v1::PostureState state = analysis::PostureOf(element, control).state;
      if (state != model::v1::POSTURE_STATE_UNSPECIFIED) ++counts[state];
    }
    return counts.empty() ? "not known" : PostureCounts(counts);
  }

  void AddPolicy() {
    for (const kb::DependencyPolicy& rule : rules_.policy()) {
      pb::PolicyRow& row = *result_.add_policy();
      row.set_id(rule.id());
      row.set_title(rule.title());
      row.set_requirement(absl::StrReplaceAll(rule.requirement(), {{"{cooldown}", InDays(result_.cooldown_days())}}));
      row.set_verification(rule.verification());
      AddAll(BindingReferences(binding_, rule.references()), row.mutable_references());
      row.set_state(absl::StrCat(knowledge::FindControl(rule.control())->name(), ": ", StateOf(rule.control())));
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

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const kb::DependencyRules& rules_;
  pb::DependencyScanResult& result_;
};

}  // namespace

void AddPackagePolicyTables(const Input& input, const std::vector<const analysis::Vulnerability*>& open,
                            pb::DependencyScanResult& result) {
  PolicyTables(input, result).Run(open);
}

}  // namespace metapowers::commands
