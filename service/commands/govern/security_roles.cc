#include "service/commands/govern/security_roles.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/commands/applicable_references.h"
#include "service/commands/held_roles.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/wording.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::govern {

namespace pb = security::govern::v1;
using knowledge::v1::GapKind;
using model::v1::Role;
using model::v1::Team;

namespace {

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input), model_(input.model), proto_(input.model.proto()), binding_(input) {}

  pb::SecurityRolesResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(model::FormatDate(model_.as_of()));
    CollectDecisions();
    AddRoles();
    AddRaci();
    AddTeams();
    AddRequiredRoles();
    AddConflicts();
    AddStaffing();
    AddOnCall();
    AddChampions();
    AddRecommendations();
    for (const v1::Question& question : QuestionsOn(model_, {"Team", "Staffing", "Component.owner_team"})) {
      *result_.add_questions() = question;
    }
    CountRows();
    return std::move(result_);
  }

 private:
  // Templates need to know whether a list is empty before they print its head.
  void CountRows() {
    result_.set_role_count(result_.roles_size());
    result_.set_raci_count(result_.raci_size());
    result_.set_uncovered_count(result_.uncovered_size());
    result_.set_unowned_count(result_.unowned_components_size());
    result_.set_gap_count(result_.gaps_size());
    result_.set_required_role_count(result_.required_roles_size());
    result_.set_position_count(result_.positions_size());
    result_.set_on_call_count(result_.on_call_size());
    result_.set_recommendation_count(result_.recommendations_size());
    result_.set_champion_count(result_.champions_size());
    result_.set_question_count(result_.questions_size());
  }

  // --- Gaps ---

  void AddGap(GapKind kind, const std::string& subject, const std::string& fact,
              const std::vector<std::string>& references = {}) {
    pb::GapRow& gap = *result_.add_gaps();
    gap.set_kind(kind);
    gap.set_subject(subject);
    gap.set_reason(absl::StrReplaceAll(knowledge::Remedy(kind).reason(), {{"{subject}", subject}, {"{fact}", fact}}));
    for (const std::string& reference : references) gap.add_controls(knowledge::ReferenceLabel(reference));
    // The others stand in a table of their own.
    gap.set_listed(kind != knowledge::v1::GAP_KIND_ACTIVITY && kind != knowledge::v1::GAP_KIND_COMPONENT &&
                   kind != knowledge::v1::GAP_KIND_CHAMPION && kind != knowledge::v1::GAP_KIND_REQUIRED_ROLE);
    result_.set_listed_gap_count(result_.listed_gap_count() + gap.listed());
  }

  // --- Roles ---

  void Decides(const std::string& role, const std::string& verb, const std::string& what) {
    if (!role.empty()) decisions_[role][verb].insert(what);
  }

  // What the rest of the model lets a role decide.
  void CollectDecisions() {
    for (const auto& policy : proto_.policies()) {
      Decides(policy.owner(), "keeps", policy.id());
      Decides(policy.approver(), "approves", policy.id());
    }
    for (const auto& authority : proto_.risk_appetite().acceptance()) {
      const std::string level = model::YamlName(authority.level());
      Decides(authority.role(), "accepts", absl::StrCat(level, " risks"));
      Decides(authority.second_approver(), "co-approves", absl::StrCat(level, " risks"));
    }
    Decides(proto_.policy_parameters().exception_approver(), "approves", "policy exceptions");
    for (const auto& containment : proto_.containment_switches()) {
      Decides(containment.ordered_by(), "orders", containment.id());
    }
  }

  void AddRoles() {
    for (const Role& role : proto_.roles()) {
      pb::RoleRow& row = *result_.add_roles();
      row.set_id(role.id());
      row.set_title(role.title());
      row.set_holder(role.holder());
      row.set_deputy(role.deputy());
      row.set_team(TeamName(model_, role.team()));
      row.set_reports_to(RoleTitle(model_, role.reports_to()));
      row.set_full_time(role.full_time());
      row.set_duties(absl::StrJoin(role.responsibilities(), "; "));
      std::vector<std::string> by_verb;
      size_t decisions = 0;
      for (const auto& [verb, objects] : decisions_[role.id()]) {
        by_verb.push_back(absl::StrCat(verb, " ", List({objects.begin(), objects.end()})));
        decisions += objects.size();
      }
      row.set_decisions(absl::StrJoin(by_verb, "; "));
      const std::string carries = absl::StrCat("carries ", Count(role.responsibilities_size(), "duty", "duties"),
                                               " and ", Count(decisions, "decision right", "decision rights"));
      if (role.holder().empty()) {
        result_.set_vacant_count(result_.vacant_count() + 1);
        AddGap(knowledge::v1::GAP_KIND_VACANT_ROLE, role.title(), carries);
      } else if (role.deputy().empty()) {
        AddGap(knowledge::v1::GAP_KIND_NO_DEPUTY, role.title(), carries);
      }
    }
  }

  // --- RACI ---

  void AddTitles(const google::protobuf::RepeatedPtrField<std::string>& roles,
                 google::protobuf::RepeatedPtrField<std::string>* titles) {
    for (const std::string& id : roles) {
      *titles->Add() = RoleTitle(model_, id);
      if (const Role* role = model_.Find<Role>(id)) roles_in_matrix_[role->team()].insert(role->title());
    }
  }

  void AddRaci() {
    std::set<std::string> covered;
    for (const model::v1::RaciAssignment& assignment : proto_.raci()) {
      covered.insert(assignment.activity());
      pb::RaciRow& row = *result_.add_raci();
      row.set_activity(assignment.activity());
      row.set_title(assignment.activity());
      if (const auto* activity = knowledge::FindActivity(assignment.activity())) {
        row.set_title(activity->title());
        for (const std::string& reference : binding_.Applicable(activity->references())) {
          row.add_controls(knowledge::ReferenceLabel(reference));
        }
      }
      AddTitles(assignment.accountable(), row.mutable_accountable());
      AddTitles(assignment.responsible(), row.mutable_responsible());
      AddTitles(assignment.consulted(), row.mutable_consulted());
      AddTitles(assignment.informed(), row.mutable_informed());
      row.set_settled(row.accountable_size() == 1);
      if (row.settled()) {
        result_.set_settled_count(result_.settled_count() + 1);
      } else {
        AddGap(knowledge::v1::GAP_KIND_ACCOUNTABILITY, row.title(),
               row.accountable().empty() ? "nobody" : List({row.accountable().begin(), row.accountable().end()}));
      }
    }
    AddUncovered(covered);
  }

  bool HasSubject(const knowledge::v1::SecurityActivity& activity) const {
    knowledge::v1::ElementSelector selector;
    selector.set_collection(activity.subject());
    return activity.subject().empty() || SelectsAny(input_, selector);
  }

  void AddUncovered(const std::set<std::string>& covered) {
    std::vector<std::string> unfilled;
    for (const knowledge::v1::SecurityActivity& activity : knowledge::SecurityActivities().activities()) {
      const std::vector<std::string> references = binding_.Applicable(activity.references());
      if (references.empty() || covered.count(activity.id()) > 0 || !HasSubject(activity)) continue;
      pb::UncoveredActivity& row = *result_.add_uncovered();
      row.set_activity(activity.id());
      row.set_title(activity.title());
      for (const std::string& reference : references) row.add_controls(knowledge::ReferenceLabel(reference));
      const std::vector<int> kinds(activity.accountable().begin(), activity.accountable().end());
      if (const Role* proposed = FindRole(model_, kinds)) {
        row.set_proposed(proposed->title());
        row.set_vacant(proposed->holder().empty());
        result_.set_proposed_count(result_.proposed_count() + 1);
      } else {
        unfilled.push_back(absl::StrCat(row.title(), " (", absl::StrJoin(row.controls(), ", "), ")"));
      }
      AddGap(knowledge::v1::GAP_KIND_ACTIVITY, activity.title(), knowledge::ReferenceLabel(references[0]), references);
    }
    result_.set_unfilled_count(static_cast<int>(unfilled.size()));
    result_.set_unfilled(absl::StrJoin(unfilled, "; "));
    result_.set_decider(ActingFor(model_, {}));
  }

  void AddTeams() {
    std::map<std::string, int> components;
    for (const model::v1::Component& component : proto_.components()) {
      const bool foreign = component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
      if (foreign) continue;
      if (!component.owner_team().empty()) {
        ++components[component.owner_team()];
      } else {
        result_.add_unowned_components(component.id());
        AddGap(knowledge::v1::GAP_KIND_COMPONENT, component.id(), "");
      }
    }
    for (const Team& team : proto_.teams()) {
      pb::TeamRow& row = *result_.add_teams();
      row.set_id(team.id());
      row.set_name(team.name());
      row.set_lead(team.lead());
      row.set_component_count(components[team.id()]);
      for (const std::string& title : roles_in_matrix_[team.id()]) row.add_roles(title);
      if (row.roles().empty()) {
        AddGap(knowledge::v1::GAP_KIND_TEAM, team.name(), Count(row.component_count(), "component", "components"));
      }
    }
  }

  // --- Required and conflicting roles ---

  bool Asked(const knowledge::v1::RequiredRole& required) {
    if (!binding_.Binds(required.reference())) return false;
    for (const auto& match : required.when()) {
      if (Matches(input_, match) != Truth::kYes) return false;
    }
    if (required.when_data_class().empty()) return true;
    knowledge::v1::ElementSelector selector;
    selector.set_collection("data_classes");
    *selector.mutable_where() = required.when_data_class();
    return SelectsAny(input_, selector);
  }

  void AddRequiredRoles() {
    for (const knowledge::v1::RequiredRole& required : knowledge::SecurityActivities().required_roles()) {
      if (!Asked(required)) continue;
      pb::RequiredRoleRow& row = *result_.add_required_roles();
      row.set_title(required.title());
      row.set_control(knowledge::ReferenceLabel(required.reference()));
      row.set_because(required.because());
      for (const int kind : required.kinds()) {
        for (const Role& role : proto_.roles()) {
          if (role.kind() == kind && !role.holder().empty()) row.add_filled_by(role.title());
        }
      }
      if (row.filled_by().empty()) {
        AddGap(knowledge::v1::GAP_KIND_REQUIRED_ROLE, required.title(),
               absl::StrCat(row.control(), ": ", required.because()), {required.reference()});
      }
    }
  }

  void AddConflicts() {
    for (const knowledge::v1::RoleConflict& conflict : knowledge::SecurityActivities().conflicts()) {
      for (const Role& first : proto_.roles()) {
        if (first.kind() != conflict.first() || first.holder().empty()) continue;
        for (const Role& second : proto_.roles()) {
          if (second.kind() != conflict.second() || second.holder() != first.holder()) continue;
          AddGap(knowledge::v1::GAP_KIND_CONFLICTING_ROLES, absl::StrCat(first.title(), " and ", second.title()),
                 absl::StrCat(first.holder(), " holds both; ", conflict.reason()),
                 binding_.Applicable(conflict.references()));
        }
      }
    }
  }

  // --- People ---

  void AddStaffing() {
    const model::v1::Staffing& staffing = proto_.staffing();
    for (const model::v1::OpenPosition& position : staffing.open_positions()) {
      pb::PositionRow& row = *result_.add_positions();
      row.set_title(position.title());
      row.set_team(TeamName(model_, position.team()));
      row.set_planned_start(position.planned_start());
      row.set_funded(position.funded());
      if (!position.planned_start().empty()) {
        const absl::CivilDay start = model::ToCivilDay(position.planned_start());
        row.set_overdue_days(std::max<int>(0, static_cast<int>(model_.as_of() - start)));
      }
    }
    if (!staffing.has_security_fte_target() || !staffing.has_security_fte_actual()) return;
    pb::HeadcountRow& row = *result_.mutable_headcount();
    row.set_target(Number(staffing.security_fte_target()));
    row.set_actual(Number(staffing.security_fte_actual()));
    for (const auto& position : staffing.open_positions())
      row.set_funded_positions(row.funded_positions() + position.funded());
    const double missing = staffing.security_fte_target() - staffing.security_fte_actual();
    if (missing <= 0) return;
    row.set_shortfall(Number(missing));
    AddGap(knowledge::v1::GAP_KIND_HEADCOUNT, absl::StrCat(row.shortfall(), " missing security FTE"),
           absl::StrCat(row.target(), " planned, ", row.actual(), " present, ",
                        Count(row.funded_positions(), "funded position", "funded positions"), " open"));
  }

  void AddOnCall() {
    const knowledge::v1::OnCallRule& rule = knowledge::SecurityActivities().on_call();
    for (const model::v1::OnCall& rotation : proto_.monitoring().on_call()) {
      pb::OnCallRow& row = *result_.add_on_call();
      row.set_id(rotation.id());
      row.set_name(rotation.name());
      row.set_team(TeamName(model_, rotation.team()));
      row.set_hours(rotation.hours());
      row.set_on_duty(rotation.engineers());
      row.set_around_the_clock(rotation.hours() == "24x7");
      row.set_weeks_between_duties(rule.weeks_between_duties());
      if (const Team* team = model_.Find<Team>(rotation.team())) row.set_members(team->members());
      if (!row.around_the_clock() || row.on_duty() == 0) continue;
      row.set_needed(row.on_duty() * rule.weeks_between_duties());
      if (row.members() == 0 || row.members() >= row.needed()) continue;
      row.set_missing(row.needed() - row.members());
      AddGap(knowledge::v1::GAP_KIND_ON_CALL, rotation.name(),
             absl::StrCat(row.on_duty(), " on duty × ", rule.weeks_between_duties(), " weeks = ", row.needed(),
                          " people around the clock, ", row.team(), " has ", row.members()));
    }
  }

  // --- Champions ---

  void AddChampions() {
    const model::v1::Staffing& staffing = proto_.staffing();
    pb::ChampionsProgramme& programme = *result_.mutable_programme();
    programme.set_owner(RoleTitle(model_, staffing.champions_owner()));
    if (staffing.has_champion_hours_per_month()) programme.set_hours(Hours(staffing.champion_hours_per_month()));
    if (staffing.has_champion_meeting_interval_days()) {
      programme.set_meetings(InDays(staffing.champion_meeting_interval_days()));
    }
    if (staffing.has_champion_ratio_target()) programme.set_target(Number(staffing.champion_ratio_target()));
    for (const pb::TeamRow& team : result_.teams()) AddChampion(*model_.Find<Team>(team.id()), team, programme);
    programme.set_needed(programme.teams_with_champion() > 0 || staffing.has_champion_ratio_target() ||
                         programme.teams() >= knowledge::SecurityActivities().champions_from_teams());
    const Role* lead = FindRole(model_, {model::v1::ROLE_KIND_SECURITY_LEAD});
    if (lead != nullptr && !lead->holder().empty()) programme.set_direct_contact(lead->title());
    if (!programme.needed()) return;
    for (const pb::ChampionRow& row : result_.champions()) {
      if (!row.champion().empty()) continue;
      AddGap(knowledge::v1::GAP_KIND_CHAMPION, row.name(), Count(row.component_count(), "component", "components"));
    }
    if (staffing.has_champion_hours_per_month() && programme.teams_with_champion() > 0) {
      programme.set_capacity(Hours(staffing.champion_hours_per_month() * programme.teams_with_champion()));
    }
    if (programme.owner().empty()) AddGap(knowledge::v1::GAP_KIND_CHAMPIONS_PROGRAMME, "the owner", "");
    if (programme.hours().empty()) AddGap(knowledge::v1::GAP_KIND_CHAMPIONS_PROGRAMME, "the hours per month", "");
    if (programme.meetings().empty()) AddGap(knowledge::v1::GAP_KIND_CHAMPIONS_PROGRAMME, "the meeting interval", "");
  }

  // Teams that own components need a champion; the security team is one itself.
  void AddChampion(const Team& team, const pb::TeamRow& facts, pb::ChampionsProgramme& programme) {
    if (team.security_team() || (facts.component_count() == 0 && team.security_champion().empty())) return;
    pb::ChampionRow& row = *result_.add_champions();
    row.set_team(team.id());
    row.set_name(team.name());
    row.set_champion(team.security_champion());
    row.set_members(team.members());
    row.set_component_count(facts.component_count());
    int highest = 0;
    for (const auto& [id, component] : input_.facts.components()) {
      if (component.component->owner_team() == team.id()) {
        highest = std::max<int>(highest, component.criticality.level);
      }
    }
    if (highest > 0) row.set_criticality(model::YamlName(static_cast<model::v1::Criticality>(highest)));
    programme.set_teams(programme.teams() + 1);
    programme.set_teams_with_champion(programme.teams_with_champion() + !row.champion().empty());
  }

  // --- Recommendations ---

  // One per gap; activities and components of one kind go into one, since one change of the model closes them all.
  void AddRecommendations() {
    std::map<std::pair<int, std::string>, std::vector<const pb::GapRow*>> groups;
    for (const pb::GapRow& gap : result_.gaps()) {
      const bool together = gap.kind() == knowledge::v1::GAP_KIND_ACTIVITY ||
                            gap.kind() == knowledge::v1::GAP_KIND_COMPONENT ||
                            gap.kind() == knowledge::v1::GAP_KIND_CHAMPIONS_PROGRAMME;
      groups[{gap.kind(), together ? "" : gap.subject()}].push_back(&gap);
    }
    std::vector<pb::RecommendationRow> rows;
    for (const auto& [key, gaps] : groups) rows.push_back(Recommend(gaps));
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.due() < b.due(); });
    for (pb::RecommendationRow& row : rows) *result_.add_recommendations() = std::move(row);
  }

  pb::RecommendationRow Recommend(const std::vector<const pb::GapRow*>& gaps) const {
    const knowledge::v1::GapRemedy& remedy = knowledge::Remedy(gaps[0]->kind());
    std::vector<std::string> subjects, reasons;
    for (const pb::GapRow* gap : gaps) subjects.push_back(gap->subject());
    pb::RecommendationRow row;
    row.set_action(absl::StrReplaceAll(remedy.action(), {{"{subject}", List(subjects)}}));
    if (gaps.size() == 1) {
      row.set_reason(gaps[0]->reason());
    } else {
      row.set_reason(absl::StrReplaceAll(remedy.reasons(), {{"{count}", absl::StrCat(gaps.size())}}));
    }
    const std::vector<int> kinds(remedy.owners().begin(), remedy.owners().end());
    row.set_owner(ActingFor(model_, kinds));
    row.set_within_days(remedy.within_days());
    row.set_due(model::FormatDate(model_.as_of() + remedy.within_days()));
    row.set_effort(Amount(remedy.effort_days() * static_cast<double>(gaps.size()), "person-days"));
    return row;
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  ReferenceFilter binding_;
  pb::SecurityRolesResult result_;
  // Role id -> verb -> what it decides.
  std::map<std::string, std::map<std::string, std::set<std::string>>> decisions_;
  std::map<std::string, std::set<std::string>> roles_in_matrix_;  // team id -> titles
};

}  // namespace

pb::SecurityRolesResult SecurityRoles(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::govern
