#include "service/analysis/compliance.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/compliance_facts.h"
#include "service/analysis/compliance_scope.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Severity;

// Days of the first two waves.
constexpr int kFirstWaveDays = 30;
constexpr int kSecondWaveDays = 90;
constexpr int kWaves = 3;

const char* SourceName(ComplianceSource source) {
  switch (source) {
    case ComplianceSource::kControl:
      return "control";
    case ComplianceSource::kPosture:
      return "posture";
    case ComplianceSource::kHandling:
      return "handling";
    case ComplianceSource::kInventory:
      return "inventory";
    case ComplianceSource::kProgramme:
      return "programme";
    case ComplianceSource::kSupplier:
      return "supplier";
    case ComplianceSource::kPolicy:
      return "policy";
  }
  return "";
}

Severity Lower(Severity severity, int levels) {
  return static_cast<Severity>(std::max<int>(model::v1::SEVERITY_LOW, severity - levels));
}

// Of one element that lacks a control, before what it has in part counts.
Severity OfElement(const ComplianceElement& element, bool pci) {
  Severity severity = model::v1::SEVERITY_LOW;
  if (element.criticality == model::v1::CRITICALITY_CRITICAL) severity = model::v1::SEVERITY_HIGH;
  if (element.criticality == model::v1::CRITICALITY_HIGH) severity = model::v1::SEVERITY_MEDIUM;
  // Repositories, suppliers and the like have no criticality of their own.
  if (element.criticality == model::v1::CRITICALITY_UNSPECIFIED) severity = model::v1::SEVERITY_MEDIUM;
  return pci && element.cde ? static_cast<Severity>(severity + 1) : severity;
}

Severity OfFact(const ComplianceFact& fact, bool pci) {
  Severity worst = model::v1::SEVERITY_LOW;
  for (const ComplianceElement& element : fact.failing) {
    const bool by_row = fact.severity != model::v1::SEVERITY_UNSPECIFIED;
    const Severity severity = by_row ? fact.severity : OfElement(element, pci);
    worst = std::max(worst, Lower(severity, element.partly ? 1 : 0));
  }
  return worst;
}

bool Fails(const ComplianceFact& fact) { return !fact.failing.empty(); }

}  // namespace

std::string ActionKey(const ComplianceFact& fact) { return absl::StrCat(SourceName(fact.source), ":", fact.id); }

void ComplianceCounts::Add(ComplianceStatus status) {
  switch (status) {
    case ComplianceStatus::kMet:
      ++met;
      return;
    case ComplianceStatus::kPartlyMet:
      ++partly_met;
      return;
    case ComplianceStatus::kNotMet:
      ++not_met;
      return;
    case ComplianceStatus::kUnknown:
      ++unknown;
      return;
    case ComplianceStatus::kNotApplicable:
      ++not_applicable;
      return;
  }
}

int ComplianceCounts::PerMille() const {
  if (!EnoughForScore()) return -1;
  return ((2 * met + partly_met) * 1000 + rated()) / (2 * rated());
}

ComplianceStatus StatusOf(const RequirementVerdict& requirement, const std::set<std::string>& done) {
  bool shown = false, rule = false, part = false, failing = false, decided = false;
  bool open = !requirement.silent_parts.empty();
  for (const ComplianceFact* fact : requirement.facts) {
    const bool closed = !done.empty() && done.count(ActionKey(*fact)) > 0;
    const bool some = !fact->shown.empty() || (closed && Fails(*fact));
    shown = shown || (some && !fact->rule_only);
    rule = rule || (some && fact->rule_only);
    decided = decided || fact->decides || (closed && fact->source == ComplianceSource::kControl);
    open = open || !fact->open.empty();
    if (closed) continue;
    failing = failing || Fails(*fact);
    part = part || std::any_of(fact->failing.begin(), fact->failing.end(),
                               [](const ComplianceElement& element) { return element.partly; });
  }
  if (failing) return shown || rule || part ? ComplianceStatus::kPartlyMet : ComplianceStatus::kNotMet;
  if (shown) return open && !decided ? ComplianceStatus::kPartlyMet : ComplianceStatus::kMet;
  return rule ? ComplianceStatus::kPartlyMet : ComplianceStatus::kUnknown;
}

// Fills a Compliance.
class ComplianceAssessor {
 public:
  ComplianceAssessor(const Landscape& landscape, ComplianceInputs inputs)
      : landscape_(landscape), inputs_(std::move(inputs)), all_(ComplianceFactsOf(landscape)) {
    for (ComplianceFact& fact : inputs_.facts) all_.push_back(std::move(fact));
    std::stable_sort(all_.begin(), all_.end(), [](const ComplianceFact& a, const ComplianceFact& b) {
      return std::tie(a.source, a.id) < std::tie(b.source, b.id);
    });
  }

