// How far a repository is with the steps of its workspace. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STORED_STEPS_H_
#define METAPOWERS_SERVICE_WORKSPACE_STORED_STEPS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "metapowers/journal/v1/step.pb.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

// How many of the steps, which follow each other, a branch at `branch` ("" = no commit) has, or lies on top of. The
// errors of Contains().
absl::StatusOr<size_t> CountStored(const ObjectSource& objects, const std::vector<journal::v1::Step>& steps,
                                   const std::string& branch);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STORED_STEPS_H_
