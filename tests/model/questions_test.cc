#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// Each question whose field starts with `prefix` as "field <owner>: text".
std::vector<std::string> Asked(absl::string_view yaml, absl::string_view prefix) {
  const auto model = Model::Parse(yaml, "m.yaml");
  EXPECT_OK(model);
  std::vector<std::string> lines;
  if (!model.ok()) return lines;
  for (const Question& question : OpenQuestions(**model)) {
    if (!absl::StartsWith(question.field, prefix)) continue;
    lines.push_back(absl::StrCat(question.field, " <", question.owner, ">: ", question.text));
  }
  return lines;
}

// The questions about kMinimal's component after `appended`.
std::vector<std::string> FieldsAsked(absl::string_view yaml, absl::string_view prefix) {
  std::vector<std::string> fields;
  for (const std::string& line : Asked(yaml, prefix))
    fields.push_back(line.substr(prefix.size(), line.find(' ') - prefix.size()));
  return fields;
}

TEST(QuestionsTest, AskTheOwnerOfAnElementByItsName) {
  EXPECT_THAT(Asked(absl::StrCat(kMinimal, "    owner_team: ops\n"), "components[web]."),
              ElementsAre("components[web].custom_code <ops>: Does the organisation write the code of web itself?",
                          "components[web].internet_facing <ops>: Can web be reached from the internet?",
                          "components[web].logging <ops>: Where do the logs of web go?",
                          "components[web].multi_tenant <ops>: Does web serve several customers from one instance?",
                          "components[web].processes <ops>: What data does web handle?",
                          "components[web].regions <ops>: In which regions does web run?",
                          "components[web].replicas <ops>: How many instances of web run?",
                          "components[web].tier <ops>: How long may web be down?"));
}

TEST(QuestionsTest, WithoutAnOwnerTheSystemsOwnerIsAsked) {
  EXPECT_THAT(Asked(kMinimal, "components[web].owner_team"),
              ElementsAre("components[web].owner_team <core>: Which team owns web?"));
}

TEST(QuestionsTest, WhatIsSaidIsNotAsked) {
  const std::string yaml =
      absl::StrCat(kMinimal, "    owner_team: ops\n    internet_facing: no\n    logging: none\n",
                   "    multi_tenant: no\n    replicas: 0\n    tier: tier_3\n    custom_code: false\n",
                   "    processes: [orders]\n    regions: [eu]\n");
  EXPECT_THAT(Asked(yaml, "components["), IsEmpty());
}

TEST(QuestionsTest, WhoWritesTheCodeIsAskedWhereSomebodyOfUsMay) {
  EXPECT_THAT(FieldsAsked(kMinimal, "components[web]."), Contains("custom_code"));
  EXPECT_THAT(FieldsAsked(absl::StrCat(kMinimal, "    machine: managed_service\n"), "components[web]."),
              Not(Contains("custom_code")));
  EXPECT_THAT(FieldsAsked(absl::StrReplaceAll(kMinimal, {{"kind: process", "kind: datastore"}}), "components[web]."),
              Not(Contains("custom_code")));
}

TEST(QuestionsTest, UnknownIsAsked) {
  EXPECT_THAT(FieldsAsked(absl::StrCat(kMinimal, "    tier: unknown\n"), "components[web]."), Contains("tier"));
}

TEST(QuestionsTest, WhatKeepsDataIsAskedAboutItsKeeping) {
  const std::string store = absl::StrReplaceAll(kMinimal, {{"kind: process", "kind: datastore"}});
  for (const std::string& yaml : {store, absl::StrCat(kMinimal, "    stores: [orders]\n")}) {
    const auto fields = FieldsAsked(yaml, "components[web].");
    for (const char* field : {"encryption_at_rest", "replication", "backup.method"}) {
      EXPECT_THAT(fields, Contains(field));
    }
    EXPECT_THAT(fields, Not(Contains("backup.encrypted"))) << "there may be no backups";
  }
}

