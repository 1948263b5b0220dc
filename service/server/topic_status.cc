#include "service/server/topic_status.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/server/context.h"
#include "service/server/document_frame.h"
#include "service/server/section_guard.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

// Rows of the table in a skip log, without its two header lines.
int CountSkips(absl::string_view log) {
  int rows = 0;
  for (const absl::string_view line : absl::StrSplit(log, '\n')) {
    if (absl::StartsWith(line, "|")) ++rows;
  }
  return std::max(rows - 2, 0);
}

// State of the section of `entry` in `document`; `inputs` is nullptr where the topic has no model.
absl::StatusOr<v1::SectionState> StateOf(Backend& backend, const CommandEntry& entry, const Inputs* inputs,
                                         const std::string& document, absl::string_view topic) {
  if (entry.command == nullptr) return v1::SECTION_STATE_PLANNED;
  const auto standing = FindSection(document, entry.spec->heading());
  if (!standing.has_value()) return v1::SECTION_STATE_MISSING;
  if (inputs == nullptr) return v1::SECTION_STATE_STALE;
  ASSIGN_OR_RETURN(const auto generated, backend.generator.Generate(entry, *inputs));
  ASSIGN_OR_RETURN(const std::string after, SpliceSection(document, *entry.spec, topic, generated->section));
  return after == document ? v1::SECTION_STATE_CURRENT : v1::SECTION_STATE_STALE;
}

void AddQuestions(const ModelFacts& model, v1::GetTopicStatusResponse& status) {
  for (const model::Question& question : model.questions) {
    v1::Question& out = *status.add_questions();
    out.set_field(question.field);
    out.set_text(question.text);
    out.set_owner(question.owner);
    if (const auto* team = model.model->Find<model::v1::Team>(question.owner)) out.set_owner_name(team->name());
  }
}

}  // namespace

absl::Status ComputeTopicStatus(Backend& backend, const Call& call, const workspace::Snapshot& snapshot,
                                const ResourceName& topic, v1::GetTopicStatusResponse& status) {
  ASSIGN_OR_RETURN(const std::string tree, TopicTree(snapshot, topic));
  status.set_topic(topic.ToString());
  status.set_topic_etag(TopicEtag(tree));
  status.set_head(snapshot.commit());

  ASSIGN_OR_RETURN(const std::string model, snapshot.BlobId(topic.PathOf(kModelFile)));
  std::optional<Inputs> inputs;
  if (!model.empty()) {
    ASSIGN_OR_RETURN(inputs, ReadInputs(backend.generator, snapshot, topic));
    status.set_has_model(true);
    AddQuestions(*inputs->model, status);
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> skips, snapshot.ReadFile(topic.PathOf(kSkipLogFile)));
  status.set_skipped_gates(CountSkips(skips.value_or("")));

  std::map<std::string, std::string> documents;  // by file name; each is read once
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    RETURN_IF_ERROR(call.CheckAlive());
    const std::string& file = entry.spec->document();
    if (documents.count(file) == 0) {
      ASSIGN_OR_RETURN(const std::optional<std::string> text, snapshot.ReadFile(topic.PathOf(file)));
      documents[file] = text.value_or("");
    }
    v1::CommandStatus& row = *status.add_commands();
    row.set_command(entry.spec->id());
    ASSIGN_OR_RETURN(const v1::SectionState state,
                     StateOf(backend, entry, inputs.has_value() ? &*inputs : nullptr, documents[file], topic.topic));
    row.set_state(state);
    const bool due = state == v1::SECTION_STATE_MISSING || state == v1::SECTION_STATE_STALE;
    if (due && status.next_command().empty()) status.set_next_command(entry.spec->id());
  }
  return absl::OkStatus();
}

}  // namespace metapowers::server
