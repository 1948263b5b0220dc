#include "client/commands/model_texts.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "client/commands/address.h"
#include "client/commands/shared.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

// The names of topics are slugs, which hold neither.
bool LooksLikeFile(const std::string& name) {
  std::error_code error;
  return name.substr(0, name.find('@')).find_first_of("/.") != std::string::npos ||
         std::filesystem::is_regular_file(name, error);
}

}  // namespace

bool ReadModelText(Session& session, const std::string& name, ModelText* model, int* exit_code) {
  model->name = name;
  model->is_file = name != "-" && LooksLikeFile(name);
  if (name == "-" || model->is_file) return ReadInput(session, name, &model->text, exit_code);
  const std::shared_ptr<grpc::Channel> channel = session.Channel(exit_code);
  if (channel == nullptr) return false;
  const auto models = metapowers::v1::ModelService::NewStub(channel);
  const Address address = ParseAddress(name);
  metapowers::v1::GetModelRequest request;
  request.set_topic(session.TopicName(address.topic));
  request.set_revision(address.revision);
  metapowers::v1::GetModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->GetModel(context.get(), request, &response); !status.ok()) {
    *exit_code = session.Fail(status);
    return false;
  }
  session.set_model_source(name);
  model->text = response.model_yaml();
  return true;
}

}  // namespace metapowers::client
