// Requirements on suppliers and on the delivery of software, judged on the elements of a model. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SUPPLY_REQUIREMENTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_SUPPLY_REQUIREMENTS_H_

#include <vector>

#include "metapowers/knowledge/v1/supplier_rules.pb.h"
#include "service/analysis/attributes.h"

namespace metapowers::analysis {

// One requirement on the elements that it applies to, each in one of the lists, sorted by id.
struct SupplyFact {
  const knowledge::v1::SupplyRequirement* requirement = nullptr;
  std::vector<Element> met;
  std::vector<Element> missing;
  std::vector<Element> unknown;

  bool applies() const { return !met.empty() || !missing.empty() || !unknown.empty(); }
};

// In the order of the data.
std::vector<SupplyFact> SupplyFacts(const Landscape& landscape);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SUPPLY_REQUIREMENTS_H_
