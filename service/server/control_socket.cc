#include "service/server/control_socket.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/workspace/data_dir.h"

namespace metapowers::server {
namespace {

std::string SocketIn(absl::string_view path) {
  return workspace::DataDirLayout(std::string(absl::StripSuffix(path, "/"))).control_socket();
}

}  // namespace

absl::StatusOr<ControlSocket> ControlSocket::In(absl::string_view path) {
  if (auto address = ParseListenAddress(absl::StrCat("unix:", SocketIn(path))); address.ok())
    return ControlSocket(*std::move(address), -1);
  // Too long for the name of a socket, which the name of the open directory is not.
  const int directory = ::open(std::string(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("cannot open the directory \"", path, "\": ", std::strerror(errno)),
                     {"ARGUMENT_INVALID", {}, {}, ""});
  }
  return ControlSocket({"", 0, SocketIn(absl::StrCat("/proc/self/fd/", directory))}, directory);
}

ControlSocket::ControlSocket(ListenAddress address, int directory)
    : address_(std::move(address)), directory_(directory) {}

ControlSocket::ControlSocket(ControlSocket&& other) noexcept
    : address_(std::move(other.address_)), directory_(std::exchange(other.directory_, -1)) {}

ControlSocket::~ControlSocket() {
  if (directory_ >= 0) ::close(directory_);
}

}  // namespace metapowers::server
