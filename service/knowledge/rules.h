// Shipped rules on assets and data, read once from data embedded in the binary. All look-ups are thread-safe;
// what they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_RULES_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_RULES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/asset_rules.pb.h"
#include "metapowers/knowledge/v1/handling_rules.pb.h"
#include "metapowers/knowledge/v1/surface_rules.pb.h"
#include "metapowers/knowledge/v1/vulnerability_rules.pb.h"

namespace metapowers::knowledge {

// Classes of assets, in the order in which they are tried, and kinds of gaps.
const v1::AssetRules& AssetRules();

// The kind of gap; every value but the zero one has its row.
const v1::AssetGapKind& GapKind(v1::AssetGap gap);

// Days to close a gap of this severity; those of low severity when it is unknown.
int GapTermDays(model::v1::Severity severity);

// Levels, categories, requirements and duties, in the order of the file.
const v1::HandlingRules& HandlingRules();

// The row of a category; every value but the zero one has one.
const v1::CategoryRule& Category(model::v1::DataCategory category);

// Ratings, scans and duties, in the order of the file.
const v1::VulnerabilityRules& VulnerabilityRules();
// What is a gateway, terms and bands of the exposure score, kinds of findings, waves.
const v1::SurfaceRules& SurfaceRules();

// Points of a value of a term of the exposure score; the empty row, of no points, when the data has none.
const v1::SurfacePoints& SurfacePointsOf(v1::SurfaceTerm term, absl::string_view value);

// The kind of finding; every value but the zero one has its row.
const v1::SurfaceFindingKind& SurfaceFindingKindOf(v1::SurfaceFinding finding);

// How documents write a value: the shipped word for its name in YAML, else the name with spaces for '_'.
std::string Word(absl::string_view yaml_name);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_RULES_H_
