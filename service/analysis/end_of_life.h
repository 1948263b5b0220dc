// Components and infrastructure whose support has ended or ends soon.
#ifndef METAPOWERS_SERVICE_ANALYSIS_END_OF_LIFE_H_
#define METAPOWERS_SERVICE_ANALYSIS_END_OF_LIFE_H_

#include <vector>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

// Days before the end of support from which an element is listed.
inline constexpr int kEndOfLifeHorizonDays = 90;

// Sorted by id, components before infrastructure of the same id. The last supported day is not past.
std::vector<EndOfLifeFact> FindEndOfLife(const model::Model& model);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_END_OF_LIFE_H_