TEST(QuestionsTest, BackupsAreAskedInTheNameOfTheirComponent) {
  EXPECT_THAT(Asked(absl::StrCat(kMinimal, "    stores: [orders]\n    owner_team: ops\n    backup: {method: full}\n"),
                    "components[web].backup"),
              ElementsAre("components[web].backup.encrypted <ops>: Are the backups of web encrypted?",
                          "components[web].backup.immutable <ops>: Can the backups of web be changed or deleted?"));
  EXPECT_THAT(
      Asked(absl::StrCat(kMinimal, "    stores: [orders]\n    backup: {method: none}\n"), "components[web].backup"),
      IsEmpty());
}

TEST(QuestionsTest, ExternalEntitiesAreNotAsked) {
  EXPECT_THAT(Asked(absl::StrReplaceAll(kMinimal, {{"kind: process", "kind: external_entity"}}), "components["),
              IsEmpty());
}

TEST(QuestionsTest, OutOfScopeComponentsNeedAnOwnerOnly) {
  EXPECT_THAT(FieldsAsked(absl::StrCat(kMinimal, "    out_of_scope: true\n    scope_justification: Own model.\n"),
                          "components[web]."),
              ElementsAre("owner_team"));
}

TEST(QuestionsTest, ManagedServicesHaveNoInstancesToCount) {
  EXPECT_THAT(FieldsAsked(absl::StrCat(kMinimal, "    machine: serverless\n"), "components[web]."),
              Not(Contains("replicas")));
}

TEST(QuestionsTest, AFlowIsAskedOfTheOwnerOfItsSource) {
  const std::string yaml = absl::StrCat(
      kMinimal, "    owner_team: ops\n  - {id: ext, name: Ext, kind: external_entity}\n",
      "flows:\n  - {id: f, name: F, source: web, target: ext, protocol: https, transport_security: tls}\n");
  EXPECT_THAT(Asked(yaml, "flows["),
              ElementsAre("flows[f].authentication <ops>: How does the source of flow f authenticate?",
                          "flows[f].sends <ops>: What data does web send to ext in flow f?"));
}

TEST(QuestionsTest, DataIsAskedOfWhatMustHaveSome) {
  const std::string store = absl::StrReplaceAll(kMinimal, {{"kind: process", "kind: datastore"}});
  EXPECT_THAT(Asked(absl::StrCat(store, "    owner_team: ops\n"), "components[web].stores"),
              ElementsAre("components[web].stores <ops>: What data does web keep?"));
  EXPECT_THAT(FieldsAsked(store, "components[web]."), Not(Contains("processes")));
  EXPECT_THAT(FieldsAsked(kMinimal, "components[web]."), AllOf(Contains("processes"), Not(Contains("stores"))));
  EXPECT_THAT(FieldsAsked(absl::StrCat(kMinimal, "    stores: [orders]\n"), "components[web]."),
              Not(AnyOf(Contains("stores"), Contains("processes"))));
  const std::string flow = absl::StrCat(
      kMinimal, "  - {id: db, name: D, kind: datastore, zone: inside}\n  - {id: far, name: F, kind: datastore}\n",
      "flows:\n  - {id: f, name: F, source: web, target: db}\n  - {id: g, name: G, source: web, target: far}\n");
  EXPECT_THAT(FieldsAsked(flow, "flows[f]."), AllOf(Contains("sends"), Not(Contains("dependency"))));
  EXPECT_THAT(FieldsAsked(flow, "flows[g]."), Contains("dependency")) << "it leaves its zone";
  const std::string answers = absl::StrReplaceAll(flow, {{"target: db}", "target: db, receives: [orders]}"}});
  EXPECT_THAT(FieldsAsked(answers, "flows[f]."), Not(Contains("sends")));
}

TEST(QuestionsTest, WhatAnImportPutInThePlaceOfSomethingIsAsked) {
  EXPECT_THAT(Asked(kMinimal, "owner_team"), IsEmpty());
  EXPECT_THAT(Asked(kMinimal, "organization.name"), IsEmpty());
  const std::string draft = absl::StrReplaceAll(
      kMinimal, {{"id: core", "id: to-be-named"}, {": core\n", ": to-be-named\n"}, {"Shop Inc.", "To be named"}});
  EXPECT_THAT(Asked(draft, "owner_team"), ElementsAre("owner_team <>: Which team is accountable for Shop?"));
  EXPECT_THAT(Asked(draft, "organization.name"),
              ElementsAre("organization.name <>: Which organisation operates the system?"));
  EXPECT_THAT(FieldsAsked(draft, "data_classes[orders]."), Contains("owner"));
  EXPECT_THAT(Asked(draft, "teams[to-be-named]"), IsEmpty()) << "it is to be replaced, not completed";
}

