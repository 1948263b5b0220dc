// The questions of a model over the API: in which order they come, and what answers make of the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/knowledge.h"
#include "service/model/model.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Beside what is missing, an import assumes what a store is and what it keeps, and what a flow joins.
std::string Draft() {
  return absl::StrCat(
      ModelText(),
      "  - id: db\n    name: DB  # observed k8s.yaml:2\n"
      "    kind: datastore  # assumed: the image redis keeps data, see k8s.yaml:4\n"
      "    zone: inside\n"
      "    technology: [redis]  # assumed: the image is called redis, see k8s.yaml:4\n"
      "    stores: [orders]  # assumed: listed as processed\n"
      "    owner_team: ops\n"
      "    rating_justification: As the others  # assumed: nobody said\n"
      "flows:\n"
      "  - id: web-to-db\n    name: Uses\n    source: web\n    target: db  # assumed: order of starting\n"
      "assumptions:\n"
      "  - id: import-drawn-components-kind\n"
      "    statement: \"`components.kind` of db is drawn from a convention; the comments in the model "
      "say from which.\"\n"
      "    owner_team: core\n    valid_until: 2026-05-30\n    components: [db]\n");
}

class QuestionsTest : public PipelineTest {
 protected:
  v1::ListQuestionsResponse Ask(const std::string& yaml) {
    v1::ListQuestionsRequest request;
    request.set_model_yaml(yaml);
    v1::ListQuestionsResponse response;
    grpc::ClientContext context;
    ExpectOk(client_.models->ListQuestions(&context, request, &response));
    return response;
  }
  grpc::Status Answer(const std::string& yaml, const std::vector<std::pair<std::string, std::string>>& answers,
                      v1::AnswerQuestionsResponse* response) {
    v1::AnswerQuestionsRequest request;
    request.set_model_yaml(yaml);
    for (const auto& [field, value] : answers) {
      v1::Answer& answer = *request.add_answers();
      answer.set_field(field);
      answer.set_value(value);
    }
    grpc::ClientContext context;
    return client_.models->AnswerQuestions(&context, request, response);
  }
  static std::vector<std::string> FieldsOf(const v1::ListQuestionsResponse& response, bool assumed) {
    std::vector<std::string> fields;
    for (const v1::ModelQuestion& question : response.questions()) {
      if (question.assumed().empty() != assumed) fields.push_back(question.question().field());
    }
    return fields;
  }
};

// The kind of a question: its path without what names elements.
std::string KindOf(const v1::ModelQuestion& question) {
  const std::string& field = question.question().field();
  const size_t open = field.find('[');
  return open == std::string::npos ? field : absl::StrCat(field.substr(0, open), field.substr(field.find(']') + 1));
}

TEST_F(QuestionsTest, KindsThatDecideMostComeFirstAndEachKindStandsTogether) {
  const std::string yaml = absl::StrReplaceAll(
      absl::StrCat(ModelText(), "  - {id: api, name: API, kind: process, zone: inside}\n"),
      {{"owner_team: core\nregions", "owner_team: to-be-named\nregions"},
       {"  name: Shop Inc.\n", "  name: Organisation to be named\n"},
       {"teams:\n", "teams:\n  - {id: to-be-named, name: Team to be named, lead: Lead to be named}\n"}});
  const v1::ListQuestionsResponse response = Ask(yaml);
  ASSERT_GT(response.questions_size(), 4);
  EXPECT_EQ(response.questions(0).question().field(), "owner_team");
  EXPECT_EQ(response.questions(1).question().field(), "organization.name");
  EXPECT_EQ(KindOf(response.questions(2)), "components.processes");
  std::vector<std::string> kinds;
  std::map<std::string, int> decided;
  for (const v1::ModelQuestion& question : response.questions()) {
    const std::string kind = KindOf(question);
    if (kinds.empty() || kinds.back() != kind) kinds.push_back(kind);
    decided[kind] += question.threats();
    EXPECT_THAT(question.assumed(), IsEmpty());
  }
  EXPECT_EQ(kinds.size(), decided.size()) << "a kind stands in one place";
  for (size_t i = 4; i < kinds.size(); ++i) EXPECT_GE(decided[kinds[i - 1]], decided[kinds[i]]) << kinds[i];
  EXPECT_GT(response.threats(), 0);
}

TEST_F(QuestionsTest, WhatIsAssumedAndDecidesSomethingComesBehindAllThatIsMissing) {
  const v1::ListQuestionsResponse response = Ask(Draft());
  bool behind = false;
  for (const v1::ModelQuestion& question : response.questions()) {
    EXPECT_TRUE(!behind || !question.assumed().empty()) << question.question().field();
    behind |= !question.assumed().empty();
  }
  const std::vector<std::string> assumed = FieldsOf(response, true);
  EXPECT_THAT(assumed, AllOf(Contains("components[db].kind"), Contains("components[db].stores"),
                             Contains("flows[web-to-db].target")));
  EXPECT_THAT(assumed, Not(Contains("components[db].rating_justification"))) << "nothing waits for it";
  EXPECT_THAT(FieldsOf(response, false), Not(Contains("components[db].kind")));
  std::map<std::string, int> decided;
  for (const v1::ModelQuestion& question : response.questions()) {
    if (question.question().field() != "components[db].kind") continue;
    EXPECT_EQ(question.question().text(), "Is it true of db that kind is datastore, as the model assumes?");
    EXPECT_EQ(question.question().owner(), "ops");
    EXPECT_EQ(question.question().owner_name(), "Operations");
    EXPECT_EQ(question.assumed(), "datastore");
    EXPECT_EQ(question.reason(), "the image redis keeps data, see k8s.yaml:4");
    EXPECT_EQ(question.type(), "word");
    EXPECT_GT(question.threats(), 0);
  }
  int before = -1;
  for (const v1::ModelQuestion& question : response.questions()) {
    if (question.assumed().empty()) continue;
    EXPECT_TRUE(before < 0 || question.threats() <= before) << question.question().field();
    before = question.threats();
  }
}

