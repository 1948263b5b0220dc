// Questions of a model, and answers written into its text.
#include "service/model/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/model/import_assumptions.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Not;

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
    ASSERT_OK_AND_ASSIGN(const AnsweredModel answered, WriteAnswers(yaml, answers));
    EXPECT_EQ(FirstMissing(LinesOf(yaml), LinesOf(answered.yaml)), "") << entry.path();
    for (const Question& open : OpenQuestions(*answered.model)) {
      EXPECT_TRUE(std::none_of(answers.begin(), answers.end(), [&](const Answer& a) { return a.field == open.field; }))
          << entry.path() << " still asks " << open.field;
    }
  }
}

TEST(AnswersTest, WordsAreTakenAsPeopleTypeThem) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel written,
                       WriteAnswers(kMinimal, {{"components[web].internet_facing", "Y"},
                                               {"components[web].owner_team", " core "},
                                               {"components[web].technology", "go, nginx"},
                                               {"components[web].backup.immutable", "no"}}));
  const std::string& answered = written.yaml;
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

TEST(AnswersTest, TheOrganisationSaysWhichLawApplies) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel answered,
                       WriteAnswers(kMinimal, {{"organization.legal_roles", "controller, merchant"},
                                               {"organization.countries", "[DE, US]"},
                                               {"organization.publicly_traded", "no"}}));
  EXPECT_THAT(answered.yaml, HasSubstr("organization:\n  name: Shop Inc.\n  legal_roles: [controller, merchant]\n"
                                       "  countries: [DE, US]\n  publicly_traded: false\n"));
  EXPECT_TRUE(answered.model->proto().organization().has_publicly_traded());
  EXPECT_THAT(WriteAnswers(kMinimal, {{"organization.legal_roles", "owner"}}),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr("controller")));
  EXPECT_THAT(WriteAnswers(kMinimal, {{"organization.countries", "Germany"}}),
              HasError(absl::StatusCode::kInvalidArgument, "MODEL_INVALID", _));
}

// --- What answers declare and settle ---

TEST(AnswersTest, FrameworksAreDeclaredInScopeByTheirIds) {
  const std::vector<std::string> known = {"dora", "gdpr", "soc2"};
  ASSERT_OK_AND_ASSIGN(const AnsweredModel two, WriteAnswers(kMinimal, {{"frameworks", "soc2, gdpr"}}, known));
  EXPECT_THAT(two.yaml, HasSubstr("frameworks:\n  - id: soc2\n    in_scope: true\n  - id: gdpr\n    in_scope: true\n"));
  EXPECT_EQ(two.model->proto().frameworks_size(), 2);
  ASSERT_OK_AND_ASSIGN(const AnsweredModel three, WriteAnswers(two.yaml, {{"frameworks", "[dora]"}}, known));
  EXPECT_EQ(three.model->proto().frameworks_size(), 3);
  EXPECT_THAT(WriteAnswers(two.yaml, {{"frameworks", "soc2"}}, known),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr("'soc2' twice")));
  const std::vector<std::pair<std::vector<Answer>, std::string>> refused = {
      {{{"frameworks", "soc2, sox"}}, "'sox' is no framework of the catalogue, which has dora, gdpr, soc2"},
      {{{"frameworks", ","}}, "says nothing"},
      {{{"frameworks", "gdpr, gdpr"}}, "'gdpr' twice"},
      {{{"frameworks", "soc2"}, {"frameworks", "gdpr"}}, "is answered twice"}};
  for (const auto& [answers, why] : refused) {
    EXPECT_THAT(WriteAnswers(kMinimal, answers, known),
                HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr(why)));
  }
}

TEST(AnswersTest, AnElementIsDeclaredWithTheAnswerThatNamesIt) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel answered,
                       WriteAnswers(kMinimal, {{"components[web].processes", "cards, orders"},
                                               {"data_classes[cards].confidentiality", "confidential"},
                                               {"data_classes[cards].name", "Payment cards"},
                                               {"data_classes[cards].owner", "core"},
                                               {"data_classes[cards].categories", "pan, pii"}}));
  EXPECT_THAT(answered.yaml, HasSubstr("  - id: cards\n    name: Payment cards\n    owner: core\n"
                                       "    confidentiality: confidential\n    categories: [pan, pii]\nzones:\n"));
  EXPECT_THAT(answered.yaml, HasSubstr("    processes: [cards, orders]\n"));
  EXPECT_NE(answered.model->Find<v1::DataClass>("cards"), nullptr);
}

