#include "client/commands/address.h"

#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

// The document that holds `command`, or that `document` abbreviates: `identify` or `01-identify` for
// `01-identify.md`. Empty when there is none.
std::string DocumentOf(const metapowers::v1::ListCommandsResponse& commands, const Address& address) {
  for (const auto& entry : commands.commands()) {
    const std::string& name = entry.command().document();
    if (address.document.empty()) {
      if (entry.command().id() == address.command) return name;
      continue;
    }
    const absl::string_view stem = absl::StripSuffix(name, ".md");
    if (address.document == name || address.document == stem || absl::EndsWith(stem, "-" + address.document)) {
      return name;
    }
  }
  return absl::EndsWith(address.document, ".md") ? address.document : std::string();
}

// "no document or command 'identfy'; did you mean 'identify'?"
std::string NotFound(const metapowers::v1::ListCommandsResponse& commands, const Address& address) {
  std::set<std::string> known;
  for (const auto& entry : commands.commands()) {
    known.insert(address.document.empty() ? entry.command().id() : entry.command().phase());
  }
  const std::string& wanted = address.document.empty() ? address.command : address.document;
  return absl::StrCat("no ", address.document.empty() ? "command" : "document", " '", wanted, "'",
                      DidYouMean(wanted, {known.begin(), known.end()}));
}

}  // namespace

Address ParseAddress(absl::string_view text) {
  Address address;
  if (const size_t at = text.rfind('@'); at != absl::string_view::npos) {
    address.revision = std::string(text.substr(at + 1));
    text = text.substr(0, at);
  }
  if (const size_t hash = text.find('#'); hash != absl::string_view::npos) {
    address.command = std::string(text.substr(hash + 1));
    text = text.substr(0, hash);
  }
  if (const size_t slash = text.find('/'); slash != absl::string_view::npos) {
    address.document = std::string(text.substr(slash + 1));
    text = text.substr(0, slash);
  }
  address.topic = std::string(text);
  return address;
}

bool FindDocument(Session& session, const Address& address, std::string* file, int* exit_code) {
  const std::shared_ptr<grpc::Channel> channel = session.Channel(exit_code);
  if (channel == nullptr) return false;
  const auto workflow = metapowers::v1::WorkflowService::NewStub(channel);
  metapowers::v1::ListCommandsResponse commands;
  const auto context = session.NewContext();
  if (const auto status = workflow->ListCommands(context.get(), {}, &commands); !status.ok()) {
    *exit_code = session.Fail(status);
    return false;
  }
  *file = DocumentOf(commands, address);
  if (!file->empty()) return true;
  *exit_code =
      session.Fail(kExitNotFound, NotFound(commands, address), absl::StrCat("metapowers show ", address.topic));
  return false;
}

}  // namespace metapowers::client
