#include "service/model/answers.h"

#include <algorithm>
#include <deque>
#include <map>
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
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/model/difference.h"
#include "service/model/element_labels.h"
#include "service/model/faults.h"
#include "service/model/ordered_model.h"
#include "service/model/placeholder.h"
#include "service/model/proto_comments.h"
#include "service/model/schema.h"
#include "service/model/settled.h"
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
// Decides which law data is under, though no document needs it of every class.
constexpr absl::string_view kCategories = "metapowers.model.v1.DataClass.categories";
// Answered by the ids of those in scope.
constexpr absl::string_view kFrameworks = "metapowers.model.v1.SystemModel.frameworks";

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
    for (std::string& id : elements.Ids(RuleOf(field).refers_to())) {
      if (!IsPlaceholderId(id)) choices.push_back({std::move(id), ""});
    }
  }
  return choices;
}

// The list at the root of a model that has the elements that a field names; nullptr when it names none of one.
const FieldDescriptor* ListOf(const FieldDescriptor& field) {
  const std::string& collection = RuleOf(field).refers_to();
  const auto& root = *v1::SystemModel::descriptor();
  for (int i = 0; !collection.empty() && i < root.field_count(); ++i) {
    const FieldDescriptor& list = *root.field(i);
    if (list.is_repeated() && list.message_type() != nullptr && CollectionOf(*list.message_type()) == collection) {
      return &list;
    }
  }
  return nullptr;
}

// "Component.tier" -> its field.
const FieldDescriptor* FieldOf(const Question& question) {
  const std::string name = absl::StrCat(v1::SystemModel::descriptor()->file()->package(), ".", question.field_type);
  return google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(name);
}

// The entries of a list as a person types it.
std::vector<std::string> ItemsOf(absl::string_view typed) {
  typed = absl::StripAsciiWhitespace(typed);
  absl::ConsumePrefix(&typed, "[");
  absl::ConsumeSuffix(&typed, "]");
  std::vector<std::string> items;
  for (const absl::string_view item : absl::StrSplit(typed, ',')) {
    const absl::string_view text = absl::StripAsciiWhitespace(item);
    if (!text.empty()) items.emplace_back(text);
  }
  return items;
}

// What a person typed, as the value of a field in YAML.
std::string AsYaml(const FieldDescriptor& field, absl::string_view typed) {
  std::string word = absl::AsciiStrToLower(typed);
  if (field.is_repeated()) {
    std::vector<std::string> items = ItemsOf(typed);
    for (std::string& item : items) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) item = TextScalar(item);
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
  Reader(const v1::SystemModel& standing, const std::vector<std::string>& frameworks)
      : standing_(standing), frameworks_(frameworks) {}

  void Read(const Answer& answer) {
    std::vector<ValueStep> path = finder_.Find(standing_, answer.field);
    if (path.empty()) path = PathOfNew(answer.field);
    const absl::string_view typed = absl::StripAsciiWhitespace(answer.value);
    const bool frameworks = !path.empty() && path.back().field->full_name() == kFrameworks;
    if (path.empty() || (path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !frameworks)) {
      return Refuse(answer, "is no field of this model that can be answered");
    }
    const FieldDescriptor& field = *path.back().field;
    if (!answered_.insert(PlaceOf(path)).second) return Refuse(answer, "is answered twice; keep one of the answers");
    if (typed.empty()) return Refuse(answer, "is empty; leave out what is not known");
    if (frameworks) return DeclareFrameworks(answer, field);
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
    const ValueStep& first = path.front();
    if (first.index >= 0 && first.index >= standing_.GetReflection()->FieldSize(standing_, first.field)) {
      declared_[{first.field, first.index}]->MergeFrom(*part);
    } else {
      edits_.push_back({std::move(path), part.get(), {}});
    }
  }

  // The edits of all that were read; the elements declared have all that they must.
  std::vector<TextEdit> TakeEdits() {
    for (const auto& [at, element] : declared_) {
      const std::string name = absl::StrCat(at.first->name(), "[", IdOf(*element), "]");
      std::vector<std::string> missing;
      for (int i = 0; i < element->GetDescriptor()->field_count(); ++i) {
        const FieldDescriptor& field = *element->GetDescriptor()->field(i);
        if (RuleOf(field).required() && !IsSet(*element, field)) {
          missing.push_back(absl::StrCat(name, ".", field.name()));
        }
      }
      if (!missing.empty()) {
        Refuse({name, ""}, absl::StrCat("is no element of the model; to declare it, answer ",
                                        absl::StrJoin(missing, ", "), " too"));
      }
      edits_.push_back({{{at.first, at.second}}, element.get(), {}});
    }
    return std::move(edits_);
  }

  std::deque<std::unique_ptr<Message>>& made() { return parts_; }

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

  // `data_classes[orders].name` of an entry that is not there: the entry comes behind the others. Empty when the path
  // is none of a list of elements that others name.
  std::vector<ValueStep> PathOfNew(absl::string_view path) {
    const size_t open = path.find('[');
    const size_t close = path.find("].");
    if (open == absl::string_view::npos || close == absl::string_view::npos || close < open) return {};
    const auto* list = v1::SystemModel::descriptor()->FindFieldByName(std::string(path.substr(0, open)));
    if (list == nullptr || list->message_type() == nullptr || CollectionOf(*list->message_type()).empty()) return {};
    const std::string id(path.substr(open + 1, close - open - 1));
    const auto* field = list->message_type()->FindFieldByName(std::string(path.substr(close + 2)));
    if (!list->is_repeated() || field == nullptr || !IsSlug(id)) return {};
    const auto [known, is_new] = new_.try_emplace({list, id}, 0);
    if (is_new) {
      known->second = NextOf(list);
      auto& element = declared_[{list, known->second}];
      element.reset(google::protobuf::MessageFactory::generated_factory()->GetPrototype(list->message_type())->New());
      element->GetReflection()->SetString(element.get(), IdField(*list->message_type()), id);
    }
    return {{list, known->second}, {field, -1}};
  }

  // The position behind the last entry, those declared before included.
  int NextOf(const FieldDescriptor* list) {
    return sizes_.try_emplace(list, standing_.GetReflection()->FieldSize(standing_, list)).first->second++;
  }

  void DeclareFrameworks(const Answer& answer, const FieldDescriptor& list) {
    const std::vector<std::string> ids = ItemsOf(answer.value);
    if (ids.empty()) return Refuse(answer, "says nothing; leave out what is not known");
    std::set<std::string> there;
    for (const v1::Framework& framework : standing_.frameworks()) there.insert(framework.id());
    for (const std::string& id : ids) {
      if (!there.insert(id).second)
        return Refuse(answer, absl::StrCat("names ", Quote(id), " twice, or the model does"));
      if (std::find(frameworks_.begin(), frameworks_.end(), id) == frameworks_.end()) {
        return Refuse(answer, absl::StrCat(Quote(id), " is no framework of the catalogue, which has ",
                                           absl::StrJoin(frameworks_, ", ")));
      }
      auto framework = std::make_unique<v1::Framework>();
      framework->set_id(id);
      framework->set_in_scope(true);
      declared_[{&list, NextOf(&list)}] = std::move(framework);
    }
  }

  void Refuse(const Answer& answer, std::string what) { violations_.push_back({answer.field, std::move(what), ""}); }

  const v1::SystemModel& standing_;
  const std::vector<std::string>& frameworks_;  // that the catalogue has
  PathFinder finder_;
  std::deque<std::unique_ptr<Message>> parts_;
  std::map<std::pair<const FieldDescriptor*, std::string>, int> new_;  // position by list and id
  std::map<const FieldDescriptor*, int> sizes_;                        // of lists, with what is declared
  std::map<std::pair<const FieldDescriptor*, int>, std::unique_ptr<Message>> declared_;
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
  form = Make(*field);
  return form;
}

