#include "service/commands/naming.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/applicable_references.h"
#include "service/commands/open_questions.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands {

std::string TeamName(const model::Model& model, absl::string_view id) {
  const auto* team = model.Find<model::v1::Team>(id);
  return team == nullptr ? std::string(id) : team->name();
}

std::string OwnerName(const model::Model& model, absl::string_view team) {
  return TeamName(model, team.empty() ? absl::string_view(model.proto().owner_team()) : team);
}

std::string RoleOfKind(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds) {
  for (const int kind : kinds) {
    for (const model::v1::Role& role : model.proto().roles()) {
      if (role.kind() == kind) return role.title();
    }
  }
  return "";
}

bool Applies(const analysis::Facts& facts, absl::string_view framework) {
  return std::any_of(facts.frameworks().begin(), facts.frameworks().end(),
                     [&](const analysis::FrameworkFact& fact) { return fact.applies && fact.id == framework; });
}

std::vector<std::string> BindingReferences(ReferenceFilter& filter,
                                           const google::protobuf::RepeatedPtrField<std::string>& references) {
  std::vector<std::string> labels;
  for (const std::string& reference : filter.Applicable(references)) {
    labels.push_back(knowledge::ReferenceLabel(reference));
  }
  return labels;
}

void AddQuestions(const model::Model& model, std::initializer_list<absl::string_view> fields,
                  google::protobuf::RepeatedPtrField<metapowers::v1::Question>& out,
                  std::initializer_list<absl::string_view> further) {
  for (metapowers::v1::Question& question : QuestionsOn(model, fields, further)) *out.Add() = std::move(question);
}

void FillPresence(google::protobuf::Message& result) {
  const google::protobuf::FieldDescriptor* has = result.GetDescriptor()->FindFieldByName("has");
  google::protobuf::Message* flags = result.GetReflection()->MutableMessage(&result, has);
  for (int i = 0; i < has->message_type()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* flag = has->message_type()->field(i);
    const google::protobuf::FieldDescriptor* list = result.GetDescriptor()->FindFieldByName(flag->name());
    flags->GetReflection()->SetBool(flags, flag, result.GetReflection()->FieldSize(result, list) > 0);
  }
}

std::string Thousands(int64_t number) {
  const std::string digits = absl::StrCat(number);
  const size_t sign = number < 0 ? 1 : 0;
  std::string text;
  for (size_t at = 0; at < digits.size(); ++at) {
    if (at > sign && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

}  // namespace metapowers::commands
