// Errors with a stable reason and structured details, carried inside absl::Status so that no layer
// below the server needs gRPC. The server turns them into google.rpc messages (AIP-193).
//
// Message style: lower case, what was tried and what is wrong with it, dynamic values quoted.
// The code is chosen where the cause is known; UNAVAILABLE is reserved to the server's drain.
#ifndef METAPOWERS_SERVICE_BASE_ERROR_H_
#define METAPOWERS_SERVICE_BASE_ERROR_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers {

// One thing wrong with an input.
struct Violation {
  std::string field;        // path inside the input, e.g. "components[3].zone"
  std::string description;  // what is wrong, and how to mend it
  std::string location;     // "file:line:col" where the input is a text, else empty

  bool operator==(const Violation&) const = default;
};

struct ErrorDetails {
  // A value of metapowers.v1.ErrorReason without its prefix, e.g. "HEAD_MOVED". Required.
  std::string reason;
  // Facts for programs; the keys that each reason must carry are documented in error_reason.proto.
  std::map<std::string, std::string> metadata;
  std::vector<Violation> violations;
  // What a person does next: a sentence or a command line. May be empty.
  std::string next_step;

  bool operator==(const ErrorDetails&) const = default;
};

// An error status whose details DetailsOf() gives back unchanged.
absl::Status MakeError(absl::StatusCode code, absl::string_view message, const ErrorDetails& details);

// The details of `status`; with an empty reason when it was not made by MakeError().
ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_ERROR_H_
