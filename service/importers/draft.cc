#include "service/importers/draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_writer.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

constexpr absl::string_view kToBeNamed = "to-be-named";

const char* KindName(v1::ImportNoteKind kind) {
  switch (kind) {
    case v1::IMPORT_NOTE_KIND_WARNING:
      return "warning";
    case v1::IMPORT_NOTE_KIND_QUESTION:
      return "question";
    default:
      return "kept";
  }
}

void SortByPlace(std::vector<Note>& notes) {
  std::stable_sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) { return a.place.at < b.place.at; });
}

void AddCount(const std::string& field, int count, v1::ImportModelResponse& response) {
  v1::ImportCount& out = *response.add_counts();
  out.set_field(field);
  out.set_count(count);
}

}  // namespace

void Draft::AddTeam(absl::string_view name) {
  if (!name.empty() && teams_.Add(absl::AsciiStrToLower(name), name)) team_names_.emplace_back(name);
}

void Draft::SettleTeams() {
  teams_.Settle();
  for (const std::string& name : team_names_) {
    pb::Team& team = *model_.add_teams();
    team.set_id(*teams_.Find(absl::AsciiStrToLower(name)));
    team.set_name(name);
    team.set_lead(absl::StrCat("Lead of ", name, " (to be named)"));
  }
  if (team_names_.empty()) return;
  Assume("import-teams", absl::StrCat("Each owner that ", file_, " names is a team of the organisation: ",
                                      absl::StrJoin(team_names_, ", "), ". The file names no lead of any."));
}

void Draft::AddPlaceholderTeam() {
  if (!placeholder_.empty()) return;
  placeholder_ = teams_.Reserve(kToBeNamed);
  pb::Team& team = *model_.add_teams();
  team.set_id(placeholder_);
  team.set_name("Team to be named");
  team.set_lead("To be named");
}

std::string Draft::TeamOf(absl::string_view name) {
  if (const std::string* id = teams_.Find(absl::AsciiStrToLower(name))) return *id;
  AddPlaceholderTeam();
  return placeholder_;
}

void Draft::Assume(absl::string_view id, std::string statement, const std::set<std::string>& components) {
  pb::Assumption& assumption = *model_.add_assumptions();
  assumption.set_id(std::string(id));
  assumption.set_statement(std::move(statement));
  for (const std::string& component : components) assumption.add_components(component);
}

void Draft::AddTracked(TrackedRisk risk, pb::DecisionDraft decision, const Place& place) {
  tracked_.push_back({std::move(risk), std::move(decision), place});
}

// One owner of all components in scope answers for the system; of several, none does before people say so.
void Draft::CompleteOwner() {
  std::set<std::string> owners;
  for (const pb::Component& component : model_.components()) {
    if (!component.out_of_scope() && component.kind() != pb::COMPONENT_KIND_EXTERNAL_ENTITY) {
      owners.insert(component.owner_team());
    }
  }
  if (owners.size() == 1 && !owners.begin()->empty()) {
    model_.set_owner_team(*owners.begin());
    Assume("import-accountable-team",
           absl::StrCat("Team ", *owners.begin(), " is accountable for the system as a whole: it owns every component ",
                        "in scope, and ", file_, " names nobody."));
    return;
  }
  AddPlaceholderTeam();
  model_.set_owner_team(placeholder_);
  Assume("import-accountable-team", absl::StrCat("Team ", placeholder_, " stands for the team that is accountable for ",
                                                 "the system as a whole, which ", file_, " does not name."));
}

void Draft::Complete() {
  CompleteOwner();
  model_.mutable_organization()->set_name("To be named");
  Assume("import-organisation", absl::StrCat("\"To be named\" stands for the organisation that operates the system, ",
                                             "which ", file_, " does not name."));
  pb::Region& region = *model_.add_regions();
  region.set_id(std::string(kToBeNamed));
  region.set_name("Region to be named");
  region.set_hosting(true);
  Assume("import-regions", absl::StrCat("Region ", kToBeNamed, " stands for where the system runs and where its users ",
                                        "are, which ", file_, " does not say."));
  pb::Role& role = *model_.add_roles();
  role.set_id("system-owner");
  role.set_title("Owner of the system");
  role.set_kind(pb::ROLE_KIND_SYSTEM_OWNER);
  role.set_team(model_.owner_team());
  Assume("import-roles",
         absl::StrCat("Role system-owner is vacant and stands for all security roles: ", file_, " names none."));
  const std::string until = model::FormatDate(model::ToCivilDay(model_.as_of()) + kAssumptionDays);
  for (pb::Assumption& assumption : *model_.mutable_assumptions()) {
    assumption.set_owner_team(model_.owner_team());
    assumption.set_valid_until(until);
  }
}

