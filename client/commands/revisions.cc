// log, revision, blame and revert.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/commands.h"
#include "client/commands/address.h"
#include "client/commands/result_diff.h"
#include "client/commands/revision_line.h"
#include "client/commands/shared.h"
#include "client/diff_view.h"
#include "client/output.h"
#include "client/pager.h"
#include "metapowers/v1/document_service.grpc.pb.h"

namespace metapowers::client {
namespace {

using metapowers::v1::Revision;

constexpr int kLogPage = 1'000;  // the most that the service gives

// Of one blame: 10,000 commits of the document.
constexpr int kMaxBlamePages = 40;

void PrintRevision(Session& session, const metapowers::v1::GetRevisionResponse& response, bool raw) {
  const Revision& revision = response.revision();
  std::ostream& out = session.out();
  out << session.Styled("33", absl::StrCat("commit ", revision.commit())) << '\n'
      << "author " << ForTerminal(absl::StrCat(revision.author().name(), " <", revision.author().email(), ">")) << '\n'
      << "date   " << TimeOf(revision, "%Y-%m-%d %H:%M:%S") << " UTC\n\n"
      << "    " << session.Styled("1", ForTerminal(revision.subject())) << '\n';
  if (!revision.body().empty()) {
    out << '\n';
    for (const absl::string_view line : absl::StrSplit(revision.body(), '\n'))
      out << "    " << ForTerminal(line) << '\n';
  }
  if (revision.trailers_size() > 0) out << '\n';
  for (const auto& trailer : revision.trailers()) {
    out << "    " << session.Styled("2", ForTerminal(absl::StrCat(trailer.key(), ": ", trailer.value()))) << '\n';
  }
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> omitted;
  for (const auto& file : response.files()) {
    const bool added = file.kind() == metapowers::v1::CHANGE_KIND_ADDED;
    const bool removed = file.kind() == metapowers::v1::CHANGE_KIND_REMOVED;
    const bool counted = file.added_lines() + file.removed_lines() > 0;
    rows.push_back({added     ? "+"
                    : removed ? "-"
                              : "~",
                    ForTerminal(file.path()),
                    counted               ? absl::StrCat("+", file.added_lines(), " -", file.removed_lines())
                    : file.diff_omitted() ? "too long to show"
                                          : ""});
    if (file.diff_omitted()) {
      omitted.push_back(absl::StrCat("git show ", ShortId(revision.commit()), " -- ", file.path()));
    }
  }
  if (!rows.empty()) out << '\n';
  PrintTable(out, rows);
  if (response.results_size() > 0) out << '\n' << session.Styled("1", "In meaning") << '\n';
  PrintResultDiffs(session, response.results());
  if (!response.results_missing().empty()) {
    session.err() << "what changed in meaning is not known: " << ForTerminal(response.results_missing()) << '\n';
  }
  if (!response.diff().empty()) out << '\n';
  PrintDiff(session, response.diff(), raw);
  for (const std::string& command : omitted) {
    session.err() << "left out, as it is too long: " << ForTerminal(command) << '\n';
  }
}

void PrintBlame(Session& session, const metapowers::v1::BlameSectionResponse& blame) {
  std::map<std::string, const metapowers::v1::BlamedRevision*> revisions;
  for (const auto& entry : blame.revisions()) revisions[entry.revision().commit()] = &entry;
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : blame.lines()) {
    const auto found = revisions.find(line.commit());
    const Revision none;
    const Revision& revision = found == revisions.end() ? none : found->second->revision();
    rows.push_back({session.Styled("33", ShortId(line.commit())), WhatOf(revision),
                    ForTerminal(revision.author().name()), TimeOf(revision, "%Y-%m-%d"), ForTerminal(line.text())});
  }
  PrintTable(session.out(), rows);
  session.out() << '\n';
  for (const auto& entry : blame.revisions()) {
    PrintTable(session.out(), {RevisionRow(session, entry.revision(), false)});
    if (!entry.has_cause()) continue;
    session.out() << "         because of " << ShortId(entry.cause().commit()) << ' ' << WhatOf(entry.cause()) << "  "
                  << ForTerminal(entry.cause().summary()) << '\n';
  }
}

}  // namespace

