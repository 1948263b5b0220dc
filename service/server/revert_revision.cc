#include "service/server/revert_revision.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/document/splice.h"
#include "service/document/undo.h"
#include "service/knowledge/knowledge.h"
#include "service/server/commit_message.h"
#include "service/server/context.h"
#include "service/server/document_frame.h"
#include "service/server/model_summary.h"
#include "service/server/pristine_copy.h"
#include "service/server/revisions.h"
#include "service/server/single_commit.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"
#include "service/server/tree_changes.h"
#include "service/workspace/draft.h"

namespace metapowers::server {
namespace {

using workspace::CommitInfo;
using workspace::FileChange;
using workspace::Snapshot;

constexpr size_t kMaxFiles = 1'000;
constexpr int kMaxLaterCommits = 10;         // as many full ids as fit into the metadata of an error
constexpr size_t kMaxMergedBytes = 8 << 20;  // no document or model is larger
constexpr size_t kShortId = 12;

absl::Status TooManyFiles(const workspace::CommitInfo& commit) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("commit ", commit.id, " changed more than ", kMaxFiles, " files of the topic"),
                   {"ARGUMENT_INVALID",
                    {},
                    {{"revision", absl::StrCat("must be a commit of at most ", kMaxFiles, " files"), ""}},
                    "revert it with git in a clone, and push"});
}

absl::Status NothingToUndo(const ResourceName& topic, const CommitInfo& commit) {
  const std::string what = absl::StrCat("changed nothing of topic \"", topic.topic, "\" that can be undone");
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("commit ", commit.id, " ", what),
                   {"ARGUMENT_INVALID", {}, {{"revision", what, ""}}, absl::StrCat("metapowers log ", topic.topic)});
}

bool IsText(absl::string_view bytes) {
  return bytes.size() <= kMaxMergedBytes && !absl::StrContains(bytes, absl::string_view("\0", 1)) && IsUtf8(bytes);
}

// One call, over as many attempts as it takes.
class Revert {
 public:
  Revert(Backend& backend, const workspace::Workspace& found, const CheckedContext& context, CommitInfo commit,
         bool may_remove_model)
      : backend_(backend),
        uid_(found.uid),
        context_(context),
        topic_(context.topic),
        commit_(std::move(commit)),
        may_remove_model_(may_remove_model) {}

  // What the commit did to the topic. INVALID_ARGUMENT ARGUMENT_INVALID when that is nothing.
  absl::Status ReadChanges();

  absl::Status Stage(workspace::Draft& draft, v1::RevertRevisionResponse& response) const;

 private:
  // The file as it is without what the commit did; nullopt when nothing of that stands. A conflict is noted.
  absl::StatusOr<std::optional<FileChange>> Undo(const Snapshot& head, const ChangedFile& file,
                                                 std::vector<std::string>& conflicts) const;
  // A file that was changed again later; nullopt on a conflict.
  absl::StatusOr<std::optional<std::string>> UndoBelow(const ChangedFile& file, const std::string& before,
                                                       const std::string& after, const std::string& now) const;
  absl::Status ConflictError(const Snapshot& head, const std::vector<std::string>& paths) const;
  // INVALID_ARGUMENT when the model and what stands beside it do not hold together.
  absl::Status CheckInputs(const workspace::Draft& draft, const std::vector<FileChange>& changes) const;
  // INVALID_ARGUMENT when they remove the system model and the caller has not said that they may.
  absl::Status CheckKeepsModel(const std::vector<FileChange>& changes) const;
  absl::StatusOr<std::string> Message(const workspace::Draft& draft, const std::vector<FileChange>& changes) const;
  // What the undoing means for the model, in sentences; none where it does not change.
  std::vector<std::string> ModelSummary(const Snapshot& head, const std::vector<FileChange>& changes) const;
  absl::Status Describe(const workspace::Draft& draft, bool changed, v1::RevertRevisionResponse& response) const;

  Backend& backend_;
  const std::string uid_;
  const CheckedContext& context_;
  const ResourceName& topic_;
  const CommitInfo commit_;
  const bool may_remove_model_;
  std::shared_ptr<const workspace::ObjectSource> objects_;  // of the commit
  std::vector<ChangedFile> files_;
};