std::string Draft::ModelText(const std::vector<Note>& notes) const {
  model::YamlComments comments;
  comments.opening = {
      absl::StrCat("System model of ", model_.name(), ", drafted from the ", tool_, " model ", file_, "."),
      "",
      "What the file does not say is left out, and documents ask for it. What had to be filled in for the draft to be",
      "complete stands in `assumptions`. What has no place in this model is kept in the notes at the end.",
  };
  if (!notes.empty()) comments.closing = {absl::StrCat("--- Notes of the import from ", file_, " ---")};
  for (const Note& note : notes) {
    // What is kept says itself what it is; of a warning, the path does.
    const bool warning = note.kind == v1::IMPORT_NOTE_KIND_WARNING;
    comments.closing.push_back(absl::StrCat("- ", KindName(note.kind), " (line ", note.place.at.line, "): ",
                                            warning ? absl::StrCat(note.place.path, " ") : "", OneLineOf(note.text)));
  }
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

void Draft::Count(v1::ImportModelResponse& response) const {
  const auto& type = *model_.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.name() == "assumptions" || !field.is_repeated() || !model::IsSet(model_, field)) continue;
    AddCount(field.name(), model_.GetReflection()->FieldSize(model_, &field), response);
  }
}

absl::StatusOr<v1::ImportModelResponse> Draft::Finish(std::vector<Note> notes, const FindingLookup& findings_of) {
  SortByPlace(notes);
  v1::ImportModelResponse response;
  response.set_format(format_);
  const std::string yaml = ModelText(notes);
  if (yaml.size() > model::kMaxModelBytes) {
    model::Faults faults;
    faults.Add({}, "", absl::StrCat("makes a model of ", yaml.size(), " bytes; the limit is ", model::kMaxModelBytes));
    return faults.ToStatus(file_);
  }
  const auto parsed = model::Model::Parse(yaml, "draft");
  if (!parsed.ok()) {
    return MakeError(absl::StatusCode::kInternal, absl::StrCat("the draft is not valid: ", parsed.status().message()),
                     {"INTERNAL", {}, DetailsOf(parsed.status()).violations, ""});
  }
  response.set_model_yaml(yaml);
  Count(response);
  if (!tracked_.empty()) {
    const pb::Decisions decisions = Decide(*parsed, findings_of, notes);
    SortByPlace(notes);
    model::YamlComments comments;
    comments.opening = {
        absl::StrCat("What ", file_,
                     " says of findings. A draft is not in force: add requester, approver, authority and"),
        "expiry, and move it to `decisions`."};
    response.set_decisions_yaml(model::WriteYaml(decisions, comments));
    RETURN_IF_ERROR(model::ParseDecisions(response.decisions_yaml(), "decisions.yaml", **parsed).status());
    AddCount("drafts", decisions.drafts_size(), response);
  }
  for (const pb::Assumption& assumption : model_.assumptions()) response.add_assumptions(assumption.statement());
  for (const Note& note : notes) {
    v1::ImportNote& out = *response.add_notes();
    out.set_kind(note.kind);
    out.set_location(absl::StrCat(file_, ":", note.place.at.line, ":", note.place.at.column));
    out.set_field(note.place.path);
    out.set_text(OneLineOf(note.text));
  }
  for (const model::Question& question : model::OpenQuestions(**parsed)) {
    v1::Question& out = *response.add_questions();
    out.set_field(question.field);
    out.set_text(question.text);
    out.set_owner(question.owner);
  }
  return response;
}

}  // namespace metapowers::importers
