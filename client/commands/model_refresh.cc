// model refresh: what changed in the files that a model was imported from, merged into the model.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/import_files.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

using metapowers::v1::ModelDifference;
using metapowers::v1::ModelService;
using metapowers::v1::PutModelRequest;
using metapowers::v1::PutModelResponse;
using metapowers::v1::RefreshModelRequest;
using metapowers::v1::RefreshModelResponse;

void PrintChanges(Session& session, const RefreshModelResponse& response) {
  for (const ModelDifference& change : response.changes()) {
    const bool conflict = change.kind() == metapowers::v1::MODEL_DIFFERENCE_KIND_CONFLICT;
    const char* sign = conflict                                                         ? "!"
                       : change.kind() == metapowers::v1::MODEL_DIFFERENCE_KIND_ADDED   ? "+"
                       : change.kind() == metapowers::v1::MODEL_DIFFERENCE_KIND_REMOVED ? "-"
                                                                                        : "~";
    const char* color = conflict ? "33" : *sign == '+' ? "32" : *sign == '-' ? "31" : "36";
    session.out() << session.Styled(color, absl::StrCat(sign, " ", ForTerminal(change.text()))) << '\n';
  }
}

int Conflicts(const RefreshModelResponse& response) {
  int count = 0;
  for (const ModelDifference& change : response.changes()) {
    count += change.kind() == metapowers::v1::MODEL_DIFFERENCE_KIND_CONFLICT ? 1 : 0;
  }
  return count;
}

}  // namespace

int RefreshModel(Session& session, const RefreshOptions& options) {
  RefreshModelRequest request;
  request.set_topic(session.TopicName(options.topic));
  std::vector<metapowers::v1::SkippedItem> skipped;
  int exit_code = kExitOk;
  if (!ReadImportFiles(session, options.from, request.mutable_files(), &skipped, &exit_code)) return exit_code;
  for (const auto& item : skipped) {
    if (item.item() == "link") continue;
    return session.Fail(kExitInvalid,
                        absl::StrCat(item.location(), " ", item.reason(),
                                     "; what it showed before would be taken for gone, so nothing was merged"),
                        "mend it, or name the other files one by one");
  }
  METAPOWERS_STUB(models, session, ModelService);
  RefreshModelResponse response;
  {
    const auto context = session.NewContext();
    if (const auto status = models->RefreshModel(context.get(), request, &response); !status.ok()) {
      return session.Fail(status);
    }
  }
  for (const auto& item : skipped) *response.mutable_imported()->add_skipped() = item;
  const int changed = response.changes_size() > 0 ? kExitChanges : kExitOk;
  if (options.dry_run) {
    if (!session.PrintMessage(response)) PrintChanges(session, response);
    if (changed == kExitOk) session.err() << "nothing changed in the files\n";
    return options.exit_code ? changed : static_cast<int>(kExitOk);
  }
  PutModelRequest put;
  *put.mutable_context() = NewCommandContext(session, options.topic, "");
  put.mutable_context()->set_model_yaml(response.model_yaml());
  put.mutable_context()->set_topic_etag(response.topic_etag());
  for (const auto& attachment : response.imported().attachments())
    *put.mutable_context()->add_attachments() = attachment;
  put.set_imported_yaml(response.imported_yaml());
  PutModelResponse stored;
  const auto context = session.NewContext();
  if (const auto status = models->PutModel(context.get(), put, &stored); !status.ok()) return session.Fail(status);
  if (!session.PrintMessage(response)) {
    PrintChanges(session, response);
    session.out() << "system-model.yaml  " << OutcomeLine(session, stored.outcome()) << '\n';
  }
  if (const int conflicts = Conflicts(response); conflicts > 0) {
    session.err() << conflicts << (conflicts == 1 ? " change was" : " changes were")
                  << " not taken over (!): what people wrote stands; edit the model where the files are right\n";
  }
  if (!response.imported().skipped().empty()) {
    session.err() << response.imported().skipped_size() << " skipped; -o json lists them\n";
  }
  return options.exit_code ? changed : static_cast<int>(kExitOk);
}

}  // namespace metapowers::client
