#include "client/session.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <ostream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/local.h"
#include "client/output.h"
#include "service/base/api_version.h"
#include "service/base/error.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

std::atomic<bool> interrupt_requested{false};
std::mutex live_contexts_mutex;
std::set<grpc::ClientContext*>& LiveContexts() {
  static auto* const contexts = new std::set<grpc::ClientContext*>();
  return *contexts;
}

constexpr int kShownViolations = 20;
constexpr int kMaxResponseBytes = 64 << 20;  // a model, parsed and as text, and what is made of it

// A server that restarts is called again: each call that writes has a request id, so that it is done once. Only making
// workspaces has none.
constexpr char kRetries[] = R"json({"methodConfig": [{
  "name": [{"service": "metapowers.security.govern.v1.GovernService"},
           {"service": "metapowers.security.identify.v1.IdentifyService"},
           {"service": "metapowers.security.protect.v1.ProtectService"},
           {"service": "metapowers.security.detect.v1.DetectService"},
           {"service": "metapowers.security.respond.v1.RespondService"},
           {"service": "metapowers.security.recover.v1.RecoverService"},
           {"service": "metapowers.security.utility.v1.UtilityService"},
           {"service": "metapowers.v1.DocumentService"}, {"service": "metapowers.v1.EventService"},
           {"service": "metapowers.v1.ExportService"}, {"service": "metapowers.v1.LintService"}, {"service": "metapowers.v1.ModelService"},
           {"service": "metapowers.v1.ReportService"}, {"service": "metapowers.v1.WorkflowService"}],
  "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.3s", "maxBackoff": "2s", "backoffMultiplier": 2,
                  "retryableStatusCodes": ["UNAVAILABLE"]}}]})json";

constexpr int kKeepaliveSeconds = 30;
constexpr int kMaxReconnectSeconds = 10;

// gRPC's words when no connection came about, rather than broke.
bool NeverConnected(absl::string_view message) {
  return absl::StrContains(message, "failed to connect") || absl::StrContains(message, "DNS resolution") ||
         absl::StrContains(message, "connections to all backends");
}

// `text` with the request's names of what was typed replaced by those that were typed.
std::string InTypedWords(const std::string& text) {
  return absl::StrReplaceAll(text, {{"context.request_id", "--request-id"},
                                    {"context.expected_head", "--expected-head"},
                                    {"context.skip_reason", "--reason"},
                                    {"skip_checks", "--skip-checks"},
                                    {"context.edit_choice", "--edits"},
                                    {"context.author.name", "GIT_AUTHOR_NAME"},
                                    {"context.author.email", "GIT_AUTHOR_EMAIL"},
                                    {"context.model_yaml", "--model"},
                                    {"context.attachments", "--attach"},
                                    {"validate_only", "--dry-run"},
                                    {"remove_model", "--yes"},
                                    {"display_name", "--display-name"},
                                    {"correct the fields named", "correct what is named"}});
}

// `text` with the service's name of a model replaced by the place where the user has it.
std::string InUsersWords(const std::string& text, const std::string& source) {
  return source.empty() ? text : absl::StrReplaceAll(text, {{"system-model.yaml", source}});
}

}  // namespace

ExitCode ExitCodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return kExitOk;
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
      return kExitInvalid;
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::UNIMPLEMENTED:
      return kExitPrecondition;
    case grpc::StatusCode::UNAUTHENTICATED:
      return kExitUnauthenticated;
    case grpc::StatusCode::NOT_FOUND:
      return kExitNotFound;
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::ALREADY_EXISTS:
      return kExitConflict;
    case grpc::StatusCode::PERMISSION_DENIED:
      return kExitDenied;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return kExitUnavailable;
    case grpc::StatusCode::CANCELLED:
      return Session::interrupted() ? kExitInterrupted : kExitUnavailable;
    default:
      return kExitInternal;
  }
}

std::string Session::Styled(absl::string_view ansi_code, absl::string_view text) const {
  const bool on = options_.color == "always" || (options_.color == "auto" && streams_.out_is_tty);
  return on ? absl::StrCat("\x1b[", ansi_code, "m", text, "\x1b[0m") : std::string(text);
}

std::shared_ptr<grpc::Channel> Session::Channel(int* exit_code) {
  if (channel_ != nullptr) return channel_;
  if (remote()) {
    grpc::ChannelArguments arguments;
    arguments.SetUserAgentPrefix("metapowers/" METAPOWERS_VERSION);
    arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
    arguments.SetServiceConfigJSON(kRetries);
    // For calls that wait long: a server that is gone without a word is noticed, and one that is back is found soon.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveSeconds * 1000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveSeconds * 1000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectSeconds * 1000);
    channel_ = grpc::CreateCustomChannel(options_.server, grpc::InsecureChannelCredentials(), arguments);
    return channel_;
  }
  absl::StatusOr<LocalService> local = StartLocalService(".");
  if (!local.ok()) {
    const ErrorDetails details = DetailsOf(local.status());
    *exit_code =
        Fail(local.status().code() == absl::StatusCode::kFailedPrecondition ? kExitPrecondition : kExitInternal,
             local.status().message(), details.next_step);
    return nullptr;
  }
  local_ = local->keep_alive;
  channel_ = local->channel;
  return channel_;
}

