// status, commands and version.
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"

namespace metapowers::client {
namespace {

constexpr int kShownQuestions = 10;

const char* StateText(metapowers::v1::SectionState state) {
  switch (state) {
    case metapowers::v1::SECTION_STATE_PLANNED:
      return "planned";
    case metapowers::v1::SECTION_STATE_MISSING:
      return "missing";
    case metapowers::v1::SECTION_STATE_CURRENT:
      return "current";
    case metapowers::v1::SECTION_STATE_STALE:
      return "stale";
    default:
      return "unknown";
  }
}

int ListTopics(Session& session) {
  METAPOWERS_STUB(workspaces, session, metapowers::v1::WorkspaceService);
  metapowers::v1::GetWorkspaceRequest request;
  request.set_name(session.WorkspaceName());
  metapowers::v1::GetWorkspaceResponse response;
  const auto context = session.NewContext();
  if (const auto status = workspaces->GetWorkspace(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  for (const std::string& topic : response.workspace().topics()) {
    session.out() << topic.substr(topic.rfind('/') + 1) << '\n';
  }
  if (response.workspace().topics().empty()) {
    session.err() << "no topics yet; next: metapowers init TOPIC --archetype fintech-api\n";
  }
  return kExitOk;
}

}  // namespace

int Status(Session& session, const std::string& topic) {
  if (topic.empty()) return ListTopics(session);
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  metapowers::v1::GetTopicStatusRequest request;
  request.set_topic(session.TopicName(topic));
  metapowers::v1::GetTopicStatusResponse response;
  const auto context = session.NewContext();
  if (const auto status = workflow->GetTopicStatus(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  int planned = 0;
  for (const auto& command : response.commands()) {
    if (command.state() == metapowers::v1::SECTION_STATE_PLANNED) {
      ++planned;
    } else {
      rows.push_back({command.command(), StateText(command.state())});
    }
  }
  PrintTable(session.out(), rows);
  if (planned > 0) session.out() << planned << " more commands are planned: metapowers commands\n";
  if (const int skipped = response.skipped_gates(); skipped > 0) {
    session.out() << skipped << " gate" << (skipped == 1 ? "" : "s") << " passed over: skip-log.md\n";
  }
  if (response.questions_size() > 0) {
    session.out() << response.questions_size() << " open questions\n";
    for (int i = 0; i < response.questions_size() && i < kShownQuestions; ++i) {
      const auto& question = response.questions(i);
      session.out() << "  " << ForTerminal(question.text()) << "  (" << ForTerminal(question.field()) << ", "
                    << (question.owner().empty() ? "no owner" : ForTerminal(question.owner())) << ")\n";
    }
    if (response.questions_size() > kShownQuestions) {
      session.out() << "  … all of them: metapowers status " << topic << " -o json\n";
    }
  }
  if (!response.next_command().empty()) {
    session.err() << "next: metapowers run " << response.next_command() << ' ' << topic << '\n';
  }
  return kExitOk;
}

int ListCommands(Session& session) {
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  metapowers::v1::ListCommandsResponse response;
  const auto context = session.NewContext();
  if (const auto status = workflow->ListCommands(context.get(), {}, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  std::string phase;
  for (const auto& entry : response.commands()) {
    const auto& command = entry.command();
    rows.push_back({command.phase() == phase ? "" : command.phase(), command.id(), entry.planned() ? "planned" : "",
                    command.document(), command.summary()});
    phase = command.phase();
  }
  PrintTable(session.out(), rows);
  return kExitOk;
}

int Version(Session& session) {
  metapowers::v1::GetServerInfoResponse response;
  if (!session.remote()) {
    // No service is started to print a constant.
    response.set_version(METAPOWERS_VERSION);
    if (!session.PrintMessage(response)) session.out() << "metapowers " METAPOWERS_VERSION "\n";
    return kExitOk;
  }
  METAPOWERS_STUB(info, session, metapowers::v1::ServerInfoService);
  metapowers::v1::GetServerInfoRequest request;
  request.set_client_version(METAPOWERS_VERSION);
  const auto context = session.NewContext();
  if (const auto status = info->GetServerInfo(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  PrintTable(session.out(), {{"client", METAPOWERS_VERSION},
                             {"server", response.version()},
                             {"api", response.api_version()},
                             {"catalogue", response.catalogue_version()},
                             {"libgit2", response.libgit2_version()}});
  return kExitOk;
}

}  // namespace metapowers::client
