#include "service/analysis/end_of_life.h"

#include <algorithm>

namespace metapowers::analysis {

std::vector<EndOfLifeFact> FindEndOfLife(const model::Model& model) {
  std::vector<EndOfLifeFact> found;
  const auto look = [&](const auto& elements) {
    for (const auto& element : elements) {
      if (element.eol_date().empty()) continue;
      const int days_left = static_cast<int>(model::ToCivilDay(element.eol_date()) - model.as_of());
      if (days_left > kEndOfLifeHorizonDays) continue;
      found.push_back({element.id(), element.name(), element.version(), element.eol_date(), days_left});
    }
  };
  look(model.proto().components());
  look(model.proto().infrastructure());
  std::stable_sort(found.begin(), found.end(),
                   [](const EndOfLifeFact& a, const EndOfLifeFact& b) { return a.id < b.id; });
  return found;
}

}  // namespace metapowers::analysis