int Log(Session& session, const LogOptions& options) {
  const Address address = ParseAddress(options.address);
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  metapowers::v1::ListRevisionsRequest request;
  request.set_parent(address.topic.empty() ? session.WorkspaceName() : session.TopicName(address.topic));
  request.set_command(address.command);
  if (!address.document.empty()) {
    int exit_code = 0;
    std::string document;
    if (!FindDocument(session, address, &document, &exit_code)) return exit_code;
    request.set_parent(absl::StrCat(request.parent(), "/documents/", document));
  }
  request.set_revision(address.revision);
  const bool text =
      session.options().format == OutputFormat::kText || session.options().format == OutputFormat::kMarkdown;
  metapowers::v1::ListRevisionsResponse listed;  // of text only the page at hand
  grpc::Status status;
  int count = 0;
  bool reading = true;
  {
    PagedOutput paged(session);
    std::vector<size_t> widths;
    do {  // a page of one section may be short
      request.set_page_size(options.limit == 0 ? kLogPage : std::min(kLogPage, options.limit - count));
      request.set_page_token(listed.next_page_token());
      metapowers::v1::ListRevisionsResponse page;
      const auto context = session.NewContext();
      status = documents->ListRevisions(context.get(), request, &page);
      if (!status.ok()) break;
      listed.set_next_page_token(page.next_page_token());
      count += page.revisions_size();
      if (!text) {
        listed.mutable_revisions()->MergeFrom(page.revisions());
        continue;
      }
      std::vector<std::vector<std::string>> rows;
      for (const Revision& revision : page.revisions()) {
        rows.push_back(RevisionRow(session, revision, address.topic.empty()));
      }
      PrintTable(session.out(), rows, &widths);
      reading = paged.HandOn();
    } while (reading && (options.limit == 0 || count < options.limit) && !listed.next_page_token().empty());
  }
  if (!status.ok()) return session.Fail(status);
  if (session.PrintMessage(listed)) return kExitOk;
  if (reading && !listed.next_page_token().empty()) {
    session.err() << "more: metapowers log " << options.address << (options.address.empty() ? "" : " ") << "-n "
                  << int64_t{2} * options.limit << ", or --all\n";
  }
  return kExitOk;
}

int ShowRevision(Session& session, const RevisionOptions& options) {
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  metapowers::v1::GetRevisionRequest request;
  request.set_parent(session.TopicName(options.topic));
  request.set_revision(options.revision);
  request.set_text_only(options.text_only);
  metapowers::v1::GetRevisionResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents->GetRevision(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  const PagedOutput paged(session);
  PrintRevision(session, response, options.raw);
  return kExitOk;
}

int Blame(Session& session, const std::string& text) {
  const Address address = ParseAddress(text);
  if (address.command.empty()) {
    return session.Fail(kExitUsage, absl::StrCat("'", text, "' names no section"),
                        "metapowers blame TOPIC#COMMAND, e.g. api-platform#threat-model");
  }
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  metapowers::v1::BlameSectionRequest request;
  request.set_topic(session.TopicName(address.topic));
  request.set_command(address.command);
  request.set_revision(address.revision);
  metapowers::v1::BlameSectionResponse blame;
  int pages = 0;
  do {
    request.set_page_token(blame.next_page_token());
    metapowers::v1::BlameSectionResponse page;
    const auto context = session.NewContext();
    if (const auto status = documents->BlameSection(context.get(), request, &page); !status.ok()) {
      return session.Fail(status);
    }
    page.mutable_lines()->MergeFrom(blame.lines());
    blame.mutable_revisions()->MergeFrom(page.revisions());
    page.mutable_revisions()->Swap(blame.mutable_revisions());
    blame = std::move(page);
  } while (!blame.next_page_token().empty() && ++pages < kMaxBlamePages);
  std::sort(blame.mutable_lines()->begin(), blame.mutable_lines()->end(),
            [](const auto& a, const auto& b) { return a.line() < b.line(); });
  if (session.PrintMessage(blame)) return kExitOk;
  {
    const PagedOutput paged(session);
    PrintBlame(session, blame);
  }
  if (blame.open_lines() > 0) {
    session.err() << blame.open_lines() << " lines are older than " << ShortId(blame.looked_back_to())
                  << ", where the search ended\n";
  }
  return kExitOk;
}

int Revert(Session& session, const RevertOptions& options) {
  // Who and when are told as for commands.
  const metapowers::v1::CommandContext as_command = NewCommandContext(session, options.topic, options.request_id);
  metapowers::v1::RevertRevisionRequest request;
  request.set_topic(as_command.topic());
  request.set_revision(options.revision);
  request.set_request_id(as_command.request_id());
  request.set_expected_head(options.expected_head);
  request.set_validate_only(options.dry_run);
  request.set_remove_model(options.yes);
  if (as_command.has_author()) *request.mutable_author() = as_command.author();
  METAPOWERS_STUB(documents, session, metapowers::v1::DocumentService);
  metapowers::v1::RevertRevisionResponse response;
  const auto context = session.NewContext();
  if (const auto status = documents->RevertRevision(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (session.PrintMessage(response)) return kExitOk;
  if (options.dry_run) {
    const PagedOutput paged(session);
    PrintDiff(session, response.outcome().diff());
    return kExitOk;
  }
  session.out() << "revert " << ShortId(response.reverted()) << "  " << OutcomeLine(session, response.outcome())
                << '\n';
  for (const std::string& line : response.outcome().summary()) session.out() << "    " << ForTerminal(line) << '\n';
  if (!response.outcome().changed()) {
    session.err() << "nothing of " << ShortId(response.reverted()) << " stands any more\n";
  }
  return kExitOk;
}

}  // namespace metapowers::client
