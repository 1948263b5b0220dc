#include "service/commands/compliance_assessment.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/commands/applicable_references.h"
#include "service/commands/clause_book.h"
#include "service/commands/held_roles.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/policy_terms.h"
#include "service/commands/wording.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands {

namespace {

using analysis::ComplianceElement;
using analysis::ComplianceFact;
using analysis::ComplianceInputs;
using analysis::ComplianceSource;
using knowledge::v1::AttributeMatch;
using knowledge::v1::ComplianceEvidence;
using knowledge::v1::Currency;

// Elements that a sentence names before it counts the rest.
constexpr size_t kNamed = 3;

bool HoldForModel(const Input& input, const google::protobuf::RepeatedPtrField<AttributeMatch>& matches) {
  return std::all_of(matches.begin(), matches.end(),
                     [&](const AttributeMatch& match) { return Matches(input, match) == Truth::kYes; });
}

// "completion percent 84"
std::string Said(const Input& input, const Element& element, const std::string& path) {
  const std::string value = DetailOf(input, element, path);
  const std::string name = absl::StrReplaceAll(path, {{"$system.", ""}, {".", " "}, {"_", " "}, {"$", ""}});
  return absl::StrCat(name, " ", value.empty() ? "not declared" : value);
}

// Whether the element has all that is asked for, and the condition that decides. What is not set is not known: silence
// is no gap.
std::pair<Truth, const AttributeMatch*> Judge(const Input& input, const Element& element,
                                              const google::protobuf::RepeatedPtrField<AttributeMatch>& met) {
  std::pair<Truth, const AttributeMatch*> worst = {Truth::kYes, nullptr};
  for (const AttributeMatch& match : met) {
    Truth truth = Matches(input, element, match);
    if (truth == Truth::kNo && match.operator_() == knowledge::v1::MATCH_OPERATOR_SET) truth = Truth::kUnknown;
    if (truth < worst.first) worst = {truth, &match};
  }
  return worst;
}

// What is below a bound or past a date is there in part.
bool IsBound(knowledge::v1::MatchOperator op) {
  return op == knowledge::v1::MATCH_OPERATOR_AT_LEAST || op == knowledge::v1::MATCH_OPERATOR_AT_MOST ||
         op == knowledge::v1::MATCH_OPERATOR_AFTER_AS_OF;
}

// The declared interval in days, within what the references leave room for; 0: the age is not judged.
int IntervalDays(const Input& input, const Element& element, const Currency& current) {
  int days = current.days();
  if (!current.interval().empty()) {
    const std::vector<Value> declared = ValuesAt(input.model, *element.message, current.interval());
    if (!declared.empty() && declared[0].number.has_value()) {
      days = static_cast<int>(*declared[0].number);
      if (absl::EndsWith(current.interval(), "_months")) days = days * 366 / 12;
    }
  }
  return current.most_days() == 0 ? days : std::min(days, current.most_days());
}

struct Age {
  Truth current = Truth::kUnknown;
  std::string said;
};

Age JudgeAge(const Input& input, const Element& element, const Currency& current) {
  const std::vector<Value> date = ValuesAt(input.model, *element.message, current.date());
  if (date.empty()) return {Truth::kUnknown, Said(input, element, current.date())};
  const int days = IntervalDays(input, element, current);
  const absl::CivilDay due = model::ToCivilDay(date[0].yaml) + days;
  const bool late = days > 0 && due < input.model.as_of();
  std::string said = Said(input, element, current.date());
  if (late) absl::StrAppend(&said, ", due ", model::FormatDate(due));
  return {late ? Truth::kNo : Truth::kYes, std::move(said)};
}

class Programme {
 public:
  explicit Programme(const Input& input) : input_(input) {}

  std::optional<ComplianceFact> FactOf(const ComplianceEvidence& row) const {
    if (!HoldForModel(input_, row.when())) return std::nullopt;
    ComplianceFact fact;
    fact.source = ComplianceSource::kProgramme;
    fact.id = row.id();
    fact.name = row.title();
    fact.references.assign(row.references().begin(), row.references().end());
    fact.rule_only = row.rule_only();
    fact.severity = row.severity();
    fact.remedy = row.remedy();
    fact.verification = row.verification();
    fact.effort = row.effort();
    fact.question = row.question();
    fact.owner_role = RoleOf(row);
    for (const Element& element : Select(input_, row.shown_by())) AddElement(row, element, fact);
    const bool found = !fact.shown.empty() || !fact.failing.empty() || !fact.open.empty();
    if (!found) (row.absence_shows() ? fact.shown : fact.open).push_back(Named(row, ""));
    if (row.one_is_enough() && !fact.shown.empty()) {
      fact.failing.clear();
      fact.open.clear();
    }
    return fact;
  }

