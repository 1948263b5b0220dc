// Points at which a test makes the program die, fail or wait, to see what is left. They act in debug builds alone.
//
//   METAPOWERS_FAILPOINTS='journal_before_sync=crash@3;flush_before_branch=error:28'
//
// Each point has an action and may say at which passing it acts (`@3`: the third and no other; none: each):
//   crash          SIGKILL, as a power cut of the process
//   error:ERRNO    the step fails with this error of the system
//   sleep:MS       the step takes so long
#ifndef METAPOWERS_SERVICE_BASE_FAILPOINT_H_
#define METAPOWERS_SERVICE_BASE_FAILPOINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers {

// Passes the point `name`: the number of the system's error that it is to fail with, or 0. Thread-safe.
int FailpointError(absl::string_view name);

// Takes the place of what the environment says, and counts from the start. INVALID_ARGUMENT; UNIMPLEMENTED in a build
// without failpoints. Thread-safe.
absl::Status SetFailpoints(absl::string_view actions);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_FAILPOINT_H_