  Compliance Run() {
    for (const FrameworkFact& framework : landscape_.facts().frameworks()) {
      if (framework.applies && framework.framework != nullptr) AddFramework(framework);
    }
    AddActions();
    AddWaves();
    return std::move(result_);
  }

 private:
  using ByRequirement = std::map<std::string, std::vector<const ComplianceFact*>>;

  void AddFramework(const FrameworkFact& framework) {
    const ComplianceScope scope(landscape_, *framework.framework);
    FrameworkVerdict& verdict = result_.frameworks_.emplace_back();
    verdict.framework = &framework;
    verdict.components = scope.components();
    verdict.restricted = scope.restricted();
    const ByRequirement by_requirement = FactsFor(framework.id, scope);
    for (const k::Requirement& requirement : framework.framework->requirements()) {
      verdict.requirements.push_back(Judge(framework, requirement, by_requirement));
      verdict.counts.Add(verdict.requirements.back().status);
    }
  }

  // The facts on this framework, each limited to what its requirements are about, by the requirement's id.
  ByRequirement FactsFor(const std::string& framework, const ComplianceScope& scope) {
    ByRequirement by_requirement;
    const std::string prefix = absl::StrCat(framework, ":");
    for (const ComplianceFact& fact : all_) {
      std::map<RequirementScope, std::vector<std::string>> ids;
      for (const std::string& reference : fact.references) {
        if (!absl::StartsWith(reference, prefix)) continue;
        const std::string id = reference.substr(prefix.size());
        ids[scope.ScopeOf(id)].push_back(id);
      }
      for (const auto& [about, requirements] : ids) {
        const ComplianceFact* kept = Limited(fact, scope, about);
        if (kept == nullptr) continue;
        for (const std::string& id : requirements) by_requirement[id].push_back(kept);
      }
    }
    return by_requirement;
  }

  // The fact with the elements that are in scope; nullptr when none is.
  const ComplianceFact* Limited(const ComplianceFact& fact, const ComplianceScope& scope, RequirementScope about) {
    ComplianceFact own = fact;
    for (std::vector<ComplianceElement>* elements : {&own.shown, &own.failing, &own.open}) {
      elements->erase(std::remove_if(elements->begin(), elements->end(),
                                     [&](const ComplianceElement& e) { return !scope.Has(e.subject, e.id, about); }),
                      elements->end());
    }
    if (own.shown.empty() && own.failing.empty() && own.open.empty()) return nullptr;
    return &result_.facts_.emplace_back(std::move(own));
  }

  // Its own facts and those of its parts, in the order of all facts.
  static std::vector<const ComplianceFact*> Gather(const std::string& id, const ByRequirement& by_requirement) {
    std::set<const ComplianceFact*> seen;
    std::vector<const ComplianceFact*> facts;
    const std::string part = absl::StrCat(id, "(");
    for (auto at = by_requirement.lower_bound(id); at != by_requirement.end() && absl::StartsWith(at->first, id);
         ++at) {
      if (at->first != id && !absl::StartsWith(at->first, part)) continue;
      for (const ComplianceFact* fact : at->second) {
        if (seen.insert(fact).second) facts.push_back(fact);
      }
    }
    std::sort(facts.begin(), facts.end(), [](const ComplianceFact* a, const ComplianceFact* b) {
      return std::tie(a->source, a->id) < std::tie(b->source, b->id);
    });
    // What fails by a clause fails by what the clause is about, which says how to mend it.
    const auto by_policy = [](const ComplianceFact* fact) {
      return Fails(*fact) && fact->source == ComplianceSource::kPolicy;
    };
    const bool other = std::any_of(facts.begin(), facts.end(),
                                   [&](const ComplianceFact* fact) { return Fails(*fact) && !by_policy(fact); });
    if (other) facts.erase(std::remove_if(facts.begin(), facts.end(), by_policy), facts.end());
    return facts;
  }

