// model get, put, import and schema.
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/import_files.h"
#include "client/commands/import_report.h"
#include "client/commands/input_files.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {

int ModelGet(Session& session, const std::string& topic, bool decisions) {
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::GetModelRequest request;
  request.set_topic(session.TopicName(topic));
  metapowers::v1::GetModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->GetModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  // The model is YAML already: `-o yaml` prints it as it was written.
  if (session.options().format == OutputFormat::kJson) {
    session.out() << ToJson(response);
  } else if (decisions && response.decisions_yaml().empty()) {
    return session.Fail(kExitNotFound, absl::StrCat("topic '", topic, "' has no decisions.yaml"),
                        absl::StrCat("metapowers model put ", topic, " --decisions FILE"));
  } else if (decisions) {
    session.out() << response.decisions_yaml();
  } else {
    session.out() << response.model_yaml();
  }
  return kExitOk;
}

int ModelPut(Session& session, const std::string& topic, const InputFiles& files) {
  metapowers::v1::PutModelRequest request;
  *request.mutable_context() = NewCommandContext(session, topic, "");
  int exit_code = 0;
  if (files.model.empty() && files.decisions.empty() && files.attachments.empty()) {
    return session.Fail(kExitUsage, "there is nothing to commit", "name the model, or --decisions or --attach a FILE");
  }
  if (!ReadInputFiles(session, files, topic, request.mutable_context(), &exit_code)) return exit_code;
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::PutModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->PutModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  session.out() << NamesOfInputs(request.context()) << "  " << OutcomeLine(session, response.outcome()) << '\n';
  for (const std::string& line : response.outcome().summary()) session.out() << "    " << ForTerminal(line) << '\n';
  return kExitOk;
}

int ModelImport(Session& session, const std::string& topic, const std::vector<std::string>& from) {
  metapowers::v1::ImportModelResponse imported;
  int exit_code = kExitOk;
  if (!ImportFrom(session, from, topic.empty() ? "imported-system" : topic, &imported, &exit_code)) return exit_code;
  // The draft is YAML already: `-o yaml` prints it as it is.
  if (session.options().format == OutputFormat::kJson) {
    session.out() << ToJson(imported);
    return kExitOk;
  }
  session.out() << imported.model_yaml();
  PrintImport(session.err(), imported);
  PrintImportWarnings(session.err(), imported);
  session.err() << "next: 'metapowers init TOPIC --from …' with the same files commits the draft\n";
  return kExitOk;
}

int ModelSchema(Session& session) {
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::GetModelSchemaResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->GetModelSchema(context.get(), {}, &response); !status.ok()) {
    return session.Fail(status);
  }
  session.out() << response.json_schema();
  return kExitOk;
}

}  // namespace metapowers::client
