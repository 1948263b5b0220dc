// Local mode: the service in this process, on someone's own Git repository.
#ifndef METAPOWERS_CLIENT_LOCAL_H_
#define METAPOWERS_CLIENT_LOCAL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace metapowers::client {

struct LocalService {
  std::shared_ptr<void> keep_alive;
  std::shared_ptr<grpc::Channel> channel;
};

// Starts the service on the repository around `directory`. Where there is none that can be written, calls that
// need one answer FAILED_PRECONDITION with NOT_A_REPOSITORY or REPOSITORY_UNSUPPORTED.
absl::StatusOr<LocalService> StartLocalService(const std::string& directory);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_LOCAL_H_
