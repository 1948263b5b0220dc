// status, commands and version.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/commands.h"
#include "client/commands/shared.h"
#include "client/commands/uncommitted_model.h"
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
    case metapowers::v1::SECTION_STATE_EDITED:
      return "in conflict";
    default:
      return "unknown";
  }
}

std::string SeverityText(metapowers::model::v1::Severity severity) {
  return absl::AsciiStrToLower(absl::StripPrefix(metapowers::model::v1::Severity_Name(severity), "SEVERITY_"));
}

// "1 critical, 12 high (3 overdue)"; "none" without any.
std::string FindingsText(const metapowers::v1::GetTopicStatusResponse& status) {
  std::vector<std::string> parts;
  for (const auto& count : status.findings()) {
    std::string part = absl::StrCat(count.open(), " ", SeverityText(count.severity()));
    if (count.overdue() > 0) absl::StrAppend(&part, " (", count.overdue(), " overdue)");
    parts.push_back(std::move(part));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

// "3 current, 1 stale"; the commands of `phase`, of all where it is empty. Empty where there is none.
std::string SectionsText(const metapowers::v1::GetTopicStatusResponse& status, const std::string& phase) {
  std::map<std::string, int> counts;
  for (const auto& command : status.commands()) {
    if (phase.empty() || command.phase() == phase) ++counts[StateText(command.state())];
  }
  std::vector<std::string> parts;
  for (const char* state : {"current", "stale", "in conflict", "missing", "planned"}) {
    if (counts[state] > 0) parts.push_back(absl::StrCat(counts[state], " ", state));
  }
  return absl::StrJoin(parts, ", ");
}

// One line for each topic: what cannot be read does not hide the others.
int ListTopics(Session& session) {
  METAPOWERS_STUB(workspaces, session, metapowers::v1::WorkspaceService);
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  metapowers::v1::GetWorkspaceRequest request;
  request.set_name(session.WorkspaceName());
  metapowers::v1::GetWorkspaceResponse response;
  const auto context = session.NewContext();
  if (const auto status = workspaces->GetWorkspace(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const std::string& topic : response.workspace().topics()) {
    metapowers::v1::GetTopicStatusRequest topic_request;
    topic_request.set_topic(topic);
    metapowers::v1::GetTopicStatusResponse status;
    const auto topic_context = session.NewContext();
    const auto answer = workflow->GetTopicStatus(topic_context.get(), topic_request, &status);
    const std::string id = topic.substr(topic.rfind('/') + 1);
    if (!answer.ok()) {
      rows.push_back({id, absl::StrCat("cannot be read: ", ForTerminal(answer.error_message()))});
      continue;
    }
    const int faults = status.document_faults_size();
    rows.push_back({id, SectionsText(status, ""), absl::StrCat("findings: ", FindingsText(status)),
                    absl::StrCat(status.questions_size(), " questions"),
                    status.next_command().empty() ? "nothing to run" : absl::StrCat("next: ", status.next_command())});
    if (faults > 0) {
      rows.back().push_back(absl::StrCat(faults, " to mend by hand: metapowers status ", id));
    }
  }
  PrintTable(session.out(), rows);
  if (rows.empty()) session.err() << "no topics yet; next: metapowers init TOPIC --archetype fintech-api\n";
  return kExitOk;
}

void PrintSections(Session& session, const metapowers::v1::GetTopicStatusResponse& response) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<std::string>> phases;
  int planned = 0;
  for (const auto& command : response.commands()) {
    if (phases.empty() || phases.back()[0] != command.phase()) {
      phases.push_back({command.phase(), SectionsText(response, command.phase())});
    }
    if (command.state() == metapowers::v1::SECTION_STATE_PLANNED) {
      ++planned;
      continue;
    }
    rows.push_back({command.command(), StateText(command.state())});
    if (command.hand_edited()) rows.back().push_back("edited by hand");
    if (command.gate_skipped()) rows.back().push_back("run without its gate");
  }
  PrintTable(session.out(), rows);
  session.out() << '\n';
  PrintTable(session.out(), phases);
  if (planned > 0) session.out() << planned << " more commands are planned: metapowers commands\n";
}

void PrintFaults(Session& session, const metapowers::v1::GetTopicStatusResponse& response) {
  for (const auto& fault : response.document_faults()) {
    session.out() << ForTerminal(fault.problem()) << "; to mend it: " << ForTerminal(fault.mend()) << '\n';
  }
}

void PrintQuestions(Session& session, const metapowers::v1::GetTopicStatusResponse& response,
                    const std::string& topic) {
  if (response.questions().empty()) return;
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
  PrintSections(session, response);
  PrintFaults(session, response);
  if (response.has_model()) session.out() << "open findings: " << FindingsText(response) << '\n';
  if (const int skipped = response.skipped_gates(); skipped > 0) {
    session.out() << skipped << " gate" << (skipped == 1 ? "" : "s") << " passed over: skip-log.md\n";
  }
  PrintQuestions(session, response, topic);
  HintAtUncommittedModel(session, topic);
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