absl::Status Revert::ReadChanges() {
  ASSIGN_OR_RETURN(const auto after, backend_.env.engine->At(uid_, commit_.id));
  std::shared_ptr<const Snapshot> before;
  if (!commit_.first_parent.empty()) {
    ASSIGN_OR_RETURN(before, backend_.env.engine->At(uid_, commit_.first_parent));
  }
  objects_ = after->objects();
  for (const std::string& folder : {topic_.Path(), PristineFolder(topic_)}) {
    ASSIGN_OR_RETURN(std::vector<ChangedFile> files, ChangedFiles(before.get(), *after, folder, kMaxFiles + 1));
    if (files.size() > kMaxFiles) return TooManyFiles(commit_);
    for (ChangedFile& file : files) {
      // What was passed over stays on record.
      if (file.path != topic_.PathOf(kSkipLogFile)) files_.push_back(std::move(file));
    }
  }
  return files_.empty() ? NothingToUndo(topic_, commit_) : absl::OkStatus();
}

absl::StatusOr<std::optional<FileChange>> Revert::Undo(const Snapshot& head, const ChangedFile& file,
                                                       std::vector<std::string>& conflicts) const {
  ASSIGN_OR_RETURN(const std::string now, head.BlobId(file.path));
  if (now == file.before) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<std::string> before, ReadBlob(*objects_, file.before));
  if (now == file.after) return FileChange{file.path, std::move(before)};
  if (!now.empty() && !file.after.empty()) {
    ASSIGN_OR_RETURN(const std::optional<std::string> after, ReadBlob(*objects_, file.after));
    ASSIGN_OR_RETURN(const std::optional<std::string> standing, ReadBlob(*head.objects(), now));
    ASSIGN_OR_RETURN(std::optional<std::string> merged, UndoBelow(file, before.value_or(""), *after, *standing));
    if (merged == standing) return std::nullopt;
    if (merged.has_value() && merged->empty() && !before.has_value()) return FileChange{file.path, std::nullopt};
    if (merged.has_value()) return FileChange{file.path, std::move(merged)};
  }
  conflicts.push_back(file.path);
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> Revert::UndoBelow(const ChangedFile& file, const std::string& before,
                                                             const std::string& after, const std::string& now) const {
  if (!IsText(before) || !IsText(after) || !IsText(now)) return std::nullopt;
  const std::string document = file.path.substr(topic_.Path().size() + 1);
  if (CommandIndex::Get().CommandsOf(document).empty()) return document::UndoChange(before, after, now);
  // The basis line follows from the sections: it is in nobody's way, and is made anew.
  ASSIGN_OR_RETURN(document::Layout layout, LayoutOf(document, topic_.topic, now));
  const auto same_basis = [&layout](const std::string& text) { return document::WithBasis(text, layout); };
  const std::optional<std::string> merged =
      document::UndoDocumentChange(same_basis(before), same_basis(after), same_basis(now), NoteLabel());
  if (!merged.has_value() || merged->empty()) return merged;
  ASSIGN_OR_RETURN(layout, LayoutOf(document, topic_.topic, *merged));
  return document::WithBasis(*merged, layout);
}

absl::Status Revert::ConflictError(const Snapshot& head, const std::vector<std::string>& paths) const {
  ErrorDetails details{"REVERT_CONFLICT", {{"revision", commit_.id}}, {}, ""};
  std::vector<std::string> later;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const workspace::HistoryPage page,
                     backend_.env.engine->History(uid_, {head.commit(), path, kMaxLaterCommits, ""}));
    std::vector<std::string> named;
    for (const CommitInfo& commit : page.commits) {
      if (commit.revision <= commit_.revision) break;
      named.push_back(absl::StrCat(commit.id.substr(0, kShortId), " \"", OneLine(commit.subject), "\""));
      const bool listed = std::find(later.begin(), later.end(), commit.id) != later.end();
      if (!listed && later.size() < kMaxLaterCommits) later.push_back(commit.id);
    }
    details.violations.push_back({path, absl::StrCat("was changed later by ", absl::StrJoin(named, ", ")), ""});
  }
  details.metadata["paths"] = absl::StrJoin(paths, ",");
  details.metadata["commits"] = absl::StrJoin(later, ",");
  details.next_step =
      later.empty() ? absl::StrCat("metapowers log ", topic_.topic)
                    : absl::StrCat("undo the later commits first, the newest before the others: metapowers revert ",
                                   topic_.topic, " ", later.front().substr(0, kShortId));
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("commit ", commit_.id.substr(0, kShortId),
                   " cannot be undone: later commits changed the same lines of ", absl::StrJoin(paths, ", ")),
      details);
}

