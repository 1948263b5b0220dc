// Values of the model that detections compare events with. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DECLARED_VALUES_H_
#define METAPOWERS_SERVICE_ANALYSIS_DECLARED_VALUES_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/detections.pb.h"
#include "service/analysis/landscape.h"
#include "service/analysis/log_sources.h"

namespace metapowers::analysis {

// What the model has for a source, sorted ids without repetition; without one for the whole system, where that has a
// meaning.
std::vector<std::string> DeclaredValuesOf(const Landscape& landscape, knowledge::v1::DeclaredValues values,
                                          const LogSource* source);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DECLARED_VALUES_H_