// What is computed from several attributes need not be decided by one of them.
TEST_F(QuestionsTest, ACountThatIsABoundSaysSo) {
  const v1::ListQuestionsResponse asked = Ask(Draft());
  int bounds = 0;
  for (const v1::ModelQuestion& question : asked.questions()) {
    if (question.at_most()) {
      ++bounds;
      EXPECT_FALSE(question.assumed().empty()) << question.question().field();
      EXPECT_GT(question.threats(), 0) << question.question().field();
    }
  }
  EXPECT_GT(bounds, 0);
}

TEST_F(QuestionsTest, TheSameAnswerConfirmsWhatIsAssumed) {
  const int to_confirm = static_cast<int>(FieldsOf(Ask(Draft()), true).size());
  v1::AnswerQuestionsResponse answered;
  ExpectOk(Answer(Draft(), {{"components[db].kind", "datastore"}}, &answered));
  EXPECT_THAT(answered.model_yaml(), HasSubstr("    kind: datastore\n"));
  EXPECT_THAT(answered.model_yaml(), HasSubstr("    technology: [redis]  # assumed: the image is called redis"));
  EXPECT_THAT(answered.model_yaml(), Not(HasSubstr("import-drawn-components-kind"))) << "its assumption goes with it";
  EXPECT_EQ(answered.to_confirm(), to_confirm - 1);
  EXPECT_THAT(FieldsOf(Ask(answered.model_yaml()), true), Not(Contains("components[db].kind")));

  // Every one by the value that the question names.
  std::vector<std::pair<std::string, std::string>> answers;
  const v1::ListQuestionsResponse asked = Ask(Draft());
  for (const v1::ModelQuestion& question : asked.questions()) {
    if (!question.assumed().empty()) answers.emplace_back(question.question().field(), question.assumed());
  }
  ExpectOk(Answer(Draft(), answers, &answered));
  EXPECT_EQ(answered.to_confirm(), 0);
  EXPECT_THAT(FieldsOf(Ask(answered.model_yaml()), true), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto before, model::Model::Parse(Draft(), "draft"));
  ASSERT_OK_AND_ASSIGN(const auto after, model::Model::Parse(answered.model_yaml(), "answered"));
  EXPECT_EQ(after->proto().components(0).SerializeAsString(), before->proto().components(0).SerializeAsString());
  EXPECT_EQ(after->proto().flows_size(), 1);
}

TEST_F(QuestionsTest, AnotherAnswerTakesItsPlace) {
  v1::AnswerQuestionsResponse answered;
  ExpectOk(Answer(Draft(), {{"components[db].technology", "postgresql, pgbouncer"}}, &answered));
  EXPECT_THAT(answered.model_yaml(), HasSubstr("    technology: [postgresql, pgbouncer]\n"));
  ExpectError(Answer(Draft(), {{"components[db].kind", "no such word"}}, &answered), grpc::StatusCode::INVALID_ARGUMENT,
              "ANSWER_INVALID");
}

TEST_F(QuestionsTest, WhatDecidesWhichLawAppliesIsTheLastOfItsPart) {
  std::vector<std::string> asked;
  for (const std::string& field : FieldsOf(Ask(ModelText()), false)) {
    if (field == "frameworks" || field.find("organization.") == 0) asked.push_back(field);
  }
  EXPECT_THAT(asked, ElementsAre("organization.sector", "organization.countries", "organization.legal_roles",
                                 "organization.publicly_traded", "frameworks"));
}

TEST_F(QuestionsTest, FrameworksAreThoseOfTheCatalogue) {
  const v1::ListQuestionsResponse response = Ask(ModelText());
  for (const v1::ModelQuestion& question : response.questions()) {
    if (question.question().field() != "frameworks") continue;
    EXPECT_EQ(question.type(), "words");
    EXPECT_EQ(question.choices_size(), knowledge::Catalogue().frameworks_size());
    EXPECT_EQ(question.choices(0).value(), knowledge::Catalogue().frameworks(0).id());
    EXPECT_THAT(question.help(), HasSubstr("compliance gap assessment"));
  }
  v1::AnswerQuestionsResponse answered;
  const grpc::Status unknown = Answer(ModelText(), {{"frameworks", "soc2, sox"}}, &answered);
  ExpectError(unknown, grpc::StatusCode::INVALID_ARGUMENT, "ANSWER_INVALID");
  EXPECT_THAT(unknown.error_message(), HasSubstr("'sox' is no framework of the catalogue, which has "));
  ExpectOk(Answer(ModelText(), {{"frameworks", "soc2"}}, &answered));
  EXPECT_THAT(answered.model_yaml(), HasSubstr("frameworks:\n  - id: soc2\n    in_scope: true\n"));
  EXPECT_THAT(FieldsOf(Ask(answered.model_yaml()), false), Not(Contains("frameworks")));
}

TEST_F(QuestionsTest, AModelWithoutAssumptionsHasNothingToConfirm) {
  EXPECT_THAT(FieldsOf(Ask(ModelText()), true), IsEmpty());
  v1::AnswerQuestionsResponse answered;
  ExpectOk(Answer(ModelText(), {{"components[web].processes", "orders"}}, &answered));
  EXPECT_EQ(answered.to_confirm(), 0);
  EXPECT_GT(answered.open_questions(), 0);
}

}  // namespace
}  // namespace metapowers::server
