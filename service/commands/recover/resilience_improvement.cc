// The findings are those of the other sections of Recover; this collects and ranks them, one function a table.
#include "service/commands/recover/resilience_improvement.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/analysis/improvement_rank.h"
#include "service/commands/backup_gaps.h"
#include "service/commands/continuity_gaps.h"
#include "service/commands/control_effects.h"
#include "service/commands/naming.h"
#include "service/commands/recovery_gaps.h"
#include "service/commands/resilience_tables.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands::recover {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::SinglePoint;
using google::protobuf::RepeatedPtrField;
using metapowers::v1::GapMeasure;
using metapowers::v1::ProtectionGap;

constexpr int kPrinted = 20;  // priorities in the table; the rest is counted
constexpr size_t kNamed = 8;  // elements in one row; the rest is counted

struct Ranked {
  const ProtectionGap* gap = nullptr;
  const kb::GapWeight* weight = nullptr;
  int points = 0;
  int days = 0;
};

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        recovery_(input.facts),
        continuity_(input.facts, recovery_) {}

  pb::ResilienceImprovementResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    CollectFindings();
    AddSinglePoints();
    AddIncidents();
    AddPatterns();
    AddMatrix();
    AddPriorities();
    AddRoadmap();
    AddMetrics(input_, recovery_, continuity_, *result_.mutable_metrics());
    AddStrategy(input_, result_);
    AddControlEffects(input_, "resilience-improvement", *result_.mutable_controls());
    AddQuestions(model_, {"Component.replicas", "Component.tier", "ThirdParty.criticality"},
                 *result_.mutable_questions(),
                 {"Component.kind", "Flow.dependency", "Flow.source", "Flow.target", "Component.redundant"});
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Findings ---

  template <class Add>
  void Collect(const std::string& source, const Add& add) {
    RepeatedPtrField<ProtectionGap> found;
    ProtectionGaps gaps(input_);
    add(gaps);
    RepeatedPtrField<GapMeasure> measures;
    gaps.MoveTo(found, measures);
    pb::FindingSourceRow& row = *result_.add_sources();
    row.set_source(source);
    for (ProtectionGap& gap : found) {
      const int elements = gap.subjects_size();
      row.set_findings(row.findings() + elements);
      switch (gap.severity()) {
        case model::v1::SEVERITY_CRITICAL:
          row.set_critical(row.critical() + elements);
          break;
        case model::v1::SEVERITY_HIGH:
          row.set_high(row.high() + elements);
          break;
        case model::v1::SEVERITY_MEDIUM:
          row.set_medium(row.medium() + elements);
          break;
        default:
          row.set_low(row.low() + elements);
      }
      // Effort and points are those of one element.
      const std::vector<std::string> subjects(gap.subjects().begin(), gap.subjects().end());
      for (const std::string& subject : subjects) {
        gap.clear_subjects();
        gap.add_subjects(subject);
        *result_.add_findings() = gap;
      }
    }
    for (GapMeasure& measure : measures) measures_[measure.title()] = std::move(measure);
  }

  void CollectFindings() {
    Collect("Single points of failure", [this](ProtectionGaps& gaps) {
      for (const SinglePoint& point : input_.facts.single_points()) AddSinglePointGap(point, gaps);
    });
    Collect("Recovery Plan", [this](ProtectionGaps& gaps) { AddTargetGaps(input_, recovery_, gaps); });
    Collect("Backup Validation", [this](ProtectionGaps& gaps) { AddBackupGaps(recovery_, model_, gaps); });
    Collect("Business Continuity Plan", [this](ProtectionGaps& gaps) { AddContinuityGaps(continuity_, model_, gaps); });
    std::stable_sort(result_.mutable_findings()->begin(), result_.mutable_findings()->end(),
                     [](const auto& a, const auto& b) { return a.severity() > b.severity(); });
    const analysis::RiskRemoval removal(input_.threats.Get());
    for (const ProtectionGap& gap : result_.findings()) {
      Ranked& ranked = ranked_.emplace_back();
      ranked.gap = &gap;
      ranked.weight = &knowledge::GapWeightOf(gap.rule());
      ranked.points = removal.Points(gap.subjects(0), gap.control(), gap.severity());
      ranked.days = analysis::EffortDays(ranked.weight->effort());
    }
    std::stable_sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) {
      // Points per day, compared without division.
      return std::make_tuple(-a.points * b.days, -a.gap->severity(), a.gap->due(), a.gap->rule(), a.gap->subjects(0)) <
             std::make_tuple(-b.points * a.days, -b.gap->severity(), b.gap->due(), b.gap->rule(), b.gap->subjects(0));
    });
  }

  static std::string KindOf(const SinglePoint& point) {
    if (point.kind == SinglePoint::Kind::kThirdParty) return "supplier";
    return point.kind == SinglePoint::Kind::kComponent ? "component" : "infrastructure";
  }

  std::string TeamOf(const SinglePoint& point) const {
    if (point.kind == SinglePoint::Kind::kThirdParty) {
      return model_.Find<model::v1::ThirdParty>(point.id)->owner_team();
    }
    if (point.kind == SinglePoint::Kind::kComponent) return model_.Find<model::v1::Component>(point.id)->owner_team();
    return model_.Find<model::v1::Infrastructure>(point.id)->owner_team();
  }

  void AddSinglePointGap(const SinglePoint& point, ProtectionGaps& gaps) const {
    gaps.Add(knowledge::RecoveryGapRuleOf(absl::StrCat("single-", KindOf(point))), point.id,
             absl::StrCat(point.reason, "; stops ", List(point.stops, 6)), TeamOf(point));
  }

  void AddSinglePoints() {
    for (const SinglePoint& point : input_.facts.single_points()) {
      pb::SinglePointRow& row = *result_.add_single_points();
      row.set_id(point.id);
      row.set_kind(KindOf(point));
      row.set_reason(point.reason);
      AddFirst(point.stops, kNamed, row.mutable_stops());
      std::set<std::string> functions;
      for (const std::string& id : point.stops) {
        const std::string& function = model_.Find<model::v1::Component>(id)->business_function();
        if (!function.empty()) functions.insert(function);
      }
      AddAll(functions, row.mutable_functions());
      double loss = 0;
      for (const model::v1::BusinessFunction& function : proto_.recovery().functions()) {
        if (functions.count(function.name()) > 0) loss += function.loss_per_hour();
      }
      if (loss > 0) row.set_loss_per_hour(Amount(loss, proto_.currency()));
      row.set_owner(Owner(TeamOf(point)));
    }
  }

  void AddIncidents() {
    for (const model::v1::PastIncident& incident : proto_.incident_response().past_incidents()) {
      pb::IncidentLessonRow row;
      std::set<std::string> owners;
      for (const model::v1::CorrectiveAction& action : incident.actions()) {
        if (action.done()) continue;
        const absl::CivilDay due = model::ToCivilDay(action.due());
        row.add_actions(
            absl::StrCat(action.action(), " (due ", action.due(),
                         due < model_.as_of() ? absl::StrCat(", ", InDays(model_.as_of() - due), " late") : "", ")"));
        owners.insert(Owner(action.owner_team()));
      }
      if (row.actions().empty()) continue;
      row.set_title(incident.title());
      row.set_date(incident.occurred_on());
      row.set_cause(incident.root_cause());
      AddAll(owners, row.mutable_owners());
      *result_.add_incidents() = std::move(row);
    }
    std::stable_sort(result_.mutable_incidents()->begin(), result_.mutable_incidents()->end(),
                     [](const auto& a, const auto& b) { return a.date() > b.date(); });
  }

  // --- Patterns and priorities ---

  void AddPatterns() {
    std::map<std::string, std::vector<const Ranked*>> by_pattern;
    for (const Ranked& ranked : ranked_) by_pattern[ranked.weight->pattern()].push_back(&ranked);
    for (const auto& [pattern, findings] : by_pattern) {
      pb::PatternRow& row = *result_.add_patterns();
      row.set_pattern(pattern);
      row.set_findings(static_cast<int>(findings.size()));
      std::set<std::string> kinds, elements;
      for (const Ranked* ranked : findings) {
        kinds.insert(ranked->gap->title());
        elements.insert(ranked->gap->subjects(0));
        row.set_points(row.points() + ranked->points);
        row.set_worst(std::max(row.worst(), ranked->gap->severity()));
      }
      AddAll(kinds, row.mutable_kinds());
      AddFirst({elements.begin(), elements.end()}, kNamed, row.mutable_elements());
    }
    std::stable_sort(result_.mutable_patterns()->begin(), result_.mutable_patterns()->end(),
                     [](const auto& a, const auto& b) { return a.points() > b.points(); });
  }

  void AddMatrix() {
    for (const model::v1::Severity severity : kWorstFirst) {
      pb::MatrixRow row;
      row.set_severity(severity);
      for (const Ranked& ranked : ranked_) {
        if (ranked.gap->severity() != severity) continue;
        row.set_findings(row.findings() + 1);
        const kb::Effort effort = ranked.weight->effort();
        if (effort == kb::EFFORT_SMALL) row.set_small(row.small() + 1);
        if (effort == kb::EFFORT_MEDIUM) row.set_medium(row.medium() + 1);
        if (effort == kb::EFFORT_LARGE) row.set_large(row.large() + 1);
      }
      *result_.add_matrix() = std::move(row);
    }
  }

  void AddPriorities() {
    for (const Ranked& ranked : ranked_) {
      if (result_.priorities_size() == kPrinted) return;
      pb::PriorityRow& row = *result_.add_priorities();
      row.set_rank(result_.priorities_size());
      row.set_title(ranked.gap->title());
      row.set_subject(ranked.gap->subjects(0));
      row.set_severity(ranked.gap->severity());
      row.set_points(ranked.points);
      row.set_effort(Label(ranked.weight->effort()));
      row.set_days(ranked.days);
      row.set_per_day(absl::StrFormat("%.1f", static_cast<double>(ranked.points) / ranked.days));
      row.set_due(ranked.gap->due());
      row.set_owner(ranked.gap->owner());
    }
  }

  void AddRoadmap() {
    std::map<std::string, std::vector<size_t>> by_rule;  // positions in ranked_
    for (size_t i = 0; i < ranked_.size(); ++i) by_rule[ranked_[i].gap->rule()].push_back(i);
    for (const auto& [rule, positions] : by_rule) {
      const GapMeasure& measure = measures_.at(ranked_[positions.front()].gap->title());
      pb::ImprovementRow& row = *result_.add_roadmap();
      row.set_title(measure.title());
      AddFirst({measure.subjects().begin(), measure.subjects().end()}, kNamed, row.mutable_subjects());
      row.set_measure(measure.measure());
      row.set_verification(measure.verification());
      row.set_rank(static_cast<int>(positions.front()) + 1);
      std::set<std::string> owners;
      for (const size_t position : positions) {
        const Ranked& ranked = ranked_[position];
        row.set_points(row.points() + ranked.points);
        row.set_days(row.days() + ranked.days);
        owners.insert(ranked.gap->owner());
        if (row.due().empty() || ranked.gap->due() < row.due()) row.set_due(ranked.gap->due());
      }
      AddAll(owners, row.mutable_owners());
    }
    std::stable_sort(result_.mutable_roadmap()->begin(), result_.mutable_roadmap()->end(),
                     [](const auto& a, const auto& b) {
                       return std::make_pair(a.due(), a.rank()) < std::make_pair(b.due(), b.rank());
                     });
  }

  void AddTotals() {
    pb::ResilienceTotals& totals = *result_.mutable_totals();
    totals.set_findings(result_.findings_size());
    totals.set_single_points(result_.single_points_size());
    for (const Ranked& ranked : ranked_) {
      totals.set_points(totals.points() + ranked.points);
      totals.set_days(totals.days() + ranked.days);
    }
    totals.set_further(totals.findings() - result_.priorities_size());
    totals.set_questions(result_.questions_size());
    pb::ResiliencePhrases& phrases = *result_.mutable_phrases();
    phrases.set_findings(Count(totals.findings(), "finding", "findings"));
    phrases.set_single_points(Count(totals.single_points(), "single point of failure", "single points of failure"));
    if (totals.further() > 0) {
      phrases.set_further(Count(totals.further(), "further finding follows", "further findings follow"));
    }
    if (!ranked_.empty()) {
      phrases.set_first(absl::StrCat(ranked_.front().gap->subjects(0), " (", ranked_.front().gap->title(), ")"));
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const Recovery recovery_;
  const Continuity continuity_;
  std::map<std::string, GapMeasure> measures_;  // by title
  std::vector<Ranked> ranked_;                  // of result_.findings, best first
  pb::ResilienceImprovementResult result_;
};

}  // namespace

pb::ResilienceImprovementResult ResilienceImprovement(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::recover
