#include "client/commands/input_files.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/shared.h"
#include "service/base/api_limits.h"

namespace metapowers::client {
namespace {

constexpr char kModelFile[] = "system-model.yaml";
constexpr char kDecisionsFile[] = "decisions.yaml";

std::string FolderOf(const std::string& model_file) {
  const std::filesystem::path folder = std::filesystem::path(model_file).parent_path();
  return folder.empty() ? "." : folder.string();
}

// `file` as seen from `folder`; "" when it is not below it.
std::string Below(const std::string& file, const std::string& folder) {
  const std::filesystem::path seen = std::filesystem::path(file).lexically_normal().lexically_relative(
      std::filesystem::path(folder).lexically_normal());
  const std::string text = seen.generic_string();
  return text.empty() || text == "." || absl::StartsWith(text, "..") ? "" : text;
}

bool TooLarge(Session& session, size_t bytes, int* exit_code) {
  if (bytes <= kMaxAttachmentBytes) return false;
  *exit_code = session.Fail(kExitInvalid,
                            absl::StrCat("the attached files have ", (bytes + (1 << 20) - 1) >> 20,
                                         " MB together; one call takes ", kMaxAttachmentBytes >> 20),
                            "push larger evidence to the workspace with Git, or attach it in several calls");
  return true;
}

// Says that the decisions beside the model stay where they are.
void HintAtDecisions(Session& session, const InputFiles& files, const std::vector<AttachmentName>& attached) {
  if (files.model.empty() || files.model == "-") return;
  for (const AttachmentName& name : attached) {
    if (name.path == kDecisionsFile) return;
  }
  const std::string beside =
      (std::filesystem::path(FolderOf(files.model)) / kDecisionsFile).lexically_normal().string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(beside, error)) return;
  session.err() << "hint: " << beside << " is not sent; to send it: --decisions " << beside << '\n';
}

}  // namespace

AttachmentName ParseAttachment(const std::string& text, const std::string& model_file, const std::string& topic) {
  if (const size_t equals = text.rfind('='); equals != std::string::npos) {
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  std::vector<std::string> folders;
  if (!model_file.empty() && model_file != "-") folders.push_back(FolderOf(model_file));
  folders.push_back(".metapowers/security/" + topic);
  for (const std::string& folder : folders) {
    if (std::string path = Below(text, folder); !path.empty()) return {text, std::move(path)};
  }
  return {text, std::filesystem::path(text).filename().string()};
}

bool ReadInputFiles(Session& session, const InputFiles& files, const std::string& topic,
                    metapowers::v1::CommandContext* context, int* exit_code) {
  std::vector<AttachmentName> attached;
  if (!files.decisions.empty()) attached.push_back({files.decisions, kDecisionsFile});
  for (const std::string& text : files.attachments) attached.push_back(ParseAttachment(text, files.model, topic));
  const auto from_input =
      std::count_if(attached.begin(), attached.end(), [](const AttachmentName& name) { return name.file == "-"; });
  if (from_input + (files.model == "-" ? 1 : 0) > 1) {
    *exit_code = session.Fail(kExitUsage, "standard input can be only one of the files", "name the others");
    return false;
  }
  if (!files.model.empty() && !ReadInput(session, files.model, context->mutable_model_yaml(), exit_code)) return false;
  size_t bytes = 0;
  for (const AttachmentName& name : attached) {
    std::error_code error;
    const auto size = std::filesystem::file_size(name.file, error);
    if (!error && TooLarge(session, bytes + size, exit_code)) return false;
    metapowers::v1::Attachment& attachment = *context->add_attachments();
    attachment.set_path(name.path);
    if (!ReadInput(session, name.file, attachment.mutable_content(), exit_code)) return false;
    bytes += attachment.content().size();
    if (TooLarge(session, bytes, exit_code)) return false;
  }
  HintAtDecisions(session, files, attached);
  return true;
}

std::string NamesOfInputs(const metapowers::v1::CommandContext& context) {
  std::vector<std::string> names;
  if (!context.model_yaml().empty()) names.push_back(kModelFile);
  for (const auto& attachment : context.attachments()) names.push_back(attachment.path());
  return absl::StrJoin(names, ", ");
}

}  // namespace metapowers::client
