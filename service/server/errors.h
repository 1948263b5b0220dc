// absl::Status -> grpc::Status with the details of AIP-193: google.rpc.Status holding ErrorInfo in every
// error, BadRequest for violations, PreconditionFailure, RetryInfo and Help where they say something.
#ifndef METAPOWERS_SERVICE_SERVER_ERRORS_H_
#define METAPOWERS_SERVICE_SERVER_ERRORS_H_

#include <grpcpp/support/status.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers::server {

// `domain` of every ErrorInfo.
inline constexpr char kErrorDomain[] = "metapowers";

// Clients refuse metadata over 8 KiB; messages and details are cut to stay below that, and say so.
inline constexpr size_t kMaxErrorDetailBytes = 5'000;
inline constexpr size_t kMaxErrorMessageBytes = 1'000;

// The error that a client sees. A status that no layer of ours made (no reason), and UNAVAILABLE from
// anything but the drain, is a fault of the server: INTERNAL, without its text, naming `request_id` so that it
// can be found in the log.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id);

// The error that ToGrpcStatus() made `status` of, as far as it tells; without a reason when it is not of our making.
absl::Status FromGrpcStatus(const grpc::Status& status);

// Errors of the server itself.
absl::Status DrainingError();
absl::Status OverloadedError();

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_ERRORS_H_
