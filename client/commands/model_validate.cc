// model validate.
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/model_texts.h"
#include "client/commands/sarif.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;

// The top of the repository around the current directory, where code review takes paths from; the directory itself
// outside of any.
std::string Root() {
  std::error_code ignored;
  const fs::path here = fs::current_path(ignored);
  for (fs::path folder = here; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", ignored)) return folder.string();
    if (folder == folder.root_path()) break;
  }
  return here.string();
}

void PrintText(Session& session, const CheckedModel& model, bool questions) {
  for (const auto& fault : model.result.faults()) {
    session.err() << ForTerminal(fault.location()) << ": " << ForTerminal(fault.field())
                  << (fault.field().empty() ? "" : ": ") << ForTerminal(fault.description()) << '\n';
  }
  if (!model.result.faults().empty()) {
    session.err() << model.file << ": " << Plural(model.result.faults_size(), "fault") << '\n';
    return;
  }
  for (int i = 0; questions && i < model.result.questions_size(); ++i) {
    const auto& question = model.result.questions(i);
    session.out() << model.file << ":" << LineOfQuestion(model.text, question.field()) << ": "
                  << ForTerminal(question.field()) << ": " << ForTerminal(question.text()) << '\n';
  }
  session.out() << model.file << ": valid, " << Plural(model.result.questions_size(), "open question") << '\n';
}

// Several responses as one JSON or YAML text; a single one stands for itself.
void PrintMessages(Session& session, const std::vector<CheckedModel>& models) {
  if (models.size() == 1) {
    session.PrintMessage(models[0].result);
    return;
  }
  const bool json = session.options().format == OutputFormat::kJson;
  const char* separator = "[\n";
  for (const CheckedModel& model : models) {
    if (json) {
      session.out() << std::exchange(separator, ",") << ToJsonLine(model.result);
    } else {
      session.out() << "---\n" << ToYaml(model.result);
    }
  }
  if (json) session.out() << "]\n";
}

}  // namespace

int ModelValidate(Session& session, const ModelValidateOptions& options) {
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  std::vector<CheckedModel> checked;
  int result = kExitOk;
  for (const std::string& file : options.files) {
    CheckedModel& model = checked.emplace_back();
    model.file = file;
    ModelText text;
    if (!ReadModelText(session, file, &text, &result)) {
      model.unreadable = "cannot be read, is empty or is larger than a system model may be";
      continue;
    }
    model.text = std::move(text.text);
    metapowers::v1::ValidateModelRequest request;
    request.set_model_yaml(model.text);
    request.set_file_name(file);
    const auto context = session.NewContext();
    if (const auto status = models->ValidateModel(context.get(), request, &model.result); !status.ok()) {
      return session.Fail(status);
    }
    if (!model.result.faults().empty()) result = kExitInvalid;
  }
  switch (session.options().format) {
    case OutputFormat::kSarif:
      session.out() << ToSarif(checked, options.questions, Root());
      break;
    case OutputFormat::kJson:
    case OutputFormat::kYaml:
      PrintMessages(session, checked);
      break;
    default:
      for (const CheckedModel& model : checked) {
        if (model.unreadable.empty()) PrintText(session, model, options.questions);
      }
  }
  return result;
}

}  // namespace metapowers::client
