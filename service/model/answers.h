// Answers to the open questions of a model, written into its text.
#ifndef METAPOWERS_SERVICE_MODEL_ANSWERS_H_
#define METAPOWERS_SERVICE_MODEL_ANSWERS_H_

#include <map>
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
  // Allowed words, or the elements that a reference may name, kMaxAnswerChoices of them; empty: free.
  std::vector<Choice> choices;
  std::string help;  // what the field means, and how many more choices there are
};

inline constexpr size_t kMaxAnswerChoices = 200;

// The forms for questions of one model. For one thread.
class AnswerForms {
 public:
  explicit AnswerForms(const Model& model) : elements_(Collections::Of(model.proto(), SourceMap())) {}

  // Stays as long as this does.
  const AnswerForm& Of(const Question& question);

 private:
  const Collections elements_;
  std::map<const google::protobuf::FieldDescriptor*, AnswerForm> forms_;
};

struct Answer {
  std::string field;  // Question::field
  std::string value;  // as a person types it: a word, number, date, text; a list with commas, in brackets or not
};

// `yaml` with the answers, as EditText() writes them. An answer may take the place of what the text has.
// INVALID_ARGUMENT ANSWER_INVALID with a violation for each answer that fits no field, or not its field, or is the
// second to it, and MODEL_INVALID when the text is no valid model or would be none with them. Pure; thread-safe.
absl::StatusOr<std::string> WriteAnswers(absl::string_view yaml, const std::vector<Answer>& answers);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ANSWERS_H_
