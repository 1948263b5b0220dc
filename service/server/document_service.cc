#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/errors.h"
#include "service/server/executor.h"
#include "service/server/page_token.h"
#include "service/server/revert_revision.h"
#include "service/server/revision_detail.h"
#include "service/server/revisions.h"
#include "service/server/section_blame.h"
#include "service/server/section_guard.h"
#include "service/server/section_history.h"
#include "service/server/services.h"
#include "service/server/topic_results.h"
#include "service/server/topics.h"
#include "service/server/tree_changes.h"

namespace metapowers::server {
namespace {

using namespace v1;

void DescribeDocument(const ResourceName& name, const workspace::Snapshot& snapshot, absl::string_view markdown,
                      Document& out) {
  out.set_name(name.ToString());
  for (const CommandEntry* entry : SectionsIn(markdown, name.document)) out.add_commands(entry->spec->id());
  out.set_size(static_cast<int64_t>(markdown.size()));
  out.set_commit(snapshot.commit());
}

absl::Status GetDocument(Backend& backend, Call& call, const GetDocumentRequest& request,
                         GetDocumentResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName name, ParseDocumentName(request.name()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, name, request.revision()));
  ASSIGN_OR_RETURN(const std::optional<std::string> text, snapshot->ReadFile(name.Path()));
  if (!text.has_value()) return DocumentNotFound(name);
  Document& document = *response.mutable_document();
  DescribeDocument(name, *snapshot, *text, document);
  if (request.command().empty()) {
    document.set_markdown(*text);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto entries, CommandIndex::Get().Resolve(request.command()));
  const auto section = FindSection(*text, entries.front()->spec->heading());
  if (entries.size() > 1 || entries.front()->spec->document() != name.document || !section.has_value()) {
    return SectionNotFound(name, request.command());
  }
  document.set_markdown(absl::StrCat(*section, "\n"));
  return absl::OkStatus();
}

absl::Status ListDocuments(Backend& backend, Call& call, const ListDocumentsRequest& request,
                           ListDocumentsResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
  RETURN_IF_ERROR(TopicTree(*snapshot, topic).status());
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDocumentFiles(*snapshot, topic));
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::optional<std::string> text, snapshot->ReadFile(topic.PathOf(file)));
    DescribeDocument({topic.workspace, topic.topic, file}, *snapshot, text.value_or(""), *response.add_documents());
  }
  return absl::OkStatus();
}

// A page of the commits that changed one section, from the commit `cursor` down.
absl::Status ListSectionRevisions(Backend& backend, Call& call, const workspace::Workspace& found,
                                  const ResourceName& parent, const CommandEntry& entry, int size, std::string& cursor,
                                  ListRevisionsResponse& response) {
  SectionHistory history(backend, found.uid, parent, entry, cursor);
  while (response.revisions_size() < size) {
    ASSIGN_OR_RETURN(const std::optional<SectionChange> change, history.Next(call));
    if (!change.has_value()) break;
    Describe(change->commit, *response.add_revisions());
  }
  cursor = history.next();
  return absl::OkStatus();
}

// The command of a listing of one section, whose document `parent` must be able to hold it; nullptr without any.
absl::StatusOr<const CommandEntry*> SectionOf(const ResourceName& parent, const ListRevisionsRequest& request) {
  if (request.command().empty()) return nullptr;
  ASSIGN_OR_RETURN(const CommandEntry* const entry, SectionCommand(request.command()));
  const bool holds = parent.document.empty() || parent.document == entry->spec->document();
  if (!parent.topic.empty() && holds) return entry;
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("the section of ", entry->spec->id(), " is not in ", parent.ToString()),
      {"ARGUMENT_INVALID", {}, {{"command", "needs a topic as parent, or the document of its section", ""}}, ""});
}

// Waits until the writing calls that are under way have ended their turns, and their steps are durable or have failed.
absl::Status AwaitWriters(Backend& backend, Call& call, const std::string& uid) {
  const auto ended = backend.under_way.Ended(uid);
  absl::Status settled;
  const bool waited = Executor::AwaitLong([&] {
    ended->WaitForNotification();
    settled = backend.env.engine->Settle(uid);
  });
  if (!waited) return OverloadedError();
  RETURN_IF_ERROR(settled);
  return call.CheckAlive();
}

