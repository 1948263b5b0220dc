// model questions: walks a person through what the model does not say.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/call_error.h"
#include "client/commands.h"
#include "client/commands/question_prompt.h"
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

constexpr int kMaxTries = 5;                 // when somebody else writes meanwhile
constexpr absl::string_view kConfirm = "=";  // typed for what the model assumes

// Whether what answers one question may answer the other: fields of one name that take the same.
bool IsOfOneKind(const ModelQuestion& a, const ModelQuestion& b) {
  const auto name = [](const ModelQuestion& question) {
    const absl::string_view field = question.question().field();
    return field.substr(field.rfind(']') + 1);
  };
  return name(a) == name(b) && a.type() == b.type() && a.assumed().empty() == b.assumed().empty() &&
         std::equal(a.choices().begin(), a.choices().end(), b.choices().begin(), b.choices().end(),
                    [](const auto& one, const auto& other) { return one.value() == other.value(); });
}

// "3 threats"; "at most 3 threats" where the answer need not decide all of them; "" for none.
std::string Decided(const ModelQuestion& question) {
  if (question.threats() == 0) return "";
  return absl::StrCat(question.at_most() ? "at most " : "", Plural(question.threats(), "threat"));
}

// Whether the answers do not fit, alone or together, and nothing else is wrong.
bool IsRefusal(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::INVALID_ARGUMENT) return false;
  const std::string reason = CallError(status).info.reason();
  return reason == "ANSWER_INVALID" || reason == "MODEL_INVALID";
}

std::string WhyRefused(const grpc::Status& status) {
  const CallError error(status);
  const auto& violations = error.bad_request.field_violations();
  return ForTerminal(violations.empty() ? status.error_message() : violations[0].description());
}

class Questions {
 public:
  Questions(Session& session, ModelService::Stub& models, const QuestionsOptions& options)
      : session_(session),
        models_(models),
        options_(options),
        declared_(session, all_, [this](const Answers& answers) { return WhyNot(answers); }) {}

  int Run();

 private:
  int Load();
  // The answers of the command line and of the file that it names.
  int ReadAnswers();
  int Print();
  // Asks one after the other; false when the answers are not to be written.
  bool Ask();
  // What a person typed, tried on the model; empty when it is no answer.
  std::string Take(const ModelQuestion& question, std::string typed);
  void Show(size_t at) const;
  void Explain(const ModelQuestion& question) const;
  std::string WhyNot(const Answers& answers) const;
  grpc::Status Answer(const Answers& answers, AnswerQuestionsResponse& response) const;
  // Adds to `kept` what the model takes of `tried` together with it, and tells what it does not take.
  grpc::Status Sift(const Answers& tried, Answers& kept) const;
  // Gives an answer to the questions of its kind that follow, or confirms what is assumed of each; returns where others
  // begin.
  size_t GiveToAll(size_t at, const std::string& value, bool confirm);
  // Leaves out what does not fit, so that the rest of a session is not lost with it.
  grpc::Status AnswerAll(AnswerQuestionsResponse& response);
  int Write();
  // "131 open questions; 57 of them decide 204 threats".
  std::string Remaining() const;
  std::string Threats() const;
  static std::string ToConfirm(size_t count);

  Session& session_;
  ModelService::Stub& models_;
  const QuestionsOptions& options_;
  GetModelResponse model_;
  ListQuestionsResponse all_;
  std::vector<const ModelQuestion*> asked_;
  Answers answers_;
  Declarations declared_;
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
  if (const int code = ReadAnswers(); code != kExitOk) return code;
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
  if (answers_.empty() && declared_.answers().empty()) {
    session_.err() << "nothing answered, nothing written\n";
    return kExitOk;
  }
  return Write();
}