TEST(AnswersTest, AnElementIsNotDeclaredByHalves) {
  EXPECT_THAT(WriteAnswers(kMinimal, {{"data_classes[cards].name", "Payment cards"}}),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID",
                       HasSubstr("answer data_classes[cards].owner, data_classes[cards].confidentiality too")));
  EXPECT_THAT(WriteAnswers(kMinimal, {{"data_classes[Not A Slug].name", "x"}}),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr("no field")));
  EXPECT_THAT(WriteAnswers(kMinimal, {{"frameworks[0].reason", "x"}}),
              HasError(absl::StatusCode::kInvalidArgument, "ANSWER_INVALID", HasSubstr("no field")));
}

TEST(AnswersTest, WhatAnAnswerMayNameSaysItsListAndWhatANewEntryNeeds) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(kMinimal, "m"));
  AnswerForms forms(*model);
  EXPECT_EQ(forms.Of({"components[web].processes", "Component.processes", "", ""}).list, "data_classes");
  EXPECT_EQ(forms.Of({"components[web].tier", "Component.tier", "", ""}).list, "");
  const std::vector<NewField> fields = forms.ToDeclare("data_classes");
  ASSERT_GE(fields.size(), 4);
  EXPECT_EQ(fields[0].name, "name");
  EXPECT_TRUE(fields[0].required);
  EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [](const NewField& field) {
    return field.name == "categories" && !field.required && !field.form.choices.empty();
  }));
  EXPECT_EQ(WordOf("data_classes"), "data class");
}

// A draft as an import leaves it.
std::string Imported() {
  return absl::StrReplaceAll(kMinimal,
                             {{"id: core", "id: to-be-named"},
                              {"owner_team: core\n", "owner_team: to-be-named  # assumed: no file says it\n"},
                              {": core\n", ": to-be-named\n"},
                              {"organization:\n  name: Shop Inc.\n",
                               "organization:  # assumed: no file says it\n"
                               "  name: To be named\n  sector: retail\n"},
                              {"id: orders\n    name: Orders", "id: to-be-named\n    name: Data to be named"},
                              {"    kind: process\n", "    kind: process  # assumed: its image, see k.yaml:3\n"}}) +
         "  - id: jobs\n    name: Jobs\n    kind: process  # assumed: its image, see k.yaml:9\n    zone: inside\n"
         "assumptions:\n"
         "  - {id: import-organisation, statement: S, owner_team: to-be-named, valid_until: 2026-05-30}\n"
         "  - {id: import-accountable-team, statement: T, owner_team: to-be-named, valid_until: 2026-05-30}\n"
         "  - {id: import-data-classes, statement: D, owner_team: to-be-named, valid_until: 2026-05-30}\n"
         "  - id: drawn-components-kind\n    statement: \"" +
         StatementOf({AssumedField::Kind::kDrawn, "components.kind", {"web", "jobs"}}) +
         "\"\n    components: [jobs, web]\n    owner_team: to-be-named\n    valid_until: 2026-05-30\n"
         "  - {id: own, statement: Ours., owner_team: ops, valid_until: 2026-05-30}\n";
}

TEST(AnswersTest, AnAssumptionGoesWithItsSubjectAndAMarkStaysWithTheOthersOfItsPart) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel answered, WriteAnswers(Imported(), {{"organization.name", "Shop Inc."}}));
  EXPECT_THAT(answered.yaml,
              HasSubstr("organization:\n  name: Shop Inc.\n  sector: retail  # assumed: no file says it\n"));
  EXPECT_THAT(answered.yaml, Not(HasSubstr("import-organisation")));
  EXPECT_THAT(answered.yaml, HasSubstr("import-accountable-team"));
  EXPECT_THAT(answered.yaml, HasSubstr("id: own, statement: Ours."));
}

