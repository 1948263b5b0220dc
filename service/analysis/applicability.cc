#include "service/analysis/applicability.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/places.h"
#include "service/analysis/terms.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::analysis {

namespace {

using knowledge::v1::Trigger;
using model::v1::DataClass;

// What speaks for a trigger, and what it lacks.
struct Verdict {
  std::vector<std::string> facts;
  std::vector<std::string> absent;
  std::vector<std::string> open;    // what the model does not say either way
  std::vector<std::string> fields;  // that would say it

  bool holds() const { return absent.empty() && open.empty(); }
  bool undecided() const { return absent.empty() && !open.empty(); }
};

// "a financial entity", "an essential entity"
std::string WithArticle(const std::string& words) {
  const bool vowel = !words.empty() && absl::string_view("aeiou").find(words[0]) != absl::string_view::npos;
  return absl::StrCat(vowel ? "an " : "a ", words);
}

template <class E, class Name>
std::string OneOf(const google::protobuf::RepeatedField<int>& values, Name (*name)(E)) {
  std::vector<std::string> names;
  for (int value : values) names.push_back(name(static_cast<E>(value)));
  return Enumerate(names, "or");
}

class Judge {
 public:
  explicit Judge(const model::Model& model) : model_(model) {}

  Verdict Look(const Trigger& trigger) const {
    Verdict verdict;
    const std::vector<const DataClass*> classes = LookAtData(trigger, verdict);
    LookAtPlaces(trigger, classes, verdict);
    LookAtRoles(trigger, verdict);
    LookAtSector(trigger, verdict);
    LookAtScopes(trigger, verdict);
    LookAtListing(trigger, verdict);
    return verdict;
  }

 private:
  const model::v1::Organization& organization() const { return model_.proto().organization(); }

  static void Note(bool holds, const std::string& fact, const std::string& missing, Verdict& verdict) {
    (holds ? verdict.facts : verdict.absent).push_back(holds ? fact : missing);
  }

  static void NoteOpen(const std::string& missing, const std::vector<std::string>& fields, Verdict& verdict) {
    verdict.open.push_back(missing);
    verdict.fields.insert(verdict.fields.end(), fields.begin(), fields.end());
  }

  // Names the first three classes, for a reason is one line.
  std::vector<const DataClass*> LookAtData(const Trigger& trigger, Verdict& verdict) const {
    std::vector<const DataClass*> classes;
    if (trigger.data_categories().empty()) return classes;
    std::vector<std::string> held;
    for (const DataClass& data : model_.proto().data_classes()) {
      const std::vector<std::string> names = Matches(trigger, data);
      if (names.empty()) continue;
      classes.push_back(&data);
      if (classes.size() <= 3) held.push_back(absl::StrCat("data class ", data.id(), " holds ", Enumerate(names)));
    }
    if (classes.size() == 4) held.push_back("1 more data class");
    if (classes.size() > 4) held.push_back(absl::StrCat(classes.size() - 3, " more data classes"));
    const std::string wanted = OneOf(trigger.data_categories(), &CategoryName);
    const auto& all = model_.proto().data_classes();
    if (std::all_of(all.begin(), all.end(), [](const DataClass& data) { return data.categories().empty(); })) {
      NoteOpen(absl::StrCat("not declared whether a data class holds ", wanted), {"data_classes.categories"}, verdict);
    } else {
      Note(!classes.empty(), absl::StrJoin(held, ", "), absl::StrCat("no data class holds ", wanted), verdict);
    }
    return classes;
  }

  // Names of the trigger's categories that the class has.
  static std::vector<std::string> Matches(const Trigger& trigger, const DataClass& data) {
    std::vector<std::string> names;
    for (int category : trigger.data_categories()) {
      const bool has =
          std::find(data.categories().begin(), data.categories().end(), category) != data.categories().end();
      const bool of_unknown_people =
          category == model::v1::DATA_CATEGORY_FINANCIAL && !trigger.jurisdictions().empty() && !IsPersonal(data);
      if (has && !of_unknown_people) names.push_back(CategoryName(static_cast<model::v1::DataCategory>(category)));
    }
    return names;
  }

