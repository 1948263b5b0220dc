#include "service/server/topic_status.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "metapowers/security/identify/v1/vulnerability_assessment.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/sections.h"
#include "service/server/command_index.h"
#include "service/server/context.h"
#include "service/server/document_frame.h"
#include "service/server/hand_edits.h"
#include "service/server/result_lists.h"
#include "service/server/section_guard.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

// The commands that were run without the document that must exist first, once for each time: the second cells of the
// table in a skip log, without its two header lines.
std::vector<std::string> SkippedCommands(absl::string_view log) {
  std::vector<std::string> commands;
  for (const absl::string_view line : absl::StrSplit(log, '\n')) {
    if (!absl::StartsWith(line, "|")) continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '|');
    commands.emplace_back(cells.size() > 2 ? absl::StripAsciiWhitespace(cells[2]) : "");
  }
  commands.erase(commands.begin(), commands.begin() + std::min<size_t>(2, commands.size()));
  return commands;
}

// What is looked at for each command.
struct Looked {
  Backend& backend;
  const Call& call;
  absl::string_view uid;
  const workspace::Snapshot& snapshot;
  const ResourceName& topic;
  const Inputs* inputs;  // nullptr where the topic has no model
};

// Whether nothing but the contract's sections, each closed, stands in `document`: none can then stand under another
// heading, or be swallowed.
bool IsPlain(absl::string_view document, const CommandEntry& entry) {
  const document::Sections split = document::SplitSections(document);
  const std::vector<std::string> own = CommandIndex::Get().Headings(entry.spec->document());
  return split.unclosed_line == 0 &&
         std::all_of(split.sections.begin(), split.sections.end(), [&own](const document::Section& section) {
           return std::find(own.begin(), own.end(), section.heading) != own.end();
         });
}

// Adds what keeps `entry` from its section to the faults of its document; one that others have met is theirs too.
void AddFault(const CommandEntry& entry, const absl::Status& refused, v1::GetTopicStatusResponse& status) {
  const ErrorDetails details = DetailsOf(refused);
  const std::string problem(refused.message());
  for (v1::DocumentFault& fault : *status.mutable_document_faults()) {
    if (fault.document() == entry.spec->document() && fault.problem() == problem) {
      fault.add_commands(entry.spec->id());
      return;
    }
  }
  v1::DocumentFault& fault = *status.add_document_faults();
  fault.set_document(entry.spec->document());
  fault.add_commands(entry.spec->id());
  fault.set_problem(problem);
  fault.set_mend(details.next_step);
  const auto lines = details.metadata.find("lines");
  if (lines == details.metadata.end()) return;
  for (const absl::string_view line : absl::StrSplit(lines->second, ',')) {
    int number = 0;
    if (absl::SimpleAtoi(line, &number)) fault.add_lines(number);
  }
}

// What `entry` would make of `document` now.
absl::StatusOr<std::string> Renew(const Looked& at, const CommandEntry& entry, const std::string& document,
                                  v1::CommandStatus& row) {
  ASSIGN_OR_RETURN(const auto generated, at.backend.generator.Generate(entry, *at.inputs));
  const std::string& topic = at.topic.topic;
  ASSIGN_OR_RETURN(std::string renewed, SpliceSection(document, *entry.spec, topic, generated->section));
  const SectionPlace place{at.backend, at.call, at.uid, at.topic, entry, at.snapshot, at.snapshot};
  ASSIGN_OR_RETURN(const Regenerated made,
                   Regenerate(place, document, generated->section, document::EditChoice::kRefuse));
  if (!made.edits.has_value()) return renewed;
  row.set_hand_edited(true);
  return SpliceSection(document, *entry.spec, topic, made.section);
}