absl::Status ListRevisions(Backend& backend, Call& call, const ListRevisionsRequest& request,
                           ListRevisionsResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName parent, ParseName(request.parent()));
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const CommandEntry* const section, SectionOf(parent, request));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, parent));
  const std::string query_id = absl::StrCat("ListRevisions ", found.uid, " ", parent.ToString(), " ",
                                            section == nullptr ? "" : section->spec->id());
  ASSIGN_OR_RETURN(std::string cursor, ReadPageToken(query_id, request.page_token()));
  if (request.settled()) RETURN_IF_ERROR(AwaitWriters(backend, call, found.uid));
  std::string from;
  if (cursor.empty()) {
    ASSIGN_OR_RETURN(from, ResolveRevision(*backend.env.engine, found.uid, parent, request.revision()));
  }
  if (cursor.empty() && !parent.topic.empty()) {
    ASSIGN_OR_RETURN(const auto newest,
                     from.empty() ? backend.env.engine->Head(found.uid) : backend.env.engine->At(found.uid, from));
    RETURN_IF_ERROR(TopicTree(*newest, parent).status());
    from = newest->commit();
  }
  if (section != nullptr) {
    if (cursor.empty()) cursor = std::move(from);
    RETURN_IF_ERROR(ListSectionRevisions(backend, call, found, parent, *section, size, cursor, response));
    response.set_next_page_token(MakePageToken(query_id, cursor));
    return absl::OkStatus();
  }
  // A page of the engine may be short, since the work for it is bounded: a few of them make ours.
  workspace::HistoryQuery query{std::move(from), parent.Path(), size, std::move(cursor)};
  do {
    RETURN_IF_ERROR(call.CheckAlive());
    ASSIGN_OR_RETURN(workspace::HistoryPage page, backend.env.engine->History(found.uid, query));
    for (const workspace::CommitInfo& commit : page.commits) Describe(commit, *response.add_revisions());
    query.cursor = std::move(page.next_cursor);
    query.limit = size - response.revisions_size();
  } while (!query.cursor.empty() && query.limit > 0);
  response.set_next_page_token(MakePageToken(query_id, query.cursor));
  return absl::OkStatus();
}

absl::Status CompareRevisions(Backend& backend, Call& call, const CompareRevisionsRequest& request,
                              CompareRevisionsResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto target, backend.Open(call, topic, request.target()));
  std::shared_ptr<const workspace::Snapshot> base;
  if (!request.base().empty()) {
    ASSIGN_OR_RETURN(base, backend.Open(call, topic, request.base()));
  }
  // File name -> blob before and after; "" where there is none.
  std::map<std::string, std::pair<std::string, std::string>> files;
  ASSIGN_OR_RETURN(const auto new_entries, target->ListDirectory(topic.Path()));
  for (const auto& entry : new_entries) {
    if (!entry.is_directory) files[entry.name].second = entry.id;
  }
  if (base != nullptr) {
    ASSIGN_OR_RETURN(const auto old_entries, base->ListDirectory(topic.Path()));
    for (const auto& entry : old_entries) {
      if (!entry.is_directory) files[entry.name].first = entry.id;
    }
  }
  if (files.empty()) return TopicTree(*target, topic).status();
  for (const auto& [file, blobs] : files) {
    if (blobs.first == blobs.second) continue;
    if (static_cast<size_t>(response.paths_size()) == kMaxChangedFiles) break;
    RETURN_IF_ERROR(call.CheckAlive());
    const ChangedFile changed{topic.PathOf(file), blobs.first, blobs.second};
    ASSIGN_OR_RETURN(const FileDiff diff, DiffOfText(*target->objects(), changed, RoomForDiff(response.diff().size())));
    response.mutable_diff()->append(diff.text);
    response.add_paths(changed.path);
    if (diff.omitted) response.add_diff_omitted(changed.path);
  }
  return absl::OkStatus();
}

absl::Status CompareResults(Backend& backend, Call& call, const CompareResultsRequest& request,
                            CompareResultsResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  const std::string target_name = request.commands().empty() ? "all" : request.commands();
  ASSIGN_OR_RETURN(std::vector<const CommandEntry*> entries, CommandIndex::Get().Resolve(target_name));
  const CommandEntry* const first = entries.front();
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [](const CommandEntry* entry) { return entry->command == nullptr; }),
                entries.end());
  if (entries.empty()) return PlannedError(first->spec->id());
  ASSIGN_OR_RETURN(const auto target, backend.Open(call, topic, request.target()));
  RETURN_IF_ERROR(TopicTree(*target, topic).status());
  std::shared_ptr<const workspace::Snapshot> base;
  if (!request.base().empty()) {
    ASSIGN_OR_RETURN(base, backend.Open(call, topic, request.base()));
  }
  ASSIGN_OR_RETURN(std::vector<ResultDiff> diffs, CompareTopic(backend, call, topic, base.get(), *target, entries));
  for (ResultDiff& diff : diffs) *response.add_results() = std::move(diff);
  return absl::OkStatus();
}

class Service final : public DocumentService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(GetDocument, server::GetDocument)
  METAPOWERS_UNARY(ListDocuments, server::ListDocuments)
  METAPOWERS_UNARY(ListRevisions, server::ListRevisions)
  METAPOWERS_UNARY(CompareRevisions, server::CompareRevisions)
  METAPOWERS_UNARY(CompareResults, server::CompareResults)
  METAPOWERS_UNARY(GetRevision, server::GetRevision)
  METAPOWERS_UNARY(BlameSection, server::BlameSection)
  METAPOWERS_UNARY(RevertRevision, server::RevertRevision)

 private:
  static constexpr char kService[] = "/metapowers.v1.DocumentService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewDocumentService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
