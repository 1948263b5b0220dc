// Who needs what is analysis' (training_audiences.h); this puts it into the tables of the section, one function a
// table.
#include "service/commands/utility/security_training.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/training_audiences.h"
#include "service/commands/applicable_references.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/intel.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::utility {
namespace {

namespace pb = security::utility::v1;
using analysis::TrainingFact;
using model::v1::TrainingModule;

// Days within which people who are late catch up, and a module that is asked for or lowers open threats is introduced.
constexpr int kCatchUpDays = 30;
// The same of other modules.
constexpr int kIntroduceDays = 90;
// Reasons in a cell.
constexpr size_t kReasons = 3;
// Names in a task.
constexpr size_t kNamed = 6;
constexpr int kYear = 365;
// Threats of this system that a module takes as examples.
constexpr int kExamples = 3;
constexpr absl::string_view kCsf = "csf-2.0:";
constexpr absl::string_view kHipaa = "hipaa";

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        needs_(analysis::FindTrainingNeeds(input.facts)),
        binding_(input) {}

  pb::SecurityTrainingResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    const model::v1::Training& training = proto_.training();
    if (training.has_phishing_interval_days()) result_.set_phishing_interval(InDays(training.phishing_interval_days()));
    if (training.has_phishing_failure_target_percent()) {
      result_.set_phishing_target(absl::StrCat(Number(training.phishing_failure_target_percent()), "%"));
    }
    result_.set_six_years(Applies(input_.facts, kHipaa));
    AddAudiences();
    AddPersons();
    AddTeams();
    AddModules();
    AddCompletions();
    AddTasks();
    AddTotals();
    AddOpenQuestions();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Audiences ---

  // People in these teams, where the model says it.
  template <class Teams>
  int PeopleIn(const Teams& teams) const {
    int people = 0;
    for (const std::string& id : teams) {
      const auto* team = model_.Find<model::v1::Team>(id);
      people += team == nullptr ? 0 : team->members();
    }
    return people;
  }

  void AddAudiences() {
    for (const analysis::TrainingAudienceFact& fact : needs_.audiences) {
      pb::TrainingAudienceRow& row = *result_.add_audiences();
      row.set_id(fact.audience->id());
      row.set_name(fact.audience->name());
      std::vector<std::string> teams;
      const bool all = fact.audience->id() == "everyone";
      for (const auto& [id, why] : fact.teams) {
        teams.push_back(id);
        row.add_teams(all ? TeamName(model_, id) : absl::StrCat(TeamName(model_, id), " (", why, ")"));
      }
      for (const analysis::TrainedPerson& person : fact.people) {
        row.add_persons(NameWithReasons(person));
      }
      row.set_people(PeopleIn(teams) + row.persons_size());
    }
  }

  // Without a role that is called like the job.
  std::string NameWithReasons(const analysis::TrainedPerson& person) const {
    std::vector<std::string> reasons;
    for (const std::string& reason : person.reasons) {
      if (!absl::EqualsIgnoreCase(reason, person.title)) reasons.push_back(reason);
    }
    if (reasons.empty()) return NameOf(person);
    return absl::StrCat(NameOf(person), " (", List(reasons, kReasons), ")");
  }

  std::string NameOf(const analysis::TrainedPerson& person) const {
    const std::string team = TeamName(model_, person.team);
    return absl::StrContains(person.title, team) ? person.title : absl::StrCat(person.title, " of ", team);
  }

  pb::TrainingPersonRow& PersonRow(const std::string& title, const std::string& team) {
    for (pb::TrainingPersonRow& row : *result_.mutable_persons()) {
      if (row.title() == title && row.team() == team) return row;
    }
    pb::TrainingPersonRow& row = *result_.add_persons();
    row.set_title(title);
    row.set_team(team);
    return row;
  }

  void AddPersons() {
    for (const model::v1::Role& role : proto_.roles()) {
      if (role.holder().empty()) {
        result_.add_vacant(role.title());
      } else {
        PersonRow(role.holder(), TeamName(model_, role.team())).add_reasons(role.title());
      }
    }
    for (const analysis::TrainingAudienceFact& audience : needs_.audiences) {
      for (const analysis::TrainedPerson& person : audience.people) {
        pb::TrainingPersonRow& row = PersonRow(person.title, TeamName(model_, person.team));
        for (const std::string& reason : person.reasons) AddOnce(reason, row.mutable_reasons());
        for (const TrainingFact& fact : needs_.modules) {
          if (fact.audience == &audience) row.add_modules(fact.row->title());
        }
      }
    }
    for (pb::TrainingPersonRow& row : *result_.mutable_persons()) {
      const std::vector<std::string> reasons(row.reasons().begin(), row.reasons().end());
      row.clear_reasons();
      AddFirst(reasons, kReasons, row.mutable_reasons());
    }
  }