TEST(AnswersTest, AnAssumptionOfManyElementsNamesThoseThatAreLeft) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel one, WriteAnswers(Imported(), {{"components[web].kind", "datastore"}}));
  EXPECT_THAT(one.yaml, HasSubstr("    kind: datastore\n"));
  EXPECT_THAT(one.yaml, HasSubstr("`components.kind` of jobs is drawn"));
  EXPECT_THAT(one.yaml, HasSubstr("    components: [jobs]\n"));
  ASSERT_OK_AND_ASSIGN(const AnsweredModel both, WriteAnswers(one.yaml, {{"components[jobs].kind", "process"}}));
  EXPECT_THAT(both.yaml, Not(HasSubstr("drawn-components-kind")));
  EXPECT_THAT(both.yaml, Not(HasSubstr("# assumed: its image")));
}

TEST(AnswersTest, APlaceholderGoesWhenPeopleNameWhatItStoodFor) {
  ASSERT_OK_AND_ASSIGN(const AnsweredModel answered,
                       WriteAnswers(Imported(), {{"teams[shopkeepers].name", "Shopkeepers"},
                                                 {"teams[shopkeepers].lead", "Ada"},
                                                 {"owner_team", "shopkeepers"},
                                                 {"data_classes[orders].name", "Orders"},
                                                 {"data_classes[orders].owner", "shopkeepers"},
                                                 {"data_classes[orders].confidentiality", "internal"},
                                                 {"organization.name", "Shop Inc."}}));
  EXPECT_THAT(answered.yaml, Not(HasSubstr("to-be-named"))) << answered.yaml;
  EXPECT_THAT(answered.yaml, Not(HasSubstr("import-")));
  EXPECT_THAT(answered.yaml, HasSubstr("owner_team: shopkeepers\n"));
  EXPECT_THAT(answered.yaml, HasSubstr("    team: shopkeepers  # assumed: no file names a team"));
  EXPECT_EQ(answered.model->proto().teams_size(), 2);
  EXPECT_EQ(answered.model->proto().data_classes_size(), 1);
}

TEST(AnswersTest, APlaceholderThatSomethingNamesStays) {
  const std::string used =
      absl::StrReplaceAll(Imported(), {{"    name: Web\n", "    name: Web\n    processes: [to-be-named]\n"}});
  ASSERT_OK_AND_ASSIGN(const AnsweredModel answered,
                       WriteAnswers(used, {{"data_classes[orders].name", "Orders"},
                                           {"data_classes[orders].owner", "ops"},
                                           {"data_classes[orders].confidentiality", "internal"}}));
  EXPECT_THAT(answered.yaml, HasSubstr("name: Data to be named"));
  EXPECT_THAT(answered.yaml, HasSubstr("import-data-classes"));
}

TEST(AnswersTest, PlaceholdersAreNoChoices) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(Imported(), "m"));
  AnswerForms forms(*model);
  for (const auto& choice : forms.Of({"components[web].owner_team", "Component.owner_team", "", ""}).choices) {
    EXPECT_NE(choice.value, "to-be-named");
  }
}

TEST(ImportAssumptionsTest, LongListsAreCut) {
  EXPECT_EQ(ShortListOf(std::set<std::string>{"b", "a"}), "a, b");
  EXPECT_EQ(ShortListOf(std::set<std::string>{"b", "a"}, 3), "a, b, and 3 more");
  const std::vector<std::string> names(22, "n");
  EXPECT_EQ(ShortListOf({names.begin(), names.begin() + 2}, "; "), "n; n");
  EXPECT_THAT(ShortListOf(names, "; "), testing::EndsWith("n; n; and 2 more"));
}

TEST(ImportAssumptionsTest, ASentenceIsReadBack) {
  for (const auto kind : {AssumedField::Kind::kDrawn, AssumedField::Kind::kStandIn}) {
    AssumedField assumed{kind, "components.kind", {}};
    for (int i = 0; i < 25; ++i) assumed.elements.insert(absl::StrCat("c", 10 + i));
    const std::string statement = StatementOf(assumed);
    EXPECT_THAT(statement, HasSubstr("c10, c11"));
    const auto read = ReadStatement(statement);
    ASSERT_TRUE(read.has_value()) << statement;
    EXPECT_EQ(read->field, "components.kind");
    EXPECT_EQ(read->elements.size(), 20);
    EXPECT_EQ(read->more, 5);
    EXPECT_EQ(StatementOf(*read), statement);
  }
  EXPECT_FALSE(ReadStatement("`components.kind` of web is what we say.").has_value());
}

}  // namespace
}  // namespace metapowers::model
