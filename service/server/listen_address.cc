#include "service/server/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"

namespace metapowers::server {
namespace {

absl::Status Invalid(absl::string_view text, absl::string_view why) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrCat("listen address \"", text, "\": ", why),
      {"ARGUMENT_INVALID", {}, {{"listen", std::string(why), ""}}, "give HOST:PORT, [IPV6]:PORT or unix:PATH"});
}

absl::Status Failed(const ListenAddress& address, absl::string_view why, absl::string_view next_step) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("cannot listen on ", address.ToString(), ": ", why),
                   {"LISTEN_FAILED", {{"address", address.ToString()}}, {}, std::string(next_step)});
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

// 0, or the errno of binding or connecting a new socket of `family` to `address`.
int TryOut(int (*function)(int, const sockaddr*, socklen_t), const sockaddr* address, socklen_t size) {
  const int socket = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  const int one = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));  // as gRPC does
  const int error = function(socket, address, size) == 0 ? 0 : errno;
  ::close(socket);
  return error;
}

}  // namespace

bool ListenAddress::IsLocal() const {
  return !unix_path.empty() || host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

std::string ListenAddress::ToString(int bound_port) const {
  if (!unix_path.empty()) return absl::StrCat("unix:", unix_path);
  const bool ipv6 = absl::StrContains(host, ':');
  return absl::StrCat(ipv6 ? "[" : "", host, ipv6 ? "]" : "", ":", bound_port != 0 ? bound_port : port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  ListenAddress address;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty()) return Invalid(text, "the path of the socket is missing");
    if (rest.size() >= sizeof(sockaddr_un::sun_path)) return Invalid(text, "the path is longer than 107 bytes");
    address.unix_path = std::string(rest);
    return address;
  }
  const size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos) return Invalid(text, "the port is missing");
  absl::string_view host = rest.substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (host.empty() || absl::StrContains(host, ':') != bracketed || absl::StrContains(host, '/')) {
    return Invalid(text, "the host is malformed");
  }
  address.host = std::string(host);
  if (!absl::SimpleAtoi(rest.substr(colon + 1), &address.port) || address.port < 0 || address.port > 65535) {
    return Invalid(text, "the port must be a number from 0 to 65535");
  }
  return address;
}

absl::Status PrepareToListen(const ListenAddress& address) {
  struct stat found = {};
  if (address.unix_path.empty() || ::lstat(address.unix_path.c_str(), &found) != 0) return absl::OkStatus();
  if (!S_ISSOCK(found.st_mode)) {
    return Failed(address, "a file that is no socket is there", "move it away, or listen on another path");
  }
  const sockaddr_un socket = UnixAddress(address.unix_path);
  if (TryOut(&::connect, reinterpret_cast<const sockaddr*>(&socket), sizeof(socket)) != ECONNREFUSED) {
    return Failed(address, "another process listens on it", "stop that process, or listen on another path");
  }
  if (::unlink(address.unix_path.c_str()) != 0 && errno != ENOENT) return Failed(address, std::strerror(errno), "");
  return absl::OkStatus();
}

absl::Status ListenFailure(const ListenAddress& address) {
  int error = 0;
  if (!address.unix_path.empty()) {
    const sockaddr_un socket = UnixAddress(address.unix_path);
    error = TryOut(&::bind, reinterpret_cast<const sockaddr*>(&socket), sizeof(socket));
    if (error == 0) ::unlink(address.unix_path.c_str());
  } else {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    const int rc = ::getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &list);
    if (rc != 0) return Failed(address, ::gai_strerror(rc), "");
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, &::freeaddrinfo);
    for (const addrinfo* at = list; at != nullptr && error == 0; at = at->ai_next) {
      error = TryOut(&::bind, at->ai_addr, at->ai_addrlen);
    }
  }
  return Failed(address, error == 0 ? "the system refused it" : std::strerror(error),
                error == EADDRINUSE ? "stop the process that has it, or listen on another port" : "");
}

}  // namespace metapowers::server
