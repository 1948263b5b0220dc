#include "service/server/run_command.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/journal/v1/run_answer.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/skip_log.h"
#include "service/document/text_diff.h"
#include "service/knowledge/knowledge.h"
#include "service/server/commit_in_turn.h"
#include "service/server/commit_message.h"
#include "service/server/context.h"
#include "service/server/document_frame.h"
#include "service/server/generate_ahead.h"
#include "service/server/hand_edits.h"
#include "service/server/model_change.h"
#include "service/server/pristine_copy.h"
#include "service/server/request_replay.h"
#include "service/server/result_comparison.h"
#include "service/server/result_lists.h"
#include "service/server/single_commit.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"
#include "service/workspace/draft.h"

namespace metapowers::server {
namespace {

using workspace::FileChange;
using workspace::Snapshot;

// One step that an attempt has staged: the model, or a command.
struct Step {
  const CommandEntry* entry = nullptr;  // nullptr: the model
  v1::CommandOutcome outcome;
  std::shared_ptr<const Generated> generated;  // of a command
  size_t commits = 0;                          // of the attempt, up to this step
};

// One attempt: the steps of a call staged on one snapshot.
class Attempt {
 public:
  Attempt(Backend& backend, const Call& call, const CheckedContext& context, std::string uid,
          std::shared_ptr<const Snapshot> head, const std::vector<const CommandEntry*>& entries)
      : backend_(backend),
        call_(call),
        context_(context),
        uid_(std::move(uid)),
        draft_(std::move(head)),
        entries_(entries) {}

  // expected_head, topic_etag and must_create_model against the snapshot.
  absl::Status CheckPreconditions(const RunOptions& options) const;
  // Stages the model of the context and what is attached to it, when it has any.
  absl::Status StageModel();
  // Stages the command at `position` of the run, from 0.
  absl::Status StageCommand(int position);

  // Makes nothing ahead any more: no command will ask for it.
  void EndAhead() { ahead_.reset(); }

  // Puts the steps on `tip` as they are, where all that they were made from is the same; false where it is not, and the
  // attempt is good for nothing.
  bool MoveTo(std::shared_ptr<const Snapshot> tip);

  workspace::Draft& draft() { return draft_; }
  std::vector<Step>& steps() { return steps_; }

 private:
  // What the commands run on, read once after the model is staged.
  absl::Status ReadInputs();
  // The row for the skip log, when the gate is missing and passed over; GATE_MISSING when it is not passed over.
  absl::StatusOr<std::optional<FileChange>> PassGate(const CommandEntry& entry) const;
  // What became of edits, in the outcome and in the commit's message.
  void TellEdits(const v1::HandEdits& edits, v1::CommandOutcome& outcome, std::vector<std::string>& summary) const;
  // Commits `changes` and `unseen` and fills the parts of the outcome that every step has. Its diff is of `changes`.
  absl::Status Commit(CommitMessage message, std::vector<FileChange> changes, v1::CommandOutcome& outcome,
                      std::vector<FileChange> unseen = {});
  absl::StatusOr<std::string> DiffOf(const Snapshot& before, const std::vector<FileChange>& changes) const;

