// Which class of the shipped asset rules an element belongs to, e.g. "microservice" or "AWS account".
// Pure; what is returned lives as long as the process.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ASSET_CLASS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ASSET_CLASS_H_

#include "metapowers/knowledge/v1/asset_rules.pb.h"
#include "metapowers/model/v1/architecture.pb.h"

namespace metapowers::analysis {

// The first class that matches.
const knowledge::v1::AssetClass& ClassOf(const model::v1::Component& component);
const knowledge::v1::AssetClass& ClassOf(const model::v1::Infrastructure& infrastructure);
const knowledge::v1::AssetClass& ClassOf(const model::v1::ThirdParty& supplier);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ASSET_CLASS_H_