const FileChange* Find(const std::vector<FileChange>& changes, const std::string& path) {
  for (const FileChange& change : changes) {
    if (change.path == path) return &change;
  }
  return nullptr;
}

absl::Status Revert::CheckInputs(const workspace::Draft& draft, const std::vector<FileChange>& changes) const {
  const std::string model = topic_.PathOf(kModelFile);
  if (Find(changes, model) == nullptr && Find(changes, topic_.PathOf(kDecisionsFile)) == nullptr) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string blob, draft.state()->BlobId(model));
  if (blob.empty()) return absl::OkStatus();
  return ReadInputs(backend_.generator, *draft.state(), topic_).status();
}

std::vector<std::string> Revert::ModelSummary(const Snapshot& head, const std::vector<FileChange>& changes) const {
  const std::string path = topic_.PathOf(kModelFile);
  const FileChange* change = Find(changes, path);
  if (change == nullptr) return {};
  if (!change->content.has_value()) return {absl::StrCat("Removes ", kModelFile, ".")};
  const auto old = head.ReadFile(path);
  const auto before = backend_.generator.Load(old.ok() ? old->value_or("") : "", topic_.topic);
  const auto after = backend_.generator.Load(*change->content, topic_.topic);
  if (!before.ok() || !after.ok()) return {};
  return SummarizeModelChange((*before)->model->proto(), (*after)->model->proto());
}

absl::StatusOr<std::string> Revert::Message(const workspace::Draft& draft,
                                            const std::vector<FileChange>& changes) const {
  const std::string command = CommandOf(commit_);
  const std::string action = commit_.Trailer(kActionTrailer);
  CommitMessage message;
  message.topic = topic_.topic;
  message.what = absl::StrCat("revert ", !command.empty()    ? command
                                         : action == "model" ? action
                                                             : commit_.id.substr(0, kShortId));
  std::vector<std::string> names;
  for (const FileChange& change : changes) names.push_back(change.path.substr(topic_.Path().size() + 1));
  message.summary = {absl::StrCat("Undoes ", commit_.id.substr(0, kShortId), " \"", commit_.subject, "\" in ",
                                  absl::StrJoin(names, ", "), ".")};
  for (std::string& line : ModelSummary(draft.base(), changes)) message.summary.push_back(std::move(line));
  message.action = "revert";
  message.reverts = commit_.id;
  const FileChange* model = Find(changes, topic_.PathOf(kModelFile));
  if (model == nullptr) {
    ASSIGN_OR_RETURN(message.model, draft.base().BlobId(topic_.PathOf(kModelFile)));
  } else if (model->content.has_value()) {
    message.model = BlobIdOf(*model->content);
  }
  message.catalogue = knowledge::Catalogue().version();
  message.engine = backend_.env.version;
  message.request_id = context_.request_id;
  return message.Format();
}

absl::Status Revert::CheckKeepsModel(const std::vector<FileChange>& changes) const {
  const FileChange* model = Find(changes, topic_.PathOf(kModelFile));
  if (may_remove_model_ || context_.validate_only || model == nullptr || model->content.has_value()) {
    return absl::OkStatus();
  }
  const std::string id = commit_.id.substr(0, kShortId);
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("commit ", id, " made the system model of topic \"", topic_.topic,
                                "\": undoing it removes the model"),
                   {"ARGUMENT_INVALID",
                    {},
                    {{"remove_model", "must be set to remove the system model", ""}},
                    absl::StrCat("see what goes: metapowers revert ", topic_.topic, " ", id,
                                 " --dry-run; do it: metapowers revert ", topic_.topic, " ", id, " --yes")});
}

