#include "service/analysis/training_audiences.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/terms.h"
#include "service/knowledge/intel.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::TrainingModule;

// Days after which a module without a date is due.
constexpr int kFirstDays = 30;
// The audience of all teams.
constexpr char kEveryone[] = "everyone";

class Finder {
 public:
  explicit Finder(const Facts& facts) : facts_(facts), model_(facts.model()), proto_(facts.model().proto()) {}

  TrainingNeeds Find() {
    for (const k::TrainingAudience& audience : knowledge::TrainingRules().audiences()) {
      fact_ = {};
      fact_.audience = &audience;
      AddHolders(audience);
      AddByWork(audience.id());
      LeaveOutMembers();
      if (!fact_.teams.empty() || !fact_.people.empty()) needs_.audiences.push_back(std::move(fact_));
    }
    AddModules();
    return std::move(needs_);
  }

 private:
  // The first reason is the one that is named.
  void Add(const std::string& team, const std::string& why) {
    if (model_.Find<model::v1::Team>(team) != nullptr) fact_.teams.emplace(team, why);
  }
  void AddOwner(const std::string& team, const std::string& what) {
    Add(team.empty() ? proto_.owner_team() : team, absl::StrCat("owns ", what));
  }

  template <class Predicate>
  void AddComponents(Predicate matches) {
    for (const Component& component : proto_.components()) {
      if (!IsExternal(component) && matches(component)) AddOwner(component.owner_team(), component.id());
    }
  }

  template <class Predicate>
  void AddData(Predicate matches) {
    for (const DataClass& data : proto_.data_classes()) {
      if (matches(data)) AddOwner(data.owner(), data.id());
    }
  }

  static bool IsHealth(const DataClass& data) { return HasCategory(data, {model::v1::DATA_CATEGORY_PHI}); }

  void AddByWork(const std::string& id) {
    if (id == kEveryone) AddEveryone();
    if (id == "developers") AddDevelopers();
    if (id == "operators") AddOperators();
    if (id == "responders") AddResponders();
    if (id == "card-handlers") AddCardHandlers();
    if (id == "health-handlers") AddHealthHandlers();
    if (id == "champions") AddChampions();
    if (id == "privacy") AddPrivacyLeads();
    if (id == "buyers") AddBuyers();
    if (id == "device-handlers") {
      AddComponents([](const Component& component) { return component.machine() == model::v1::MACHINE_DEVICE; });
    }
  }

  // Teams of the roles that may read it.
  template <class Predicate>
  void AddReaders(Predicate matches) {
    for (const DataClass& data : proto_.data_classes()) {
      if (!matches(data)) continue;
      for (const std::string& id : data.access_roles()) {
        const auto* role = model_.Find<model::v1::Role>(id);
        if (role != nullptr) Add(role->team(), absl::StrCat("has access to ", data.id()));
      }
    }
  }

  void AddEveryone() {
    for (const model::v1::Team& team : proto_.teams()) Add(team.id(), "works here");
  }

  void AddDevelopers() {
    AddComponents([](const Component& component) { return component.custom_code(); });
    for (const model::v1::Repository& repository : proto_.delivery().repositories()) {
      AddOwner(repository.owner_team(), repository.id());
    }
  }

  void AddOperators() {
    for (const model::v1::Infrastructure& element : proto_.infrastructure()) {
      AddOwner(element.owner_team(), element.id());
    }
  }

  void AddResponders() {
    for (const model::v1::OnCall& rotation : proto_.monitoring().on_call()) {
      Add(rotation.team(), absl::StrCat("has rotation ", rotation.id()));
    }
    for (const model::v1::Team& team : proto_.teams()) {
      if (team.security_team()) Add(team.id(), "security is its main work");
    }
  }

  void AddCardHandlers() {
    const bool held = std::any_of(proto_.data_classes().begin(), proto_.data_classes().end(), IsAccountData);
    if (!held) return;
    for (const auto& [id, component] : facts_.components()) {
      if (component.pci_scope == PciScope::kCde) AddOwner(component.component->owner_team(), id);
    }
    for (const auto& [id, component] : facts_.components()) {
      if (component.pci_scope == PciScope::kConnected) AddOwner(component.component->owner_team(), id);
    }
    AddData(IsAccountData);
    AddReaders(IsAccountData);
  }

  void AddHealthHandlers() {
    AddData(IsHealth);
    for (const auto& [id, component] : facts_.components()) {
      if (IsExternal(*component.component)) continue;
      const bool holds = std::any_of(component.stores.begin(), component.stores.end(),
                                     [](const DataClass* data) { return IsHealth(*data); }) ||
                         std::any_of(component.processes.begin(), component.processes.end(),
                                     [](const DataClass* data) { return IsHealth(*data); });
      if (holds) AddOwner(component.component->owner_team(), id);
    }
    AddReaders(IsHealth);
  }

  // --- Single people ---

  void AddPerson(const std::string& title, const std::string& team, const std::string& reason) {
    if (title.empty()) return;
    auto& people = fact_.people;
    auto found = std::find_if(people.begin(), people.end(),
                              [&](const TrainedPerson& each) { return each.title == title && each.team == team; });
    if (found == people.end()) found = people.insert(people.end(), {title, team, {}});
    found->reasons.push_back(reason);
  }

