#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/importers/import.h"
#include "service/importers/threagile.h"
#include "service/model/json_schema.h"
#include "service/model/model.h"
#include "service/server/archetypes.h"
#include "service/server/context.h"
#include "service/server/imported_threats.h"
#include "service/server/model_questions.h"
#include "service/server/model_refresh.h"
#include "service/server/model_tools.h"
#include "service/server/run_command.h"
#include "service/server/services.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

using namespace v1;

absl::Status GetModel(Backend& backend, Call& call, const GetModelRequest& request, GetModelResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
  ASSIGN_OR_RETURN(std::optional<std::string> yaml, snapshot->ReadFile(topic.PathOf(kModelFile)));
  if (!yaml.has_value()) return ModelMissing(topic);
  response.set_commit(snapshot->commit());
  ASSIGN_OR_RETURN(*response.mutable_blob(), snapshot->BlobId(topic.PathOf(kModelFile)));
  // A model that was pushed by hand may be invalid; its text is answered all the same.
  const auto loaded = backend.generator.Load(*yaml, topic.topic);
  if (loaded.ok()) *response.mutable_model() = (*loaded)->model->proto();
  response.set_model_yaml(*std::move(yaml));
  ASSIGN_OR_RETURN(const std::optional<std::string> decisions, snapshot->ReadFile(topic.PathOf(kDecisionsFile)));
  response.set_decisions_yaml(decisions.value_or(""));
  ASSIGN_OR_RETURN(const std::string tree, snapshot->TreeId(topic.Path()));
  response.set_topic_etag(TopicEtag(tree));
  return absl::OkStatus();
}

// Keeps the outcome of the model's commit.
class ModelOutcome : public RunObserver {
 public:
  explicit ModelOutcome(CommandOutcome& outcome) : outcome_(outcome) {}
  void OnModel(const CommandOutcome& outcome) override { outcome_ = outcome; }

 private:
  CommandOutcome& outcome_;
};

absl::Status PutModel(Backend& backend, Call& call, const PutModelRequest& request, PutModelResponse& response) {
  RETURN_IF_ERROR(ParseTopicName(request.context().topic()).status());
  if (request.context().model_yaml().empty() && request.context().attachments().empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "context.model_yaml is empty, and nothing is attached",
                     {"ARGUMENT_INVALID", {}, {{"context.model_yaml", "must hold the system model", ""}}, ""});
  }
  ModelOutcome observer(*response.mutable_outcome());
  RunOptions options;
  options.must_create_model = request.must_create();
  options.imported_yaml = request.imported_yaml();
  return RunCommands(backend, call, request.context(), {}, observer, options);
}

absl::Status ValidateModel(Backend& backend, Call& call, const ValidateModelRequest& request,
                           ValidateModelResponse& response) {
  const std::string file = request.file_name().empty() ? std::string(kModelFile) : Printable(request.file_name());
  const auto parsed = model::Model::Parse(request.model_yaml(), file);
  if (!parsed.ok()) {
    const ErrorDetails details = DetailsOf(parsed.status());
    if (details.reason != "MODEL_INVALID") return parsed.status();
    for (const Violation& violation : details.violations) {
      ModelFault& fault = *response.add_faults();
      fault.set_field(violation.field);
      fault.set_location(violation.location);
      fault.set_description(violation.description);
    }
    return absl::OkStatus();
  }
  for (const model::Question& question : model::OpenQuestions(**parsed)) {
    ToProto(question, **parsed, *response.add_questions());
  }
  return absl::OkStatus();
}

absl::Status GetModelSchema(Backend& backend, Call& call, const GetModelSchemaRequest& request,
                            GetModelSchemaResponse& response) {
  static const auto* const schema = new std::string(model::JsonSchema());
  response.set_json_schema(*schema);
  return absl::OkStatus();
}

absl::Status ListArchetypes(Backend& backend, Call& call, const ListArchetypesRequest& request,
                            ListArchetypesResponse& response) {
  response = Archetypes();
  return absl::OkStatus();
}

absl::Status DraftModel(Backend& backend, Call& call, const DraftModelRequest& request, DraftModelResponse& response) {
  RETURN_IF_ERROR(CheckSlug(request.topic_id(), "topic id"));
  ASSIGN_OR_RETURN(response, DraftFrom(request.archetype(), request.topic_id()));
  return absl::OkStatus();
}

absl::Status ImportModel(Backend& backend, Call& call, const ImportModelRequest& request,
                         ImportModelResponse& response) {
  RETURN_IF_ERROR(CheckSlug(request.topic_id(), "topic id"));
  importers::ImportOptions options;
  options.topic_id = request.topic_id();
  options.today = model::FormatDate(absl::ToCivilDay(backend.env.clock->Now(), absl::UTCTimeZone()));
  ImportedThreats threats;
  options.findings_of = [&threats](const auto& draft, const importers::TrackedRisk& risk) {
    return threats.KeysOf(draft, risk);
  };
  ASSIGN_OR_RETURN(response, importers::ImportModel(SourceFilesOf(request.files()), options));
  // Of a model that stands alone, what our rules have of those of its tool.
  if (response.format() != importers::kThreagile.name) return absl::OkStatus();
  return threats.Report(response);
}

class Service final : public ModelService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(GetModel, server::GetModel)
  METAPOWERS_UNARY(PutModel, server::PutModel)
  METAPOWERS_UNARY(ValidateModel, server::ValidateModel)
  METAPOWERS_UNARY(GetModelSchema, server::GetModelSchema)
  METAPOWERS_UNARY(ListArchetypes, server::ListArchetypes)
  METAPOWERS_UNARY(DraftModel, server::DraftModel)
  METAPOWERS_UNARY(ImportModel, server::ImportModel)
  METAPOWERS_UNARY(ListQuestions, server::ListQuestions)
  METAPOWERS_UNARY(AnswerQuestions, server::AnswerQuestions)
  METAPOWERS_UNARY(RefreshModel, server::RefreshModel)
  METAPOWERS_UNARY(FormatModel, server::FormatModel)
  METAPOWERS_UNARY(CompareModels, server::CompareModels)
  METAPOWERS_UNARY(ExportModel, server::ExportModel)

 private:
  static constexpr char kService[] = "/metapowers.v1.ModelService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewModelService(Dispatcher& dispatcher) { return std::make_unique<Service>(dispatcher); }

}  // namespace metapowers::server