 private:
  // "ledger-db" of elements that have ids of their own in documents, else "policies access-policy"; a part of the model
  // that is no list has no name of its own.
  static ComplianceElement Named(const ComplianceEvidence& row, absl::string_view label) {
    static constexpr std::pair<absl::string_view, knowledge::v1::ThreatSubject> kSubjects[] = {
        {"components", knowledge::v1::THREAT_SUBJECT_COMPONENT},
        {"flows", knowledge::v1::THREAT_SUBJECT_FLOW},
        {"third_parties", knowledge::v1::THREAT_SUBJECT_THIRD_PARTY},
        {"data_classes", knowledge::v1::THREAT_SUBJECT_DATA_CLASS},
        {"keys", knowledge::v1::THREAT_SUBJECT_KEY}};
    ComplianceElement element;
    const std::string& collection = row.shown_by().collection();
    element.id = absl::StrCat(absl::StrReplaceAll(collection, {{"$", ""}}), label.empty() ? "" : " ", label);
    for (const auto& [name, subject] : kSubjects) {
      if (name != collection || label.empty()) continue;
      element.subject = subject;
      element.id = std::string(label);
    }
    return element;
  }

  void AddElement(const ComplianceEvidence& row, const Element& of, ComplianceFact& fact) const {
    ComplianceElement element = Named(row, of.label);
    if (row.absence_shows()) {
      fact.failing.push_back(std::move(element));
      return;
    }
    auto [truth, match] = Judge(input_, of, row.shown_by().met());
    if (match != nullptr) {
      element.fact = Said(input_, of, match->attribute());
      element.partly = IsBound(match->operator_());
    }
    if (row.has_current() && of.message != nullptr) {
      const Age age = JudgeAge(input_, of, row.current());
      if (age.current <= truth) {
        element.fact = age.said;
        element.partly = true;  // it was done
      }
      truth = std::min(truth, age.current);
    }
    (truth == Truth::kYes ? fact.shown : truth == Truth::kNo ? fact.failing : fact.open).push_back(std::move(element));
  }

  std::string RoleOf(const ComplianceEvidence& row) const {
    const std::vector<int> kinds(row.owners().begin(), row.owners().end());
    const model::v1::Role* role = ActingRole(input_.model, kinds);
    return role == nullptr ? "" : role->id();
  }

