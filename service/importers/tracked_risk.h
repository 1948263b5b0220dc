// Risks that other tools keep track of, and the keys of our findings that they are.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TRACKED_RISK_H_
#define METAPOWERS_SERVICE_IMPORTERS_TRACKED_RISK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/model/model.h"

namespace metapowers::importers {

// A risk by the other tool's rule, and the elements of the draft that it names.
struct TrackedRisk {
  std::string equivalent;             // as rules of ours declare it, e.g. `threagile:unencrypted-asset`
  std::vector<std::string> elements;  // in the order of the other tool; `*` stands for any
  std::string data_class;             // empty when it is about none
};

// The keys of the findings of the draft that a risk is, sorted; none when it is none.
using FindingLookup =
    std::function<std::vector<std::string>(const std::shared_ptr<const model::Model>& draft, const TrackedRisk& risk)>;

// What stands for the key while the risk is no finding of ours: the equivalent, `@`, the sorted ids joined by `+`, and
// `/` with the data class where there is one. With a `*` the ids keep their order, which then means something.
std::string ForeignKey(TrackedRisk risk);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_TRACKED_RISK_H_
