// show and diff.
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/address.h"
#include "client/commands/result_diff.h"
#include "client/commands/shared.h"
#include "client/diff_view.h"
#include "client/markdown_view.h"
#include "client/output.h"
#include "client/pager.h"
#include "metapowers/v1/document_service.grpc.pb.h"

namespace metapowers::client {
namespace {

int ListDocuments(Session& session, metapowers::v1::DocumentService::Stub& documents, const Address& address) {
  metapowers::v1::ListDocumentsRequest request;
  request.set_topic(session.TopicName(address.topic));
  request.set_revision(address.revision);
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
  std::string base, target;  // empty is nothing, or the head
};

// A..B, A.. or A.
Range ParseRange(const std::string& text) {
  const size_t dots = text.find("..");
  return {text.substr(0, dots), dots == std::string::npos ? std::string() : text.substr(dots + 2)};
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
  if (session.PrintMessage(response)) return kExitOk;
  const PagedOutput paged(session);
  PrintResultDiffs(session, response.results());
  return kExitOk;
}

}  // namespace

int Show(Session& session, const ShowOptions& options) {
  const Address address = ParseAddress(options.address);
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  if (address.document.empty() && address.command.empty()) return ListDocuments(session, *documents, address);
  int exit_code = 0;
  std::string document;
  if (!FindDocument(session, address, &document, &exit_code)) return exit_code;
  metapowers::v1::GetDocumentRequest request;
  request.set_name(absl::StrCat(session.TopicName(address.topic), "/documents/", document));
  request.set_revision(address.revision);
  request.set_command(address.command);
  metapowers::v1::GetDocumentResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents->GetDocument(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  const std::string& markdown = response.document().markdown();
  const PagedOutput paged(session);
  if (session.for_terminal() && !options.raw) {
    const MarkdownStyle style{session.streams().columns, session.options().color != "never"};
    session.out() << RenderMarkdown(markdown, style);
  } else {
    session.out() << (session.streams().out_is_tty ? ForTerminal(markdown) : markdown);
  }
  return kExitOk;
}

int Diff(Session& session, const DiffOptions& options) {
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  const Range range = ParseRange(options.range);
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
  const PagedOutput paged(session);
  PrintDiff(session, response.diff(), options.raw);
  for (const std::string& path : response.diff_omitted()) {
    session.err() << "left out, as it is too long: " << ForTerminal(path) << ": `git diff` in a clone has it\n";
  }
  return kExitOk;
}

}  // namespace metapowers::client
