// Who is outside, who is ours, and what stands between.
#ifndef METAPOWERS_SERVICE_ANALYSIS_OUTSIDE_H_
#define METAPOWERS_SERVICE_ANALYSIS_OUTSIDE_H_

#include <optional>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

// From where something can be used, widest first; entry_points.h says what each means. What is unknown is no finding.
enum class EntryExposure { kInternet, kPartner, kSupplier, kUnknown, kInside, kOnSite };

// Whether the origin is outside the organisation.
inline bool IsOutside(EntryExposure exposure) { return exposure <= EntryExposure::kSupplier; }

// From where `component` acts on others: for external entities and for what stands in a foreign zone. kInside for
// what stands in a zone of ours; nothing for a component of ours whose zone is unknown.
std::optional<EntryExposure> ExposureOf(const Facts& facts, const ComponentFacts& component);

// Whether we run it: no external entity, and not in the network of a supplier or partner.
bool IsOurs(const Facts& facts, const ComponentFacts& component);

// Whether it stands in front of others and passes on what it lets through, e.g. a web application firewall.
bool IsGateway(const model::v1::Component& component);

// Whether people administer others through it.
bool IsBastion(const model::v1::Component& component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_OUTSIDE_H_
