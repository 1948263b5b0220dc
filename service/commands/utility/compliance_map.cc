// The verdicts are analysis' (compliance.h); this arranges them by section.
#include "service/commands/utility/compliance_map.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/compliance_sections.h"
#include "service/commands/framework_coverage.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::utility {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::utility::v1;
using analysis::ComplianceFact;
using analysis::ComplianceStatus;
using analysis::FrameworkVerdict;
using analysis::RemediationAction;
using analysis::RequirementVerdict;

constexpr absl::string_view kCsf = "csf-2.0";
constexpr absl::string_view kGovern = "GV.";
// Rows of a table before the rest is counted, and names in a cell.
constexpr int kRows = 20;
constexpr size_t kNamed = 4;

std::string StatusName(ComplianceStatus status) {
  switch (status) {
    case ComplianceStatus::kMet:
      return "met";
    case ComplianceStatus::kPartlyMet:
      return "partly met";
    case ComplianceStatus::kNotMet:
      return "not met";
    case ComplianceStatus::kNotApplicable:
      return "not applicable";
    case ComplianceStatus::kUnknown:
      break;
  }
  return "unknown";
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        compliance_(AssessCompliance(input, input.threats.Get().landscape())) {}

  pb::ComplianceMapResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddFrameworks();
    AddExcluded();
    AddControls();
    AddGovern();
    AddShared();
    AddGaps();
    AddActions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  static std::set<std::string> IdsOf(const std::vector<analysis::ComplianceElement>& elements) {
    std::set<std::string> ids;
    for (const analysis::ComplianceElement& element : elements) ids.insert(element.id);
    return ids;
  }

  template <class Field>
  static void AddSome(const std::set<std::string>& ids, Field* field) {
    AddFirst({ids.begin(), ids.end()}, kNamed, field);
  }

  // Sections that a claim on a subcategory names and whose facts hold.
  std::vector<std::string> ClaimsOn(const FrameworkVerdict& framework, const RequirementVerdict& verdict) const {
    std::vector<std::string> sections;
    const std::string reference = absl::StrCat(framework.framework->id, ":", verdict.requirement->id());
    for (const kb::SubcategoryClaim& claim : knowledge::PolicyClauses().claims()) {
      if (claim.reference() != reference) continue;
      const bool holds = std::all_of(claim.when().begin(), claim.when().end(),
                                     [&](const auto& match) { return Matches(input_, match) == Truth::kYes; });
      if (holds) sections.push_back(claim.command());
    }
    return sections;
  }

  static std::vector<std::string> RecordersOf(const FrameworkVerdict& framework, const RequirementVerdict& verdict) {
    return commands::RecordersOf(absl::StrCat(framework.framework->id, ":", verdict.requirement->id()));
  }

  std::vector<std::string> SectionsFor(const FrameworkVerdict& framework, const RequirementVerdict& verdict) const {
    std::set<std::string> sections;
    for (std::string& section : RecordersOf(framework, verdict)) sections.insert(std::move(section));
    for (std::string& section : SectionsOf(model_, verdict)) sections.insert(std::move(section));
    for (std::string& section : ClaimsOn(framework, verdict)) sections.insert(std::move(section));
    return {sections.begin(), sections.end()};
  }

  // --- Frameworks, with the requirements of each by section ---

  void AddFrameworks() {
    for (const FrameworkVerdict& framework : compliance_.frameworks()) {
      const analysis::ComplianceCounts& counts = framework.counts;
      pb::MapFrameworkRow& row = *result_.add_frameworks();
      row.set_id(framework.framework->id);
      row.set_name(framework.framework->label);
      row.set_because(framework.framework->reason);
      row.set_requirements(counts.requirements());
      row.set_met(counts.met);
      row.set_partly_met(counts.partly_met);
      row.set_not_met(counts.not_met);
      row.set_unknown(counts.unknown);
      row.set_not_applicable(counts.not_applicable);
      const int score = counts.PerMille();
      if (score >= 0) row.set_score(absl::StrCat(score / 10, ".", score % 10, "%"));
      AddMapping(framework, *result_.add_mappings());
      row.set_unmapped(result_.mappings(result_.mappings_size() - 1).unmapped_size());
    }
  }

  void AddExcluded() {
    for (const analysis::FrameworkFact& framework : input_.facts.frameworks()) {
      if (framework.applies || !IsConsidered(framework)) continue;
      pb::MapExcludedRow& row = *result_.add_excluded();
      row.set_name(framework.label);
      row.set_because(WhyNotApplied(input_.model, framework));
      result_.add_excluded_names(framework.label);
    }
  }

  void AddMapping(const FrameworkVerdict& framework, pb::MapFramework& mapping) {
    mapping.set_name(framework.framework->label);
    std::map<std::string, pb::MapSectionRow> rows;
    std::map<std::string, std::set<std::string>> rests_on;
    for (const RequirementVerdict& verdict : framework.requirements) {
      if (verdict.status == ComplianceStatus::kNotApplicable) continue;
      const std::string& id = verdict.requirement->id();
      const std::vector<std::string> sections = SectionsFor(framework, verdict);
      const bool met = verdict.status == ComplianceStatus::kMet;
      const bool spoken = !sections.empty() || IsSpokenOf(verdict, absl::StrCat(framework.framework->id, ":", id));
      if (!spoken) {
        mapping.add_unmapped(id);
      } else if (sections.empty() || (!met && verdict.status != ComplianceStatus::kPartlyMet)) {
        mapping.add_open(id);
      } else {
        for (const std::string& section : sections)
          (met ? rows[section].add_met() : rows[section].add_partly_met())->assign(id);
      }
      const std::vector<std::string> recorders = RecordersOf(framework, verdict);
      for (const ComplianceFact* fact : verdict.facts) {
        rests_on[SectionOf(model_, *fact)].merge(ShownBy(*fact));
        for (const std::string& recorder : recorders) rests_on[recorder].merge(ShownBy(*fact));
      }
    }
    for (auto& [section, row] : rows) {
      row.set_section(section);
      AddSome(rests_on[section], row.mutable_rests_on());
      *mapping.add_sections() = std::move(row);
    }
    mapping.set_has_open(mapping.open_size() > 0);
  }

  // --- Controls of the model ---

  void AddControls() {
    for (const model::v1::Control& control : proto_.controls()) {
      pb::MapControlRow& row = *result_.add_controls();
      row.set_id(control.id());
      row.set_name(control.name());
      row.set_state(Label(control.state()));
      row.set_owner(RoleTitle(model_, control.owner()));
      row.set_section(SectionOf(control));
      row.set_evidence(control.evidence());
      row.set_last_tested(control.last_tested());
      for (const std::string& reference : control.framework_refs()) {
        const bool applies = Applies(input_.facts, reference.substr(0, reference.find(':')));
        if (applies) row.add_requirements(knowledge::ReferenceLabel(reference));
      }
    }
  }

  // --- GOVERN ---

  void AddGovern() {
    for (const FrameworkVerdict& framework : compliance_.frameworks()) {
      if (framework.framework->id != kCsf) continue;
      for (const RequirementVerdict& verdict : framework.requirements) {
        if (!absl::StartsWith(verdict.requirement->id(), kGovern)) continue;
        pb::MapGovernRow& row = *result_.add_govern();
        row.set_id(verdict.requirement->id());
        row.set_title(verdict.requirement->title());
        AddAll(SectionsFor(framework, verdict), row.mutable_sections());
        row.set_status(StatusName(verdict.status));
        std::set<std::string> rests_on;
        for (const ComplianceFact* fact : verdict.facts) rests_on.merge(ShownBy(*fact));
        AddSome(rests_on, row.mutable_rests_on());
      }
    }
  }

  // --- What serves several frameworks ---

  void AddShared() {
    struct Use {
      const ComplianceFact* fact = nullptr;
      std::set<std::string> frameworks;
      int requirements = 0;
    };
    std::map<std::string, Use> uses;
    for (const FrameworkVerdict& framework : compliance_.frameworks()) {
      for (const RequirementVerdict& verdict : framework.requirements) {
        if (verdict.status == ComplianceStatus::kNotApplicable) continue;
        for (const ComplianceFact* fact : verdict.facts) {
          Use& use = uses[analysis::ActionKey(*fact)];
          // The one about most elements: frameworks look at different components.
          if (use.fact == nullptr || SizeOf(*fact) > SizeOf(*use.fact)) use.fact = fact;
          use.frameworks.insert(framework.framework->label);
          ++use.requirements;
        }
      }
    }
    std::vector<pb::MapSharedRow> rows;
    for (const auto& [key, use] : uses) {
      if (use.frameworks.size() < 2) continue;
      pb::MapSharedRow& row = rows.emplace_back();
      row.set_key(key);
      row.set_name(use.fact->name);
      row.set_section(SectionOf(model_, *use.fact));
      AddAll(use.frameworks, row.mutable_frameworks());
      row.set_requirements(use.requirements);
      AddSome(IdsOf(use.fact->shown), row.mutable_shown());
      AddSome(IdsOf(use.fact->failing), row.mutable_failing());
      AddSome(IdsOf(use.fact->open), row.mutable_open());
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.frameworks_size(), a.requirements()) >
             std::make_tuple(b.frameworks_size(), b.requirements());
    });
    result_.mutable_totals()->set_shared(static_cast<int>(rows.size()));
    if (rows.size() > kRows) rows.resize(kRows);
    AddAll(rows, result_.mutable_shared());
    result_.mutable_totals()->set_shared_left_out(result_.totals().shared() - result_.shared_size());
  }

  static size_t SizeOf(const ComplianceFact& fact) {
    return fact.shown.size() + fact.failing.size() + fact.open.size();
  }

  // --- Gaps and what closes them ---

  static std::set<std::string> FrameworksOf(const RemediationAction& action) {
    std::set<std::string> names;
    for (const FrameworkVerdict* framework : action.frameworks) names.insert(framework->framework->label);
    return names;
  }

  void AddGaps() {
    struct Gap {
      pb::MapGapRow row;
      std::set<const RequirementVerdict*> closes;
      std::set<std::string> frameworks;
      std::set<std::string> elements;
    };
    std::map<std::string, Gap> gaps;
    for (const RemediationAction& action : compliance_.actions()) {
      Gap& gap = gaps[SectionOf(model_, *action.fact)];
      gap.row.set_actions(gap.row.actions() + 1);
      gap.closes.insert(action.closes.begin(), action.closes.end());
      gap.frameworks.merge(FrameworksOf(action));
      gap.elements.merge(IdsOf(action.elements));
      gap.row.set_worst(std::max(gap.row.worst(), action.severity));
      if (gap.row.due().empty() || action.due < gap.row.due()) gap.row.set_due(action.due);
    }
    for (auto& [section, gap] : gaps) {
      gap.row.set_section(section);
      gap.row.set_requirements(static_cast<int>(gap.closes.size()));
      AddAll(gap.frameworks, gap.row.mutable_frameworks());
      AddSome(gap.elements, gap.row.mutable_elements());
      *result_.add_gaps() = std::move(gap.row);
    }
    std::stable_sort(result_.mutable_gaps()->begin(), result_.mutable_gaps()->end(),
                     [](const auto& a, const auto& b) { return a.requirements() > b.requirements(); });
  }

  void AddActions() {
    for (const RemediationAction& action : compliance_.actions()) {
      if (result_.actions_size() == kRows) break;
      const ComplianceFact& fact = *action.fact;
      pb::MapActionRow& row = *result_.add_actions();
      row.set_key(action.key);
      row.set_due(action.due);
      row.set_action(fact.remedy.empty() ? absl::StrCat("Complete the control ", fact.id, ": ", fact.name)
                                         : ActionText(input_, action, fact.remedy));
      row.set_severity(action.severity);
      std::set<std::string> owners;
      for (const analysis::ComplianceElement& element : action.elements) {
        if (!element.team.empty()) owners.insert(TeamName(model_, element.team));
      }
      if (owners.empty()) {
        owners.insert(fact.owner_role.empty() ? TeamName(model_, proto_.owner_team())
                                              : RoleTitle(model_, fact.owner_role));
      }
      AddSome(IdsOf(action.elements), row.mutable_elements());
      AddAll(owners, row.mutable_owners());
      row.set_requirements(static_cast<int>(action.closes.size()));
      AddAll(FrameworksOf(action), row.mutable_frameworks());
      row.set_section(SectionOf(model_, fact));
      row.set_verification(ActionText(input_, action, fact.verification));
    }
  }

  void AddTotals() {
    pb::MapTotals& totals = *result_.mutable_totals();
    totals.set_frameworks(result_.frameworks_size());
    for (const pb::MapFrameworkRow& row : result_.frameworks()) {
      totals.set_requirements(totals.requirements() + row.requirements());
      totals.set_not_applicable(totals.not_applicable() + row.not_applicable());
      totals.set_unmapped(totals.unmapped() + row.unmapped());
    }
    totals.set_mapped(totals.requirements() - totals.not_applicable() - totals.unmapped());
    for (const FrameworkVerdict& framework : compliance_.frameworks()) {
      for (const RequirementVerdict& verdict : framework.requirements)
        totals.set_gaps(totals.gaps() + (verdict.gap() ? 1 : 0));
    }
    totals.set_actions(static_cast<int>(compliance_.actions().size()));
    totals.set_actions_left_out(totals.actions() - result_.actions_size());
    pb::MapPhrases& phrases = *result_.mutable_phrases();
    phrases.set_frameworks(Count(totals.frameworks(), "framework applies", "frameworks apply"));
    phrases.set_requirements(Count(totals.requirements(), "requirement", "requirements"));
    phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
    phrases.set_actions(Count(totals.actions(), "action", "actions"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Compliance compliance_;
  pb::ComplianceMapResult result_;
};

}  // namespace

pb::ComplianceMapResult ComplianceMap(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::utility