  const Input& input_;
};

// The element that a clause names, "ledger-db" or "Harbor Trust Bank".
ComplianceElement ElementNamed(const model::Model& model, const std::string& label) {
  ComplianceElement element;
  element.id = label;
  if (const auto* component = model.Find<model::v1::Component>(label)) {
    element.subject = knowledge::v1::THREAT_SUBJECT_COMPONENT;
    element.team = component->owner_team();
  } else if (model.Find<model::v1::Flow>(label) != nullptr) {
    element.subject = knowledge::v1::THREAT_SUBJECT_FLOW;
  } else if (const auto* repository = model.Find<model::v1::Repository>(label)) {
    element.subject = knowledge::v1::THREAT_SUBJECT_REPOSITORY;
    element.team = repository->owner_team();
  }
  for (const model::v1::ThirdParty& supplier : model.proto().third_parties()) {
    if (supplier.id() != label && supplier.name() != label) continue;
    element.subject = knowledge::v1::THREAT_SUBJECT_THIRD_PARTY;
    element.id = supplier.id();
    element.team = supplier.owner_team();
  }
  return element;
}

// A clause in force says that something must be done; where elements are known not to keep it, it is not.
ComplianceFact FactOf(const model::Model& model, const model::v1::Policy& policy, const Clause& clause) {
  ComplianceFact fact;
  fact.source = ComplianceSource::kPolicy;
  fact.id = absl::StrCat(policy.id(), "/", clause.id);
  fact.name = clause.title;
  fact.references = clause.references;
  fact.rule_only = true;
  fact.severity = model::v1::SEVERITY_LOW;
  fact.remedy = clause.requirement;
  fact.verification = clause.evidence;
  fact.owner_role = policy.owner();
  ComplianceElement element;
  element.id = absl::StrCat(policy.id(), " ", clause.id);
  if (clause.state == ClauseState::kWaiting) {
    fact.question = clause.question;
    element.fact = absl::StrReplaceAll(clause.missing_field, {{".", " "}, {"_", " "}});
    fact.open.push_back(std::move(element));
  } else if (clause.state == ClauseState::kInForce) {
    element.fact = clause.evidence;
    fact.shown.push_back(std::move(element));
    for (const std::string& each : clause.not_met) {
      const size_t open = each.find(" (");
      ComplianceElement failing = ElementNamed(model, each.substr(0, open));
      failing.fact = open == std::string::npos ? "" : each.substr(open + 2, each.size() - open - 3);
      fact.failing.push_back(std::move(failing));
    }
  }
  return fact;
}

void AddPolicies(const Input& input, ComplianceInputs& inputs) {
  for (const model::v1::Policy& policy : input.model.proto().policies()) {
    if (policy.status() != model::v1::POLICY_STATUS_APPROVED) continue;
    for (const Clause& clause : ClausesOf(input, policy.area(), &policy)) {
      ComplianceFact fact = FactOf(input.model, policy, clause);
      if (!fact.references.empty()) inputs.facts.push_back(std::move(fact));
    }
  }
}

void AddNotBinding(const Input& input, ComplianceInputs& inputs) {
  for (const knowledge::v1::NotBinding& row : knowledge::ComplianceRows().not_binding()) {
    if (!HoldForModel(input, row.when()) || (row.has_unless() && SelectsAny(input, row.unless()))) continue;
    for (const std::string& reference : row.references()) inputs.not_binding.emplace(reference, row.reason());
  }
  ReferenceFilter filter(input);
  for (const knowledge::v1::ReducedScope& scope : knowledge::PolicyClauses().reduced_scopes()) {
    const knowledge::v1::Framework* framework = knowledge::FindFramework(scope.framework());
    if (framework == nullptr) continue;
    for (const knowledge::v1::Requirement& requirement : framework->requirements()) {
      if (filter.BindsInPart(framework->id(), requirement.id())) continue;
      inputs.not_binding.emplace(absl::StrCat(framework->id(), ":", requirement.id()), scope.reason());
    }
  }
}

// Data classes that the elements of an action are, or hold, by name.
std::vector<std::string> DataAt(const Input& input, const analysis::RemediationAction& action) {
  std::set<std::string> names;
  for (const ComplianceElement& element : action.elements) {
    if (const auto* data = input.model.Find<model::v1::DataClass>(element.id)) names.insert(data->name());
    const analysis::ComponentFacts* facts = input.facts.Find(element.id);
    if (facts == nullptr) continue;
    for (const auto* data : facts->stores) names.insert(data->name());
    for (const auto* data : facts->processes) names.insert(data->name());
  }
  return {names.begin(), names.end()};
}

}  // namespace

std::string ActionText(const Input& input, const analysis::RemediationAction& action, absl::string_view text) {
  std::set<std::string> teams;
  std::vector<std::string> ids;
  for (const ComplianceElement& element : action.elements) {
    teams.insert(TeamName(input.model, element.team.empty() ? input.model.proto().owner_team() : element.team));
    if (std::find(ids.begin(), ids.end(), element.id) == ids.end()) ids.push_back(element.id);
  }
  const std::string elements = EachOf(ids, kNamed);
  absl::ConsumeSuffix(&text, ".");
  return absl::StrReplaceAll(FillTerms(input.model, text), {{"{element}", elements},
                                                            {"{name}", elements},
                                                            {"{data}", List(DataAt(input, action), kNamed)},
                                                            {"{zone}", elements},
                                                            {"{system}", input.model.proto().name()},
                                                            {"{team}", List({teams.begin(), teams.end()}, kNamed)}});
}

analysis::Compliance AssessCompliance(const Input& input, const analysis::Landscape& landscape) {
  ComplianceInputs inputs;
  const Programme programme(input);
  for (const ComplianceEvidence& row : knowledge::ComplianceRows().evidence()) {
    std::optional<ComplianceFact> fact = programme.FactOf(row);
    if (fact.has_value()) inputs.facts.push_back(*std::move(fact));
  }
  AddPolicies(input, inputs);
  AddNotBinding(input, inputs);
  return analysis::Compliance::Assess(landscape, std::move(inputs));
}

}  // namespace metapowers::commands
