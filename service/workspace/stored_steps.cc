#include "service/workspace/stored_steps.h"

#include "service/base/status_macros.h"
#include "service/workspace/ancestry.h"
#include "service/workspace/step_codec.h"

namespace metapowers::workspace {

absl::StatusOr<size_t> CountStored(const ObjectSource& objects, const std::vector<journal::v1::Step>& steps,
                                   const std::string& branch) {
  for (size_t count = steps.size(); count > 0; --count) {
    if (HeadAfter(steps[count - 1]) == branch) return count;
  }
  if (steps.empty() || steps.front().expected_head() == branch) return 0;
  // Somebody moved it. Where it contains a step, it contains those before.
  size_t stored = 0, most = steps.size();
  while (stored < most) {
    const size_t middle = stored + (most - stored + 1) / 2;
    const std::string& after = HeadAfter(steps[middle - 1]);
    ASSIGN_OR_RETURN(const bool contained, Contains(objects, branch, after));
    if (contained || after.empty()) {
      stored = middle;
    } else {
      most = middle - 1;
    }
  }
  return stored;
}

}  // namespace metapowers::workspace
