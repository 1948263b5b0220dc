// The verdicts are analysis'; this file arranges them by framework and status, and the actions by severity and time.
#include "service/commands/identify/compliance_gap.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/clause_book.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/framework_coverage.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
using analysis::ComplianceCounts;
using analysis::ComplianceElement;
using analysis::ComplianceFact;
using analysis::ComplianceSource;
using analysis::ComplianceStatus;
using analysis::FrameworkVerdict;
using analysis::RemediationAction;
using analysis::RequirementVerdict;

// Elements that a sentence or cell names before it counts the rest.
constexpr size_t kNamed = 3;
constexpr size_t kInCell = 6;

std::string Percent(int per_mille) {
  return per_mille < 0 ? "" : absl::StrCat(per_mille / 10, ".", per_mille % 10, "%");
}

pb::ComplianceStatusCounts CountsOf(const ComplianceCounts& counts) {
  pb::ComplianceStatusCounts row;
  row.set_requirements(counts.requirements());
  row.set_met(counts.met);
  row.set_partly_met(counts.partly_met);
  row.set_not_met(counts.not_met);
  row.set_unknown(counts.unknown);
  row.set_not_applicable(counts.not_applicable);
  row.set_rated(counts.rated());
  row.set_score(Percent(counts.PerMille()));
  return row;
}

std::vector<std::string> IdsOf(const std::vector<ComplianceElement>& elements) {
  std::vector<std::string> ids;
  for (const ComplianceElement& element : elements) {
    if (std::find(ids.begin(), ids.end(), element.id) == ids.end()) ids.push_back(element.id);
  }
  return ids;
}

// "PR.AA Identity Management"; "" where the framework has no chapter for it.
std::string Chapter(const knowledge::v1::Framework& framework, const std::string& requirement) {
  const std::string id = ChapterOf(framework, requirement);
  for (const knowledge::v1::Group& group : framework.groups()) {
    if (group.id() == id) return absl::StrCat(id, " ", group.title());
  }
  return "";
}

std::string SourceQuestion(absl::string_view source) {
  for (const knowledge::v1::SourceQuestion& row : knowledge::ComplianceRows().questions()) {
    if (row.source() == source) return row.text();
  }
  return "";
}

// The first fact that shows something; one that shows more than a rule goes first.
const ComplianceFact* ShownBy(const RequirementVerdict& requirement) {
  const ComplianceFact* best = nullptr;
  for (const ComplianceFact* fact : requirement.facts) {
    if (fact->shown.empty()) continue;
    if (best == nullptr || (best->rule_only && !fact->rule_only)) best = fact;
  }
  return best;
}

const ComplianceFact* OpenBy(const RequirementVerdict& requirement) {
  const auto open = std::find_if(requirement.facts.begin(), requirement.facts.end(),
                                 [](const ComplianceFact* fact) { return !fact->open.empty(); });
  return open == requirement.facts.end() ? nullptr : *open;
}

pb::EvidencePointer PointerOf(const ComplianceFact& fact) {
  pb::EvidencePointer pointer;
  pointer.set_key(ActionKey(fact));
  pointer.set_name(fact.name);
  const bool of_elements = fact.source != ComplianceSource::kControl && fact.source != ComplianceSource::kPolicy;
  if (of_elements && fact.shown.size() > kNamed) {
    pointer.set_shown(static_cast<int>(fact.shown.size()));
    pointer.set_looked_at(static_cast<int>(fact.shown.size() + fact.failing.size() + fact.open.size()));
  }
  if (fact.shown.size() == 1) pointer.set_fact(fact.shown.front().fact);
  if (of_elements && fact.shown.size() <= kNamed) {
    for (const std::string& id : IdsOf(fact.shown)) pointer.add_elements(id);
  }
  return pointer;
}

// Rows of one list by a key, in the order in which the first requirement of each came.
template <class Row>
class RowsBy {
 public:
  explicit RowsBy(google::protobuf::RepeatedPtrField<Row>* rows) : rows_(*rows) {}

  Row& operator[](const std::string& key) {
    const auto [at, added] = positions_.insert({key, rows_.size()});
    return added ? *rows_.Add() : *rows_.Mutable(at->second);
  }