TEST(QuestionsTest, PartsThatAreNotThereAreAsked) {
  EXPECT_THAT(Asked(kMinimal, "logging."), Contains("logging.platform <core>: Where are logs collected?"));
  EXPECT_THAT(FieldsAsked(kMinimal, "policy_parameters."), Contains("min_tls"));
  EXPECT_THAT(FieldsAsked(kMinimal, "secrets."), Contains("default_rotation_days"));
}

TEST(QuestionsTest, EntriesWithoutIdAreNamedByTheirFirstRequiredText) {
  const std::string yaml =
      absl::StrCat(kMinimal,
                   "    owner_team: ops\napis:\n  - id: public\n    name: Public\n    component: web\n"
                   "    endpoints:\n      - {path: /b}\n      - {path: /a, method: GET}\n"
                   "      - {path: /a, method: PUT}\n");
  EXPECT_THAT(Asked(yaml, "apis[public].endpoints"),
              ElementsAre("apis[public].endpoints[/a#2].authenticated <ops>: Does /a require authentication?",
                          "apis[public].endpoints[/a].authenticated <ops>: Does /a require authentication?",
                          "apis[public].endpoints[/b].authenticated <ops>: Does /b require authentication?"));
}

TEST(QuestionsTest, SuppliersWithoutOurDataAreNotAskedAboutIt) {
  const std::string yaml =
      absl::StrCat(kMinimal, "third_parties:\n  - {id: t, name: T, service: dns, owner_team: ops}\n");
  EXPECT_THAT(FieldsAsked(yaml, "third_parties[t]."), ElementsAre("attestation", "contract", "criticality"));
  const std::string shared = absl::StrReplaceAll(yaml, {{"service: dns", "service: dns, data_shared: [orders]"}});
  EXPECT_THAT(FieldsAsked(shared, "third_parties[t]."),
              ElementsAre("attestation", "breach_notice_hours", "contract", "criticality", "dpa"));
}

TEST(QuestionsTest, WhatDecidesWhichLawAppliesIsAskedOfTheOrganisation) {
  EXPECT_THAT(Asked(kMinimal, "organization."),
              ElementsAre("organization.countries <core>: In which countries does Shop Inc. have an establishment?",
                          "organization.legal_roles <core>: Which roles does Shop Inc. have in law and contract?",
                          "organization.publicly_traded <core>: Are shares of Shop Inc. listed on a stock exchange?",
                          "organization.sector <core>: In which sector does Shop Inc. operate?"));
  EXPECT_THAT(Asked(kMinimal, "frameworks"),
              ElementsAre("frameworks <core>: Which laws, standards and contracts is Shop held to?"));
  const std::string said =
      absl::StrCat(absl::StrReplaceAll(kMinimal, {{"Shop Inc.\n",
                                                   "Shop Inc.\n  sector: retail\n  legal_roles: [controller]\n"
                                                   "  countries: [DE]\n  publicly_traded: false\n"}}),
                   "frameworks:\n  - {id: gdpr}\n");
  EXPECT_THAT(Asked(said, "organization."), IsEmpty()) << "that shares are not listed is said";
  EXPECT_THAT(Asked(said, "frameworks"), IsEmpty());
}

TEST(QuestionsTest, AreSortedWithFilledTextsAndAnOwnerEach) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(kMinimal, "m.yaml"));
  const std::vector<Question> questions = OpenQuestions(*model);
  EXPECT_GT(questions.size(), 20u);
  EXPECT_TRUE(std::is_sorted(questions.begin(), questions.end(),
                             [](const Question& a, const Question& b) { return a.field < b.field; }));
  for (const Question& question : questions) {
    EXPECT_EQ(question.text.find_first_of("{}"), std::string::npos) << question.text;
    EXPECT_NE(question.owner, "") << question.field;
    const std::string field = question.field_type.substr(question.field_type.find('.') + 1);
    EXPECT_TRUE(question.field == field || absl::EndsWith(question.field, absl::StrCat(".", field))) << question.field;
  }
}

}  // namespace
}  // namespace metapowers::model