int Questions::ReadAnswers() {
  std::vector<std::string> lines = options_.answers;
  if (!options_.answers_file.empty()) {
    std::string text;
    int exit_code = kExitOk;
    if (!ReadInput(session_, options_.answers_file, &text, &exit_code)) return exit_code;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const absl::string_view answer = absl::StripAsciiWhitespace(line);
      if (!answer.empty() && answer.front() != '#') lines.emplace_back(answer);
    }
  }
  for (const std::string& line : lines) {
    std::string field, value;
    if (!ReadAnswer(line, &field, &value)) {
      return session_.Fail(kExitUsage, absl::StrCat("'", line, "' is no answer"),
                           "write FIELD=VALUE, e.g. 'components[web].tier=tier_1'");
    }
    if (!answers_.emplace(field, value).second) {
      return session_.Fail(kExitUsage, absl::StrCat("'", field, "' is answered twice"), "keep one of the answers");
    }
  }
  return kExitOk;
}

int Questions::Print() {
  if (session_.PrintMessage(all_)) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const ModelQuestion* question : asked_) {
    rows.push_back({ForTerminal(question->question().field()), ForTerminal(question->question().owner()),
                    Decided(*question), ForTerminal(question->question().text())});
  }
  PrintTable(session_.out(), rows);
  session_.err() << Remaining() << '\n';
  return kExitOk;
}

std::string Questions::Threats() const {
  // Of some questions it is not known which threats they share.
  const bool all = asked_.size() == static_cast<size_t>(all_.questions_size());
  return all ? Plural(all_.threats(), "threat") : "threats";
}

std::string Questions::Remaining() const {
  size_t open = 0, deciding = 0;
  for (const ModelQuestion* question : asked_) {
    if (!question->assumed().empty()) continue;
    ++open;
    deciding += question->threats() > 0 ? 1 : 0;
  }
  return absl::StrCat(Plural(open, "open question"),
                      deciding == 0 ? "" : absl::StrCat("; ", deciding, " of them decide ", Threats()),
                      ToConfirm(asked_.size() - open));
}

// "; 3 assumed attributes to confirm"
std::string Questions::ToConfirm(size_t count) {
  return count == 0 ? "" : absl::StrCat("; ", Plural(count, "assumed attribute"), " to confirm");
}

void Questions::Show(size_t at) const {
  const ModelQuestion& question = *asked_[at];
  const auto& asked = question.question();
  session_.out() << '\n'
                 << session_.Styled("2", absl::StrCat(at + 1, "/", asked_.size(), "  ", ForTerminal(asked.field()),
                                                      asked.owner().empty() ? "" : "  ", ForTerminal(asked.owner()),
                                                      question.threats() == 0 ? "" : "  decides ", Decided(question)))
                 << '\n'
                 << session_.Styled("1", ForTerminal(asked.text())) << '\n';
  if (!question.assumed().empty()) {
    session_.out() << "  assumed: " << ForTerminal(question.reason()) << "\n  =  confirms "
                   << ForTerminal(question.assumed()) << '\n';
  }
  PrintChoices(session_, question);
  const auto answer = answers_.find(asked.field());
  if (answer != answers_.end()) session_.out() << "  answered: " << ForTerminal(answer->second) << '\n';
}

void Questions::Explain(const ModelQuestion& question) const {
  session_.out()
      << "  " << ForTerminal(question.help()) << '\n'
      << "  type a number or a word of the list, or the value; VALUE * answers all that follow of this kind;\n"
      << (question.assumed().empty() ? "" : "  = confirms what is assumed, = * for all that follow of this kind\n")
      << (question.list().empty() ? "" : "  + declares a new one first; ")
      << (question.type() == "words" ? "  several with commas\n"
          : question.list().empty()  ? ""
                                     : "\n")
      << "  Enter leaves it open, < goes back, . ends and writes, Ctrl-C ends and writes nothing\n";
}

std::string Questions::Take(const ModelQuestion& question, std::string typed) {
  std::string value =
      typed == kConfirm && !question.assumed().empty() ? question.assumed() : TypedValue(question, typed);
  if (!declared_.Fill(question, &value)) return "";
  const std::string why = WhyNot({{question.question().field(), value}});
  if (why.empty()) return value;
  session_.out() << "  " << why << '\n';
  return "";
}