  void AddTeams() {
    for (const model::v1::Team& team : proto_.teams()) {
      pb::TrainingTeamRow& row = *result_.add_teams();
      row.set_id(team.id());
      row.set_name(team.name());
      if (team.has_members()) row.set_people(absl::StrCat(team.members()));
      int64_t minutes = 0;
      for (const TrainingFact& fact : needs_.modules) {
        if (fact.audience->teams.count(team.id()) == 0) continue;
        row.add_modules(fact.row->title());
        minutes += int64_t{fact.minutes} * TimesAYear(fact.interval_days);
      }
      row.set_yearly(Minutes(minutes));
    }
  }

  static int TimesAYear(int interval_days) { return (kYear + interval_days / 2) / interval_days; }

  // --- Modules ---

  // Open ones, worst first.
  std::vector<const analysis::Threat*> ThreatsLoweredBy(
      const google::protobuf::RepeatedPtrField<std::string>& controls) const {
    const std::set<std::string> wanted(controls.begin(), controls.end());
    std::vector<const analysis::Threat*> found;
    for (const analysis::Threat* threat : input_.threats.Get().Prioritised()) {
      const bool lowered = std::any_of(threat->controls.begin(), threat->controls.end(), [&](const auto& each) {
        return IsMissing(each) && wanted.count(each.control->id()) > 0;
      });
      if (lowered) found.push_back(threat);
    }
    return found;
  }

  // Whether a framework besides CSF 2.0, which these documents follow by choice, asks for the module.
  bool IsAskedFor(const TrainingFact& fact) {
    for (const std::string& reference : fact.row->references()) {
      google::protobuf::RepeatedPtrField<std::string> one;
      *one.Add() = reference;
      if (!absl::StartsWith(reference, kCsf) && !BindingReferences(binding_, one).empty()) return true;
    }
    return false;
  }

  void AddModules() {
    for (const TrainingFact& fact : needs_.modules) {
      pb::TrainingModuleRow& row = *result_.add_modules();
      row.set_id(fact.row->id());
      row.set_title(fact.row->title());
      row.set_audience(fact.audience->audience->name());
      AddAll(fact.row->topics(), row.mutable_topics());
      for (const std::string& control : fact.row->controls()) row.add_controls(knowledge::FindControl(control)->name());
      const std::vector<const analysis::Threat*> lowered = ThreatsLoweredBy(fact.row->controls());
      row.set_threats(static_cast<int>(lowered.size()));
      for (const analysis::Threat* threat : lowered) {
        if (row.examples_size() < kExamples) row.add_examples(threat->key());
      }
      const bool soon = row.threats() > 0 || IsAskedFor(fact);
      if (fact.declared.empty()) {
        row.set_introduce_by(model::FormatDate(model_.as_of() + (soon ? kCatchUpDays : kIntroduceDays)));
      }
      row.set_length(Minutes(fact.minutes));
      row.set_interval(InDays(fact.row->interval_days()));
      std::vector<std::string> intervals;
      for (const TrainingModule* module : fact.declared) {
        row.add_declared(module->id());
        intervals.push_back(InDays(module->interval_days()));
      }
      row.set_declared_interval(List(intervals));
      for (const std::string& team : fact.missing) row.add_missing(TeamName(model_, team));
      for (const analysis::TrainedPerson& person : fact.missing_people) row.add_missing(NameOf(person));
      row.set_repeat_by(fact.repeat_by);
      row.set_overdue(fact.overdue);
      row.set_assessment(fact.row->assessment());
      row.set_passes(fact.row->passes());
      row.set_owner(OwnerOf(model_, fact.row->owners()));
      AddAll(BindingReferences(binding_, fact.row->references()), row.mutable_references());
    }
    for (const TrainingModule* module : needs_.others) result_.add_others(module->title());
  }

  // The role that delivers a declared module.
  std::string OwnerOfDeclared(const TrainingModule& module) const {
    for (const TrainingFact& fact : needs_.modules) {
      const auto& declared = fact.declared;
      if (std::find(declared.begin(), declared.end(), &module) != declared.end()) {
        return OwnerOf(model_, fact.row->owners());
      }
    }
    return OwnerOf(model_, knowledge::TrainingRules().modules(0).owners());
  }

