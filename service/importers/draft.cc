#include "service/importers/draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/draft_response.h"
#include "service/importers/plain_text.h"
#include "service/model/model.h"
#include "service/model/yaml_writer.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

void SortByPlace(std::vector<Note>& notes) {
  std::stable_sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) { return a.place.at < b.place.at; });
}

}  // namespace

void Draft::RestsAs(const std::string& path, const std::string& other) {
  if (const auto known = bases_.find(other); known != bases_.end()) Rest(path, known->second);
}

void Draft::AddTeam(absl::string_view name, const Place& at) {
  if (!name.empty() && teams_.Add(absl::AsciiStrToLower(name), name)) team_names_.emplace_back(name, at);
}

void Draft::SettleTeams() {
  teams_.Settle();
  for (const auto& [name, at] : team_names_) {
    pb::Team& team = *model_.add_teams();
    team.set_id(*teams_.Find(absl::AsciiStrToLower(name)));
    team.set_name(name);
    team.set_lead(absl::StrCat("Lead of ", name, " (to be named)"));
    const std::string path = absl::StrCat("teams[", team.id(), "].");
    for (const char* field : {"id", "name"}) Observed(path + field, at);
    Assumed(path + "lead", at, "the file names no lead of a team");
  }
}

std::string Draft::TeamOf(absl::string_view name) const {
  const std::string* id = teams_.Find(absl::AsciiStrToLower(name));
  return id == nullptr ? "" : *id;
}

void Draft::AddTracked(TrackedRisk risk, pb::DecisionDraft decision, const Place& place) {
  tracked_.push_back({std::move(risk), std::move(decision), place});
}

void Draft::Clean(Redaction& redaction) {
  redaction.Clean(Spot{file_, {1, 1}}, model_);
  for (Tracked& tracked : tracked_) redaction.Clean(Spot{file_, tracked.place.at}, tracked.decision);
}

void Draft::Complete(const std::string& today) {
  completion_.CompleteElements();
  completion_.CompleteModel(today);
  completion_.AssumeDrawn(bases_);
  completion_.Finish();
}

std::string Draft::ModelText(const std::vector<Note>& notes, const std::vector<v1::AttributeBasis>& bases) const {
  model::YamlComments comments;
  comments.opening = {
      absl::StrCat("System model of ", model_.name(), ", drafted from the ", tool_, " model ", file_, "."),
      "",
      "A comment beside an attribute says where it was observed or why it is assumed; no finding rests on what is",
      "assumed, and an attribute without such a comment counts as declared. What the file does not say is left out,",
      "and documents ask for it. What had to be filled in for the draft to be complete stands in `assumptions`. What",
      "has no place in this model is kept in the notes at the end.",
  };
  if (!notes.empty()) comments.closing = {absl::StrCat("--- Notes of the import from ", file_, " ---")};
  for (const Note& note : notes) {
    // What is kept says itself what it is; of a warning, the path does.
    const bool warning = note.kind == v1::IMPORT_NOTE_KIND_WARNING;
    comments.closing.push_back(absl::StrCat(
        "- ", NameOf(note.kind), " (line ", note.place.at.line,
        "): ", warning && !note.place.path.empty() ? absl::StrCat(note.place.path, " ") : "", OneLineOf(note.text)));
  }
  comments.beside = MarksOf(bases);
  return model::WriteYaml(model_, comments);
}

model::v1::Decisions Draft::Decide(const std::shared_ptr<const model::Model>& draft, const FindingLookup& findings_of,
                                   std::vector<Note>& notes) const {
  pb::Decisions decisions;
  decisions.set_schema_version("1");
  for (const Tracked& tracked : tracked_) {
    std::vector<std::string> findings;
    if (findings_of) {
      findings = findings_of(draft, tracked.risk);
      if (findings.empty()) {
        notes.push_back(
            {v1::IMPORT_NOTE_KIND_WARNING, tracked.place,
             absl::StrCat("is no finding of this draft; what it says is kept for ", ForeignKey(tracked.risk))});
      }
    }
    if (findings.empty()) findings.push_back(ForeignKey(tracked.risk));
    for (const std::string& finding : findings) {
      pb::DecisionDraft& decision = *decisions.add_drafts();
      decision = tracked.decision;
      decision.set_finding(finding);
    }
  }
  return decisions;
}

absl::StatusOr<v1::ImportModelResponse> Draft::Finish(std::vector<Note> notes, const FindingLookup& findings_of) {
  SortByPlace(notes);
  v1::ImportModelResponse response;
  response.set_format(format_);
  const std::vector<v1::AttributeBasis> bases = AttributeBases(model_, bases_);
  response.set_model_yaml(ModelText(notes, bases));
  ASSIGN_OR_RETURN(const auto parsed, CheckDraft(response.model_yaml(), file_, "leave parts of the file out"));
  Describe(model_, *parsed, response);
  for (const v1::AttributeBasis& basis : bases) *response.add_bases() = basis;
  if (!tracked_.empty()) {
    const pb::Decisions decisions = Decide(parsed, findings_of, notes);
    SortByPlace(notes);
    model::YamlComments comments;
    comments.opening = {
        absl::StrCat("What ", file_,
                     " says of findings. A draft is not in force: add requester, approver, authority and"),
        "expiry, and move it to `decisions`."};
    response.set_decisions_yaml(model::WriteYaml(decisions, comments));
    RETURN_IF_ERROR(model::ParseDecisions(response.decisions_yaml(), "decisions.yaml", *parsed).status());
    AddCount("drafts", decisions.drafts_size(), response);
  }
  for (const Note& note : notes) {
    v1::ImportNote& out = *response.add_notes();
    out.set_kind(note.kind);
    out.set_location(absl::StrCat(file_, ":", note.place.at.line, ":", note.place.at.column));
    out.set_field(note.place.path);
    out.set_text(OneLineOf(note.text));
  }
  return response;
}

}  // namespace metapowers::importers
