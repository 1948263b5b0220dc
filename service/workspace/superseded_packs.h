// Packs that others make needless. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_SUPERSEDED_PACKS_H_
#define METAPOWERS_SERVICE_WORKSPACE_SUPERSEDED_PACKS_H_

#include <string>

namespace metapowers::workspace {

// Removes each pack in `pack_dir` all of whose objects one other there has. Leaves those that somebody keeps (.keep),
// and all when a multi-pack-index names them. The names of the others must be durable.
void RemoveSupersededPacks(const std::string& pack_dir);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_SUPERSEDED_PACKS_H_