// Sets state and edits of the section of `entry` in `document`.
absl::Status SetState(const Looked& at, const CommandEntry& entry, const std::string& document, v1::CommandStatus& row,
                      v1::GetTopicStatusResponse& status) {
  row.set_state(v1::SECTION_STATE_PLANNED);
  if (entry.command == nullptr) return absl::OkStatus();
  row.set_state(v1::SECTION_STATE_MISSING);
  const bool stands = FindSection(document, entry.spec->heading()).has_value();
  if (!stands && (at.inputs == nullptr || IsPlain(document, entry))) return absl::OkStatus();
  if (stands) row.set_state(v1::SECTION_STATE_STALE);
  if (at.inputs == nullptr) return absl::OkStatus();
  const absl::StatusOr<std::string> renewed = Renew(at, entry, document, row);
  const std::string reason = DetailsOf(renewed.status()).reason;
  const bool faulty = reason == "DOCUMENT_MALFORMED" || reason == "CONFLICT_MARKERS";
  if (faulty) AddFault(entry, renewed.status(), status);
  if (faulty || reason == "SECTION_CONFLICT" || reason == "SECTION_EDITED") {
    row.set_state(v1::SECTION_STATE_EDITED);
    row.set_hand_edited(stands);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(renewed.status());
  if (stands && *renewed == document) row.set_state(v1::SECTION_STATE_CURRENT);
  return absl::OkStatus();
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

// Keeps the most severe of those with one key.
void Keep(v1::OpenFinding finding, std::map<std::string, v1::OpenFinding>& findings) {
  v1::OpenFinding& kept = findings[finding.key()];
  if (kept.key().empty() || finding.severity() > kept.severity()) kept = std::move(finding);
}

// Vulnerabilities that reports show: they are mended by their own terms, so that their result lists them by team.
void KeepVulnerabilities(const google::protobuf::Message& result, std::map<std::string, v1::OpenFinding>& findings) {
  const auto* vulnerabilities = dynamic_cast<const security::identify::v1::VulnerabilityAssessmentResult*>(&result);
  if (vulnerabilities == nullptr) return;
  for (const auto& plan : vulnerabilities->plans()) {
    for (const auto& row : plan.rows()) {
      v1::OpenFinding finding;
      finding.set_key(absl::StrCat(row.id(), "@", row.subject()));
      finding.set_severity(row.severity());
      finding.set_title(absl::StrCat(row.id(), " in ", row.package().empty() ? row.place() : row.package()));
      finding.set_owner(plan.team());
      finding.set_due(row.due());
      Keep(std::move(finding), findings);
    }
  }
}

}  // namespace

absl::StatusOr<std::map<std::string, v1::OpenFinding>> OpenFindingsOf(Backend& backend, const Call& call,
                                                                      const Inputs& inputs) {
  std::map<std::string, v1::OpenFinding> findings;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    if (entry.command == nullptr) continue;
    const bool vulnerabilities =
        entry.command->result == security::identify::v1::VulnerabilityAssessmentResult::descriptor();
    if (!vulnerabilities && entry.command->result->FindFieldByName("open_findings") == nullptr) continue;
    RETURN_IF_ERROR(call.CheckAlive());
    ASSIGN_OR_RETURN(const auto generated, backend.generator.Generate(entry, inputs));
    v1::CommandOutcome lists;
    CopyLists(*generated->result, lists);
    for (v1::OpenFinding& finding : *lists.mutable_open_findings()) Keep(std::move(finding), findings);
    KeepVulnerabilities(*generated->result, findings);
  }
  return findings;
}

google::protobuf::RepeatedPtrField<v1::FindingCount> CountFindings(
    const std::map<std::string, v1::OpenFinding>& findings, absl::string_view as_of) {
  std::map<model::v1::Severity, v1::FindingCount, std::greater<>> counts;
  for (const auto& [key, finding] : findings) {
    v1::FindingCount& count = counts[finding.severity()];
    count.set_severity(finding.severity());
    count.set_open(count.open() + 1);
    if (!finding.due().empty() && finding.due() < as_of) count.set_overdue(count.overdue() + 1);
  }
  google::protobuf::RepeatedPtrField<v1::FindingCount> listed;
  for (auto& [severity, count] : counts) *listed.Add() = std::move(count);
  return listed;
}

absl::Status ComputeTopicStatus(Backend& backend, const Call& call, absl::string_view uid,
                                const workspace::Snapshot& snapshot, const ResourceName& topic,
                                v1::GetTopicStatusResponse& status) {
  ASSIGN_OR_RETURN(const std::string tree, TopicTree(snapshot, topic));
  status.set_topic(topic.ToString());
  status.set_topic_etag(TopicEtag(tree));
  status.set_head(snapshot.commit());

  ASSIGN_OR_RETURN(const std::string model, snapshot.BlobId(topic.PathOf(kModelFile)));
  std::optional<Inputs> inputs;
  if (!model.empty()) {
    ASSIGN_OR_RETURN(inputs, ReadInputs(backend.generator, snapshot, topic));
    status.set_has_model(true);
    status.set_as_of(inputs->model->model->proto().as_of());
    AddQuestions(*inputs->model, status);
    ASSIGN_OR_RETURN(const auto findings, OpenFindingsOf(backend, call, *inputs));
    *status.mutable_findings() = CountFindings(findings, status.as_of());
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> skips, snapshot.ReadFile(topic.PathOf(kSkipLogFile)));
  const std::vector<std::string> skipped = SkippedCommands(skips.value_or(""));
  status.set_skipped_gates(static_cast<int32_t>(skipped.size()));
  const Looked at{backend, call, uid, snapshot, topic, inputs.has_value() ? &*inputs : nullptr};

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
    row.set_phase(entry.spec->phase());
    row.set_gate_skipped(std::find(skipped.begin(), skipped.end(), entry.spec->id()) != skipped.end());
    RETURN_IF_ERROR(SetState(at, entry, documents[file], row, status));
    const bool due = row.state() == v1::SECTION_STATE_MISSING || row.state() == v1::SECTION_STATE_STALE;
    if (due && status.next_command().empty()) status.set_next_command(entry.spec->id());
  }
  return absl::OkStatus();
}

}  // namespace metapowers::server
