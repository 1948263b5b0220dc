#include "tests/crash/caller.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "service/base/digest.h"
#include "service/base/ids.h"

namespace metapowers::crash {
namespace {

// Longer than any pause of the server: a call that takes it has been forgotten.
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kBetweenSendings = absl::Milliseconds(20);
constexpr int kPage = 1'000;

// Takes an outcome, and the digest of its result, into an answer.
void Add(v1::CommandOutcome outcome, const std::string& result, Answer& answer) {
  answer.replayed = answer.replayed || outcome.replayed();
  outcome.clear_replayed();
  answer.outcomes.push_back(std::move(outcome));
  answer.results.push_back(result.empty() ? "" : Sha256Hex(result));
}

template <class Stub, class Request, class Response>
grpc::Status SendCommand(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                         grpc::ClientContext& context, const Call& call, Answer& answer) {
  Request request;
  Response response;
  *request.mutable_context() = call.context;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (status.ok()) Add(response.outcome(), response.result().SerializeAsString(), answer);
  return status;
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string WorkspaceId(int number) { return absl::StrCat("workspace-", number); }
std::string TopicId(int number) { return absl::StrCat("topic-", number); }

std::string Models::Next(const std::string& topic) {
  return absl::StrReplaceAll(example_,
                             {{"\nid: team-notes", absl::StrCat("\nid: ", topic)},
                              {"session_idle_minutes: 1440", absl::StrCat("session_idle_minutes: ", ++minutes_)}});
}

Caller::Caller(const std::string& address, Ledger& ledger, Models& models, uint64_t seed)
    : ledger_(ledger),
      models_(models),
      random_(seed),
      channel_(Connect(address)),
      model_(v1::ModelService::NewStub(channel_)),
      document_(v1::DocumentService::NewStub(channel_)),
      workspace_(v1::WorkspaceService::NewStub(channel_)),
      workflow_(v1::WorkflowService::NewStub(channel_)),
      govern_(security::govern::v1::GovernService::NewStub(channel_)) {}

// --- Sending -----------------------------------------------------------------------------------------------------

void Caller::SetCurrent(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  current_ = context;
}

void Caller::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (current_ != nullptr) current_->TryCancel();
}

bool Caller::UntilAnswered(absl::string_view what, const Send& send) {
  const absl::Time end = absl::Now() + kPatience;
  for (int sendings = 1; !ledger_.failed(); ++sendings) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    context.set_wait_for_ready(true);  // gRPC connects only while somebody waits
    SetCurrent(&context);
    if (ledger_.failed()) context.TryCancel();  // after Cancel() may have missed it
    const grpc::Status status = send(context);
    SetCurrent(nullptr);
    if (status.ok()) return true;
    // CANCELLED, which nobody asked for, is what gRPC answers a call that meets its shutdown.
    const bool again = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                       status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                       status.error_code() == grpc::StatusCode::CANCELLED;
    if (!again || absl::Now() > end) {
      ledger_.Fail(absl::StrCat(what, " was answered ", status.error_code(), " after ", sendings,
                                " sendings: ", status.error_message()));
    }
    ++ledger_.tally.repeated;
    absl::SleepFor(kBetweenSendings);
  }
  return false;
}

grpc::Status Caller::SendOnce(grpc::ClientContext& context, const Call& call, Answer& answer) {
  using GovernStub = security::govern::v1::GovernService::Stub;
  switch (call.kind) {
    case Kind::kPutModel: {
      v1::PutModelRequest request;
      v1::PutModelResponse response;
      *request.mutable_context() = call.context;
      const grpc::Status status = model_->PutModel(&context, request, &response);
      if (status.ok()) Add(response.outcome(), "", answer);
      return status;
    }
    case Kind::kSecurityPolicy:
      return SendCommand(*govern_, &GovernStub::SecurityPolicy, context, call, answer);
    case Kind::kRiskAppetite:
      return SendCommand(*govern_, &GovernStub::RiskAppetite, context, call, answer);
    case Kind::kUtility:
      break;
  }
  return SendUtility(context, call, answer);
}

grpc::Status Caller::SendUtility(grpc::ClientContext& context, const Call& call, Answer& answer) {
  v1::RunCommandsRequest request;
  *request.mutable_context() = call.context;
  request.set_target("utility");  // a phase of two commands, without a gate
  const auto stream = workflow_->RunCommands(&context, request);
  for (v1::RunCommandsResponse event; stream->Read(&event);) {
    if (event.has_model()) Add(event.model(), "", answer);
    if (event.has_finished()) Add(event.finished().outcome(), event.finished().result().value(), answer);
  }
  return stream->Finish();
}

bool Caller::Ask(const Call& call, Answer& answer) {
  const std::string what = absl::StrCat("request ", call.context.request_id());
  Answer told;  // by the longest stream that broke off
  const bool answered = UntilAnswered(what, [&](grpc::ClientContext& context) {
    answer = Answer();
    const grpc::Status status = SendOnce(context, call, answer);
    const std::string difference =
        told.outcomes.size() <= answer.outcomes.size() ? Difference(told, answer) : Difference(answer, told);
    if (!difference.empty()) ledger_.Fail(absl::StrCat(what, " was told two things: ", difference));
    if (told.outcomes.size() < answer.outcomes.size()) told = answer;
    return status;
  });
  if (answered && answer.replayed) ++ledger_.tally.replayed;
  return answered;
}

// --- Writing -----------------------------------------------------------------------------------------------------

Call Caller::NewCall(Kind kind, int workspace, int topic, bool with_model) {
  Call call{.kind = kind, .workspace = WorkspaceId(workspace), .context = {}};
  call.context.set_topic(absl::StrCat("workspaces/", call.workspace, "/topics/", TopicId(topic)));
  call.context.set_request_id(NewUuid());
  if (with_model || kind == Kind::kPutModel) call.context.set_model_yaml(models_.Next(TopicId(topic)));
  return call;
}

void Caller::Write(const Call& call) {
  const int64_t floor = ledger_.Floor(call.workspace);
  Answer answer;
  if (!Ask(call, answer)) return;
  ++ledger_.tally.answered;
  ledger_.Answered(call, answer, floor);
  own_.push_back({call, std::move(answer)});
}

void Caller::WriteAtRandom() {
  constexpr Kind kKinds[] = {Kind::kPutModel, Kind::kSecurityPolicy, Kind::kSecurityPolicy, Kind::kRiskAppetite,
                             Kind::kUtility};
  Write(NewCall(kKinds[Below(5)], Below(kWorkspaces), Below(kTopics), OneIn(2)));
}

void Caller::Repeat(const AnsweredCall& call) {
  Answer again;
  if (!Ask(call.call, again)) return;
  const std::string difference = Difference(call.answer, again);
  const std::string& id = call.call.context.request_id();
  if (!again.replayed) ledger_.Fail(absl::StrCat("request ", id, " was answered, and done again"));
  if (!difference.empty()) ledger_.Fail(absl::StrCat("request ", id, " was answered otherwise later: ", difference));
}

void Caller::SetUp() {
  for (int w = 0; w < kWorkspaces && !ledger_.failed(); ++w) {
    UntilAnswered("CreateWorkspace", [&](grpc::ClientContext& context) {
      v1::CreateWorkspaceRequest request;
      v1::CreateWorkspaceResponse response;
      request.set_workspace_id(WorkspaceId(w));
      return workspace_->CreateWorkspace(&context, request, &response);
    });
    for (int t = 0; t < kTopics; ++t) Write(NewCall(Kind::kSecurityPolicy, w, t, /*with_model=*/true));
  }
}

void Caller::Run(const std::atomic<bool>& stop) {
  while (!stop && !ledger_.failed()) {
    if (OneIn(3)) {
      ReadAtRandom();
    } else if (OneIn(10) && !own_.empty()) {
      Repeat(own_[own_.size() - 1 - Below(std::min<int>(20, own_.size()))]);
    } else {
      WriteAtRandom();
    }
  }
}

// --- Reading -----------------------------------------------------------------------------------------------------

void Caller::ReadAtRandom() {
  ++ledger_.tally.reads;
  const std::string workspace = WorkspaceId(Below(kWorkspaces));
  switch (Below(3)) {
    case 0:
      return (void)Describe(workspace);
    case 1:
      return ReadRevisions(workspace);
    default:
      return ReadDocument(workspace, TopicId(Below(kTopics)));
  }
}

v1::Workspace Caller::Describe(const std::string& workspace) {
  v1::GetWorkspaceRequest request;
  v1::GetWorkspaceResponse response;
  request.set_name(absl::StrCat("workspaces/", workspace));
  const int64_t floor = ledger_.Floor(workspace);
  const bool answered = UntilAnswered("GetWorkspace", [&](grpc::ClientContext& context) {
    return workspace_->GetWorkspace(&context, request, &response);
  });
  if (answered) {
    ledger_.Saw("GetWorkspace", workspace, response.workspace().revision(), response.workspace().head(), floor);
  }
  return response.workspace();
}

void Caller::ReadRevisions(const std::string& workspace) {
  v1::ListRevisionsRequest request;
  v1::ListRevisionsResponse response;
  request.set_parent(absl::StrCat("workspaces/", workspace));
  request.set_page_size(20);
  request.set_settled(OneIn(4));
  int64_t floor = ledger_.Floor(workspace);
  const bool answered = UntilAnswered("ListRevisions", [&](grpc::ClientContext& context) {
    return document_->ListRevisions(&context, request, &response);
  });
  if (!answered) return;
  if (response.revisions().empty()) ledger_.Fail(absl::StrCat("ListRevisions of ", workspace, " found nothing"));
  for (const v1::Revision& revision : response.revisions()) {
    ledger_.Saw("ListRevisions", workspace, revision.revision(), revision.commit(), floor);
    floor = 0;  // only the newest must be new
  }
}

void Caller::ReadDocument(const std::string& workspace, const std::string& topic) {
  v1::GetDocumentRequest request;
  v1::GetDocumentResponse response;
  request.set_name(absl::StrCat("workspaces/", workspace, "/topics/", topic, "/documents/00-govern.md"));
  const int64_t floor = ledger_.Floor(workspace);
  const bool answered = UntilAnswered("GetDocument", [&](grpc::ClientContext& context) {
    return document_->GetDocument(&context, request, &response);
  });
  if (answered) ledger_.SawCommit("GetDocument", workspace, response.document().commit(), floor);
}

std::vector<v1::Revision> Caller::History(const std::string& workspace) {
  std::vector<v1::Revision> history;
  v1::ListRevisionsRequest request;
  request.set_parent(absl::StrCat("workspaces/", workspace));
  request.set_page_size(kPage);
  do {
    v1::ListRevisionsResponse response;
    const bool answered = UntilAnswered("ListRevisions", [&](grpc::ClientContext& context) {
      return document_->ListRevisions(&context, request, &response);
    });
    if (!answered) break;
    history.insert(history.end(), response.revisions().begin(), response.revisions().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return {history.rbegin(), history.rend()};
}

}  // namespace metapowers::crash
