#include "service/workspace/step_codec.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/draft.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

void Encode(const Identity& identity, journal::v1::StepIdentity& out) {
  out.set_name(identity.name);
  out.set_email(identity.email);
}

Identity Decode(const journal::v1::StepIdentity& identity) { return {identity.name(), identity.email()}; }

CommitSpec Decode(const journal::v1::StepCommit& commit) {
  CommitSpec spec;
  for (const journal::v1::StepChange& change : commit.changes()) {
    FileChange& out = spec.changes.emplace_back();
    out.path = change.path();
    if (change.has_content()) out.content = change.content();
    out.kept_prefix = static_cast<size_t>(change.kept_prefix());
    out.kept_suffix = static_cast<size_t>(change.kept_suffix());
  }
  spec.message = commit.message();
  spec.author = Decode(commit.author());
  spec.committer = Decode(commit.committer());
  spec.time = absl::FromUnixSeconds(commit.time());
  spec.signature = commit.signature();
  return spec;
}

// Makes the content of the change whole again, on the state that it was made on.
absl::Status Complete(const Draft& draft, FileChange& change) {
  if (change.kept_prefix == 0 && change.kept_suffix == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<std::string> before, draft.ReadFile(change.path));
  const size_t size = before.has_value() ? before->size() : 0;
  if (change.kept_prefix > size || change.kept_suffix > size - change.kept_prefix || !change.content.has_value()) {
    return JournalCorruptError(absl::StrCat("the change of ", change.path, " does not fit the file before it"));
  }
  change.content =
      absl::StrCat(before->substr(0, change.kept_prefix), *change.content, before->substr(size - change.kept_suffix));
  return absl::OkStatus();
}

}  // namespace

std::string EncodeStep(const CommitBatch& batch) {
  journal::v1::Step step;
  step.set_expected_head(batch.expected_head);
  for (size_t i = 0; i < batch.commits.size(); ++i) {
    const CommitSpec& spec = batch.specs[i];
    journal::v1::StepCommit& commit = *step.add_commits();
    commit.set_id(batch.commits[i].id);
    commit.set_message(spec.message);
    Encode(spec.author, *commit.mutable_author());
    Encode(spec.committer, *commit.mutable_committer());
    commit.set_time(absl::ToUnixSeconds(spec.time));
    commit.set_signature(spec.signature);
    for (const FileChange& change : spec.changes) {
      journal::v1::StepChange& out = *commit.add_changes();
      out.set_path(change.path);
      if (!change.content.has_value()) continue;
      out.set_content(*change.content);
      out.set_kept_prefix(static_cast<int64_t>(change.kept_prefix));
      out.set_kept_suffix(static_cast<int64_t>(change.kept_suffix));
    }
  }
  if (batch.request.has_value()) {
    journal::v1::StepRequest& request = *step.mutable_request();
    request.set_id(batch.request->id);
    request.set_fingerprint(batch.request->fingerprint);
    request.set_answer(batch.request->answer);
    request.set_time(absl::ToUnixSeconds(batch.request->time));
  }
  return step.SerializeAsString();
}

absl::StatusOr<journal::v1::Step> DecodeStep(absl::string_view body) {
  journal::v1::Step step;
  if (!step.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return JournalCorruptError("a step in it cannot be read");
  }
  return step;
}

absl::StatusOr<CommitBatch> RebuildBatch(const journal::v1::Step& step, std::shared_ptr<const Snapshot> base) {
  if (base->commit() != step.expected_head()) {
    return JournalCorruptError(absl::StrCat("a step on commit ", step.expected_head(), " is missing before it"));
  }
  Draft draft(std::move(base));
  for (const journal::v1::StepCommit& commit : step.commits()) {
    CommitSpec spec = Decode(commit);
    for (FileChange& change : spec.changes) RETURN_IF_ERROR(Complete(draft, change));
    ASSIGN_OR_RETURN(const std::optional<CommitInfo> made, draft.AddCommit(std::move(spec)));
    if (!made.has_value() || made->id != commit.id()) {
      return JournalCorruptError(absl::StrCat("commit ", commit.id(), " cannot be made again"));
    }
  }
  CommitBatch batch = draft.batch();
  batch.request = RequestOf(step);
  return batch;
}

const std::string& HeadAfter(const journal::v1::Step& step) {
  return step.commits().empty() ? step.expected_head() : step.commits().rbegin()->id();
}

std::optional<RequestRecord> RequestOf(const journal::v1::Step& step) {
  if (!step.has_request()) return std::nullopt;
  const journal::v1::StepRequest& request = step.request();
  return RequestRecord{request.id(), request.fingerprint(), request.answer(), absl::FromUnixSeconds(request.time())};
}

}  // namespace metapowers::workspace
