#include "client/commands/question_prompt.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/output.h"

namespace metapowers::client {

using metapowers::v1::ModelQuestion;
using metapowers::v1::NewElement;
using metapowers::v1::NewElementField;

namespace {

constexpr size_t kMaxIdBytes = 63;

const NewElement* ElementOf(const metapowers::v1::ListQuestionsResponse& questions, const std::string& list) {
  for (const NewElement& element : questions.new_elements()) {
    if (element.list() == list) return &element;
  }
  return nullptr;
}

std::string SlugOf(const std::string& name) {
  std::string slug;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      slug += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  slug = slug.substr(0, kMaxIdBytes - 4);
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return !slug.empty() && absl::ascii_isalpha(static_cast<unsigned char>(slug.front())) ? slug
                                                                                        : absl::StrCat("id-", slug);
}

}  // namespace

bool ReadAnswer(const std::string& text, std::string* field, std::string* value) {
  // Names of entries may have a `=` of their own, in their brackets.
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']') --depth;
    if (text[i] != '=' || depth > 0) continue;
    *field = std::string(absl::StripAsciiWhitespace(text.substr(0, i)));
    *value = text.substr(i + 1);
    return !field->empty();
  }
  return false;
}

void PrintChoices(Session& session, const ModelQuestion& question) {
  if (question.type() == "yes-no") {
    session.out() << "  yes or no\n";
  } else if (question.choices().empty() && question.list().empty()) {
    session.out() << "  " << question.type() << '\n';
  }
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < question.choices_size() && question.type() != "yes-no"; ++i) {
    rows.push_back({absl::StrCat("  ", i + 1), ForTerminal(question.choices(i).value()),
                    ForTerminal(question.choices(i).meaning())});
  }
  if (!question.list().empty()) rows.push_back({"  +", "a new one", ""});
  PrintTable(session.out(), rows);
  if (question.type() == "words" && question.choices_size() > 1) session.out() << "  several with commas\n";
}

std::string TypedValue(const ModelQuestion& question, const std::string& typed) {
  const auto one = [&question](absl::string_view text) {
    int number = 0;
    const std::string word(absl::StripAsciiWhitespace(text));
    if (question.type() == "number" || !absl::SimpleAtoi(word, &number)) return word;
    if (number < 1 || number > question.choices_size()) return word;
    return question.choices(number - 1).value();
  };
  if (question.type() != "words") return one(typed);
  absl::string_view list = typed;
  absl::ConsumePrefix(&list, "[");
  absl::ConsumeSuffix(&list, "]");
  std::vector<std::string> words;
  for (const absl::string_view word : absl::StrSplit(list, ',')) words.push_back(one(word));
  return absl::StrJoin(words, ", ");
}

bool Declarations::Fill(const ModelQuestion& question, std::string* value) {
  if (question.list().empty()) return true;
  std::vector<std::string> words = absl::StrSplit(*value, ", ");
  for (std::string& word : words) {
    if (word != "+") continue;
    word = Declare(question.list());
    if (word.empty()) return false;
  }
  *value = absl::StrJoin(words, ", ");
  return true;
}

std::string Declarations::Declare(const std::string& list) {
  const NewElement* element = ElementOf(questions_, list);
  if (element == nullptr) return "";
  session_.out() << "  a new " << ForTerminal(element->word()) << "; Enter leaves out what is not known\n";
  Answers said;
  std::string name;
  for (const NewElementField& field : element->fields()) {
    std::string value;
    if (!Ask(field, &value)) return "";
    if (value.empty()) continue;
    if (field.question().question().field() == "name") name = value;
    said[field.question().question().field()] = value;
  }
  const std::string id = FreeId(list, name);
  Answers tried;
  for (const auto& [field, value] : said) tried[absl::StrCat(list, "[", id, "].", field)] = value;
  if (const std::string why = try_(tried); !why.empty()) {
    session_.out() << "  not declared: " << why << '\n';
    return "";
  }
  answers_.insert(tried.begin(), tried.end());
  AddChoice(list, id, name);
  session_.out() << "  " << ForTerminal(element->word()) << ' ' << id << " declared\n";
  return id;
}

bool Declarations::Ask(const NewElementField& field, std::string* value) {
  const ModelQuestion& question = field.question();
  session_.out() << session_.Styled("1", absl::StrCat("  ", ForTerminal(question.question().text()))) << '\n';
  PrintChoices(session_, question);
  const bool only = field.required() && !question.list().empty() && question.choices_size() == 1;
  if (only) session_.out() << "  Enter takes " << ForTerminal(question.choices(0).value()) << '\n';
  session_.out() << "  > " << std::flush;
  std::string typed;
  if (!session_.ReadLine(typed)) return false;
  *value = TypedValue(question, std::string(absl::StripAsciiWhitespace(typed)));
  if (value->empty() && only) *value = question.choices(0).value();
  if (value->empty() && field.required()) {
    session_.out() << "  not declared: it must have this\n";
    return false;
  }
  return Fill(question, value);
}

std::string Declarations::FreeId(const std::string& list, const std::string& name) const {
  std::vector<std::string> taken;
  const auto declared = ids_.find(list);
  if (declared != ids_.end()) taken = declared->second;
  for (const ModelQuestion& question : questions_.questions()) {
    if (question.list() != list) continue;
    for (const auto& choice : question.choices()) taken.push_back(choice.value());
    break;
  }
  const std::string slug = SlugOf(name);
  std::string id = slug;
  for (int i = 2; std::find(taken.begin(), taken.end(), id) != taken.end(); ++i) id = absl::StrCat(slug, "-", i);
  return id;
}

void Declarations::AddChoice(const std::string& list, const std::string& id, const std::string& name) {
  ids_[list].push_back(id);
  const auto add = [&](ModelQuestion& question) {
    if (question.list() != list) return;
    auto& choice = *question.add_choices();
    choice.set_value(id);
    choice.set_meaning(name);
  };
  for (ModelQuestion& question : *questions_.mutable_questions()) add(question);
  for (NewElement& element : *questions_.mutable_new_elements()) {
    for (NewElementField& field : *element.mutable_fields()) add(*field.mutable_question());
  }
}

}  // namespace metapowers::client