  Backend& backend_;
  const Call& call_;
  const CheckedContext& context_;
  const std::string uid_;
  workspace::Draft draft_;
  const std::vector<const CommandEntry*>& entries_;
  std::shared_ptr<const ModelFacts> model_;  // once it is known
  std::optional<Inputs> inputs_;             // of the commands
  std::vector<Step> steps_;
  std::unique_ptr<GenerateAhead> ahead_;  // once there are inputs; first to end
};

absl::Status Attempt::CheckPreconditions(const RunOptions& options) const {
  const Snapshot& head = draft_.base();
  const std::string& topic = context_.topic.topic;
  ASSIGN_OR_RETURN(const std::string tree, head.TreeId(context_.topic.Path()));
  RETURN_IF_ERROR(CheckTopicEtag(context_, tree));
  if (!options.must_create_model) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string blob, head.BlobId(context_.topic.PathOf(kModelFile)));
  if (!blob.empty()) {
    return MakeError(absl::StatusCode::kAlreadyExists, absl::StrCat("topic \"", topic, "\" has a system model already"),
                     {"TOPIC_EXISTS", {{"topic", topic}}, {}, absl::StrCat("metapowers model get ", topic)});
  }
  if (context_.attachments.count(std::string(kDecisionsFile)) == 0) return absl::OkStatus();
  const std::string path = context_.topic.PathOf(kDecisionsFile);
  ASSIGN_OR_RETURN(const std::string decisions, head.BlobId(path));
  if (decisions.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAlreadyExists, absl::StrCat("topic \"", topic, "\" has decisions already"),
      {"TOPIC_EXISTS", {{"topic", topic}}, {}, absl::StrCat("move ", path, " away, or use another topic")});
}

bool Attempt::MoveTo(std::shared_ptr<const Snapshot> tip) {
  if (tip->commit() == draft_.base().commit()) return true;
  for (const std::string& path : {context_.topic.Path(), PristineFolder(context_.topic), std::string(kRulesPath)}) {
    const auto before = draft_.base().TreeId(path);
    const auto now = tip->TreeId(path);
    if (!before.ok() || !now.ok() || *before != *now) return false;
  }
  if (!draft_.MoveTo(std::move(tip)).ok()) return false;
  for (Step& step : steps_) {
    step.outcome.set_revision(draft_.base().revision() + static_cast<int64_t>(step.commits));
    step.outcome.set_commit(step.commits == 0 ? draft_.base().commit() : draft_.commits()[step.commits - 1].id);
  }
  return true;
}

absl::Status Attempt::StageModel() {
  if (context_.model_yaml.empty() && context_.attachments.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(ModelChange change, PlanModelChange(backend_.generator, *draft_.state(), context_));
  model_ = std::move(change.model);
  Step step;
  for (const std::string& line : change.summary) step.outcome.add_summary(line);
  CommitMessage message;
  message.what = std::move(change.what);
  message.action = "model";
  message.summary = std::move(change.summary);
  RETURN_IF_ERROR(Commit(std::move(message), std::move(change.files), step.outcome, std::move(change.attachments)));
  step.commits = draft_.commits().size();
  steps_.push_back(std::move(step));
  return absl::OkStatus();
}

absl::Status Attempt::ReadInputs() {
  if (inputs_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(inputs_, server::ReadInputs(backend_.generator, *draft_.state(), context_.topic, model_));
  model_ = inputs_->model;
  ahead_ = std::make_unique<GenerateAhead>(backend_.generator, *inputs_, entries_);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<FileChange>> Attempt::PassGate(const CommandEntry& entry) const {
  const std::string& gate = entry.spec->gate();
  if (gate.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string blob, draft_.state()->BlobId(context_.topic.PathOf(gate)));
  if (!blob.empty()) return std::nullopt;
  if (!context_.skip_checks) {
    const std::string& topic = context_.topic.topic;
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(entry.spec->id(), " needs ", gate, ", which topic \"", topic, "\" does not have"),
                     {"GATE_MISSING",
                      {{"gate", gate}, {"command", entry.spec->id()}},
                      {},
                      absl::StrCat("metapowers run security-policy ", topic,
                                   " first, or pass over the gate with --skip-checks "
                                   "--reason REASON")});
  }
  const std::string path = context_.topic.PathOf(kSkipLogFile);
  ASSIGN_OR_RETURN(const std::optional<std::string> log, draft_.ReadFile(path));
  const workspace::Identity& author = context_.author;
  return FileChange{path, document::AppendSkip(log.value_or(""), {context_.time, entry.spec->id(), gate,
                                                                  absl::StrCat(author.name, " <", author.email, ">"),
                                                                  context_.skip_reason})};
}

absl::Status Attempt::StageCommand(int position) {
  const CommandEntry& entry = *entries_[position];
  const v1::Command& spec = *entry.spec;
  ASSIGN_OR_RETURN(std::optional<FileChange> skip, PassGate(entry));
  RETURN_IF_ERROR(ReadInputs());
  ahead_->Reach(position);
  Step step;
  step.entry = &entry;
  ASSIGN_OR_RETURN(step.generated, backend_.generator.Generate(entry, *inputs_));
  CopyLists(*step.generated->result, step.outcome);

  const std::string path = context_.topic.PathOf(spec.document());
  ASSIGN_OR_RETURN(const std::optional<std::string> old, draft_.ReadFile(path));
  const std::string before = old.value_or("");
  ASSIGN_OR_RETURN(std::string after, SpliceSection(before, spec, context_.topic.topic, step.generated->section));
  const SectionPlace place{backend_, call_, uid_, context_.topic, entry, draft_.base(), *draft_.state()};
  ASSIGN_OR_RETURN(Regenerated made, Regenerate(place, before, step.generated->section, context_.edit_choice));
  if (made.edits.has_value()) {
    ASSIGN_OR_RETURN(after, SpliceSection(before, spec, context_.topic.topic, made.section));
  }
  std::vector<std::string> summary = step.generated->summary;
  if (made.origin.has_value() && step.outcome.reports_findings()) {
    ASSIGN_OR_RETURN(const v1::ResultDiff diff, CompareMade(entry, &*made.origin, {*inputs_, step.generated}));
    if (!diff.summary().empty()) summary.push_back(diff.summary());
  }
  if (made.edits.has_value()) TellEdits(*made.edits, step.outcome, summary);

  std::vector<FileChange> changes;
  CommitMessage message;
  if (after != before) {
    changes.push_back({path, std::move(after), workspace::Origin::kMade});
    if (skip.has_value()) {
      changes.push_back(*std::move(skip));
      message.skipped_gate = spec.gate();
      message.skip_reason = context_.skip_reason;
      step.outcome.add_warnings(absl::StrCat(spec.gate(), " is missing; recorded in ", kSkipLogFile));
    }
  }
  if (changes.empty()) {
    // An edit was taken back: its copy is in nobody's way, and goes with the next commit. One that is made now keeps a
    // choice between versions, and is all that there is to see.
    if (made.edits.has_value()) changes = std::move(made.copies);
    made.copies.clear();
  }
  if (made.edits.has_value() && context_.edit_choice == document::EditChoice::kMarkers) {
    // Whoever applies the diff decides by hand, and the next run must know what stood against that.
    std::move(made.copies.begin(), made.copies.end(), std::back_inserter(changes));
    made.copies.clear();
  }
  message.what = spec.id();
  message.command = absl::StrCat("security:", spec.id());
  step.outcome.set_command(spec.id());
  step.outcome.set_document(context_.topic.NameOf(spec.document()));
  for (const std::string& sentence : summary) step.outcome.add_summary(sentence);
  message.summary = std::move(summary);
  RETURN_IF_ERROR(Commit(std::move(message), std::move(changes), step.outcome, std::move(made.copies)));
  step.commits = draft_.commits().size();
  steps_.push_back(std::move(step));
  return absl::OkStatus();
}

void Attempt::TellEdits(const v1::HandEdits& edits, v1::CommandOutcome& outcome,
                        std::vector<std::string>& summary) const {
  *outcome.mutable_hand_edits() = edits;
  for (const std::string& notice : NoticesOf(edits, context_.edit_choice)) {
    outcome.add_warnings(notice);
    summary.push_back(absl::StrCat(notice, "."));
  }
}

absl::Status Attempt::Commit(CommitMessage message, std::vector<FileChange> changes, v1::CommandOutcome& outcome,
                             std::vector<FileChange> unseen) {
  const std::shared_ptr<const Snapshot> before = draft_.state();
  if (context_.validate_only) {
    ASSIGN_OR_RETURN(*outcome.mutable_diff(), DiffOf(*before, changes));
  }
  message.topic = context_.topic.topic;
  message.model = model_->blob;
  message.catalogue = knowledge::Catalogue().version();
  message.engine = backend_.env.version;
  message.request_id = context_.request_id;
  for (FileChange& change : unseen) changes.push_back(std::move(change));
  if (!changes.empty()) {
    ASSIGN_OR_RETURN(const auto commit,
                     draft_.AddCommit(SpecOf(backend_, context_, std::move(changes), message.Format())));
    outcome.set_changed(commit.has_value());
  }
  ASSIGN_OR_RETURN(const std::string tree, draft_.TreeId(context_.topic.Path()));
  outcome.set_topic_etag(TopicEtag(tree));
  outcome.set_revision(draft_.state()->revision());
  if (!context_.validate_only) outcome.set_commit(draft_.state()->commit());
  return absl::OkStatus();
}

absl::StatusOr<std::string> Attempt::DiffOf(const Snapshot& before, const std::vector<FileChange>& changes) const {
  std::string diff;
  for (const FileChange& change : changes) {
    ASSIGN_OR_RETURN(const std::optional<std::string> old, before.ReadFile(change.path));
    const absl::optional<absl::string_view> old_text =
        old.has_value() ? absl::make_optional<absl::string_view>(*old) : absl::nullopt;
    const absl::optional<absl::string_view> new_text =
        change.content.has_value() ? absl::make_optional<absl::string_view>(*change.content) : absl::nullopt;
    diff += document::UnifiedDiff(change.path, old_text, new_text);
  }
  return diff;
}

// Adds to the error of one command of several what became of the others.
absl::Status WithProgress(const absl::Status& failure, const std::vector<const CommandEntry*>& entries, size_t failed) {
  if (entries.size() < 2) return failure;
  std::vector<std::string> committed;
  std::vector<std::string> remaining;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i != failed) (i < failed ? committed : remaining).push_back(entries[i]->spec->id());
  }
  const std::string& id = entries[failed]->spec->id();
  const bool named = absl::StartsWith(failure.message(), id);
  ErrorDetails details = DetailsOf(failure);
  details.metadata["failed"] = id;
  details.metadata["committed"] = absl::StrJoin(committed, ",");
  details.metadata["remaining"] = absl::StrJoin(remaining, ",");
  absl::Status told =
      MakeError(failure.code(), absl::StrCat(named ? "" : id, named ? "" : ": ", failure.message()), details);
  CopyConflict(failure, told);
  return told;
}

std::string IdsOf(const std::vector<const CommandEntry*>& entries) {
  return absl::StrJoin(entries, ",",
                       [](std::string* out, const CommandEntry* entry) { out->append(entry->spec->id()); });
}

SharedResult ResultOf(const std::shared_ptr<const Generated>& generated) {
  return {generated, generated->result.get()};
}

// A run of one call, over as many attempts as it takes.
class Run : public StepBuilder {
 public:
  Run(Backend& backend, Call& call, const std::vector<const CommandEntry*>& entries, const RunOptions& options,
      RunObserver& observer)
      : backend_(backend), call_(call), entries_(entries), options_(options), observer_(observer) {}