  void LookAtPlaces(const Trigger& trigger, const std::vector<const DataClass*>& matching, Verdict& verdict) const {
    if (trigger.jurisdictions().empty()) return;
    const auto wanted = [&](model::v1::Jurisdiction jurisdiction) {
      return std::find(trigger.jurisdictions().begin(), trigger.jurisdictions().end(), jurisdiction) !=
             trigger.jurisdictions().end();
    };
    const bool anyone = !trigger.establishment_only();
    std::set<std::string> subjects;  // regions
    const auto add_subjects = [&](const DataClass& data) {
      if (!anyone) return;
      for (const std::string& region : data.subject_regions()) {
        if (wanted(model_.Find<model::v1::Region>(region)->jurisdiction())) subjects.insert(region);
      }
    };
    for (const DataClass* data : matching) add_subjects(*data);
    if (trigger.data_categories().empty()) {
      for (const DataClass& data : model_.proto().data_classes()) add_subjects(data);
    }
    std::set<std::string> users;
    for (const model::v1::Region& region : model_.proto().regions()) {
      if (anyone && region.customers() && wanted(region.jurisdiction()) && subjects.count(region.id()) == 0) {
        users.insert(region.id());
      }
    }
    std::set<std::string> countries;
    for (const std::string& country : organization().countries()) {
      if (wanted(JurisdictionOfCountry(country))) countries.insert(country);
    }
    std::vector<std::string> found;
    const auto add = [&](absl::string_view what, const std::set<std::string>& where) {
      if (!where.empty()) found.push_back(absl::StrCat(what, " in ", Enumerate({where.begin(), where.end()})));
    };
    add("data subjects", subjects);
    add("users", users);
    add("establishment", countries);
    if (found.empty()) return NotePlaceless(trigger, matching, verdict);
    verdict.facts.push_back(absl::StrJoin(found, ", "));
  }

  // Nobody is there, or the model does not say where anybody is.
  void NotePlaceless(const Trigger& trigger, const std::vector<const DataClass*>& matching, Verdict& verdict) const {
    const bool anyone = !trigger.establishment_only();
    const bool people = anyone && !SaysWherePeopleAre(matching);
    const bool establishment = organization().countries().empty();
    const std::string there = OneOf(trigger.jurisdictions(), &JurisdictionName);
    if (!people && !establishment) {
      verdict.absent.push_back(absl::StrCat(
          anyone ? "no data subjects, users or establishment in the " : "no establishment in the ", there));
      return;
    }
    std::vector<std::string> fields;
    for (const DataClass* data : matching) {
      if (people) fields.push_back(absl::StrCat("data_classes[", data->id(), "].subject_regions"));
    }
    if (people) fields.push_back("regions.customers");
    if (establishment) fields.push_back("organization.countries");
    const absl::string_view whether = !people          ? "an establishment is"
                                      : !establishment ? "data subjects or users are"
                                                       : "data subjects, users or an establishment are";
    NoteOpen(absl::StrCat("not declared whether ", whether, " in the ", there), fields, verdict);
  }

  // Whether some region has users, or a class (any, where none matches) names where its subjects are.
  bool SaysWherePeopleAre(const std::vector<const DataClass*>& matching) const {
    const auto& regions = model_.proto().regions();
    const auto& all = model_.proto().data_classes();
    return std::any_of(regions.begin(), regions.end(), [](const auto& region) { return region.customers(); }) ||
           std::any_of(matching.begin(), matching.end(), [](const auto* d) { return !d->subject_regions().empty(); }) ||
           (matching.empty() &&
            std::any_of(all.begin(), all.end(), [](const auto& data) { return !data.subject_regions().empty(); }));
  }

  void LookAtRoles(const Trigger& trigger, Verdict& verdict) const {
    if (trigger.legal_roles().empty()) return;
    std::vector<std::string> held;
    std::vector<std::string> asked;
    for (int role : trigger.legal_roles()) {
      const std::string name = WithArticle(Words(static_cast<model::v1::LegalRole>(role)));
      asked.push_back(name);
      const auto& roles = organization().legal_roles();
      if (std::find(roles.begin(), roles.end(), role) != roles.end()) held.push_back(name);
    }
    const std::string missing = absl::StrCat("organisation is not declared ", Enumerate(asked, "or"));
    if (organization().legal_roles().empty()) return NoteOpen(missing, {"organization.legal_roles"}, verdict);
    Note(!held.empty(), absl::StrCat("organisation is ", Enumerate(held)), missing, verdict);
  }

  void LookAtSector(const Trigger& trigger, Verdict& verdict) const {
    if (trigger.sectors().empty()) return;
    const auto& sectors = trigger.sectors();
    const bool holds = std::find(sectors.begin(), sectors.end(), organization().sector()) != sectors.end();
    const std::string fact = absl::StrCat("sector of the organisation is ", Words(organization().sector()));
    if (organization().sector() == model::v1::SECTOR_UNSPECIFIED) {
      return NoteOpen("sector of the organisation is not declared", {"organization.sector"}, verdict);
    }
    Note(holds, fact, absl::StrCat(fact, ", not ", OneOf(sectors, &Words<model::v1::Sector>)), verdict);
  }

  void LookAtListing(const Trigger& trigger, Verdict& verdict) const {
    if (!trigger.publicly_traded()) return;
    if (!organization().has_publicly_traded()) {
      return NoteOpen("not declared whether shares of the organisation are listed", {"organization.publicly_traded"},
                      verdict);
    }
    Note(organization().publicly_traded(), "shares of the organisation are listed",
         "shares of the organisation are not listed", verdict);
  }

