// model questions: walks a person through what the model does not say.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/call_error.h"
#include "client/commands.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"

namespace metapowers::client {
namespace {

using metapowers::v1::AnswerQuestionsRequest;
using metapowers::v1::AnswerQuestionsResponse;
using metapowers::v1::GetModelRequest;
using metapowers::v1::GetModelResponse;
using metapowers::v1::ListQuestionsRequest;
using metapowers::v1::ListQuestionsResponse;
using metapowers::v1::ModelQuestion;
using metapowers::v1::ModelService;
using metapowers::v1::PutModelRequest;
using metapowers::v1::PutModelResponse;

constexpr int kMaxTries = 5;  // when somebody else writes meanwhile

std::string Plural(size_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// "Component.tier" of "components[web].tier", near enough to tell questions of one kind.
absl::string_view AttributeOf(absl::string_view field) { return field.substr(field.rfind(']') + 1); }

class Questions {
 public:
  Questions(Session& session, ModelService::Stub& models, const QuestionsOptions& options)
      : session_(session), models_(models), options_(options) {}

  int Run();

 private:
  int Load();
  int Print();
  // Asks one after the other; false when the answers are not to be written.
  bool Ask();
  // What a person typed, tried on the model; empty when it is no answer.
  std::string Take(const ModelQuestion& question, std::string typed);
  void Show(size_t at) const;
  void Explain(const ModelQuestion& question) const;
  std::string Choice(const ModelQuestion& question, const std::string& typed) const;
  grpc::Status Answer(const std::string& model, AnswerQuestionsResponse& response) const;
  int Write();

  Session& session_;
  ModelService::Stub& models_;
  const QuestionsOptions& options_;
  GetModelResponse model_;
  ListQuestionsResponse all_;
  std::vector<const ModelQuestion*> asked_;
  std::map<std::string, std::string> answers_;  // by field
};

int Questions::Load() {
  GetModelRequest request;
  request.set_topic(session_.TopicName(options_.topic));
  const auto context = session_.NewContext();
  model_.Clear();
  if (const auto status = models_.GetModel(context.get(), request, &model_); !status.ok()) return session_.Fail(status);
  return kExitOk;
}

int Questions::Run() {
  if (const int code = Load(); code != kExitOk) return code;
  ListQuestionsRequest request;
  request.set_model_yaml(model_.model_yaml());
  const auto context = session_.NewContext();
  if (const auto status = models_.ListQuestions(context.get(), request, &all_); !status.ok()) {
    return session_.Fail(status);
  }
  for (const ModelQuestion& question : all_.questions()) {
    if (options_.owner.empty() || question.question().owner() == options_.owner) asked_.push_back(&question);
  }
  for (const std::string& answer : options_.answers) {
    const size_t equals = answer.rfind("]", answer.find('=')) == std::string::npos
                              ? answer.find('=')
                              : answer.find('=', answer.rfind(']'));
    if (equals == std::string::npos) {
      return session_.Fail(kExitUsage, absl::StrCat("'", answer, "' is no answer"),
                           "write FIELD=VALUE, e.g. 'components[web].tier=tier_1'");
    }
    answers_[answer.substr(0, equals)] = answer.substr(equals + 1);
  }
  if (!answers_.empty()) return Write();
  if (options_.list || session_.streams().in == nullptr || session_.options().format != OutputFormat::kText) {
    return Print();
  }
  if (asked_.empty()) {
    session_.out() << "no open questions\n";
    return kExitOk;
  }
  if (!Ask()) {
    session_.err() << Plural(answers_.size(), "answer") << " not written\n";
    return kExitInterrupted;
  }
  if (answers_.empty()) {
    session_.err() << "nothing answered, nothing written\n";
    return kExitOk;
  }
  return Write();
}

int Questions::Print() {
  if (session_.PrintMessage(all_)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const ModelQuestion* question : asked_) {
    rows.push_back({ForTerminal(question->question().field()), ForTerminal(question->question().owner()),
                    ForTerminal(question->question().text())});
  }
  PrintTable(session_.out(), rows);
  session_.err() << Plural(asked_.size(), "open question") << '\n';
  return kExitOk;
}

void Questions::Show(size_t at) const {
  const ModelQuestion& question = *asked_[at];
  const auto& asked = question.question();
  session_.out() << '\n'
                 << session_.Styled("2", absl::StrCat(at + 1, "/", asked_.size(), "  ", ForTerminal(asked.field()),
                                                      asked.owner().empty() ? "" : "  ", ForTerminal(asked.owner())))
                 << '\n'
                 << session_.Styled("1", ForTerminal(asked.text())) << '\n';
  if (question.type() == "yes-no") {
    session_.out() << "  yes or no\n";
  } else if (question.choices().empty()) {
    session_.out() << "  " << question.type() << '\n';
  }
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < question.choices_size() && question.type() != "yes-no"; ++i) {
    rows.push_back({absl::StrCat("  ", i + 1), ForTerminal(question.choices(i).value()),
                    ForTerminal(question.choices(i).meaning())});
  }
  PrintTable(session_.out(), rows);
  const auto answer = answers_.find(asked.field());
  if (answer != answers_.end()) session_.out() << "  answered: " << ForTerminal(answer->second) << '\n';
}

void Questions::Explain(const ModelQuestion& question) const {
  session_.out()
      << "  " << ForTerminal(question.help()) << '\n'
      << "  type a number or a word of the list, or the value; VALUE * answers all that follow of this kind;\n"
      << "  Enter leaves it open, < goes back, . ends and writes, Ctrl-C ends and writes nothing\n";
}

// The word that a number stands for.
std::string Questions::Choice(const ModelQuestion& question, const std::string& typed) const {
  int number = 0;
  if (question.type() == "number" || !absl::SimpleAtoi(typed, &number)) return typed;
  if (number < 1 || number > question.choices_size()) return typed;
  return question.choices(number - 1).value();
}

std::string Questions::Take(const ModelQuestion& question, std::string typed) {
  const std::string value = Choice(question, typed);
  AnswerQuestionsRequest request;
  request.set_model_yaml(model_.model_yaml());
  auto& answer = *request.add_answers();
  answer.set_field(question.question().field());
  answer.set_value(value);
  AnswerQuestionsResponse response;
  const auto context = session_.NewContext();
  const auto status = models_.AnswerQuestions(context.get(), request, &response);
  if (status.ok()) return value;
  const CallError error(status);
  const auto& violations = error.bad_request.field_violations();
  session_.out() << "  " << ForTerminal(violations.empty() ? status.error_message() : violations[0].description())
                 << '\n';
  return "";
}

bool Questions::Ask() {
  session_.out() << Plural(asked_.size(), "open question") << " of " << options_.topic
                 << ", those that decide most threats first. Enter leaves one open, ? explains, . ends and writes.\n";
  for (size_t at = 0; at < asked_.size();) {
    Show(at);
    const ModelQuestion& question = *asked_[at];
    std::string typed;
    for (;;) {
      session_.out() << "> " << std::flush;
      if (!session_.ReadLine(typed)) return !Session::interrupted();
      typed = std::string(absl::StripAsciiWhitespace(typed));
      if (typed == "?") {
        Explain(question);
        continue;
      }
      break;
    }
    if (typed == ".") return true;
    if (typed == "<") {
      if (at > 0) --at;
      continue;
    }
    if (typed.empty()) {
      ++at;
      continue;
    }
    absl::string_view word = typed;
    const bool all = absl::ConsumeSuffix(&word, " *");
    const std::string value = Take(question, std::string(word));
    if (value.empty()) continue;
    answers_[question.question().field()] = value;
    size_t next = at + 1;
    while (all && next < asked_.size() && asked_[next]->question().text().size() > 0 &&
           AttributeOf(asked_[next]->question().field()) == AttributeOf(question.question().field())) {
      answers_[asked_[next++]->question().field()] = value;
    }
    if (all) session_.out() << "  given to " << Plural(next - at, "question") << '\n';
    at = next;
  }
  return true;
}

grpc::Status Questions::Answer(const std::string& model, AnswerQuestionsResponse& response) const {
  AnswerQuestionsRequest request;
  request.set_model_yaml(model);
  for (const auto& [field, value] : answers_) {
    auto& answer = *request.add_answers();
    answer.set_field(field);
    answer.set_value(value);
  }
  const auto context = session_.NewContext();
  return models_.AnswerQuestions(context.get(), request, &response);
}

// When somebody else has written meanwhile, the answers go into what stands now.
int Questions::Write() {
  for (int tries = 1;; ++tries) {
    AnswerQuestionsResponse answered;
    if (const auto status = Answer(model_.model_yaml(), answered); !status.ok()) return session_.Fail(status);
    PutModelRequest request;
    *request.mutable_context() = NewCommandContext(session_, options_.topic, "");
    request.mutable_context()->set_model_yaml(answered.model_yaml());
    request.mutable_context()->set_topic_etag(model_.topic_etag());
    PutModelResponse response;
    const auto context = session_.NewContext();
    const auto status = models_.PutModel(context.get(), request, &response);
    if (status.error_code() == grpc::StatusCode::ABORTED && tries < kMaxTries) {
      if (const int code = Load(); code != kExitOk) return code;
      continue;
    }
    if (!status.ok()) return session_.Fail(status);
    if (session_.PrintMessage(response)) return kExitOk;
    session_.out() << Plural(answers_.size(), "answer") << "  " << OutcomeLine(session_, response.outcome()) << '\n';
    for (const std::string& line : response.outcome().summary()) session_.out() << "    " << ForTerminal(line) << '\n';
    session_.err() << Plural(static_cast<size_t>(answered.open_questions()), "question") << " still open\n";
    return kExitOk;
  }
}

}  // namespace

int AskQuestions(Session& session, const QuestionsOptions& options) {
  METAPOWERS_STUB(models, session, ModelService);
  return Questions(session, *models, options).Run();
}

}  // namespace metapowers::client