  absl::Status Execute(const v1::CommandContext& context);

  void BuildAhead(std::shared_ptr<const Snapshot> tip) override;
  absl::StatusOr<workspace::CommitBatch> Build(std::shared_ptr<const Snapshot> tip, int attempt) override;
  std::string Answer() const override;

 private:
  // Builds everything on `base`, up to the first command that fails.
  absl::Status BuildOn(std::shared_ptr<const Snapshot> base);
  absl::Status Stage(size_t& staged);
  void Tell();
  // Tells what `answer` says of the same call.
  absl::Status Replay(const std::string& answer);

  Backend& backend_;
  Call& call_;
  const std::vector<const CommandEntry*>& entries_;
  const RunOptions& options_;
  RunObserver& observer_;
  CheckedContext context_;
  std::string uid_;
  std::unique_ptr<Attempt> attempt_;  // the last one
  bool ahead_ = false;                // it waits for its turn
  absl::Status failure_;              // what ended it before its last command
  size_t started_ = 0;                // commands whose start was told
  bool at_command_ = false;           // the model is staged, so that a failure is a command's
};

absl::Status Run::Execute(const v1::CommandContext& context) {
  ASSIGN_OR_RETURN(context_, CheckContext(context, *backend_.env.clock));
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend_.FindWorkspace(call_, context_.topic));
  uid_ = found.uid;
  RETURN_IF_ERROR(FillAuthor(backend_, context_));
  context_.imported_yaml = options_.imported_yaml;
  if (context_.validate_only) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> head, BaseOf(context_, uid_, *backend_.env.engine));
    RETURN_IF_ERROR(BuildOn(std::move(head)));
    Tell();
    return failure_;
  }
  std::string fingerprint;
  if (!context_.request_id.empty()) {
    const std::string imported = context_.imported_yaml.empty() ? "" : BlobIdOf(context_.imported_yaml);
    fingerprint = CallFingerprint(
        absl::StrCat(call_.method, " ", IdsOf(entries_), " ", options_.must_create_model, imported), context);
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> before,
                   CommitInTurn(backend_, call_, uid_, context_, fingerprint, *this));
  if (before.has_value()) return Replay(*before);
  Tell();
  return failure_;
}