  void AddLead(const std::string& owner, const std::string& reason) {
    const auto* team = model_.Find<model::v1::Team>(owner.empty() ? proto_.owner_team() : owner);
    if (team != nullptr) AddPerson(team->lead(), team->id(), reason);
  }

  void AddHolders(const k::TrainingAudience& audience) {
    for (const model::v1::Role& role : proto_.roles()) {
      const auto& kinds = audience.roles();
      const bool belongs = std::find(kinds.begin(), kinds.end(), role.kind()) != kinds.end();
      if (belongs) AddPerson(role.holder(), role.team(), role.title());
    }
  }

  void AddChampions() {
    for (const model::v1::Team& team : proto_.teams()) {
      AddPerson(team.security_champion(), team.id(), "security champion");
    }
  }

  void AddPrivacyLeads() {
    for (const DataClass& data : proto_.data_classes()) {
      if (IsPersonal(data)) AddLead(data.owner(), absl::StrCat("answers for ", data.id()));
    }
  }

  void AddBuyers() {
    for (const model::v1::ThirdParty& supplier : proto_.third_parties()) {
      AddLead(supplier.owner_team(), absl::StrCat("answers for ", supplier.id()));
    }
  }

  void LeaveOutMembers() {
    auto& people = fact_.people;
    const auto member = [&](const TrainedPerson& person) { return fact_.teams.count(person.team) > 0; };
    people.erase(std::remove_if(people.begin(), people.end(), member), people.end());
  }

  // --- Modules ---

  const TrainingAudienceFact* AudienceOf(const k::TrainingRow& row) const {
    const auto found = std::find_if(needs_.audiences.begin(), needs_.audiences.end(),
                                    [&](const auto& fact) { return fact.audience->id() == row.audience(); });
    return found == needs_.audiences.end() ? nullptr : &*found;
  }

  static bool Answers(const TrainingModule& module, const TrainingAudienceFact& audience, const k::TrainingRow& row) {
    if (!Mentions(absl::StrCat(module.id(), " ", module.title()), row.words())) return false;
    const auto& teams = module.audience();
    if (teams.empty()) return true;
    if (row.audience() == kEveryone) return false;
    return std::any_of(teams.begin(), teams.end(), [&](const std::string& team) {
      return audience.teams.count(team) > 0 ||
             std::any_of(audience.people.begin(), audience.people.end(),
                         [&](const TrainedPerson& person) { return person.team == team; });
    });
  }

  void AddModules() {
    std::set<const TrainingModule*> used;
    for (const k::TrainingRow& row : knowledge::TrainingRules().modules()) {
      const TrainingAudienceFact* audience = AudienceOf(row);
      if (audience == nullptr) continue;
      TrainingFact& fact = needs_.modules.emplace_back();
      fact.row = &row;
      fact.audience = audience;
      for (const TrainingModule& module : proto_.training().modules()) {
        if (!Answers(module, *audience, row)) continue;
        used.insert(&module);
        fact.declared.push_back(&module);
      }
      SetMissing(fact);
      SetTimes(fact);
    }
    for (const TrainingModule& module : proto_.training().modules()) {
      if (used.count(&module) == 0) needs_.others.push_back(&module);
    }
  }

  static void SetMissing(TrainingFact& fact) {
    std::set<std::string> covered;
    for (const TrainingModule* module : fact.declared) {
      if (module->audience().empty()) return;
      covered.insert(module->audience().begin(), module->audience().end());
    }
    for (const auto& [team, why] : fact.audience->teams) {
      if (covered.count(team) == 0) fact.missing.push_back(team);
    }
    for (const TrainedPerson& person : fact.audience->people) {
      if (covered.count(person.team) == 0) fact.missing_people.push_back(person);
    }
  }

  void SetTimes(TrainingFact& fact) const {
    fact.interval_days = fact.row->interval_days();
    fact.minutes = fact.declared.empty() ? fact.row->minutes() : 0;
    for (const TrainingModule* module : fact.declared) {
      fact.interval_days = std::min(fact.interval_days, module->interval_days());
      fact.minutes = std::max(fact.minutes, module->has_minutes() ? module->minutes() : fact.row->minutes());
    }
    if (fact.declared.empty()) return;
    absl::CivilDay next = absl::CivilDay::max();
    for (const TrainingModule* module : fact.declared) {
      absl::CivilDay measured;
      const bool dated = absl::ParseCivilTime(module->measured_on(), &measured);
      next = std::min(next, dated ? measured + fact.interval_days : model_.as_of() + kFirstDays);
    }
    fact.overdue = next < model_.as_of();
    fact.repeat_by = model::FormatDate(next);
  }

  const Facts& facts_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  TrainingAudienceFact fact_;  // being filled
  TrainingNeeds needs_;
};

}  // namespace

TrainingNeeds FindTrainingNeeds(const Facts& facts) { return Finder(facts).Find(); }

}  // namespace metapowers::analysis
