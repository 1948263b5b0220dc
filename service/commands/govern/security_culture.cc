#include "service/commands/govern/security_culture.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/culture.h"
#include "service/commands/applicable_references.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/culture.h"

namespace metapowers::commands::govern {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::govern::v1;
using analysis::OverdueLesson;
using model::v1::Team;
using model::v1::TrainingModule;

std::string Share(int part, int whole) {
  return whole == 0 ? "" : absl::StrCat(100 * part / whole, "% (", part, " of ", whole, ")");
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rules_(knowledge::CultureRules()),
        facts_(input.threats.Get()),
        overdue_(analysis::OverdueLessons(input.model)) {}

  pb::SecurityCultureResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddTopics();
    AddModules();
    AddTeams();
    AddChampions();
    AddIncentives();
    AddGaps();
    AddAllQuestions();
    AddTotals();
    AddMeasures();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // A team that owns components and whose main work is not security.
  bool Owns(const Team& team) const { return facts_.components.count(team.id()) > 0 && !team.security_team(); }

  // --- Training ---

  bool Counts(const kb::TrainingTopic& topic) const {
    return !BindingReferences(binding_, topic.references()).empty() &&
           (topic.audience() != kb::TOPIC_AUDIENCE_BUILDERS || !facts_.builders.empty());
  }

  void AddTopics() {
    for (const kb::TrainingTopic& topic : rules_.topics()) {
      if (!Counts(topic)) continue;
      pb::CultureTopicRow& row = *result_.add_topics();
      row.set_title(topic.title());
      row.set_audience(topic.audience() == kb::TOPIC_AUDIENCE_BUILDERS ? "teams that write code" : "everybody");
      for (const TrainingModule& module : proto_.training().modules()) {
        if (analysis::Answers(module, topic)) row.add_modules(module.title());
      }
      AddAll(BindingReferences(binding_, topic.references()), row.mutable_references());
    }
  }

  void AddModules() {
    const model::v1::Training& training = proto_.training();
    for (const TrainingModule& module : training.modules()) {
      pb::CultureModuleRow& row = *result_.add_modules();
      row.set_id(module.id());
      row.set_title(module.title());
      for (const std::string& team : module.audience()) row.add_audience(TeamName(model_, team));
      row.set_frequency(Frequency(module.interval_days()));
      if (module.has_minutes()) row.set_length(Minutes(module.minutes()));
      if (module.has_completion_percent()) row.set_completion(Amount(module.completion_percent(), "%"));
      row.set_measured(module.measured_on());
      for (const kb::TrainingTopic& topic : rules_.topics()) {
        if (Counts(topic) && analysis::Answers(module, topic)) row.add_topics(topic.title());
      }
      row.set_state(!module.has_completion_percent()                                    ? "not measured"
                    : module.completion_percent() >= rules_.completion_target_percent() ? "up to date"
                                                                                        : "below target");
    }
    if (training.has_phishing_interval_days())
      result_.set_phishing_interval(Frequency(training.phishing_interval_days()));
    if (training.has_phishing_failure_target_percent()) {
      result_.set_phishing_target(Amount(training.phishing_failure_target_percent(), "%"));
    }
  }

  // --- Teams and champions ---

  void AddTeams() {
    for (const Team& team : proto_.teams()) {
      pb::CultureTeamRow& row = *result_.add_teams();
      row.set_name(team.name());
      if (team.has_members()) row.set_members(absl::StrCat(team.members()));
      const auto owned = facts_.components.find(team.id());
      row.set_components(owned == facts_.components.end() ? 0 : owned->second);
      row.set_builds(facts_.builders.count(team.id()) > 0);
      const auto threats = facts_.threats.find(team.id());
      if (threats != facts_.threats.end()) {
        row.set_open(threats->second.open);
        row.set_severe(threats->second.severe);
        row.set_closed(threats->second.closed);
      }
      double lowest = 101;
      for (const TrainingModule& module : proto_.training().modules()) {
        if (!analysis::Takes(module, team.id())) continue;
        row.add_modules(module.id());
        if (module.has_completion_percent()) lowest = std::min(lowest, module.completion_percent());
      }
      if (lowest <= 100) row.set_lowest(Amount(lowest, "%"));
      row.set_overdue(
          static_cast<int>(std::count_if(overdue_.begin(), overdue_.end(), [&](const OverdueLesson& lesson) {
            return lesson.action->owner_team() == team.id();
          })));
    }
  }

  void AddChampions() {
    const model::v1::Staffing& staffing = proto_.staffing();
    result_.set_champions_owner(RoleTitle(model_, staffing.champions_owner()));
    if (staffing.has_champion_hours_per_month()) {
      result_.set_champion_hours(absl::StrCat(Hours(staffing.champion_hours_per_month()), " a month"));
    }
    if (staffing.has_champion_meeting_interval_days()) {
      result_.set_champion_meetings(Frequency(staffing.champion_meeting_interval_days()));
    }
    for (const Team& team : proto_.teams()) {
      if (!Owns(team)) continue;
      pb::CultureChampionRow& row = *result_.add_champions();
      row.set_team(team.name());
      row.set_champion(team.security_champion());
      row.set_contact(team.contact());
      const auto threats = facts_.threats.find(team.id());
      if (threats == facts_.threats.end()) continue;
      for (const auto& [title, count] : threats->second.rules) {
        if (count <= row.threats()) continue;
        row.set_focus(title);
        row.set_threats(count);
      }
    }
  }

  bool Compares() const { return result_.champions_size() >= rules_.compare_from_teams(); }

  // A programme is planned, started, or the teams are so many that security cannot sit with each.
  bool NeedsChampions() const { return proto_.staffing().has_champion_ratio_target() || Compares(); }

  // --- Incentives ---

  // The team with the largest share of closed threats, with that share.
  std::string BestTeam() const {
    std::string best;
    int part = -1, whole = 1;
    for (const Team& team : proto_.teams()) {
      const auto threats = facts_.threats.find(team.id());
      if (!Owns(team) || threats == facts_.threats.end()) continue;
      const int all = threats->second.open + threats->second.closed;
      if (all == 0 || threats->second.closed * whole <= part * all) continue;
      part = threats->second.closed;
      whole = all;
      best = absl::StrCat(team.name(), ": ", Share(part, whole), " of its threats are controlled");
    }
    return best;
  }

  // Teams that are up to date in every module that they take.
  std::string TrainedTeams() const {
    std::vector<std::string> teams;
    for (const Team& team : proto_.teams()) {
      int taken = 0, current = 0;
      for (const TrainingModule& module : proto_.training().modules()) {
        if (!analysis::Takes(module, team.id())) continue;
        ++taken;
        current += module.completion_percent() >= rules_.completion_target_percent() ? 1 : 0;
      }
      if (taken > 0 && taken == current) teams.push_back(team.name());
    }
    return teams.empty() ? "no team is up to date in all its modules" : List(teams, 6);
  }

  void AddIncentives() {
    if (!Compares()) {
      const int owning = result_.champions_size();
      result_.set_not_compared(absl::StrCat(owning == 0 ? "No team owns" : Count(owning, "team owns", "teams own"),
                                            " components of ", proto_.name(),
                                            ": teams are not compared, since everybody knows who did what"));
    }
    for (const kb::Incentive& incentive : rules_.incentives()) {
      if (incentive.compares_teams() && !Compares()) continue;
      if (incentive.id() == "champion" && !NeedsChampions()) continue;
      pb::IncentiveRow& row = *result_.add_incentives();
      row.set_title(incentive.title());
      row.set_counted(incentive.counted());
      row.set_reward(incentive.reward());
      row.set_guard(incentive.guard());
      if (incentive.id() == "points") row.set_today(BestTeam());
      if (incentive.id() == "training") row.set_today(TrainedTeams());
    }
  }

  // --- Gaps ---

  void AddGaps() {
    ProtectionGaps gaps(input_);
    const auto add = [&](absl::string_view rule, const std::string& subject, std::string fact,
                         const std::string& team) {
      gaps.Add(knowledge::CultureGapRuleOf(rule), subject, std::move(fact), team);
    };
    for (const TrainingModule& module : proto_.training().modules()) {
      if (!module.has_completion_percent()) continue;
      if (module.completion_percent() >= rules_.completion_target_percent()) continue;
      add("module-below-target", module.id(),
          absl::StrCat(Amount(module.completion_percent(), "%"), " up to date",
                       module.measured_on().empty() ? "" : absl::StrCat(" on ", module.measured_on()), ", target ",
                       rules_.completion_target_percent(), "%"),
          module.audience_size() == 1 ? module.audience(0) : "");
    }
    for (const pb::CultureTopicRow& row : result_.topics()) {
      if (row.modules().empty()) add("topic-missing", row.title(), "no declared module names it", "");
    }
    AddBuilderGaps(add);
    for (const Team& team : proto_.teams()) {
      if (!NeedsChampions() || !Owns(team) || !team.security_champion().empty()) continue;
      add("champion-missing", team.name(),
          absl::StrCat(Count(facts_.components.at(team.id()), "component", "components"), ", no champion"), team.id());
    }
    for (const OverdueLesson& lesson : overdue_) {
      add("lesson-overdue", lesson.action->id(),
          absl::StrCat(lesson.action->action(), ", after ", lesson.incident->title(), ": due ", lesson.action->due(),
                       ", ", InDays(lesson.days), " late"),
          lesson.action->owner_team());
    }
    gaps.MoveTo(*result_.mutable_gaps(), *result_.mutable_closings());
  }

  // Teams that write code and are in no audience of the topics for those who do.
  template <class Add>
  void AddBuilderGaps(const Add& add) const {
    for (const kb::TrainingTopic& topic : rules_.topics()) {
      if (topic.audience() != kb::TOPIC_AUDIENCE_BUILDERS || !Counts(topic)) continue;
      std::vector<const TrainingModule*> answering;
      for (const TrainingModule& module : proto_.training().modules()) {
        if (analysis::Answers(module, topic)) answering.push_back(&module);
      }
      if (answering.empty()) continue;
      for (const std::string& team : facts_.builders) {
        const bool taken = std::any_of(answering.begin(), answering.end(),
                                       [&](const TrainingModule* module) { return analysis::Takes(*module, team); });
        if (!taken) add("builders-untrained", TeamName(model_, team), "it owns components of own code", team);
      }
    }
  }

  // --- Questions, figures, measures ---

  void AddAllQuestions() {
    auto& questions = *result_.mutable_questions();
    const auto ask = [&](std::string field, std::string text, const std::string& team) {
      *questions.Add() = Ask(model_, std::move(field), std::move(text), team);
    };
    const model::v1::Training& training = proto_.training();
    if (training.modules().empty()) ask("training.modules", "Which security training do people take?", "");
    for (const TrainingModule& module : training.modules()) {
      if (module.has_completion_percent()) continue;
      ask(absl::StrCat("training.modules[", module.id(), "].completion_percent"),
          absl::StrCat("Which share of its audience is up to date in ", module.title(), "?"), "");
    }
    if (!training.has_phishing_interval_days()) {
      ask("training.phishing_interval_days", "How often is phishing simulated, if at all?", "");
    }
    if (NeedsChampions() && proto_.staffing().champions_owner().empty()) {
      ask("staffing.champions_owner", "Who runs the champions programme?", "");
    }
    AddQuestions(model_, {"Team.members"}, questions);
  }

  std::string ValueOf(const std::string& measure, int& percent) const {
    const auto share = [&percent](int part, int whole) {
      percent = whole == 0 ? -1 : 100 * part / whole;
      return Share(part, whole);
    };
    const pb::CultureTotals& totals = result_.totals();
    if (measure == "training") return share(totals.current(), totals.modules());
    if (measure == "topics") return share(totals.taught(), totals.topics());
    if (measure == "champions") return share(totals.with_champion(), totals.owning());
    if (measure == "severe") return share(facts_.severe_closed, facts_.severe_once);
    if (measure == "policies") {
      const auto overdue = input_.facts.Metric(model::v1::THRESHOLD_METRIC_OVERDUE_POLICY_REVIEWS).value;
      return share(proto_.policies_size() - static_cast<int>(overdue), proto_.policies_size());
    }
    if (measure != "lessons") return "";
    int done = 0;
    for (const model::v1::PastIncident& incident : proto_.incident_response().past_incidents()) {
      for (const auto& action : incident.actions()) done += action.done() ? 1 : 0;
    }
    return share(done, done + static_cast<int>(overdue_.size()));
  }

  void AddMeasures() {
    for (const kb::CultureMeasure& measure : rules_.measures()) {
      if (measure.id() == "champions" && !NeedsChampions()) continue;
      pb::CultureMeasureRow& row = *result_.add_measures();
      int percent = -1;
      row.set_name(measure.name());
      row.set_formula(measure.formula());
      row.set_value(ValueOf(measure.id(), percent));
      row.set_target(measure.target());
      row.set_state(percent < 0 || measure.target_percent() == 0 ? "not known"
                    : percent >= measure.target_percent()        ? "reached"
                                                                 : "not reached");
      row.set_frequency(Frequency(measure.interval_days()));
      row.set_decision(measure.decision());
      row.set_owner(OwnerOf(model_, measure.owners()));
    }
  }

  void AddTotals() {
    pb::CultureTotals& totals = *result_.mutable_totals();
    totals.set_teams(result_.teams_size());
    totals.set_owning(result_.champions_size());
    for (const pb::CultureChampionRow& row : result_.champions()) {
      totals.set_with_champion(totals.with_champion() + (row.champion().empty() ? 0 : 1));
    }
    totals.set_modules(result_.modules_size());
    for (const pb::CultureModuleRow& row : result_.modules()) {
      totals.set_current(totals.current() + (row.state() == "up to date" ? 1 : 0));
    }
    totals.set_topics(result_.topics_size());
    for (const pb::CultureTopicRow& row : result_.topics()) {
      totals.set_taught(totals.taught() + (row.modules().empty() ? 0 : 1));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_questions(result_.questions_size());
    pb::CulturePhrases& phrases = *result_.mutable_phrases();
    phrases.set_current(absl::StrCat(totals.current(), " of ", Count(totals.modules(), "module", "modules")));
    phrases.set_taught(absl::StrCat(totals.taught(), " of ", Count(totals.topics(), "topic", "topics")));
    phrases.set_champions(absl::StrCat(totals.with_champion(), " of ", Count(totals.owning(), "team", "teams")));
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const kb::CultureRules& rules_;
  const analysis::CultureFacts facts_;
  const std::vector<OverdueLesson> overdue_;
  pb::SecurityCultureResult result_;
};

}  // namespace

pb::SecurityCultureResult SecurityCulture(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::govern