void Run::BuildAhead(std::shared_ptr<const Snapshot> tip) { ahead_ = BuildOn(std::move(tip)).ok(); }

absl::StatusOr<workspace::CommitBatch> Run::Build(std::shared_ptr<const Snapshot> tip, int attempt) {
  const bool stands = std::exchange(ahead_, false) && attempt_->MoveTo(tip);
  if (!stands) RETURN_IF_ERROR(BuildOn(std::move(tip)));
  for (Step& step : attempt_->steps()) step.outcome.set_rebuilt(attempt > 1 && step.outcome.changed());
  return attempt_->draft().TakeBatch();
}

absl::Status Run::BuildOn(std::shared_ptr<const Snapshot> base) {
  attempt_ = std::make_unique<Attempt>(backend_, call_, context_, uid_, std::move(base), entries_);
  RETURN_IF_ERROR(attempt_->CheckPreconditions(options_));
  size_t staged = 0;
  failure_ = Stage(staged);
  attempt_->EndAhead();
  const bool cancelled = DetailsOf(failure_).reason == "CANCELLED";
  if (!failure_.ok() && (cancelled || !at_command_)) return failure_;
  if (!failure_.ok()) failure_ = WithProgress(failure_, entries_, staged);
  return failure_.ok() || staged > 0 ? absl::OkStatus() : failure_;
}