 private:
  google::protobuf::RepeatedPtrField<Row>& rows_;
  std::map<std::string, int> positions_;
};

class GapAssessment {
 public:
  explicit GapAssessment(const Input& input)
      : input_(input), model_(input.model), landscape_(input.facts), compliance_(AssessCompliance(input, landscape_)) {}

  pb::ComplianceGapResult Build() {
    result_.set_system(model_.proto().name());
    result_.set_as_of(model_.proto().as_of());
    AddFrameworks();
    for (const FrameworkVerdict& framework : compliance_.frameworks()) AddAssessment(framework);
    AddQuestions();
    for (const FrameworkVerdict& framework : compliance_.frameworks()) AddScore(framework);
    AddActions();
    AddWaveScores();
    AddTerms();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Framework selection ---

  std::string OwnerOf(const analysis::FrameworkFact& framework) const {
    if (framework.declaration != nullptr && !framework.declaration->owner().empty()) {
      return RoleTitle(model_, framework.declaration->owner());
    }
    const model::v1::Role* role = FallbackRole(model_);
    return role == nullptr ? TeamName(model_, model_.proto().owner_team()) : role->title();
  }

  void AddFrameworks() {
    for (const FrameworkVerdict& verdict : compliance_.frameworks()) {
      const analysis::FrameworkFact& fact = *verdict.framework;
      pb::SelectedFramework& row = *result_.add_frameworks();
      row.set_id(fact.id);
      row.set_name(fact.label);
      row.set_version(fact.framework->version());
      row.set_reason(fact.reason);
      row.set_owner(OwnerOf(fact));
      row.set_requirements(verdict.counts.requirements());
      row.set_component_count(static_cast<int>(verdict.components.size()));
      row.set_whole_system(!verdict.restricted);
      if (verdict.restricted) row.mutable_components()->Assign(verdict.components.begin(), verdict.components.end());
      if (fact.declaration == nullptr) continue;
      row.set_level(fact.declaration->level());
      row.set_next_assessment(fact.declaration->next_assessment());
    }
    for (const analysis::FrameworkFact& fact : input_.facts.frameworks()) {
      if (fact.applies && fact.framework == nullptr) result_.add_not_shipped(fact.label);
      if (fact.applies || !IsConsidered(fact)) continue;
      pb::UnselectedFramework& row = *result_.add_not_selected();
      row.set_name(fact.label);
      row.set_reason(WhyNotApplied(model_, fact));
    }
  }

  // --- Control assessment ---

  void AddAssessment(const FrameworkVerdict& framework) {
    pb::FrameworkAssessment& row = *result_.add_assessments();
    row.set_id(framework.framework->id);
    row.set_name(framework.framework->label);
    row.set_owner(OwnerOf(*framework.framework));
    *row.mutable_counts() = CountsOf(framework.counts);
    RowsBy<pb::MetRequirements> met(row.mutable_met());
    RowsBy<pb::PartlyMetRequirements> partly(row.mutable_partly_met());
    RowsBy<pb::OpenRequirements> unknown(row.mutable_unknown());
    RowsBy<pb::SilentRequirements> silent(row.mutable_silent());
    RowsBy<pb::NotApplicableRequirements> not_applicable(row.mutable_not_applicable());
    for (const RequirementVerdict& requirement : framework.requirements) {
      const std::string& id = requirement.requirement->id();
      for (const ComplianceFact* fact : requirement.facts) {
        const bool matters = requirement.status == ComplianceStatus::kPartlyMet ||
                             requirement.status == ComplianceStatus::kUnknown ||
                             requirement.status == ComplianceStatus::kNotMet;
        if (matters && !fact->open.empty()) Ask(framework, requirement, *fact);
      }
      if (requirement.gap()) {
        AddGap(requirement, *row.add_gaps());
      } else if (requirement.status == ComplianceStatus::kMet) {
        pb::MetRequirements& shown = met[ActionKey(*ShownBy(requirement))];
        *shown.mutable_evidence() = PointerOf(*ShownBy(requirement));
        shown.add_requirements(id);
      } else if (requirement.status == ComplianceStatus::kPartlyMet) {
        AddPart(requirement, partly);
      } else if (requirement.status == ComplianceStatus::kNotApplicable) {
        pb::NotApplicableRequirements& reason = not_applicable[requirement.reason];
        reason.set_reason(requirement.reason);
        reason.add_requirements(id);
      } else if (const ComplianceFact* open = OpenBy(requirement)) {
        pb::OpenRequirements& left = unknown[ActionKey(*open)];
        left.set_open(ActionKey(*open));
        left.set_name(open->name);
        left.add_requirements(id);
      } else {
        const std::string chapter = Chapter(*framework.framework->framework, id);
        silent[chapter].set_chapter(chapter);
        silent[chapter].add_requirements(id);
      }
    }
    FillPresence(row);
  }

  static void AddGap(const RequirementVerdict& requirement, pb::RequirementGap& row) {
    row.set_requirement(requirement.requirement->id());
    row.set_title(requirement.requirement->title());
    row.set_key(requirement.key);
    row.set_partly(requirement.status == ComplianceStatus::kPartlyMet);
    row.set_severity(requirement.severity);
    std::vector<ComplianceElement> lacking;
    for (const ComplianceFact* fact : requirement.facts) {
      if (!fact->shown.empty()) row.add_shown(ActionKey(*fact));
      if (fact->failing.empty()) continue;
      row.add_actions(ActionKey(*fact));
      lacking.insert(lacking.end(), fact->failing.begin(), fact->failing.end());
    }
    for (const std::string& id : IdsOf(lacking)) row.add_elements(id);
    row.set_element_list(List(IdsOf(lacking), kInCell));
    row.set_shown_list(List({row.shown().begin(), row.shown().end()}, kInCell));
  }

  static void AddPart(const RequirementVerdict& requirement, RowsBy<pb::PartlyMetRequirements>& rows) {
    const ComplianceFact& shown = *ShownBy(requirement);
    const ComplianceFact* open = OpenBy(requirement);
    pb::PartlyMetRequirements& row = rows[absl::StrCat(ActionKey(shown), open == nullptr ? "" : ActionKey(*open))];
    *row.mutable_evidence() = PointerOf(shown);
    if (open != nullptr) row.set_open(ActionKey(*open));
    if (shown.rule_only) row.set_record(shown.verification);
    if (open == nullptr) {
      for (const std::string& part : requirement.silent_parts) row.add_parts(part);
    }
    row.add_requirements(requirement.requirement->id());
  }

  // --- Questions ---

  struct Question {
    const ComplianceFact* fact = nullptr;
    std::vector<ComplianceElement> elements;
    std::vector<std::string> references;
  };

  void Ask(const FrameworkVerdict& framework, const RequirementVerdict& requirement, const ComplianceFact& fact) {
    Question& question = open_[ActionKey(fact)];
    if (question.fact == nullptr) question.fact = &fact;
    question.elements.insert(question.elements.end(), fact.open.begin(), fact.open.end());
    question.references.push_back(absl::StrCat(framework.framework->id, ":", requirement.requirement->id()));
  }

  std::string TextOf(const Question& question) const {
    const std::string elements = List(IdsOf(question.elements), kNamed);
    const ComplianceFact& fact = *question.fact;
    if (!fact.question.empty()) {
      return fact.source == ComplianceSource::kProgramme ? absl::StrCat(fact.question, " (", elements, ")")
                                                         : fact.question;
    }
    const std::string key = ActionKey(fact);
    return absl::StrReplaceAll(SourceQuestion(key.substr(0, key.find(':'))),
                               {{"{name}", fact.name}, {"{element}", elements}, {"{fact}", fact.open.front().fact}});
  }

  // Display name of who answers for elements: their teams, else the role of the fact, else the system's team.
  std::string OwnersOf(const std::vector<ComplianceElement>& elements, const ComplianceFact& fact) const {
    std::set<std::string> names;
    for (const ComplianceElement& element : elements) {
      if (!element.team.empty()) names.insert(TeamName(model_, element.team));
    }
    if (names.empty() && !fact.owner_role.empty()) names.insert(RoleTitle(model_, fact.owner_role));
    if (names.empty()) names.insert(TeamName(model_, model_.proto().owner_team()));
    return List({names.begin(), names.end()}, kNamed);
  }

  std::string TeamIdOf(const std::vector<ComplianceElement>& elements, const ComplianceFact& fact) const {
    for (const ComplianceElement& element : elements) {
      if (!element.team.empty()) return element.team;
    }
    const auto* role = model_.Find<model::v1::Role>(fact.owner_role);
    return role == nullptr ? model_.proto().owner_team() : role->team();
  }

  void AddQuestions() {
    for (const auto& [key, question] : open_) {
      pb::ComplianceQuestion& row = *result_.add_open();
      row.set_key(key);
      row.set_text(TextOf(question));
      row.set_owner(OwnersOf(question.elements, *question.fact));
      row.set_requirements(Controls(question.references));
      metapowers::v1::Question& asked = *result_.add_questions();
      asked.set_field(key);
      asked.set_text(row.text());
      asked.set_owner(TeamIdOf(question.elements, *question.fact));
    }
    for (const pb::FrameworkAssessment& assessment : result_.assessments()) AskForSilent(assessment);
  }

  // One question for all requirements of a framework that nothing speaks of.
  void AskForSilent(const pb::FrameworkAssessment& assessment) {
    int count = 0;
    for (const pb::SilentRequirements& chapter : assessment.silent()) count += chapter.requirements_size();
    if (count == 0) return;
    const auto fact = std::find_if(input_.facts.frameworks().begin(), input_.facts.frameworks().end(),
                                   [&](const analysis::FrameworkFact& each) { return each.id == assessment.id(); });
    const auto* role =
        fact->declaration == nullptr ? nullptr : model_.Find<model::v1::Role>(fact->declaration->owner());
    metapowers::v1::Question& asked = *result_.add_questions();
    asked.set_field(absl::StrCat("silent:", assessment.id()));
    asked.set_text(absl::StrReplaceAll(
        SourceQuestion("silent"),
        {{"{element}", Count(count, "requirement", "requirements")}, {"{name}", assessment.name()}}));
    asked.set_owner(role == nullptr ? model_.proto().owner_team() : role->team());
  }

  // --- Scores ---

  void AddScore(const FrameworkVerdict& framework) {
    pb::FrameworkScore& row = *result_.add_scores();
    row.set_name(framework.framework->label);
    *row.mutable_counts() = CountsOf(framework.counts);
    std::vector<std::string> order;
    std::map<std::string, ComplianceCounts> chapters;
    for (const RequirementVerdict& requirement : framework.requirements) {
      const std::string chapter = Chapter(*framework.framework->framework, requirement.requirement->id());
      if (chapter.empty()) continue;
      if (chapters.count(chapter) == 0) order.push_back(chapter);
      chapters[chapter].Add(requirement.status);
    }
    for (const std::string& chapter : order) {
      pb::FrameworkChapterScore& score = *row.add_chapters();
      score.set_chapter(chapter);
      *score.mutable_counts() = CountsOf(chapters[chapter]);
    }
    row.set_has_chapters(!order.empty());
  }

  // --- Actions ---

  static bool Critical(const RemediationAction& action) { return action.severity >= model::v1::SEVERITY_HIGH; }

  pb::ComplianceAction ActionOf(const RemediationAction& action) const {
    const ComplianceFact& fact = *action.fact;
    pb::ComplianceAction row;
    row.set_key(action.key);
    row.set_name(fact.name);
    row.set_severity(action.severity);
    if (fact.source == ComplianceSource::kControl) {
      row.set_control(fact.id);
    } else {
      row.set_measure(ActionText(input_, action, fact.remedy));
    }
    row.set_verification(ActionText(input_, action, fact.verification));
    for (const ComplianceElement& element : action.elements) {
      pb::ComplianceActionElement& lacking = *row.add_elements();
      lacking.set_id(element.id);
      lacking.set_fact(element.fact);
      lacking.set_owner(OwnersOf({element}, fact));
    }
    row.set_element_list(List(IdsOf(action.elements), kNamed));
    std::vector<std::string> references;
    for (size_t i = 0; i < action.closes.size(); ++i) {
      references.push_back(absl::StrCat(action.frameworks[i]->framework->id, ":", action.closes[i]->requirement->id()));
    }
    row.set_closes(Controls(references));
    row.set_requirements(static_cast<int>(references.size()));
    row.set_owner(OwnersOf(action.elements, fact));
    row.set_effort(fact.effort);
    row.set_due(action.due);
    row.set_critical(Critical(action));
    return row;
  }

  void AddActions() {
    std::map<int, pb::ComplianceWave> waves;
    for (const RemediationAction& action : compliance_.actions()) {
      pb::ComplianceAction row = ActionOf(action);
      if (row.critical()) *result_.add_critical() = row;
      *waves[action.wave].add_actions() = std::move(row);
    }
    for (auto& [number, wave] : waves) {
      wave.set_number(number);
      if (number <= 2) wave.set_until(model::FormatDate(model_.as_of() + (number == 1 ? 30 : 90)));
      wave.set_count(Count(wave.actions_size(), "action", "actions"));
      *result_.add_waves() = std::move(wave);
    }
  }

  void AddWaveScores() {
    for (const analysis::WaveScore& score : compliance_.waves()) {
      pb::ComplianceWaveScore& row = *result_.add_wave_scores();
      row.set_name(score.framework->framework->label);
      row.set_today(Percent(score.framework->counts.PerMille()));
      row.set_after_first(Percent(score.after[0].PerMille()));
      row.set_after_second(Percent(score.after[1].PerMille()));
      row.set_after_third(Percent(score.after[2].PerMille()));
      row.set_left(score.after[2].partly_met + score.after[2].unknown);
    }
  }

  void AddTerms() {
    for (const model::v1::Severity severity : {model::v1::SEVERITY_CRITICAL, model::v1::SEVERITY_HIGH,
                                               model::v1::SEVERITY_MEDIUM, model::v1::SEVERITY_LOW}) {
      pb::ComplianceTerm& term = *result_.add_terms();
      term.set_severity(severity);
      term.set_days(knowledge::GapTermDays(severity));
    }
  }

  void AddTotals() {
    pb::ComplianceTotals& totals = *result_.mutable_totals();
    totals.set_frameworks(result_.frameworks_size());
    for (const pb::FrameworkAssessment& assessment : result_.assessments()) {
      totals.set_requirements(totals.requirements() + assessment.counts().requirements());
      totals.set_gaps(totals.gaps() + assessment.gaps_size());
      totals.set_unknown(totals.unknown() + assessment.counts().unknown());
    }
    for (const RemediationAction& action : compliance_.actions()) {
      totals.set_actions(totals.actions() + 1);
      if (action.severity == model::v1::SEVERITY_CRITICAL) totals.set_critical(totals.critical() + 1);
      if (action.severity == model::v1::SEVERITY_HIGH) totals.set_high(totals.high() + 1);
      if (action.severity == model::v1::SEVERITY_MEDIUM) totals.set_medium(totals.medium() + 1);
      if (action.severity == model::v1::SEVERITY_LOW) totals.set_low(totals.low() + 1);
    }
    pb::CompliancePhrases& phrases = *result_.mutable_phrases();
    phrases.set_frameworks(Count(totals.frameworks(), "framework applies", "frameworks apply"));
    phrases.set_requirements(Count(totals.requirements(), "requirement", "requirements"));
    phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
    phrases.set_actions(Count(totals.actions(), "action closes", "actions close"));
    phrases.set_rest(Count(totals.medium() + totals.low(), "action", "actions"));
  }

  const Input& input_;
  const model::Model& model_;
  const analysis::Landscape landscape_;
  const analysis::Compliance compliance_;
  std::map<std::string, Question> open_;  // by key
  pb::ComplianceGapResult result_;
};

}  // namespace

pb::ComplianceGapResult ComplianceGap(const Input& input) { return GapAssessment(input).Build(); }

}  // namespace metapowers::commands::identify
