// The server: services, listeners, health, reflection, drain. The same whether it listens on the network (metapowersd)
// or serves its own process alone (the client's local mode, tests).
//
//   ASSIGN_OR_RETURN(Env env, OpenDataDirEnv(dir));
//   ASSIGN_OR_RETURN(auto server, Server::Start(std::move(env), {address}));
//   …
//   server->Drain(absl::Seconds(30));
#ifndef METAPOWERS_SERVICE_SERVER_SERVER_H_
#define METAPOWERS_SERVICE_SERVER_SERVER_H_

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/server/env.h"
#include "service/server/listen_address.h"

namespace metapowers::server {

// Thread-safe.
class Server {
 public:
  // Serves on `addresses`; none serves InProcessChannel() alone. AdminService is served on `control` and nowhere else,
  // and nothing else there but health and reflection. FAILED_PRECONDITION LISTEN_FAILED names the address.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Env env, const std::vector<ListenAddress>& addresses,
                                                       const std::optional<ListenAddress>& control = std::nullopt);

  // Drains without patience.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The addresses served, as clients take them, with the real ports; that of the operator is not among them.
  const std::vector<std::string>& addresses() const;

  // A channel to this server that passes through no socket. No call may start on it once Drain() has begun or the
  // server is gone: gRPC 1.51 crashes then.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Health says NOT_SERVING, new calls are refused with UNAVAILABLE, running ones have `patience` to end and are
  // cancelled then; returns when all have, and clients have left or had two seconds to. Later calls wait for the first.
  void Drain(absl::Duration patience);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SERVER_H_
