#include "service/server/revision_detail.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/text_diff.h"
#include "service/server/revisions.h"
#include "service/server/section_history.h"
#include "service/server/topic_results.h"
#include "service/server/topics.h"
#include "service/server/tree_changes.h"

namespace metapowers::server {
namespace {

using workspace::Snapshot;

constexpr absl::string_view kOwnFolder = ".metapowers";

absl::Status DescribeFiles(const Call& call, const ResourceName& scope, const Snapshot* before, const Snapshot& after,
                           v1::GetRevisionResponse& response) {
  const std::string folder = scope.topic.empty() ? std::string(kOwnFolder) : scope.Path();
  ASSIGN_OR_RETURN(const std::vector<ChangedFile> files, ChangedFiles(before, after, folder, kMaxChangedFiles));
  for (const ChangedFile& file : files) {
    v1::FileChange& out = *response.add_files();
    out.set_path(file.path);
    out.set_kind(file.before.empty()  ? v1::CHANGE_KIND_ADDED
                 : file.after.empty() ? v1::CHANGE_KIND_REMOVED
                                      : v1::CHANGE_KIND_CHANGED);
    RETURN_IF_ERROR(call.CheckAlive());
    ASSIGN_OR_RETURN(const FileDiff diff, DiffOfFile(*after.objects(), file, RoomForDiff(response.diff().size())));
    const document::LineCounts counts = document::CountLines(diff.text);
    out.set_added_lines(counts.added);
    out.set_removed_lines(counts.removed);
    out.set_diff_omitted(diff.omitted);
    response.mutable_diff()->append(diff.text);
  }
  return absl::OkStatus();
}

// The commit that wrote the section of `entry` before `commit` did; nullptr when there is none, or none is near.
absl::StatusOr<std::shared_ptr<const Snapshot>> VersionBefore(Backend& backend, const Call& call, absl::string_view uid,
                                                              const ResourceName& topic, const CommandEntry& entry,
                                                              const workspace::CommitInfo& commit) {
  if (commit.first_parent.empty()) return std::shared_ptr<const Snapshot>();
  SectionHistory history(backend, uid, topic, entry, commit.first_parent);
  ASSIGN_OR_RETURN(const std::optional<SectionChange> change, history.Next(call));
  if (!change.has_value() || !change->after.has_value()) return std::shared_ptr<const Snapshot>();
  return backend.env.engine->At(uid, change->commit.id);
}

// What the commit changed in meaning: of a command, the result of its section; else of all sections that stand.
absl::Status DescribeResults(Backend& backend, const Call& call, absl::string_view uid, const ResourceName& topic,
                             const workspace::CommitInfo& commit, std::shared_ptr<const Snapshot> before,
                             const Snapshot& after, v1::GetRevisionResponse& response) {
  std::vector<const CommandEntry*> entries;
  const CommandEntry* const command = CommandIndex::Get().Find(response.revision().command());
  if (command != nullptr) {
    if (command->command == nullptr) return absl::OkStatus();
    entries.push_back(command);
    ASSIGN_OR_RETURN(before, VersionBefore(backend, call, uid, topic, *command, commit));
  } else {
    ASSIGN_OR_RETURN(const std::vector<std::string> documents, ListDocumentFiles(after, topic));
    for (const std::string& file : documents) {
      ASSIGN_OR_RETURN(const std::optional<std::string> text, after.ReadFile(topic.PathOf(file)));
      for (const CommandEntry* entry : SectionsIn(text.value_or(""), file)) {
        if (entry->command != nullptr) entries.push_back(entry);
      }
    }
  }
  if (entries.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<v1::ResultDiff> diffs, CompareTopic(backend, call, topic, before.get(), after, entries));
  for (v1::ResultDiff& diff : diffs) *response.add_results() = std::move(diff);
  return absl::OkStatus();
}

}  // namespace

absl::Status GetRevision(Backend& backend, Call& call, const v1::GetRevisionRequest& request,
                         v1::GetRevisionResponse& response) {
  ASSIGN_OR_RETURN(ResourceName scope, ParseName(request.parent()));
  if (!scope.document.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "parent must be a workspace or a topic, not a document",
                     {"ARGUMENT_INVALID", {}, {{"parent", "must be a workspace or a topic", ""}}, ""});
  }
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, scope));
  const std::string revision = request.revision().empty() ? "HEAD" : request.revision();
  ASSIGN_OR_RETURN(const std::string id, ResolveRevision(*backend.env.engine, found.uid, scope, revision));
  ASSIGN_OR_RETURN(const auto after, backend.env.engine->At(found.uid, id));
  ASSIGN_OR_RETURN(const workspace::CommitInfo commit, ReadRevision(*backend.env.engine, found.uid, id));
  Describe(commit, *response.mutable_revision());
  response.set_parent_commit(commit.first_parent);
  std::shared_ptr<const Snapshot> before;
  if (!commit.first_parent.empty()) {
    ASSIGN_OR_RETURN(before, backend.env.engine->At(found.uid, commit.first_parent));
  }
  RETURN_IF_ERROR(DescribeFiles(call, scope, before.get(), *after, response));
  if (scope.topic.empty()) scope.topic = response.revision().topic();
  if (request.text_only() || scope.topic.empty() || response.files().empty()) return absl::OkStatus();
  const absl::Status made = DescribeResults(backend, call, found.uid, scope, commit, before, *after, response);
  if (!absl::IsInvalidArgument(made) && !absl::IsFailedPrecondition(made)) return made;
  response.clear_results();
  response.set_results_missing(std::string(made.message()));
  return absl::OkStatus();
}

}  // namespace metapowers::server
