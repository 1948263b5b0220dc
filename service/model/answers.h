// Answers to the open questions of a model, written into its text.
#ifndef METAPOWERS_SERVICE_MODEL_ANSWERS_H_
#define METAPOWERS_SERVICE_MODEL_ANSWERS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "service/model/model.h"
#include "service/model/validate.h"

namespace metapowers::model {

// What may be written for a field.
struct AnswerForm {
  enum class Type { kText, kNumber, kDate, kYesNo, kWord, kReference, kWords };
  struct Choice {
    std::string value;
    std::string meaning;
  };

  Type type = Type::kText;
  std::string list;  // of the model, that a reference or words name entries of; empty: none
  // Allowed words, or the elements that a reference may name, kMaxAnswerChoices of them; empty: free.
  std::vector<Choice> choices;
  std::string help;  // what the field means, and how many more choices there are
};

// What an entry of a list of the model is called: "data class" for `data_classes`.
std::string WordOf(absl::string_view list);

inline constexpr size_t kMaxAnswerChoices = 200;

// A field of an element that is declared with an answer.
struct NewField {
  std::string name;
  bool required = false;
  AnswerForm form;  // its help is the question
};

// The forms for questions of one model. Placeholders of an import are no choices. For one thread.
class AnswerForms {
 public:
  explicit AnswerForms(const Model& model) : elements_(Collections::Of(model.proto(), SourceMap())) {}

  // Stays as long as this does.
  const AnswerForm& Of(const Question& question);

  // What declares a new entry of a list that answers may name entries of, but its id: what it must have, then the
  // words that it is asked for and that decide on law.
  std::vector<NewField> ToDeclare(absl::string_view list) const;

 private:
  AnswerForm Make(const google::protobuf::FieldDescriptor& field) const;

  const Collections elements_;
  std::map<const google::protobuf::FieldDescriptor*, AnswerForm> forms_;
};

struct Answer {
  std::string field;  // Question::field; of an element that the model lacks, `data_classes[orders].name`: declares it
  std::string value;  // as a person types it: a word, number, date, text; a list with commas, in brackets or not
};

struct AnsweredModel {
  std::string yaml;
  std::shared_ptr<const Model> model;  // the same
};

// `yaml` with the answers, as EditText() writes them, and with what they settle: marks, assumptions and placeholders of
// an import go with their subject. An answer may take the place of what the text has; one to `frameworks`, a list of
// ids out of those given, adds each as a framework in scope. INVALID_ARGUMENT ANSWER_INVALID with a violation for each
// answer that fits no field, or not its field, or is the second to it, or declares an element by halves, and
// MODEL_INVALID when the text is no valid model or would be none with them. Pure; thread-safe.
absl::StatusOr<AnsweredModel> WriteAnswers(absl::string_view yaml, const std::vector<Answer>& answers,
                                           const std::vector<std::string>& frameworks = {});

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ANSWERS_H_