  void LookAtScopes(const Trigger& trigger, Verdict& verdict) const {
    if (trigger.scope_tags().empty()) return;
    for (const model::v1::Component& component : model_.proto().components()) {
      for (int tag : component.scope_tags()) {
        const auto& tags = trigger.scope_tags();
        if (std::find(tags.begin(), tags.end(), tag) == tags.end()) continue;
        verdict.facts.push_back(absl::StrCat("component ", component.id(), " is declared in scope ",
                                             Words(static_cast<model::v1::ScopeTag>(tag))));
        return;
      }
    }
    verdict.absent.push_back(
        absl::StrCat("no component is declared in scope ", OneOf(trigger.scope_tags(), &Words<model::v1::ScopeTag>)));
  }

  const model::Model& model_;
};

void AddNew(const std::vector<std::string>& from, std::vector<std::string>& to) {
  for (const std::string& entry : from) {
    if (std::find(to.begin(), to.end(), entry) == to.end()) to.push_back(entry);
  }
}

// Reads the triggers into `fact`. Returns what is found; else what would decide it, where only that is missing of some
// trigger; else what the nearest of the triggers lack.
std::vector<std::string> LookAtTriggers(const Judge& judge, FrameworkFact& fact) {
  std::vector<std::string> found, open, absent;
  size_t fewest = 0;
  for (const Trigger& trigger : fact.framework->triggers()) {
    const Verdict verdict = judge.Look(trigger);
    if (verdict.holds()) {
      fact.triggered = true;
      fact.because.push_back(trigger.because());
      AddNew(verdict.facts, found);
    } else if (verdict.undecided()) {
      AddNew(verdict.open, open);
    } else {
      if (absent.empty() || verdict.absent.size() < fewest) {
        absent.clear();
        fewest = verdict.absent.size();
      }
      if (verdict.absent.size() == fewest) AddNew(verdict.absent, absent);
    }
  }
  return fact.triggered ? found : open.empty() ? absent : open;
}

FrameworkFact JudgeFramework(const Judge& judge, const std::string& id, const knowledge::v1::Framework* framework,
                             const model::v1::Framework* declaration) {
  FrameworkFact fact;
  fact.id = id;
  fact.label = framework == nullptr ? id : framework->short_name();
  fact.framework = framework;
  fact.declaration = declaration;
  fact.declared = declaration != nullptr;
  fact.declared_in_scope = fact.declared && declaration->in_scope();
  std::vector<std::string> reasons;
  if (framework != nullptr) reasons = LookAtTriggers(judge, fact);
  fact.applies = fact.triggered || fact.declared_in_scope;
  fact.conflict = fact.triggered && fact.declared && !fact.declared_in_scope;
  std::string head;
  if (fact.conflict) {
    head = "conflict, declared out of scope";
  } else if (!fact.triggered) {
    head = fact.declared_in_scope ? "declared in scope" : fact.declared ? "declared out of scope" : "";
  }
  if (head.empty() && reasons.empty()) head = "not declared in scope, and no fact of the model decides it";
  if (!head.empty()) reasons.insert(reasons.begin(), head);
  if (framework == nullptr) reasons.push_back("not in the catalogue");
  fact.reason = absl::StrJoin(reasons, "; ");
  return fact;
}

}  // namespace

std::vector<FrameworkFact> JudgeFrameworks(const model::Model& model) {
  std::map<std::string, const model::v1::Framework*> ids;
  for (const knowledge::v1::Framework& framework : knowledge::Catalogue().frameworks()) ids[framework.id()] = nullptr;
  for (const model::v1::Framework& declaration : model.proto().frameworks()) {
    const model::v1::Framework*& slot = ids[declaration.id()];
    if (slot == nullptr) slot = &declaration;
  }
  const Judge judge(model);
  std::vector<FrameworkFact> facts;
  for (const auto& [id, declaration] : ids) {
    facts.push_back(JudgeFramework(judge, id, knowledge::FindFramework(id), declaration));
  }
  return facts;
}

std::vector<std::string> UndecidedBy(const model::Model& model, const FrameworkFact& fact) {
  if (fact.applies || fact.declared || fact.framework == nullptr) return {};
  if (fact.framework->triggers().empty()) return {absl::StrCat("frameworks[", fact.id, "].in_scope")};
  const Judge judge(model);
  std::vector<std::string> fields;
  for (const Trigger& trigger : fact.framework->triggers()) {
    const Verdict verdict = judge.Look(trigger);
    if (verdict.undecided()) AddNew(verdict.fields, fields);
  }
  return fields;
}

}  // namespace metapowers::analysis
