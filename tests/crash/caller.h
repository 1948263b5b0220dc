// Random traffic, sent as a client library does it: a call is repeated, with its request id, until it is answered.
#ifndef METAPOWERS_TESTS_CRASH_CALLER_H_
#define METAPOWERS_TESTS_CRASH_CALLER_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "metapowers/security/govern/v1/govern_service.grpc.pb.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "tests/crash/ledger.h"

namespace metapowers::crash {

inline constexpr int kWorkspaces = 3;
inline constexpr int kTopics = 3;  // in each

std::string WorkspaceId(int number);
std::string TopicId(int number);

// A connection that is sought again at once when it breaks, and shared with nobody.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// Gives out models that all differ, by one number. Thread-safe.
class Models {
 public:
  // `example` is the text of deploy/examples/team-notes/system-model.yaml.
  explicit Models(std::string example) : example_(std::move(example)) {}
  std::string Next(const std::string& topic);

 private:
  const std::string example_;
  std::atomic<int> minutes_{10'000};
};

// One caller with a connection of its own; used by one thread, but for Cancel().
class Caller {
 public:
  Caller(const std::string& address, Ledger& ledger, Models& models, uint64_t seed);

  // Makes the workspaces and topics.
  void SetUp();
  // Calls at random, until `stop` or a violation.
  void Run(const std::atomic<bool>& stop);
  // Ends the call that is under way after a violation, from any thread.
  void Cancel();

  // The whole history of a workspace, oldest first.
  std::vector<v1::Revision> History(const std::string& workspace);
  // The workspace as it is told.
  v1::Workspace Describe(const std::string& workspace);
  // Sends a call again that was answered: the answer must be the same.
  void Repeat(const AnsweredCall& call);

 private:
  using Send = std::function<grpc::Status(grpc::ClientContext&)>;

  bool OneIn(int n) { return Below(n) == 0; }
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  void SetCurrent(grpc::ClientContext* context);
  // True when it was answered with OK; false after a violation.
  bool UntilAnswered(absl::string_view what, const Send& send);
  bool Ask(const Call& call, Answer& answer);
  grpc::Status SendOnce(grpc::ClientContext& context, const Call& call, Answer& answer);
  grpc::Status SendUtility(grpc::ClientContext& context, const Call& call, Answer& answer);

  Call NewCall(Kind kind, int workspace, int topic, bool with_model);
  void Write(const Call& call);
  void WriteAtRandom();
  void ReadAtRandom();
  void ReadRevisions(const std::string& workspace);
  void ReadDocument(const std::string& workspace, const std::string& topic);

  Ledger& ledger_;
  Models& models_;
  std::mt19937_64 random_;
  std::vector<AnsweredCall> own_;  // latest last
  absl::Mutex mutex_;
  grpc::ClientContext* current_ ABSL_GUARDED_BY(mutex_) = nullptr;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::ModelService::Stub> model_;
  const std::unique_ptr<v1::DocumentService::Stub> document_;
  const std::unique_ptr<v1::WorkspaceService::Stub> workspace_;
  const std::unique_ptr<v1::WorkflowService::Stub> workflow_;
  const std::unique_ptr<security::govern::v1::GovernService::Stub> govern_;
};

}  // namespace metapowers::crash

#endif  // METAPOWERS_TESTS_CRASH_CALLER_H_
