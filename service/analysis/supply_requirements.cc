#include "service/analysis/supply_requirements.h"

#include <algorithm>

#include "service/knowledge/supplier_rules.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;

std::vector<Condition> Compiled(k::ThreatSubject subject,
                                const google::protobuf::RepeatedPtrField<k::AttributeMatch>& matches) {
  std::vector<Condition> conditions;
  for (const k::AttributeMatch& match : matches) conditions.push_back(*Condition::Compile(subject, match));
  return conditions;
}

// The weakest of the conditions.
Truth JudgeAll(const std::vector<Condition>& conditions, const Element& element) {
  Truth truth = Truth::kYes;
  for (const Condition& condition : conditions) truth = std::min(truth, condition.Judge(element));
  return truth;
}

}  // namespace

std::vector<SupplyFact> SupplyFacts(const Landscape& landscape) {
  std::vector<SupplyFact> facts;
  for (const k::SupplyRequirement& requirement : knowledge::SupplierRules().requirements()) {
    const std::vector<Condition> where = Compiled(requirement.subject(), requirement.where());
    const std::vector<Condition> met = Compiled(requirement.subject(), requirement.met());
    SupplyFact& fact = facts.emplace_back();
    fact.requirement = &requirement;
    for (const Element& element : landscape.ElementsOf(requirement.subject())) {
      if (JudgeAll(where, element) != Truth::kYes) continue;
      Truth truth = JudgeAll(met, element);
      if (truth == Truth::kNo && requirement.silent_is_unknown()) truth = Truth::kUnknown;
      if (truth == Truth::kYes) fact.met.push_back(element);
      if (truth == Truth::kNo) fact.missing.push_back(element);
      if (truth == Truth::kUnknown) fact.unknown.push_back(element);
    }
  }
  return facts;
}

}  // namespace metapowers::analysis
