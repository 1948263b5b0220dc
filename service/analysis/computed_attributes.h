// The computed attributes that attributes.h lists, by subject.
#ifndef METAPOWERS_SERVICE_ANALYSIS_COMPUTED_ATTRIBUTES_H_
#define METAPOWERS_SERVICE_ANALYSIS_COMPUTED_ATTRIBUTES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// A set of named values; bit i stands for values[i]. Nothing: unknown.
struct SetAttribute {
  std::string name;
  std::vector<std::string> values;
  std::function<std::optional<uint64_t>(const Element&)> read;
  std::string field;  // "Component.custom_code": the one whose silence is read; empty where several fields decide
};

struct NumberAttribute {
  std::string name;
  std::function<std::optional<double>(const Element&)> read;
};

// Made once; live as long as the process.
const std::vector<SetAttribute>& ComputedSets(knowledge::v1::ThreatSubject subject);
const std::vector<NumberAttribute>& ComputedNumbers(knowledge::v1::ThreatSubject subject);

// What flows of the component carry and it does not declare to store or process, sorted by id. Logs and telemetry,
// which it writes about itself, are none of it.
std::vector<const model::v1::DataClass*> UndeclaredData(const ComponentFacts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_COMPUTED_ATTRIBUTES_H_
