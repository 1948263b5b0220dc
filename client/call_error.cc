#include "client/call_error.h"

namespace metapowers::client {

CallError::CallError(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return;
  for (const google::protobuf::Any& any : details.details()) {
    any.UnpackTo(&info) || any.UnpackTo(&bad_request) || any.UnpackTo(&help);
  }
}

}  // namespace metapowers::client
