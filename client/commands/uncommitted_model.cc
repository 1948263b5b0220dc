#include "client/commands/uncommitted_model.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_replace.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;

// The model's file as seen from the current directory; empty where there is none in the repository around it.
fs::path ModelFile(const std::string& topic) {
  std::error_code ignored;
  fs::path up;
  for (fs::path folder = fs::current_path(ignored); !folder.empty(); folder = folder.parent_path(), up /= "..") {
    if (fs::exists(folder / ".git", ignored)) {
      const fs::path file = up / ".metapowers/security" / topic / "system-model.yaml";
      return fs::is_regular_file(file, ignored) ? file : fs::path();
    }
    if (folder == folder.root_path()) break;
  }
  return {};
}

// Without the carriage returns that a checkout may have added.
std::string LinesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return absl::StrReplaceAll(std::string(std::istreambuf_iterator<char>(in), {}), {{"\r\n", "\n"}});
}

}  // namespace

void HintAtUncommittedModel(Session& session, const std::string& topic) {
  if (session.remote()) return;
  const fs::path file = ModelFile(topic);
  int exit_code = 0;
  const auto channel = file.empty() ? nullptr : session.Channel(&exit_code);
  if (channel == nullptr) return;
  metapowers::v1::GetModelRequest request;
  request.set_topic(session.TopicName(topic));
  metapowers::v1::GetModelResponse response;
  const auto context = session.NewContext();
  const auto models = metapowers::v1::ModelService::NewStub(channel);
  if (!models->GetModel(context.get(), request, &response).ok()) return;
  if (absl::StrReplaceAll(response.model_yaml(), {{"\r\n", "\n"}}) == LinesOf(file)) return;
  const std::string shown = ForTerminal(file.string());
  session.err() << "hint: " << shown << " has edits that are not committed and do not count yet: metapowers model put "
                << topic << ' ' << shown << '\n';
}

}  // namespace metapowers::client
