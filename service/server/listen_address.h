// Addresses that the server listens on: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
#ifndef METAPOWERS_SERVICE_SERVER_LISTEN_ADDRESS_H_
#define METAPOWERS_SERVICE_SERVER_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::server {

struct ListenAddress {
  std::string host;       // without brackets; empty for a Unix socket
  int port = 0;           // 0: the system chooses
  std::string unix_path;  // empty for TCP

  // True when only this machine can reach it.
  bool IsLocal() const;
  // As gRPC and clients take it, with `bound_port` in place of port 0.
  std::string ToString(int bound_port = 0) const;

  bool operator==(const ListenAddress&) const = default;
};

// INVALID_ARGUMENT ARGUMENT_INVALID, saying what is wrong.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// Makes way for a Unix socket: removes a socket that no process listens on any more. FAILED_PRECONDITION
// LISTEN_FAILED when one does, or when a file of another kind is there. Does nothing for TCP.
absl::Status PrepareToListen(const ListenAddress& address);

// Why binding `address` has failed, found by trying it once more. FAILED_PRECONDITION LISTEN_FAILED.
absl::Status ListenFailure(const ListenAddress& address);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_LISTEN_ADDRESS_H_