std::string Questions::WhyNot(const Answers& answers) const {
  AnswerQuestionsResponse response;
  const auto status = Answer(answers, response);
  return status.ok() ? "" : WhyRefused(status);
}

size_t Questions::GiveToAll(size_t at, const std::string& value, bool confirm) {
  const ModelQuestion& question = *asked_[at];
  Answers tried;
  size_t next = at + 1;
  for (; next < asked_.size() && IsOfOneKind(*asked_[next], question); ++next) {
    tried[asked_[next]->question().field()] = confirm ? asked_[next]->assumed() : value;
  }
  Answers kept;
  if (const auto status = Sift(tried, kept); !status.ok()) session_.out() << "  " << WhyRefused(status) << '\n';
  for (const auto& [field, taken] : kept) answers_[field] = taken;
  session_.out() << "  given to " << Plural(kept.size() + 1, "question") << '\n';
  return next;
}

bool Questions::Ask() {
  session_.out() << options_.topic << ": " << Remaining()
                 << ". Those that decide most come first. Enter leaves one open, ? explains, . ends and writes.\n";
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
    at = all ? GiveToAll(at, value, word == kConfirm && !question.assumed().empty()) : at + 1;
  }
  return true;
}

grpc::Status Questions::Answer(const Answers& answers, AnswerQuestionsResponse& response) const {
  AnswerQuestionsRequest request;
  request.set_model_yaml(model_.model_yaml());
  Answers all = answers;
  all.insert(declared_.answers().begin(), declared_.answers().end());
  for (const auto& [field, value] : all) {
    auto& answer = *request.add_answers();
    answer.set_field(field);
    answer.set_value(value);
  }
  const auto context = session_.NewContext();
  return models_.AnswerQuestions(context.get(), request, &response);
}

// Halves what does not fit: violations of a model name places in it, not always the answers that made them.
grpc::Status Questions::Sift(const Answers& tried, Answers& kept) const {
  if (tried.empty()) return grpc::Status::OK;
  Answers together = kept;
  together.insert(tried.begin(), tried.end());
  AnswerQuestionsResponse response;
  const auto status = Answer(together, response);
  if (status.ok()) kept = std::move(together);
  if (status.ok() || !IsRefusal(status)) return status;
  if (tried.size() == 1) {
    session_.err() << "  " << ForTerminal(tried.begin()->first) << " is left open: " << WhyRefused(status) << '\n';
    return grpc::Status::OK;
  }
  const auto middle = std::next(tried.begin(), static_cast<std::ptrdiff_t>(tried.size() / 2));
  if (const auto first = Sift(Answers(tried.begin(), middle), kept); !first.ok()) return first;
  return Sift(Answers(middle, tried.end()), kept);
}

grpc::Status Questions::AnswerAll(AnswerQuestionsResponse& response) {
  const auto status = Answer(answers_, response);
  // Those of the command line are written together or not at all.
  if (!IsRefusal(status) || !options_.answers.empty() || !options_.answers_file.empty()) return status;
  Answers kept;
  if (const auto sifted = Sift(answers_, kept); !sifted.ok()) return sifted;
  if (kept.empty()) return status;
  session_.err() << Plural(answers_.size() - kept.size(), "answer") << " not written\n";
  answers_ = std::move(kept);
  response.Clear();
  return Answer(answers_, response);
}

// When somebody else has written meanwhile, the answers go into what stands now.
int Questions::Write() {
  for (int tries = 1;; ++tries) {
    AnswerQuestionsResponse answered;
    if (const auto status = AnswerAll(answered); !status.ok()) return session_.Fail(status);
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
    session_.err() << Plural(answered.open_questions(), "question") << " still open"
                   << ToConfirm(static_cast<size_t>(answered.to_confirm())) << '\n';
    return kExitOk;
  }
}

}  // namespace

int AskQuestions(Session& session, const QuestionsOptions& options) {
  METAPOWERS_STUB(models, session, ModelService);
  return Questions(session, *models, options).Run();
}

}  // namespace metapowers::client
