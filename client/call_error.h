// What the details of a failed call say.
#ifndef METAPOWERS_CLIENT_CALL_ERROR_H_
#define METAPOWERS_CLIENT_CALL_ERROR_H_

#include <grpcpp/support/status.h>

#include "google/rpc/error_details.pb.h"

namespace metapowers::client {

// Details that the status does not have are empty; only the service's own errors have any.
struct CallError {
  explicit CallError(const grpc::Status& status);

  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::Help help;
};

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_CALL_ERROR_H_
