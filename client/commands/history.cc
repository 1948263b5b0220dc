// show, log and diff.
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/commands.h"
#include "client/commands/result_diff.h"
#include "client/commands/revision_line.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "metapowers/v1/workflow_service.grpc.pb.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

// TOPIC[/DOCUMENT][#COMMAND][@REV]
struct Address {
  std::string topic, document, command, revision;
};

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

// The document that holds `command`, or that `document` abbreviates: `identify` or `01-identify` for
// `01-identify.md`. Empty when there is none.
std::string FindDocument(const metapowers::v1::ListCommandsResponse& commands, const Address& address) {
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

int ListDocuments(Session& session, metapowers::v1::DocumentService::Stub& documents, const Address& address,
                  const std::string& revision) {
  metapowers::v1::ListDocumentsRequest request;
  request.set_topic(session.TopicName(address.topic));
  request.set_revision(revision);
  metapowers::v1::ListDocumentsResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents.ListDocuments(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const auto& document : response.documents()) {
    std::vector<std::string> row = {document.name().substr(document.name().rfind('/') + 1),
                                    absl::StrCat(document.size(), " bytes")};
    std::string commands;
    for (const std::string& command : document.commands()) {
      absl::StrAppend(&commands, commands.empty() ? "" : ", ", command);
    }
    row.push_back(commands);
    rows.push_back(std::move(row));
  }
  PrintTable(session.out(), rows);
  return kExitOk;
}

struct Range {
  std::string base, target;  // full ids; empty is nothing, or the head
};

bool ResolveRange(Session& session, const DiffOptions& options, Range* range, int* exit_code) {
  const size_t dots = options.range.find("..");
  const std::string base = options.range.substr(0, dots);
  const std::string target = dots == std::string::npos ? std::string() : options.range.substr(dots + 2);
  return ResolveRevision(session, options.topic, base, &range->base, exit_code) &&
         ResolveRevision(session, options.topic, target, &range->target, exit_code);
}

int SemanticDiff(Session& session, metapowers::v1::DocumentService::Stub& documents, const DiffOptions& options,
                 const Range& range) {
  metapowers::v1::CompareResultsRequest request;
  request.set_topic(session.TopicName(options.topic));
  request.set_base(range.base);
  request.set_target(range.target);
  request.set_commands(options.command);
  metapowers::v1::CompareResultsResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents.CompareResults(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (!session.PrintMessage(response)) PrintResultDiffs(session, response);
  return kExitOk;
}

}  // namespace

int Show(Session& session, const std::string& text) {
  const Address address = ParseAddress(text);
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  int exit_code = 0;
  std::string revision;
  if (!ResolveRevision(session, address.topic, address.revision, &revision, &exit_code)) return exit_code;
  if (address.document.empty() && address.command.empty()) return ListDocuments(session, *documents, address, revision);
  METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
  metapowers::v1::ListCommandsResponse commands;
  auto context = session.NewContext();
  if (const auto status = workflow->ListCommands(context.get(), {}, &commands); !status.ok()) {
    return session.Fail(status);
  }
  const std::string document = FindDocument(commands, address);
  if (document.empty()) {
    return session.Fail(kExitNotFound, NotFound(commands, address), absl::StrCat("metapowers show ", address.topic));
  }
  metapowers::v1::GetDocumentRequest request;
  request.set_name(absl::StrCat(session.TopicName(address.topic), "/documents/", document));
  request.set_revision(revision);
  request.set_command(address.command);
  metapowers::v1::GetDocumentResponse response;
  context = session.NewContext();
  if (const auto status = documents->GetDocument(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  const std::string& markdown = response.document().markdown();
  session.out() << (session.streams().out_is_tty ? ForTerminal(markdown) : markdown);
  return kExitOk;
}

int Log(Session& session, const LogOptions& options) {
  const Address address = ParseAddress(options.address);
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  metapowers::v1::ListRevisionsRequest request;
  request.set_parent(address.topic.empty() ? session.WorkspaceName() : session.TopicName(address.topic));
  if (!address.document.empty()) {
    METAPOWERS_STUB(workflow, session, metapowers::v1::WorkflowService);
    metapowers::v1::ListCommandsResponse commands;
    const auto context = session.NewContext();
    if (const auto status = workflow->ListCommands(context.get(), {}, &commands); !status.ok()) {
      return session.Fail(status);
    }
    const std::string document = FindDocument(commands, address);
    if (document.empty()) {
      return session.Fail(kExitNotFound, NotFound(commands, address), absl::StrCat("metapowers show ", address.topic));
    }
    request.set_parent(absl::StrCat(request.parent(), "/documents/", document));
  }
  request.set_page_size(options.limit);
  metapowers::v1::ListRevisionsResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents->ListRevisions(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  for (const auto& revision : response.revisions()) PrintRevision(session, revision);
  if (!response.next_page_token().empty()) {
    session.err() << "more: metapowers log " << options.address << " -n " << options.limit * 2 << '\n';
  }
  return kExitOk;
}

int Diff(Session& session, const DiffOptions& options) {
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  int exit_code = 0;
  Range range;
  if (!ResolveRange(session, options, &range, &exit_code)) return exit_code;
  if (options.semantic) return SemanticDiff(session, *documents, options, range);
  metapowers::v1::CompareRevisionsRequest request;
  request.set_topic(session.TopicName(options.topic));
  request.set_base(range.base);
  request.set_target(range.target);
  metapowers::v1::CompareRevisionsResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents->CompareRevisions(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  if (!response.diff().empty()) PrintDiff(session, response.diff());
  return kExitOk;
}

}  // namespace metapowers::client
