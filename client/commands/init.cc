// init: a system model from an archetype, from a file or from the files of other tools.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/call_error.h"
#include "client/commands.h"
#include "client/commands/import_files.h"
#include "client/commands/import_report.h"
#include "client/commands/input_files.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

using metapowers::v1::ImportModelResponse;
using metapowers::v1::ModelService;
using metapowers::v1::PutModelRequest;

// Each of these fills the model, and returns kExitOk or what was printed as a failure.

int FromArchetype(Session& session, ModelService::Stub& models, const InitOptions& options, PutModelRequest& request) {
  metapowers::v1::DraftModelRequest draft_request;
  draft_request.set_archetype(options.archetype);
  draft_request.set_topic_id(options.topic);
  metapowers::v1::DraftModelResponse draft;
  const auto context = session.NewContext();
  if (const auto status = models.DraftModel(context.get(), draft_request, &draft); !status.ok()) {
    return session.Fail(status);
  }
  metapowers::v1::CommandContext& input = *request.mutable_context();
  input.set_model_yaml(draft.model_yaml());
  // A report that the user names takes the place of the archetype's.
  std::set<std::string> named;
  for (const auto& attachment : input.attachments()) named.insert(attachment.path());
  for (auto& attachment : *draft.mutable_attachments()) {
    if (named.count(attachment.path()) == 0) *input.add_attachments() = std::move(attachment);
  }
  return kExitOk;
}

int FromFiles(Session& session, const InitOptions& options, PutModelRequest& request, ImportModelResponse& imported) {
  int exit_code = kExitOk;
  if (!ImportFrom(session, options.from, options.topic, &imported, &exit_code)) return exit_code;
  metapowers::v1::CommandContext& input = *request.mutable_context();
  input.set_model_yaml(imported.model_yaml());
  request.set_imported_yaml(imported.imported_yaml());
  std::set<std::string> named;
  for (const auto& attachment : input.attachments()) named.insert(attachment.path());
  for (const auto& attachment : imported.attachments()) {
    if (named.count(attachment.path()) == 0) *input.add_attachments() = attachment;
  }
  if (!imported.decisions_yaml().empty()) {
    auto& decisions = *input.add_attachments();
    decisions.set_path("decisions.yaml");
    decisions.set_content(imported.decisions_yaml());
  }
  return kExitOk;
}

// The model is there, and people may have edited it: what the files say now is to be merged into it.
int FailToRefresh(Session& session, const InitOptions& options, const grpc::Status& status) {
  return session.Fail(kExitConflict, status.error_message(),
                      absl::StrCat("'metapowers model refresh ", options.topic, " --from ",
                                   absl::StrJoin(options.from, " "), "' merges what the files say now into it"));
}

// Number of attached files by the folder that they come to; decisions, which stand beside the model, are in none.
std::map<std::string, int> AttachedIn(const metapowers::v1::CommandContext& context) {
  std::map<std::string, int> folders;
  for (const auto& attachment : context.attachments()) {
    const size_t slash = attachment.path().find('/');
    if (slash != std::string::npos) ++folders[attachment.path().substr(0, slash)];
  }
  return folders;
}

}  // namespace

int Init(Session& session, const InitOptions& options) {
  if (options.archetype.empty() && options.files.model.empty() && options.from.empty()) {
    return session.Fail(kExitUsage, "init needs something to start from",
                        "name a shipped model with --archetype, e.g. fintech-api, an own one with --model, or files of "
                        "other tools with --from");
  }
  METAPOWERS_STUB(models, session, ModelService);
  PutModelRequest request;
  *request.mutable_context() = NewCommandContext(session, options.topic, "");
  request.set_must_create(true);
  ImportModelResponse imported;
  int exit_code = kExitOk;
  if (!ReadInputFiles(session, options.files, options.topic, request.mutable_context(), &exit_code)) return exit_code;
  if (!options.from.empty()) {
    exit_code = FromFiles(session, options, request, imported);
  } else if (options.files.model.empty()) {
    exit_code = FromArchetype(session, *models, options, request);
  }
  if (exit_code != kExitOk) return exit_code;
  metapowers::v1::PutModelResponse response;
  const auto context = session.NewContext();
  const bool import = !options.from.empty();
  if (const auto status = models->PutModel(context.get(), request, &response); !status.ok()) {
    return import && CallError(status).info.reason() == "TOPIC_EXISTS" ? FailToRefresh(session, options, status)
                                                                       : session.Fail(status);
  }
  if (import ? session.PrintMessage(imported) && session.PrintMessage(response) : session.PrintMessage(response)) {
    return kExitOk;
  }
  if (import) {
    PrintImport(session.out(), imported);
    PrintImportWarnings(session.err(), imported);
  }
  const std::string folder = absl::StrCat(".metapowers/security/", options.topic, "/");
  session.out() << folder << "system-model.yaml  " << OutcomeLine(session, response.outcome()) << '\n';
  if (!imported.decisions_yaml().empty()) {
    session.out() << folder << "decisions.yaml  " << OutcomeLine(session, response.outcome()) << '\n';
  }
  if (import || !options.archetype.empty()) {
    for (const auto& [place, files] : AttachedIn(request.context())) {
      session.out() << folder << place << "  " << Plural(files, place == "evidence" ? "report" : "file") << ' '
                    << OutcomeLine(session, response.outcome()) << '\n';
    }
  }
  if (imported.questions_size() > 0) {
    session.err() << "next: 'metapowers model questions " << options.topic
                  << "' walks through what the files do not say, then run 'metapowers run security-policy "
                  << options.topic << "'\n";
  } else {
    session.err() << "next: edit the model, then run 'metapowers run security-policy " << options.topic << "'\n";
  }
  return kExitOk;
}

}  // namespace metapowers::client
