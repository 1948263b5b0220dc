#include "service/model/answers.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/model/element_labels.h"
#include "service/model/faults.h"
#include "service/model/proto_comments.h"
#include "service/model/schema.h"
#include "service/model/text_edit.h"
#include "service/model/validate.h"
#include "service/model/yaml_reader.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr absl::string_view kFile = "system-model.yaml";

bool IsYesNo(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ||
         (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && field.enum_type() == v1::Tristate_descriptor());
}

AnswerForm::Type TypeOf(const FieldDescriptor& field) {
  if (field.is_repeated()) return AnswerForm::Type::kWords;
  if (IsYesNo(field)) return AnswerForm::Type::kYesNo;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return AnswerForm::Type::kWord;
    case FieldDescriptor::CPPTYPE_STRING:
      if (!RuleOf(field).refers_to().empty()) return AnswerForm::Type::kReference;
      return RuleOf(field).format() == v1::FORMAT_DATE ? AnswerForm::Type::kDate : AnswerForm::Type::kText;
    default:
      return AnswerForm::Type::kNumber;
  }
}

std::vector<AnswerForm::Choice> ChoicesOf(const FieldDescriptor& field, const Collections& elements) {
  std::vector<AnswerForm::Choice> choices;
  if (IsYesNo(field)) return {{"yes", ""}, {"no", ""}};
  if (const EnumDescriptor* words = field.enum_type()) {
    for (int i = 1; i < words->value_count(); ++i) {  // the first is unknown
      choices.push_back({YamlName(*words->value(i)), ProtoComment(words->value(i)->full_name())});
    }
  } else if (!RuleOf(field).refers_to().empty()) {
    for (std::string& id : elements.Ids(RuleOf(field).refers_to())) choices.push_back({std::move(id), ""});
  }
  return choices;
}

// "Component.tier" -> its field.
const FieldDescriptor* FieldOf(const Question& question) {
  const std::string name = absl::StrCat(v1::SystemModel::descriptor()->file()->package(), ".", question.field_type);
  return google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(name);
}

// What a person typed, as the value of a field in YAML.
std::string AsYaml(const FieldDescriptor& field, absl::string_view typed) {
  std::string word = absl::AsciiStrToLower(typed);
  if (field.is_repeated()) {
    absl::ConsumePrefix(&typed, "[");
    absl::ConsumeSuffix(&typed, "]");
    std::vector<std::string> items;
    for (const absl::string_view item : absl::StrSplit(typed, ',')) {
      const absl::string_view text = absl::StripAsciiWhitespace(item);
      if (text.empty()) continue;
      items.push_back(field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? TextScalar(text) : std::string(text));
    }
    return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return TextScalar(Writable(typed));
    case FieldDescriptor::CPPTYPE_BOOL:
      return word == "yes" || word == "y" ? "true" : word == "no" || word == "n" ? "false" : word;
    case FieldDescriptor::CPPTYPE_ENUM:
      if (IsYesNo(field) && (word == "y" || word == "true")) return "yes";
      if (IsYesNo(field) && (word == "n" || word == "false")) return "no";
      return TextScalar(word);
    default:
      return std::string(typed);
  }
}

// Reads answers into messages, each of the type that holds its field.
class Reader {
 public:
  explicit Reader(const v1::SystemModel& standing) : standing_(standing) {}

  void Read(const Answer& answer) {
    std::vector<ValueStep> path = FindPath(standing_, answer.field);
    const absl::string_view typed = absl::StripAsciiWhitespace(answer.value);
    if (path.empty() || path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Refuse(answer, "is no field of this model that can be answered");
    }
    const FieldDescriptor& field = *path.back().field;
    if (!answered_.insert(PlaceOf(path)).second) return Refuse(answer, "is answered twice; keep one of the answers");
    if (typed.empty()) return Refuse(answer, "is empty; leave out what is not known");
    auto& part = parts_.emplace_back(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(field.containing_type())->New());
    const std::string yaml = absl::StrCat(field.name(), ": ", AsYaml(field, typed), "\n");
    SourceMap map;
    Faults faults;
    ReadYaml(yaml, *part, map, faults);
    if (const absl::Status status = faults.ToStatus(kFile); !status.ok()) {
      const std::vector<Violation> violations = DetailsOf(status).violations;
      return Refuse(answer, violations.empty() ? std::string(status.message()) : violations.front().description);
    }
    if (!IsSet(*part, field)) return Refuse(answer, "says nothing; leave out what is not known");
    edits_.push_back({std::move(path), part.get(), {}});
  }

  const std::vector<TextEdit>& edits() const { return edits_; }

  absl::Status Status() const {
    if (violations_.empty()) return absl::OkStatus();
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        violations_.size() == 1 ? absl::StrCat(violations_.front().field, ": ", violations_.front().description)
                                : absl::StrCat(violations_.size(), " answers do not fit their questions"),
        {"ANSWER_INVALID", {}, violations_, "metapowers model questions TOPIC lists what can be answered"});
  }

 private:
  using Place = std::vector<std::pair<const FieldDescriptor*, int>>;

  // However the path was written.
  static Place PlaceOf(const std::vector<ValueStep>& path) {
    Place place;
    for (const ValueStep& step : path) place.emplace_back(step.field, step.index);
    return place;
  }

  void Refuse(const Answer& answer, std::string what) { violations_.push_back({answer.field, std::move(what), ""}); }

  const v1::SystemModel& standing_;
  std::vector<std::unique_ptr<Message>> parts_;
  std::vector<TextEdit> edits_;
  std::set<Place> answered_;
  std::vector<Violation> violations_;
};

}  // namespace

const AnswerForm& AnswerForms::Of(const Question& question) {
  const FieldDescriptor* field = FieldOf(question);
  const auto [at, is_new] = forms_.try_emplace(field);
  AnswerForm& form = at->second;
  if (!is_new || field == nullptr) return form;
  form = {TypeOf(*field), ChoicesOf(*field, elements_), ProtoComment(field->full_name())};
  if (form.choices.size() > kMaxAnswerChoices) {
    absl::StrAppend(&form.help, form.help.empty() ? "" : " ", "… and ", form.choices.size() - kMaxAnswerChoices,
                    " more that can be named");
    form.choices.resize(kMaxAnswerChoices);
  }
  return form;
}

absl::StatusOr<std::string> WriteAnswers(absl::string_view yaml, const std::vector<Answer>& answers) {
  RETURN_IF_ERROR(Model::Parse(yaml, kFile).status());
  v1::SystemModel standing;
  SourceMap map;
  Faults faults;
  ReadYaml(yaml, standing, map, faults);
  Reader reader(standing);
  for (const Answer& answer : answers) reader.Read(answer);
  RETURN_IF_ERROR(reader.Status());
  ASSIGN_OR_RETURN(std::string edited, EditText(yaml, standing, reader.edits()));
  RETURN_IF_ERROR(Model::Parse(edited, kFile).status());
  return edited;
}

}  // namespace metapowers::model
