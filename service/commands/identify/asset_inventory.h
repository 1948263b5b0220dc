// asset-inventory: every declared asset with owner, tier, data and scope; dependencies, single points of
// failure, undeclared assets, and what is missing. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ASSET_INVENTORY_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ASSET_INVENTORY_H_

#include "metapowers/security/identify/v1/asset_inventory.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

security::identify::v1::AssetInventoryResult AssetInventory(const Input& input);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_ASSET_INVENTORY_H_