AnswerForm AnswerForms::Make(const FieldDescriptor& field) const {
  const FieldDescriptor* list = ListOf(field);
  AnswerForm form{TypeOf(field), list == nullptr ? "" : list->name(), ChoicesOf(field, elements_),
                  ProtoComment(field.full_name())};
  if (form.choices.size() > kMaxAnswerChoices) {
    absl::StrAppend(&form.help, form.help.empty() ? "" : " ", "… and ", form.choices.size() - kMaxAnswerChoices,
                    " more that can be named");
    form.choices.resize(kMaxAnswerChoices);
  }
  return form;
}

std::string WordOf(absl::string_view list) {
  const auto* field = v1::SystemModel::descriptor()->FindFieldByName(std::string(list));
  return field == nullptr || field->message_type() == nullptr ? "" : TypeWords(field->message_type()->name());
}

std::vector<NewField> AnswerForms::ToDeclare(absl::string_view list) const {
  std::vector<NewField> required, further;
  const auto* field = v1::SystemModel::descriptor()->FindFieldByName(std::string(list));
  const auto* type = field == nullptr ? nullptr : field->message_type();
  for (int i = 0; type != nullptr && i < type->field_count(); ++i) {
    const FieldDescriptor& each = *type->field(i);
    if (&each == IdField(*type) || each.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const v1::Rule& rule = RuleOf(each);
    const bool asked = !rule.ask().empty() && each.enum_type() != nullptr;
    if (rule.required()) required.push_back({each.name(), true, Make(each)});
    if (!rule.required() && (asked || each.full_name() == kCategories)) {
      further.push_back({each.name(), false, Make(each)});
    }
  }
  required.insert(required.end(), further.begin(), further.end());
  return required;
}

absl::StatusOr<AnsweredModel> WriteAnswers(absl::string_view yaml, const std::vector<Answer>& answers,
                                           const std::vector<std::string>& frameworks) {
  v1::SystemModel standing;
  RETURN_IF_ERROR(ReadInOrder(yaml, kFile, standing));
  Reader reader(standing, frameworks);
  for (const Answer& answer : answers) reader.Read(answer);
  std::vector<TextEdit> edits = reader.TakeEdits();
  RETURN_IF_ERROR(reader.Status());
  Settle(standing, edits, reader.made());
  AnsweredModel answered;
  ASSIGN_OR_RETURN(answered.yaml, EditText(yaml, standing, edits));
  ASSIGN_OR_RETURN(answered.model, Model::Parse(answered.yaml, kFile));
  return answered;
}

}  // namespace metapowers::model