  RequirementVerdict Judge(const FrameworkFact& framework, const k::Requirement& requirement,
                           const ByRequirement& by_requirement) const {
    RequirementVerdict verdict;
    verdict.requirement = &requirement;
    verdict.key = absl::StrCat("gap:", framework.id, ":", requirement.id());
    const auto reason = inputs_.not_binding.find(absl::StrCat(framework.id, ":", requirement.id()));
    if (reason != inputs_.not_binding.end()) {
      verdict.status = ComplianceStatus::kNotApplicable;
      verdict.reason = reason->second;
      return verdict;
    }
    verdict.facts = Gather(requirement.id(), by_requirement);
    verdict.silent_parts = SilentParts(framework, requirement.id(), by_requirement);
    verdict.status = StatusOf(verdict);
    for (const ComplianceFact* fact : verdict.facts) {
      if (Fails(*fact)) verdict.severity = std::max(verdict.severity, SeverityIn(framework, *fact));
    }
    return verdict;
  }

  // Parts of the requirement that bind and have no facts; none where no part is a requirement of its own.
  std::vector<std::string> SilentParts(const FrameworkFact& framework, const std::string& id,
                                       const ByRequirement& by_requirement) const {
    std::vector<std::string> parts;
    const std::string part = absl::StrCat(id, "(");
    for (const k::Requirement& each : framework.framework->requirements()) {
      if (!absl::StartsWith(each.id(), part)) continue;
      const bool binds = inputs_.not_binding.count(absl::StrCat(framework.id, ":", each.id())) == 0;
      if (binds && Gather(each.id(), by_requirement).empty()) parts.push_back(each.id());
    }
    return parts;
  }

  static Severity SeverityIn(const FrameworkFact& framework, const ComplianceFact& fact) {
    const bool chosen = framework.framework->kind() == k::FRAMEWORK_KIND_VOLUNTARY;
    return Lower(OfFact(fact, framework.id == "pci-dss-4.0.1"), chosen ? 1 : 0);
  }

  // --- What closes gaps ---

  void AddActions() {
    std::map<std::string, RemediationAction> actions;
    std::map<std::string, std::map<std::pair<int, std::string>, const ComplianceElement*>> elements;
    for (const FrameworkVerdict& framework : result_.frameworks_) {
      for (const RequirementVerdict& requirement : framework.requirements) {
        for (const ComplianceFact* fact : requirement.facts) {
          if (!Fails(*fact)) continue;
          const std::string key = ActionKey(*fact);
          RemediationAction& action = actions[key];
          action.key = key;
          if (action.fact == nullptr) action.fact = fact;
          action.closes.push_back(&requirement);
          action.frameworks.push_back(&framework);
          action.severity = std::max(action.severity, SeverityIn(*framework.framework, *fact));
          for (const ComplianceElement& element : fact->failing)
            elements[key].insert({{element.subject, element.id}, &element});
        }
      }
    }
    for (auto& [key, action] : actions) {
      for (const auto& [id, element] : elements[key]) action.elements.push_back(*element);
      Plan(action);
      result_.actions_.push_back(std::move(action));
    }
    std::sort(result_.actions_.begin(), result_.actions_.end(),
              [](const RemediationAction& a, const RemediationAction& b) {
                return std::make_tuple(-a.severity, a.due, -static_cast<int>(a.closes.size()), a.key) <
                       std::make_tuple(-b.severity, b.due, -static_cast<int>(b.closes.size()), b.key);
              });
  }

  void Plan(RemediationAction& action) const {
    const absl::CivilDay today = landscape_.model().as_of();
    absl::CivilDay due = today + knowledge::GapTermDays(action.severity);
    if (!action.fact->due.empty()) {
      const absl::CivilDay declared = model::ToCivilDay(action.fact->due);
      if (declared > today) due = std::min(due, declared);
    }
    action.due = model::FormatDate(due);
    action.wave = due <= today + kFirstWaveDays ? 1 : due <= today + kSecondWaveDays ? 2 : kWaves;
  }

  void AddWaves() {
    for (const FrameworkVerdict& framework : result_.frameworks_) {
      WaveScore& score = result_.waves_.emplace_back();
      score.framework = &framework;
      std::set<std::string> done;
      for (int wave = 1; wave <= kWaves; ++wave) {
        for (const RemediationAction& action : result_.actions_) {
          if (action.wave == wave) done.insert(action.key);
        }
        ComplianceCounts& counts = score.after.emplace_back();
        for (const RequirementVerdict& requirement : framework.requirements) {
          const bool binds = requirement.status != ComplianceStatus::kNotApplicable;
          counts.Add(binds ? StatusOf(requirement, done) : requirement.status);
        }
      }
    }
  }

  const Landscape& landscape_;
  ComplianceInputs inputs_;
  std::vector<ComplianceFact> all_;
  Compliance result_;
};

Compliance Compliance::Assess(const Landscape& landscape, ComplianceInputs inputs) {
  return ComplianceAssessor(landscape, std::move(inputs)).Run();
}

}  // namespace metapowers::analysis
