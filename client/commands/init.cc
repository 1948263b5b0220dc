// init: a system model from an archetype, from a file or from the files of another tool.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands.h"
#include "client/commands/input_files.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

using metapowers::v1::ImportModelResponse;
using metapowers::v1::ImportNoteKind;
using metapowers::v1::ModelService;
using metapowers::v1::PutModelRequest;

std::string Plural(int count, const std::string& noun) { return absl::StrCat(count, " ", noun, count == 1 ? "" : "s"); }

int CountNotes(const ImportModelResponse& imported, ImportNoteKind kind) {
  int count = 0;
  for (const auto& note : imported.notes()) count += note.kind() == kind ? 1 : 0;
  return count;
}

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

int FromFiles(Session& session, ModelService::Stub& models, const InitOptions& options, PutModelRequest& request,
              ImportModelResponse& imported) {
  metapowers::v1::ImportModelRequest import_request;
  import_request.set_topic_id(options.topic);
  for (const std::string& path : options.from) {
    auto& file = *import_request.add_files();
    file.set_name(path == "-" ? "standard input" : OneLine(path));
    int exit_code = kExitOk;
    if (!ReadInput(session, path, file.mutable_content(), &exit_code)) return exit_code;
  }
  const auto context = session.NewContext();
  if (const auto status = models.ImportModel(context.get(), import_request, &imported); !status.ok()) {
    return session.Fail(status);
  }
  request.mutable_context()->set_model_yaml(imported.model_yaml());
  if (!imported.decisions_yaml().empty()) {
    auto& decisions = *request.mutable_context()->add_attachments();
    decisions.set_path("decisions.yaml");
    decisions.set_content(imported.decisions_yaml());
  }
  return kExitOk;
}

// What the threat model has of each rule of the other tool.
void PrintRules(Session& session, const ImportModelResponse& imported) {
  std::vector<std::vector<std::string>> rows;
  int none = 0;
  for (const auto& rule : imported.rules()) {
    std::vector<std::string> counts;
    if (rule.findings() > 0) counts.push_back(Plural(rule.findings(), "finding"));
    if (rule.questions() > 0) counts.push_back(Plural(rule.questions(), "question"));
    if (rule.model_quality() > 0) counts.push_back(absl::StrCat(rule.model_quality(), " to mend in the model"));
    if (counts.empty()) {
      ++none;
    } else {
      rows.push_back({"  " + rule.name(), absl::StrJoin(counts, ", ")});
    }
  }
  if (imported.rules().empty()) return;
  session.out() << "findings of the threat model by rule of " << ForTerminal(imported.format()) << ":\n";
  PrintTable(session.out(), rows);
  session.out() << "  nothing of the other " << none << '\n';
}

// What was imported, what is assumed and what a person must look at.
void PrintImport(Session& session, const ImportModelResponse& imported) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& count : imported.counts()) rows.push_back({"  " + count.field(), absl::StrCat(count.count())});
  session.out() << "imported from " << ForTerminal(imported.format()) << ":\n";
  PrintTable(session.out(), rows);
  PrintRules(session, imported);
  session.out() << "assumed, to be confirmed:\n";
  for (const std::string& statement : imported.assumptions()) session.out() << "  " << ForTerminal(statement) << '\n';
  const int kept = CountNotes(imported, metapowers::v1::IMPORT_NOTE_KIND_KEPT);
  const int asked = CountNotes(imported, metapowers::v1::IMPORT_NOTE_KIND_QUESTION);
  if (kept + asked > 0) {
    session.out() << Plural(kept, "text") << " without a place in the model and "
                  << Plural(asked, "unanswered question") << " of the file stand at the end of the model\n";
  }
  session.out() << Plural(imported.questions_size(), "question") << " about what the file does not say\n";
  for (const auto& note : imported.notes()) {
    if (note.kind() != metapowers::v1::IMPORT_NOTE_KIND_WARNING) continue;
    session.err() << "warning: " << ForTerminal(note.location()) << ": " << ForTerminal(note.field())
                  << (note.field().empty() ? "" : ": ") << ForTerminal(note.text()) << '\n';
  }
}

}  // namespace

int Init(Session& session, const InitOptions& options) {
  if (options.archetype.empty() && options.files.model.empty() && options.from.empty()) {
    return session.Fail(
        kExitUsage, "init needs something to start from",
        "name a shipped model with --archetype, e.g. fintech-api, an own one with --model, or a file of "
        "another tool with --from");
  }
  METAPOWERS_STUB(models, session, ModelService);
  PutModelRequest request;
  *request.mutable_context() = NewCommandContext(session, options.topic, "");
  request.set_must_create(true);
  ImportModelResponse imported;
  int exit_code = kExitOk;
  if (!ReadInputFiles(session, options.files, options.topic, request.mutable_context(), &exit_code)) return exit_code;
  if (!options.from.empty()) {
    exit_code = FromFiles(session, *models, options, request, imported);
  } else if (options.files.model.empty()) {
    exit_code = FromArchetype(session, *models, options, request);
  }
  if (exit_code != kExitOk) return exit_code;
  metapowers::v1::PutModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->PutModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  const bool import = !options.from.empty();
  if (import ? session.PrintMessage(imported) && session.PrintMessage(response) : session.PrintMessage(response)) {
    return kExitOk;
  }
  if (import) PrintImport(session, imported);
  const std::string folder = absl::StrCat(".metapowers/security/", options.topic, "/");
  session.out() << folder << "system-model.yaml  " << OutcomeLine(session, response.outcome()) << '\n';
  if (!imported.decisions_yaml().empty()) {
    session.out() << folder << "decisions.yaml  " << OutcomeLine(session, response.outcome()) << '\n';
  }
  const int reports = request.context().attachments_size() - (imported.decisions_yaml().empty() ? 0 : 1);
  if (!options.archetype.empty() && reports > 0) {
    session.out() << folder << "evidence  " << Plural(reports, "report") << ' '
                  << OutcomeLine(session, response.outcome()) << '\n';
  }
  session.err() << "next: edit the model, then run 'metapowers run security-policy " << options.topic << "'\n";
  return kExitOk;
}

}  // namespace metapowers::client
