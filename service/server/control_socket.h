// The socket in a data directory where the running server serves its operator (AdminService): who may read the data
// may ask. However long the path of the directory is, the socket has an address in this process.
#ifndef METAPOWERS_SERVICE_SERVER_CONTROL_SOCKET_H_
#define METAPOWERS_SERVICE_SERVER_CONTROL_SOCKET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/server/listen_address.h"

namespace metapowers::server {

class ControlSocket {
 public:
  // Of the data directory at `path`, which is there. INVALID_ARGUMENT ARGUMENT_INVALID when it cannot be opened.
  static absl::StatusOr<ControlSocket> In(absl::string_view path);
  ControlSocket(ControlSocket&& other) noexcept;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();

  // To listen on or to connect to, as long as this lives.
  const ListenAddress& address() const { return address_; }

 private:
  ControlSocket(ListenAddress address, int directory);

  ListenAddress address_;
  int directory_;  // open where the address needs it, or -1
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_CONTROL_SOCKET_H_
