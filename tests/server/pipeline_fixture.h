// Stubs, requests and an engine that tests can interfere with, for tests of the pipeline over a real server.
#ifndef METAPOWERS_TESTS_SERVER_PIPELINE_FIXTURE_H_
#define METAPOWERS_TESTS_SERVER_PIPELINE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/security/identify/v1/identify_service.grpc.pb.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "metapowers/v1/export_service.grpc.pb.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/server/backend.h"
#include "service/server/command_index.h"
#include "service/server/run_command.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace metapowers::server {

namespace identify = security::identify::v1;
using testing_support::ContextOf;
using testing_support::DetailOf;
using testing_support::ReasonOf;
using testing_support::TestServer;

inline constexpr char kGovernFile[] = ".metapowers/security/shop/00-govern.md";
inline constexpr char kIdentifyFile[] = ".metapowers/security/shop/01-identify.md";
inline constexpr char kSkipLogPath[] = ".metapowers/security/shop/skip-log.md";
inline constexpr char kRequestId[] = "123e4567-e89b-42d3-a456-426614174000";

// The smallest valid model, as topic `id` and with the system's name in all documents.
inline std::string ModelText(absl::string_view id = "shop", absl::string_view name = "Shop") {
  return absl::StrReplaceAll(model::kMinimal,
                             {{"id: shop\nname: Shop\n", absl::StrCat("id: ", id, "\nname: ", name, "\n")}});
}

// Number of commands that are built.
inline size_t CountBuilt() {
  size_t built = 0;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) built += entry.command != nullptr ? 1 : 0;
  return built;
}

// As long as it lives, the command is made by `other`, which outlives it. No call may be running when it begins or
// ends.
class Replaced {
 public:
  Replaced(absl::string_view id, const commands::Command* other)
      : entry_(const_cast<CommandEntry&>(*CommandIndex::Get().Find(id))), built_(entry_.command) {
    entry_.command = other;
  }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;
  ~Replaced() { entry_.command = built_; }

 private:
  CommandEntry& entry_;
  const commands::Command* const built_;
};

// As long as it lives, the command is planned, as one is between its entry in the contract and its generator.
class Planned : public Replaced {
 public:
  explicit Planned(absl::string_view id) : Replaced(id, nullptr) {}
};

inline v1::CommandContext WithModel(absl::string_view name = "Shop", absl::string_view topic = "shop") {
  v1::CommandContext context = ContextOf(topic);
  context.set_model_yaml(ModelText(topic, name));
  return context;
}

// The same, passing over the gate.
inline v1::CommandContext Ungated(absl::string_view name = "Shop", absl::string_view topic = "bare") {
  v1::CommandContext context = WithModel(name, topic);
  context.set_skip_checks(true);
  context.set_skip_reason("late");
  return context;
}

// Passes everything on to a real engine, after a hook.
class HookedEngine : public workspace::Engine {
 public:
  struct Hooks {
    std::function<void()> before_head = [] {};
    std::function<void(absl::string_view uid)> before_head_of = [](absl::string_view) {};
    std::function<void()> before_commit = [] {};
    std::function<void()> before_store = [] {};
  };
  HookedEngine(std::unique_ptr<workspace::Engine> real, const Hooks& hooks) : real_(std::move(real)), hooks_(hooks) {}

  absl::Status CreateWorkspace(absl::string_view uid) override { return real_->CreateWorkspace(uid); }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Head(absl::string_view uid) override {
    hooks_.before_head();
    hooks_.before_head_of(uid);
    return real_->Head(uid);
  }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Tip(absl::string_view uid) override {
    hooks_.before_head();
    return real_->Tip(uid);
  }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> At(absl::string_view uid,
                                                                absl::string_view commit) override {
    return real_->At(uid, commit);
  }
  absl::StatusOr<std::vector<std::string>> Match(absl::string_view uid, absl::string_view prefix, int most) override {
    return real_->Match(uid, prefix, most);
  }
  void Submit(absl::string_view uid, workspace::CommitBatch batch, std::function<void(absl::Status)> done) override {
    hooks_.before_commit();
    real_->Submit(uid, std::move(batch), std::move(done));
  }
  absl::StatusOr<std::optional<workspace::RequestRecord>> FindRequest(absl::string_view uid,
                                                                      absl::string_view id) override {
    return real_->FindRequest(uid, id);
  }
  absl::Status Settle(absl::string_view uid) override { return real_->Settle(uid); }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Store(absl::string_view uid) override {
    hooks_.before_store();
    return real_->Store(uid);
  }
  absl::StatusOr<workspace::HistoryPage> History(absl::string_view uid, const workspace::HistoryQuery& query) override {
    return real_->History(uid, query);
  }
  absl::StatusOr<workspace::RevisionPage> Revisions(absl::string_view uid,
                                                    const workspace::RevisionQuery& query) override {
    return real_->Revisions(uid, query);
  }
  std::unique_ptr<workspace::Subscription> Subscribe(std::function<void(absl::string_view uid)> moved) override {
    return real_->Subscribe(std::move(moved));
  }

