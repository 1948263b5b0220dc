// Answers to the open questions of a model, written into its text.
#ifndef METAPOWERS_SERVICE_MODEL_ANSWERS_H_
#define METAPOWERS_SERVICE_MODEL_ANSWERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/model/model.h"

namespace metapowers::model {

// What may be written for a field.
struct AnswerForm {
  enum class Type { kText, kNumber, kDate, kYesNo, kWord, kReference, kWords };
  struct Choice {
    std::string value;
    std::string meaning;
  };

  Type type = Type::kText;
  std::vector<Choice> choices;  // allowed words, or the elements that a reference may name; empty: free
  std::string help;             // what the field means
};

// The form for a question of this model. Pure; thread-safe.
AnswerForm FormOf(const Question& question, const Model& model);

struct Answer {
  std::string field;  // Question::field
  std::string value;  // as a person types it: a word, number, date, text; a list with commas, in brackets or not
};

// `yaml` with the answers, as EditText() writes them. An answer may take the place of an earlier one. INVALID_ARGUMENT
// ANSWER_INVALID with a violation for each answer that fits no field, or not its field, and MODEL_INVALID when the text
// is no valid model or would be none with them. Pure; thread-safe.
absl::StatusOr<std::string> WriteAnswers(absl::string_view yaml, const std::vector<Answer>& answers);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ANSWERS_H_
