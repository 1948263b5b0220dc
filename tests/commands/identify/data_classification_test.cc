#include "service/commands/identify/data_classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::DataClassificationResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;

DataClassificationResult Classify(const std::string& yaml) { return DataClassification(Case(yaml).input()); }

const security::identify::v1::DataClassRow* FindClass(const DataClassificationResult& result, const std::string& id) {
  for (const auto& row : result.classes()) {
    if (row.id() == id) return &row;
  }
  return nullptr;
}

TEST(DataClassification, CoversEveryDeclaredClassOnce) {
  for (const char* example : kExamples) {
    const Case c(Example(example));
    const DataClassificationResult result = DataClassification(c.input());
    std::set<std::string> seen;
    for (const auto& row : result.classes()) seen.insert(row.id());
    EXPECT_EQ(static_cast<int>(seen.size()), result.classes_size()) << example;
    EXPECT_EQ(result.classes_size(), c.model().proto().data_classes_size()) << example;
    EXPECT_EQ(result.totals().classes(), result.classes_size()) << example;
  }
}

TEST(DataClassification, TotalsAreTheRowsCounted) {
  for (const char* example : kExamples) {
    const DataClassificationResult result = Classify(Example(example));
    EXPECT_EQ(result.totals().transfers(), result.transfers_size()) << example;
    const auto lacking = std::count_if(result.transfers().begin(), result.transfers().end(), [](const auto& row) {
      return row.verdict().state() == security::identify::v1::VERDICT_STATE_FAIL;
    });
    EXPECT_EQ(result.totals().transfers_without_mechanism(), lacking) << example;
  }
}

TEST(DataClassification, SaysWhereCardholderDataIsKept) {
  const DataClassificationResult result = Classify(Example("api-platform"));
  const auto* row = FindClass(result, "cardholder-data");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->level(), model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(row->stored_in_size(), 2);
  EXPECT_THAT(result.account_data(),
              Contains(Property(&security::identify::v1::AccountDataRow::data, HasSubstr("cardholder-data"))));
}

TEST(DataClassification, ADutyNamesItsClassesOnlyWhereTheyDiffer) {
  for (const char* example : kExamples) {
    const DataClassificationResult result = Classify(Example(example));
    for (const auto& group : result.duties()) {
      for (const auto& row : group.rows()) {
        EXPECT_EQ(row.all_classes(), row.classes_size() == group.classes_size()) << row.article();
      }
    }
  }
}

TEST(DataClassification, CardRequirementsAreCitedOnlyWhereCardDataIs) {
  const DataClassificationResult result = Classify(Example("team-notes"));
  for (const auto& group : result.requirements()) {
    if (group.topic() == "sharing") continue;
    for (const auto& row : group.rows()) {
      EXPECT_THAT(row.references(), ::testing::Each(::testing::Not(HasSubstr("PCI DSS")))) << row.id();
    }
  }
}

TEST(DataClassification, WordsOfTheSummaryAgreeWithTheirNumbers) {
  const auto phrases = Classify(Example("api-platform")).phrases();
  EXPECT_EQ(phrases.lacking(), "1 of them lacks");
  EXPECT_EQ(Classify(Example("team-notes")).phrases().regulations(), "1 law or standard brings");
  EXPECT_EQ(Classify(Example("patient-platform")).phrases().transfers(), "");
}

TEST(DataClassification, WritesOneRetentionOneWay) {
  const DataClassificationResult result = Classify(Example("api-platform"));
  EXPECT_EQ(FindClass(result, "transaction-data")->retention(), "7 years");
  EXPECT_EQ(FindClass(result, "platform-secrets")->retention(), "90 days");
  for (const auto& check : result.class_checks()) {
    if (check.retention().state() != security::identify::v1::VERDICT_STATE_PASS) continue;
    EXPECT_EQ(check.retention().fact(), FindClass(result, check.id())->retention()) << check.id();
  }
}

TEST(DataClassification, MaskingIsUnknownWhileAFlowOfPeopleDoesNotSayWhatGoesBack) {
  const std::string returned = "receives: [card-tokens], dependency: hard, port: 443,\n     frequency: \"35 requests";
  const auto masked = [&](const std::string& instead) {
    const DataClassificationResult result = Classify(Edited(Example("api-platform"), {{returned, instead}}));
    for (const auto& row : result.account_data()) {
      if (row.component() == "card-capture" && row.data() == "cardholder-data") return row.masked();
    }
    ADD_FAILURE() << "no row of card-capture";
    return security::identify::v1::HandlingVerdict();
  };
  EXPECT_EQ(masked(returned).state(), security::identify::v1::VERDICT_STATE_NOT_REQUIRED) << "tokens go back";
  const std::string rest = "dependency: hard, port: 443,\n     frequency: \"35 requests";
  for (const std::string& list : {std::string(), std::string("receives: [cardholder-data, card-tokens], ")}) {
    const auto verdict = masked(list + rest);
    EXPECT_EQ(verdict.state(), security::identify::v1::VERDICT_STATE_UNKNOWN) << list;
    EXPECT_EQ(verdict.fact(), "not declared whether people see it over payer-us-to-card-capture") << list;
  }
}

TEST(DataClassification, ASystemWithoutCardDataHasNoAccountDataTable) {
  EXPECT_THAT(Classify(Example("team-notes")).account_data(), IsEmpty());
}

TEST(DataClassification, OrderInTheFileNeverMatters) {
  for (const char* list : {"data_classes", "components", "flows", "third_parties"}) {
    EXPECT_EQ(Classify(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Classify(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(DataClassification, AChangedRetentionTouchesOnlyItsClass) {
  const std::string text = Example("api-platform");
  DataClassificationResult before = Classify(text);
  DataClassificationResult after = Classify(Edited(text, {{"retention_days: 2555", "retention_days: 2556"}}));
  int changed = 0;
  for (int i = 0; i < before.classes_size(); ++i) {
    if (before.classes(i).SerializeAsString() == after.classes(i).SerializeAsString()) continue;
    ++changed;
    after.mutable_classes(i)->set_retention(before.classes(i).retention());
  }
  EXPECT_EQ(changed, 1);
  int verdicts = 0;
  for (int i = 0; i < before.class_checks_size(); ++i) {
    if (before.class_checks(i).SerializeAsString() == after.class_checks(i).SerializeAsString()) continue;
    ++verdicts;
    *after.mutable_class_checks(i) = before.class_checks(i);
  }
  EXPECT_EQ(verdicts, 1);
  EXPECT_EQ(before.SerializeAsString(), after.SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::identify
