#include "service/analysis/notification_duties.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/applicability.h"
#include "service/analysis/terms.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/response.h"

namespace metapowers::analysis {

namespace {

using knowledge::v1::NotificationRule;
using model::v1::DataClass;
using model::v1::Region;
using model::v1::RegulatorContact;

template <class List>
bool Has(const List& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

class Finder {
 public:
  explicit Finder(const Facts& facts) : facts_(facts), proto_(facts.model().proto()) {}

  NotificationDuties Run() {
    for (const NotificationRule& rule : knowledge::NotificationRules().rules()) Judge(rule);
    for (const RegulatorContact& authority : proto_.incident_response().regulators()) {
      if (known_frameworks_.contains(authority.framework())) continue;
      found_.duties.emplace_back().authorities = {&authority};
    }
    AddUnknown();
    return std::move(found_);
  }

 private:
  bool Applies(const std::string& framework) const {
    return std::any_of(facts_.frameworks().begin(), facts_.frameworks().end(), [&](const FrameworkFact& fact) {
      return fact.applies && fact.framework != nullptr && fact.framework->id() == framework;
    });
  }

  std::vector<const Region*> PeopleOf(const DataClass& data, const NotificationRule& rule) const {
    std::vector<const Region*> regions;
    for (const std::string& id : data.subject_regions()) {
      const auto* region = facts_.model().Find<Region>(id);
      if (region != nullptr && Has(rule.jurisdictions(), region->jurisdiction())) regions.push_back(region);
    }
    return regions;
  }

  void Judge(const NotificationRule& rule) {
    known_frameworks_.insert(rule.framework());
    if (!rule.framework().empty() && !Applies(rule.framework())) {
      return RejectFramework(rule);
    }
    const auto& roles = proto_.organization().legal_roles();
    if (!rule.legal_roles().empty() &&
        std::none_of(roles.begin(), roles.end(), [&](int role) { return Has(rule.legal_roles(), role); })) {
      return Reject(rule, absl::StrCat("the organisation is not declared as ", RolesOf(rule)), roles.empty());
    }
    NotificationDuty duty;
    duty.rule = &rule;
    std::set<const Region*> places;
    for (const DataClass& data : proto_.data_classes()) {
      const auto& categories = data.categories();
      if (std::none_of(categories.begin(), categories.end(), [&](int each) { return Has(rule.categories(), each); }) ||
          !IsPersonal(data)) {
        continue;
      }
      const std::vector<const Region*> regions = PeopleOf(data, rule);
      if (!rule.jurisdictions().empty() && regions.empty()) continue;
      duty.data.push_back(&data);
      places.insert(regions.begin(), regions.end());
    }
    if (!rule.categories().empty() && duty.data.empty()) {
      return Reject(rule, "no data of its kind about people of its jurisdiction is declared", MayConcernSomebody(rule));
    }
    duty.regions.assign(places.begin(), places.end());
    std::sort(duty.regions.begin(), duty.regions.end(),
              [](const Region* a, const Region* b) { return a->id() < b->id(); });
    if (rule.recipient() == knowledge::v1::NOTIFICATION_RECIPIENT_AUTHORITY) {
      for (const RegulatorContact& authority : proto_.incident_response().regulators()) {
        if (authority.framework() == rule.framework()) duty.authorities.push_back(&authority);
      }
    }
    found_.duties.push_back(std::move(duty));
  }

  void Reject(const NotificationRule& rule, std::string reason, bool open) {
    found_.none.push_back({&rule, std::move(reason), open});
  }

  void RejectFramework(const NotificationRule& rule) {
    const auto fact = std::find_if(facts_.frameworks().begin(), facts_.frameworks().end(),
                                   [&](const FrameworkFact& each) { return each.id == rule.framework(); });
    if (fact == facts_.frameworks().end())
      return Reject(rule, absl::StrCat(rule.framework(), " does not apply"), false);
    const bool open = !UndecidedBy(facts_.model(), *fact).empty();
    Reject(rule, open ? absl::StrCat(fact->label, ": ", fact->reason) : absl::StrCat(fact->label, " does not apply"),
           open);
  }

  // Whether the model does not say where the people of data of the rule's kind are, or of what kind any data is.
  bool MayConcernSomebody(const NotificationRule& rule) const {
    const bool any_kind = std::any_of(proto_.data_classes().begin(), proto_.data_classes().end(),
                                      [](const DataClass& data) { return !data.categories().empty(); });
    if (!any_kind) return true;
    return std::any_of(proto_.data_classes().begin(), proto_.data_classes().end(), [&](const DataClass& data) {
      const auto& categories = data.categories();
      return data.subject_regions().empty() && IsPersonal(data) &&
             std::any_of(categories.begin(), categories.end(), [&](int each) { return Has(rule.categories(), each); });
    });
  }

  static std::string RolesOf(const NotificationRule& rule) {
    std::vector<std::string> roles;
    for (const int role : rule.legal_roles()) roles.push_back(Words(static_cast<model::v1::LegalRole>(role)));
    return Enumerate(roles, "or");
  }

  void AddUnknown() {
    std::set<std::string> places;
    for (const DataClass& data : proto_.data_classes()) {
      if (!IsPersonal(data)) continue;
      if (data.subject_regions().empty()) found_.unplaced.push_back(&data);
      places.insert(data.subject_regions().begin(), data.subject_regions().end());
    }
    for (const Region& region : proto_.regions()) {
      if (!region.customers() && !places.contains(region.id())) continue;
      if (Has(knowledge::NotificationRules().known_jurisdictions(), region.jurisdiction())) continue;
      found_.unknown_places.push_back(&region);
    }
  }

  const Facts& facts_;
  const model::v1::SystemModel& proto_;
  std::set<std::string> known_frameworks_;
  NotificationDuties found_;
};

}  // namespace

NotificationDuties FindNotificationDuties(const Facts& facts) { return Finder(facts).Run(); }

int ShortestHours(const NotificationRule& rule) {
  int shortest = 0;
  for (const knowledge::v1::NotificationStage& stage : rule.stages()) {
    if (stage.hours() > 0 && (shortest == 0 || stage.hours() < shortest)) shortest = stage.hours();
  }
  return shortest;
}

}  // namespace metapowers::analysis