 private:
  const std::unique_ptr<workspace::Engine> real_;
  const Hooks& hooks_;
};

// Calls of a server, each as one line of a test.
class Client {
 public:
  explicit Client(const std::shared_ptr<grpc::Channel>& channel)
      : identify(identify::IdentifyService::NewStub(channel)),
        documents(v1::DocumentService::NewStub(channel)),
        exports(v1::ExportService::NewStub(channel)),
        models(v1::ModelService::NewStub(channel)),
        info(v1::ServerInfoService::NewStub(channel)),
        workflows(v1::WorkflowService::NewStub(channel)),
        workspaces(v1::WorkspaceService::NewStub(channel)) {}

  grpc::Status Inventory(const v1::CommandContext& command,
                         identify::AssetInventoryResponse* response = nullptr) const {
    identify::AssetInventoryRequest request;
    *request.mutable_context() = command;
    identify::AssetInventoryResponse unused;
    grpc::ClientContext context;
    return identify->AssetInventory(&context, request, response != nullptr ? response : &unused);
  }
  grpc::Status PutModel(const v1::CommandContext& command, v1::PutModelResponse* response = nullptr,
                        bool must_create = false) {
    v1::PutModelRequest request;
    *request.mutable_context() = command;
    request.set_must_create(must_create);
    v1::PutModelResponse unused;
    grpc::ClientContext context;
    return models->PutModel(&context, request, response != nullptr ? response : &unused);
  }
  grpc::Status Run(const std::string& target, const v1::CommandContext& command,
                   std::vector<v1::RunCommandsResponse>* events = nullptr) {
    v1::RunCommandsRequest request;
    *request.mutable_context() = command;
    request.set_target(target);
    grpc::ClientContext context;
    const auto reader = workflows->RunCommands(&context, request);
    for (v1::RunCommandsResponse event; reader->Read(&event);) {
      if (events != nullptr) events->push_back(event);
    }
    return reader->Finish();
  }

  const std::unique_ptr<identify::IdentifyService::Stub> identify;
  const std::unique_ptr<v1::DocumentService::Stub> documents;
  const std::unique_ptr<v1::ExportService::Stub> exports;
  const std::unique_ptr<v1::ModelService::Stub> models;
  const std::unique_ptr<v1::ServerInfoService::Stub> info;
  const std::unique_ptr<v1::WorkflowService::Stub> workflows;
  const std::unique_ptr<v1::WorkspaceService::Stub> workspaces;
};

// Topic `shop` has the document that gates need, put there by hand, and nothing else; other topics have nothing.
class PipelineTest : public ::testing::Test {
 protected:
  void SetUp() override { server_.Push(kGovernFile, "# Govern: shop\n"); }

  void ExpectOk(const grpc::Status& status) { ASSERT_TRUE(status.ok()) << status.error_message(); }
  void ExpectError(const grpc::Status& status, grpc::StatusCode code, const std::string& reason) {
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_EQ(ReasonOf(status), reason) << status.error_message();
  }

  // The workspace as the server's own engine reads it.
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Head() {
    ASSIGN_OR_RETURN(const workspace::Workspace found, registry_->Get("w"));
    return engine_->Head(found.uid);
  }

  HookedEngine::Hooks hooks_;
  workspace::Engine* engine_ = nullptr;
  workspace::WorkspaceRegistry* registry_ = nullptr;
  TestServer server_{[this](Env& env) {
    env.engine = std::make_unique<HookedEngine>(std::move(env.engine), hooks_);
    engine_ = env.engine.get();
    registry_ = env.registry.get();
    env.limits.workers = 4;
  }};
  Client client_{server_.channel()};
};

// Cancels the call when its second command starts.
class CancelsAtTheSecond : public RunObserver {
 public:
  explicit CancelsAtTheSecond(Call& call) : call_(call) {}
  void OnStarted(const CommandEntry& entry, int position) override {
    if (position == 2) call_.Cancel();
    started = position;
  }
  void OnFinished(const v1::CommandOutcome& outcome, const SharedResult& result, int position) override { ++finished; }
  int started = 0;
  int finished = 0;

 private:
  Call& call_;
};

// What handlers share, without a server around it; the workspace `w` is empty.
class BackendTest : public ::testing::Test {
 protected:
  BackendTest() : folder_(absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid())) {}
  ~BackendTest() override { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(Env env, OpenDataDirEnv(folder_));
    ASSERT_OK(env.registry->Create("w", "", env.clock->Now()));
    backend_ = std::make_unique<Backend>(std::move(env));
  }

  const std::string folder_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_TESTS_SERVER_PIPELINE_FIXTURE_H_
