// Questions of a model, and answers written into its text.
#include "service/model/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;

std::string AnyAnswer(const AnswerForm& form) {
  if (!form.choices.empty()) return form.choices.front().value;
  switch (form.type) {
    case AnswerForm::Type::kNumber:
      return "30";
    case AnswerForm::Type::kDate:
      return "2026-01-31";
    default:
      return "it depends: \"yes\" # or no";
  }
}

std::vector<std::string> LinesOf(const std::string& text) { return absl::StrSplit(text, '\n'); }

// The first line of `part` that is not in `whole`, in this order, but for those with entries in brackets and
// those that say `unknown`.
std::string FirstMissing(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto at = whole.begin();
  for (const std::string& line : part) {
    if (absl::StrContains(line, "{") || absl::EndsWith(line, "}") || absl::EndsWith(line, ": unknown")) continue;
    at = std::find(at, whole.end(), line);
    if (at++ == whole.end()) return line;
  }
  return "";
}

TEST(AnswersTest, EveryQuestionOfTheExamplesCanBeAnsweredAndNoLineOfThemChanges) {
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    std::ifstream file(entry.path() / "system-model.yaml");
    if (!file.is_open()) continue;
    const std::string yaml(std::istreambuf_iterator<char>(file), {});
    ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(yaml, entry.path().string()));
    std::vector<Answer> answers;
    AnswerForms forms(*model);
    for (const Question& question : OpenQuestions(*model)) {
      answers.push_back({question.field, AnyAnswer(forms.Of(question))});
    }
    ASSERT_OK_AND_ASSIGN(const std::string answered, WriteAnswers(yaml, answers));
    EXPECT_EQ(FirstMissing(LinesOf(yaml), LinesOf(answered)), "") << entry.path();
    ASSERT_OK_AND_ASSIGN(const auto after, Model::Parse(answered, "answered"));
    for (const Question& open : OpenQuestions(*after)) {
      EXPECT_TRUE(std::none_of(answers.begin(), answers.end(), [&](const Answer& a) { return a.field == open.field; }))
          << entry.path() << " still asks " << open.field;
    }
  }
}

TEST(AnswersTest, WordsAreTakenAsPeopleTypeThem) {
  ASSERT_OK_AND_ASSIGN(const std::string answered,
                       WriteAnswers(kMinimal, {{"components[web].internet_facing", "Y"},
                                               {"components[web].owner_team", " core "},
                                               {"components[web].technology", "go, nginx"},
                                               {"components[web].backup.immutable", "no"}}));
  EXPECT_THAT(answered, HasSubstr("    internet_facing: yes\n"));
  EXPECT_THAT(answered, HasSubstr("    owner_team: core\n"));
  EXPECT_THAT(answered, HasSubstr("    technology: [go, nginx]\n"));
  EXPECT_THAT(answered, HasSubstr("    backup:\n      immutable: no\n"));
}

TEST(AnswersTest, AnAnswerThatDoesNotFitIsRefusedAndNoneIsWritten) {
  const absl::Status refused = WriteAnswers(kMinimal, {{"components[web].replicas", "3"},
                                                       {"components[web].tier", "gold"},
                                                       {"components[nobody].tier", "tier_0"},
                                                       {"components", "x"},
                                                       {"components[web].name", " "}})
                                   .status();
  EXPECT_THAT(refused, HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", _));
  EXPECT_EQ(DetailsOf(refused).violations.size(), 4);
  // What fits the field and not the model.
  EXPECT_THAT(WriteAnswers(kMinimal, {{"components[web].owner_team", "nobody"}}),
              HasError(absl::StatusCode::kInvalidArgument, "MODEL_INVALID", _));
}

TEST(AnswersTest, AFieldIsAnsweredOnce) {
  EXPECT_THAT(WriteAnswers(kMinimal, {{"components[web].replicas", "3"}, {"components[web].replicas", "4"}}),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr("is answered twice")));
}

TEST(AnswersTest, FormsSayWhatMayBeWritten) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(kMinimal, "m"));
  AnswerForms forms(*model);
  for (const Question& question : OpenQuestions(*model)) {
    const AnswerForm& form = forms.Of(question);
    EXPECT_NE(form.help, "") << question.field;
    if (question.field == "components[web].owner_team") {
      EXPECT_EQ(form.type, AnswerForm::Type::kReference);
      ASSERT_EQ(form.choices.size(), 2);
      EXPECT_EQ(form.choices[0].value, "core");
    }
  }
}

TEST(AnswersTest, LongListsOfChoicesAreCutAndSayHowManyMoreThereAre) {
  std::string teams = "  - id: ops\n";
  for (int i = 0; i < 300; ++i) teams.insert(0, absl::StrCat("  - id: t", i, "\n    name: T\n    lead: L\n"));
  const std::string yaml = absl::StrReplaceAll(kMinimal, {{"  - id: ops\n", teams}});
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(yaml, "m"));
  AnswerForms forms(*model);
  const AnswerForm& form = forms.Of({"components[web].owner_team", "Component.owner_team", "", ""});
  EXPECT_EQ(form.choices.size(), kMaxAnswerChoices);
  EXPECT_THAT(form.help, HasSubstr("… and 102 more"));
}

}  // namespace
}  // namespace metapowers::model