std::string Run::Answer() const {
  journal::v1::RunAnswer answer;
  for (const Step& step : attempt_->steps()) {
    journal::v1::RunStep& kept = *answer.add_steps();
    if (step.entry != nullptr) kept.set_command(step.entry->spec->id());
    *kept.mutable_outcome() = step.outcome;
  }
  if (!failure_.ok()) KeepFailure(failure_, *answer.mutable_failure());
  return answer.SerializeAsString();
}

absl::Status Run::Replay(const std::string& kept) {
  journal::v1::RunAnswer answer;
  RETURN_IF_ERROR(ReadAnswer(kept, context_.request_id, answer));
  int position = 0;
  for (journal::v1::RunStep& step : *answer.mutable_steps()) {
    v1::CommandOutcome& outcome = *step.mutable_outcome();
    outcome.set_replayed(true);
    call_.commit = outcome.commit();
    if (step.command().empty()) {
      observer_.OnModel(outcome);
      continue;
    }
    const CommandEntry& entry = *entries_[position++];
    if (static_cast<size_t>(position) > started_) observer_.OnStarted(entry, position);
    ASSIGN_OR_RETURN(const auto then, backend_.env.engine->At(uid_, outcome.commit()));
    ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(backend_.generator, *then, context_.topic, nullptr));
    ASSIGN_OR_RETURN(const auto generated, backend_.generator.Generate(entry, inputs));
    observer_.OnFinished(outcome, ResultOf(generated), position);
  }
  return answer.has_failure() ? FailureOf(answer.failure()) : absl::OkStatus();
}

// Stages the model and all commands, up to the first failure; `staged` counts the commands that succeeded.
absl::Status Run::Stage(size_t& staged) {
  at_command_ = false;
  RETURN_IF_ERROR(attempt_->StageModel());
  at_command_ = true;
  for (staged = 0; staged < entries_.size(); ++staged) {
    RETURN_IF_ERROR(call_.CheckAlive());
    if (staged == started_) {
      ++started_;
      observer_.OnStarted(*entries_[staged], static_cast<int>(started_));
    }
    RETURN_IF_ERROR(attempt_->StageCommand(static_cast<int>(staged)));
  }
  return absl::OkStatus();
}

void Run::Tell() {
  int position = 0;
  for (Step& step : attempt_->steps()) {
    if (step.entry == nullptr) {
      observer_.OnModel(step.outcome);
    } else {
      observer_.OnFinished(step.outcome, ResultOf(step.generated), ++position);
    }
  }
}

// Collects what a run of one command tells.
class SingleRun : public RunObserver {
 public:
  void OnModel(const v1::CommandOutcome& model) override { model_diff_ = model.diff(); }
  void OnFinished(const v1::CommandOutcome& outcome, const SharedResult& result, int) override {
    answer_ = {outcome, result};
    answer_.outcome.set_diff(absl::StrCat(model_diff_, outcome.diff()));
  }
  CommandAnswer& answer() { return answer_; }

 private:
  std::string model_diff_;
  CommandAnswer answer_;
};

}  // namespace

absl::Status RunCommands(Backend& backend, Call& call, const v1::CommandContext& context,
                         const std::vector<const CommandEntry*>& entries, RunObserver& observer,
                         const RunOptions& options) {
  const absl::Status status = Run(backend, call, entries, options, observer).Execute(context);
  if (const auto conflict = ConflictOf(status); conflict.has_value()) observer.OnConflict(*conflict);
  return status;
}

absl::StatusOr<CommandAnswer> RunCommand(Backend& backend, Call& call, const v1::CommandContext& context,
                                         const CommandEntry& entry) {
  RETURN_IF_ERROR(ParseTopicName(context.topic()).status());
  if (entry.command == nullptr) return PlannedError(entry.spec->id());
  SingleRun single;
  RETURN_IF_ERROR(RunCommands(backend, call, context, {&entry}, single));
  return std::move(single.answer());
}

}  // namespace metapowers::server
