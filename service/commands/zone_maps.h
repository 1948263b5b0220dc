// The declared flows as diagrams by zone, each flow once, with the facts for the table below it. Pure.
#ifndef METAPOWERS_SERVICE_COMMANDS_ZONE_MAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_ZONE_MAPS_H_

#include <vector>

#include "metapowers/v1/zone_map.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

enum class FlowEnd { kSource, kTarget };

// Flows by the zone that this end of theirs is in, sorted by zone and id. A zone whose diagram would not stay under the
// 2,000 characters that viewers draw is split into numbered parts.
std::vector<v1::ZoneMap> ZoneMaps(const model::Model& model, FlowEnd end);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ZONE_MAPS_H_
