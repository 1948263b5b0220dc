// Which flows of the files are the same.
#ifndef METAPOWERS_SERVICE_IMPORTERS_FLOW_GROUPS_H_
#define METAPOWERS_SERVICE_IMPORTERS_FLOW_GROUPS_H_

#include <functional>
#include <string>

#include "service/importers/element_groups.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Settles `flows`, whose ends `component_of` resolves to ids ("" for none). Of one scope, or of one file without, flows
// are the same when they have ends and name in common; of two, when they have their ends in common, neither port nor
// protocol speaks against it, and only one flow fits. A flow without one of its ends, or with both the same, is left
// out, and a note tells. What had an id in `earlier` keeps it.
void GroupFlows(ElementGroups& flows, const std::function<std::string(const Reference&)>& component_of,
                const SourceNames& earlier, Inventory& inventory);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_FLOW_GROUPS_H_