absl::Status Revert::Stage(workspace::Draft& draft, v1::RevertRevisionResponse& response) const {
  const Snapshot& head = draft.base();
  ASSIGN_OR_RETURN(const std::string tree, head.TreeId(topic_.Path()));
  RETURN_IF_ERROR(CheckTopicEtag(context_, tree));
  std::vector<FileChange> changes;
  std::vector<std::string> conflicts;
  for (const ChangedFile& file : files_) {
    ASSIGN_OR_RETURN(std::optional<FileChange> change, Undo(head, file, conflicts));
    if (change.has_value()) changes.push_back(*std::move(change));
  }
  if (!conflicts.empty()) return ConflictError(head, conflicts);
  RETURN_IF_ERROR(CheckKeepsModel(changes));
  bool changed = false;
  if (!changes.empty()) {
    ASSIGN_OR_RETURN(std::string message, Message(draft, changes));
    ASSIGN_OR_RETURN(const auto made, draft.AddCommit(SpecOf(backend_, context_, changes, std::move(message))));
    changed = made.has_value();
    RETURN_IF_ERROR(CheckInputs(draft, changes));
  }
  return Describe(draft, changed, response);
}

absl::Status Revert::Describe(const workspace::Draft& draft, bool changed, v1::RevertRevisionResponse& response) const {
  v1::CommandOutcome& outcome = *response.mutable_outcome();
  response.set_reverted(commit_.id);
  outcome.set_changed(changed);
  outcome.set_revision(draft.state()->revision());
  if (!context_.validate_only) outcome.set_commit(draft.state()->commit());
  ASSIGN_OR_RETURN(const std::string tree, draft.TreeId(topic_.Path()));
  outcome.set_topic_etag(TopicEtag(tree));
  if (!changed) return absl::OkStatus();
  for (const absl::string_view line : absl::StrSplit(draft.commits().back().body, '\n')) {
    outcome.add_summary(std::string(line));
  }
  ASSIGN_OR_RETURN(const std::vector<ChangedFile> files,
                   ChangedFiles(&draft.base(), *draft.state(), topic_.Path(), kMaxFiles));
  for (const ChangedFile& file : files) {
    response.add_paths(file.path);
    ASSIGN_OR_RETURN(const FileDiff diff, DiffOfFile(*draft.state()->objects(), file, kMaxMergedBytes));
    outcome.mutable_diff()->append(diff.text);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RevertRevision(Backend& backend, Call& call, const v1::RevertRevisionRequest& request,
                            v1::RevertRevisionResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(call, topic));
  ASSIGN_OR_RETURN(const CheckedContext context, CheckRequest(backend, request.topic(), request));
  if (request.revision().empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "revision must name the commit to undo",
                     {"ARGUMENT_INVALID",
                      {},
                      {{"revision", "must name the commit to undo", ""}},
                      absl::StrCat("metapowers log ", topic.topic)});
  }
  // Read once, before the first attempt: HEAD is the one that the caller saw, not one that came since.
  std::optional<Revert> revert;
  const auto stage = [&](workspace::Draft& draft) -> absl::Status {
    if (!revert.has_value()) {
      ASSIGN_OR_RETURN(const std::string id,
                       ResolveRevision(*backend.env.engine, found.uid, topic, request.revision()));
      ASSIGN_OR_RETURN(CommitInfo commit, ReadRevision(*backend.env.engine, found.uid, id));
      Revert read(backend, found, context, std::move(commit), request.remove_model());
      RETURN_IF_ERROR(read.ReadChanges());
      revert.emplace(std::move(read));
    }
    return revert->Stage(draft, response);
  };
  ASSIGN_OR_RETURN(const bool replayed, CommitOnce(backend, call, found.uid, context, request, response, stage));
  response.mutable_outcome()->set_replayed(replayed);
  return absl::OkStatus();
}

}  // namespace metapowers::server