void Session::EndContext::operator()(grpc::ClientContext* context) const {
  {
    const std::lock_guard<std::mutex> lock(live_contexts_mutex);
    LiveContexts().erase(context);
  }
  delete context;
}

Session::Context Session::NewContext(absl::Duration time) {
  Context context(new grpc::ClientContext());
  {
    const std::lock_guard<std::mutex> lock(live_contexts_mutex);
    LiveContexts().insert(context.get());
  }
  context->AddMetadata(kApiVersionMetadata, kApiVersion);
  if (time != absl::InfiniteDuration()) context->set_deadline(absl::ToChronoTime(absl::Now() + time));
  if (interrupted()) context->TryCancel();
  return context;
}

Session::Context Session::NewFollowUpContext(absl::Duration patience) {
  Context context(new grpc::ClientContext());
  context->AddMetadata(kApiVersionMetadata, kApiVersion);
  context->set_deadline(absl::ToChronoTime(absl::Now() + patience));
  return context;
}

void Session::Interrupt() {
  interrupt_requested = true;
  const std::lock_guard<std::mutex> lock(live_contexts_mutex);
  for (grpc::ClientContext* context : LiveContexts()) context->TryCancel();
}

bool Session::ReadLine(std::string& line) {
  if (streams_.in == nullptr) return false;
  if (streams_.in == &std::cin) {
    // A terminal has whole lines; whoever waits for one must hear of an interrupt.
    pollfd standard_input = {STDIN_FILENO, POLLIN, 0};
    while (!interrupted() && poll(&standard_input, 1, 100) == 0) {
    }
  }
  return !interrupted() && std::getline(*streams_.in, line);
}

bool Session::interrupted() { return interrupt_requested; }

bool Session::PrintMessage(const google::protobuf::Message& message) {
  if (options_.format == OutputFormat::kJson) {
    out() << ToJson(message);
    return true;
  }
  if (options_.format == OutputFormat::kYaml) {
    out() << ToYaml(message);
    return true;
  }
  return false;
}

std::string Session::WorkspaceName() const {
  if (!options_.workspace.empty()) return absl::StrCat("workspaces/", options_.workspace);
  return remote() ? "workspaces/default" : "workspaces/local";
}

std::string Session::TopicName(absl::string_view topic) const {
  return absl::StrCat(WorkspaceName(), "/topics/", topic);
}

int Session::Fail(const grpc::Status& status, const CallError& details) {
  const auto& [info, bad_request, help] = details;
  if (status.error_code() == grpc::StatusCode::CANCELLED && interrupted()) {
    err() << "metapowers: interrupted\n";
    return kExitInterrupted;
  }
  std::string message = status.error_message();
  std::string next_step = help.links().empty() ? std::string() : help.links(0).description();
  const bool unavailable = info.reason().empty() && status.error_code() == grpc::StatusCode::UNAVAILABLE;
  if (unavailable && NeverConnected(message)) {
    message = absl::StrCat("no server answers at '", options_.server, "': ", message);
    next_step = "start one with 'metapowersd --data-dir DIR', or leave --server out to work on this repository";
  } else if (unavailable) {
    message = absl::StrCat("the connection to '", options_.server, "' broke: ", message);
    next_step = "the call may have been committed: see 'metapowers log', and repeat it";
  } else if (info.reason().empty() && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    message = absl::StrCat("no answer within ", absl::FormatDuration(options_.timeout));
    next_step = "raise --timeout; the call may still have been committed: see 'metapowers log TOPIC'";
  }
  const std::string source = info.reason() == "MODEL_INVALID" ? model_source_ : "";
  const bool of_arguments = info.reason() == "ARGUMENT_INVALID";
  const auto worded = [&](const std::string& text) {
    return of_arguments ? InTypedWords(text) : InUsersWords(text, source);
  };
  const int code = Fail(ExitCodeOf(status.error_code()), worded(message), "");
  const auto& violations = bad_request.field_violations();
  // One that the message tells in full already is not told twice.
  const bool told =
      violations.size() == 1 && message == absl::StrCat(violations[0].field(), " ", violations[0].description());
  for (int i = 0; !told && i < std::min(violations.size(), kShownViolations); ++i) {
    err() << "  " << ForTerminal(worded(violations[i].field())) << ": "
          << ForTerminal(of_arguments ? worded(violations[i].description()) : violations[i].description()) << '\n';
  }
  if (violations.size() > kShownViolations) err() << "  and " << violations.size() - kShownViolations << " more\n";
  if (of_arguments) next_step = InTypedWords(next_step);
  if (!next_step.empty()) err() << "  next: " << ForTerminal(next_step) << '\n';
  if (options_.verbose && !info.reason().empty()) {
    err() << "  reason: " << info.reason() << '\n';
    const std::map<std::string, std::string> sorted(info.metadata().begin(), info.metadata().end());
    for (const auto& [key, value] : sorted) err() << "  " << key << ": " << ForTerminal(value) << '\n';
  }
  return code;
}

int Session::Fail(ExitCode code, absl::string_view message, absl::string_view next_step) {
  err() << "metapowers: " << ForTerminal(message) << '\n';
  if (!next_step.empty()) err() << "  next: " << ForTerminal(next_step) << '\n';
  return code;
}

}  // namespace metapowers::client
