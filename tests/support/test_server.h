// The real server over real Git in a fresh temporary folder, in this process and without a socket.
#ifndef METAPOWERS_TESTS_SUPPORT_TEST_SERVER_H_
#define METAPOWERS_TESTS_SUPPORT_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "metapowers/v1/command.pb.h"
#include "service/server/control_socket.h"
#include "service/server/env.h"
#include "service/server/server.h"

namespace metapowers::testing_support {

class TestServer {
 public:
  // `prepare` may change the Env before the server starts, e.g. wrap its engine. The workspace `workspaces/w` exists.
  // The clock stands still at 2026-03-01T12:00:00Z.
  explicit TestServer(const std::function<void(server::Env&)>& prepare = {},
                      const std::vector<server::ListenAddress>& addresses = {});
  ~TestServer();

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // A new one, over the operator's socket.
  std::shared_ptr<grpc::Channel> ControlChannel() const;
  // The file of that socket.
  std::string control_socket() const { return directory_ + "/data/control"; }
  server::Server& server() { return *server_; }
  // Stops the server and starts it again on the same data.
  void Restart();

  // Folder of the bare repository of `workspaces/w`.
  const std::string& repository() const { return repository_; }
  // Output of stock `git ARGUMENTS` in it, which must succeed.
  std::string Git(const std::string& arguments) const;
  // Commits `content` at `path` as a person would who pushed it; "" deletes it.
  void Push(const std::string& path, const std::string& content, const std::string& author = "Ann") const;
  // The same with a symbolic link to `target`.
  void PushLink(const std::string& path, const std::string& target) const;
  // The file at the head, or "".
  std::string ReadFile(const std::string& path) const;
  // Commits of the head's history without those of Push().
  int CountCommits() const;

 private:
  // Clones the repository, applies `edit` to the file of that name in the clone, and pushes a commit of it.
  void PushEdit(const std::string& path, const std::function<void(const std::string& file)>& edit,
                const std::string& author) const;
  void Start(const std::vector<server::ListenAddress>& addresses);

  const std::string directory_;
  const std::function<void(server::Env&)> prepare_;
  std::string repository_;
  std::optional<server::ControlSocket> control_;
  std::unique_ptr<server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The message of type Detail in the details of `status`; empty when it has none.
template <class Detail>
Detail DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  Detail found;
  if (!details.ParseFromString(status.error_details())) return found;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&found)) return found;
  }
  return Detail();
}

// Reason in the ErrorInfo of `status`.
std::string ReasonOf(const grpc::Status& status);

// A context for topic `shop` of `workspaces/w`.
v1::CommandContext ContextOf(absl::string_view topic = "shop");

}  // namespace metapowers::testing_support

#endif  // METAPOWERS_TESTS_SUPPORT_TEST_SERVER_H_
