#include "service/importers/draft_response.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/base/error.h"
#include "service/model/faults.h"
#include "service/model/schema.h"

namespace metapowers::importers {

absl::StatusOr<std::shared_ptr<const model::Model>> CheckDraft(absl::string_view yaml, absl::string_view source,
                                                               absl::string_view mend) {
  if (yaml.size() > model::kMaxModelBytes) {
    const std::string what =
        absl::StrCat("makes a model of ", yaml.size(), " bytes; the limit is ", model::kMaxModelBytes);
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(model::Quote(source), " ", what),
                     {"MODEL_INVALID", {{"errors", "1"}}, {{"", what, std::string(source)}}, std::string(mend)});
  }
  auto parsed = model::Model::Parse(yaml, "draft");
  if (parsed.ok()) return parsed;
  return MakeError(absl::StatusCode::kInternal, absl::StrCat("the draft is not valid: ", parsed.status().message()),
                   {"INTERNAL", {}, DetailsOf(parsed.status()).violations, ""});
}

void AddCount(const std::string& field, int count, v1::ImportModelResponse& response) {
  v1::ImportCount& out = *response.add_counts();
  out.set_field(field);
  out.set_count(count);
}

void Describe(const model::v1::SystemModel& draft, const model::Model& parsed, v1::ImportModelResponse& response) {
  const auto& type = *draft.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.name() == "assumptions" || !field.is_repeated() || !model::IsSet(draft, field)) continue;
    AddCount(field.name(), draft.GetReflection()->FieldSize(draft, &field), response);
  }
  for (const auto& assumption : draft.assumptions()) response.add_assumptions(assumption.statement());
  for (const model::Question& question : model::OpenQuestions(parsed)) {
    v1::Question& out = *response.add_questions();
    out.set_field(question.field);
    out.set_text(question.text);
    out.set_owner(question.owner);
  }
}

const char* NameOf(v1::ImportNoteKind kind) {
  switch (kind) {
    case v1::IMPORT_NOTE_KIND_WARNING:
      return "warning";
    case v1::IMPORT_NOTE_KIND_QUESTION:
      return "question";
    default:
      return "kept";
  }
}

}  // namespace metapowers::importers
