// Prompts of model questions: what may be typed, and the elements that a person declares on the way.
#ifndef METAPOWERS_CLIENT_COMMANDS_QUESTION_PROMPT_H_
#define METAPOWERS_CLIENT_COMMANDS_QUESTION_PROMPT_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "client/session.h"
#include "metapowers/v1/model_service.pb.h"

namespace metapowers::client {

using Answers = std::map<std::string, std::string>;  // by field

// Reads FIELD=VALUE; false when it is none.
bool ReadAnswer(const std::string& text, std::string* field, std::string* value);

// The choices of a question, or what else may be typed.
void PrintChoices(Session& session, const metapowers::v1::ModelQuestion& question);

// What was typed, with numbers of choices replaced by what they stand for.
std::string TypedValue(const metapowers::v1::ModelQuestion& question, const std::string& typed);

// Elements that answers name and that are declared with them. For one session at a terminal.
class Declarations {
 public:
  // Tries answers on the model, with all that is declared; says why not, or "" when they fit.
  using Try = std::function<std::string(const Answers& answers)>;

  Declarations(Session& session, metapowers::v1::ListQuestionsResponse& questions, Try tried)
      : session_(session), questions_(questions), try_(std::move(tried)) {}

  // Replaces each `+` of an answer by the id of an element that the person declares now; false when none is declared.
  bool Fill(const metapowers::v1::ModelQuestion& question, std::string* value);

  const Answers& answers() const { return answers_; }

 private:
  // The id; empty when the person gives up, or the model does not take it.
  std::string Declare(const std::string& list);
  // What the person says of a field; false at the end of the input, or without what the element must have.
  bool Ask(const metapowers::v1::NewElementField& field, std::string* value);
  std::string FreeId(const std::string& list, const std::string& name) const;
  void AddChoice(const std::string& list, const std::string& id, const std::string& name);

  Session& session_;
  metapowers::v1::ListQuestionsResponse& questions_;
  const Try try_;
  Answers answers_;
  std::map<std::string, std::vector<std::string>> ids_;  // declared so far, by list
};

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_QUESTION_PROMPT_H_