  void AddCompletions() {
    for (const TrainingModule& module : proto_.training().modules()) {
      pb::TrainingCompletionRow& row = *result_.add_completions();
      row.set_id(module.id());
      row.set_title(module.title());
      std::vector<std::string> teams(module.audience().begin(), module.audience().end());
      for (const std::string& team : teams) row.add_audience(TeamName(model_, team));
      if (teams.empty()) {
        for (const model::v1::Team& team : proto_.teams()) teams.push_back(team.id());
      }
      row.set_people(PeopleIn(teams));
      row.set_measured_on(module.measured_on());
      row.set_owner(OwnerOfDeclared(module));
      if (!module.has_completion_percent()) continue;
      row.set_completion(absl::StrCat(Number(module.completion_percent()), "%"));
      const double outstanding = row.people() * (100 - module.completion_percent()) / 100;
      row.set_late(static_cast<int>(std::ceil(outstanding - 1e-9)));
    }
  }

  // --- Plan ---

  void AddTask(std::string due, std::string task, std::string owner, std::string done) {
    pb::TrainingTaskRow& row = *result_.add_tasks();
    row.set_due(std::move(due));
    row.set_task(std::move(task));
    row.set_owner(std::move(owner));
    row.set_done(std::move(done));
  }

  void AddTasks() {
    const std::string soon = model::FormatDate(model_.as_of() + kCatchUpDays);
    for (const pb::TrainingModuleRow& row : result_.modules()) {
      const std::vector<std::string> missing(row.missing().begin(), row.missing().end());
      if (row.declared().empty()) {
        AddTask(row.introduce_by(), absl::StrCat("Introduce \"", row.title(), "\" for ", List(missing, kNamed)),
                row.owner(), "The module stands in the model with its completion");
        continue;
      }
      if (!missing.empty()) {
        AddTask(soon, absl::StrCat("Extend \"", row.title(), "\" to ", List(missing, kNamed)), row.owner(),
                "The audience of the module in the model has their teams");
      }
      AddTask(row.repeat_by(), absl::StrCat("Repeat \"", row.title(), "\"", row.overdue() ? ", which is overdue" : ""),
              row.owner(), "The model has a completion measured after this date");
    }
    for (const pb::TrainingCompletionRow& row : result_.completions()) {
      if (row.late() == 0) continue;
      AddTask(soon,
              absl::StrCat("Bring ", Count(row.late(), "person", "people"), " up to date with \"", row.title(), "\""),
              row.owner(), "Completion is 100%, with the date of measurement in the model");
    }
    std::stable_sort(result_.mutable_tasks()->begin(), result_.mutable_tasks()->end(),
                     [](const auto& a, const auto& b) { return a.due() < b.due(); });
  }

  void AddTotals() {
    pb::TrainingTotals& totals = *result_.mutable_totals();
    totals.set_teams(proto_.teams_size());
    for (const model::v1::Team& team : proto_.teams()) totals.set_people(totals.people() + team.members());
    totals.set_modules(result_.modules_size());
    for (const pb::TrainingModuleRow& row : result_.modules()) {
      const bool covered = row.missing().empty();
      totals.set_covered(totals.covered() + (covered ? 1 : 0));
      totals.set_partly(totals.partly() + (!covered && !row.declared().empty() ? 1 : 0));
      totals.set_missing(totals.missing() + (row.declared().empty() ? 1 : 0));
    }
    totals.set_tasks(result_.tasks_size());
    pb::TrainingPhrases& phrases = *result_.mutable_phrases();
    phrases.set_teams(Count(totals.teams(), "team", "teams"));
    phrases.set_modules(Count(totals.modules(), "module", "modules"));
    phrases.set_people(Count(totals.people(), "person", "people"));
    phrases.set_tasks(Count(totals.tasks(), "task", "tasks"));
  }

  void AddOpenQuestions() {
    auto& questions = *result_.mutable_questions();
    AddQuestions(model_, {"Team.members"}, questions);
    for (const pb::TrainingCompletionRow& row : result_.completions()) {
      if (!row.completion().empty()) continue;
      *questions.Add() = Ask(model_, "TrainingModule.completion_percent",
                             absl::StrCat("What share of its audience is up to date with \"", row.title(), "\"?"), "");
    }
    if (result_.phishing_interval().empty()) {
      *questions.Add() =
          Ask(model_, "Training.phishing_interval_days", "How often are people tried with a phishing mail?", "");
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::TrainingNeeds needs_;
  ReferenceFilter binding_;
  pb::SecurityTrainingResult result_;
};

}  // namespace

pb::SecurityTrainingResult SecurityTraining(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::utility
