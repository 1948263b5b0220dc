// The shipped rows behind the govern commands: every name in them exists, and no sentence is vague.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/commands/clause_book.h"
#include "service/commands/model_query.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"
#include "service/model/schema.h"
#include "tests/support/golden.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::PolicyClause;

const google::protobuf::Descriptor& Root() { return *model::v1::SystemModel::descriptor(); }

// The type of the elements of a collection; nullptr for a computed one or one that does not exist.
const google::protobuf::Descriptor* ElementType(const std::string& collection) {
  const auto* field = FieldAt(Root(), collection);
  return field == nullptr ? nullptr : field->message_type();
}

void ExpectMatch(const knowledge::v1::AttributeMatch& match, const google::protobuf::Descriptor* type,
                 const std::string& id) {
  EXPECT_NE(match.operator_(), knowledge::v1::MATCH_OPERATOR_UNSPECIFIED) << id;
  if (absl::StartsWith(match.attribute(), "$")) {
    EXPECT_TRUE(IsComputedAttribute(match.attribute())) << id << ": " << match.attribute();
    return;
  }
  const auto* field = type == nullptr ? nullptr : FieldAt(*type, match.attribute());
  ASSERT_NE(field, nullptr) << id << ": " << match.attribute();
  if (field->enum_type() == nullptr) return;
  for (const std::string& value : match.values()) {
    if (absl::StartsWith(value, "{")) continue;
    EXPECT_NE(model::FindValue(*field->enum_type(), value), nullptr) << id << ": " << value;
  }
}

void ExpectSelector(const knowledge::v1::ElementSelector& selector, const std::string& id) {
  const auto* type = ElementType(selector.collection());
  if (type == nullptr) {
    EXPECT_TRUE(IsComputedList(selector.collection())) << id;
  } else if (!selector.label().empty()) {
    EXPECT_NE(FieldAt(*type, selector.label()), nullptr) << id;
  }
  for (const auto& match : selector.where()) ExpectMatch(match, type, id);
  for (const auto& match : selector.met()) ExpectMatch(match, type, id);
  if (selector.detail().empty()) return;
  const bool computed = absl::StartsWith(selector.detail(), "$");
  EXPECT_TRUE(computed ? IsComputedAttribute(selector.detail()) : FieldAt(*type, selector.detail()) != nullptr) << id;
}

TEST(GovernanceRows, ClauseIdsAreUniqueAndReferencesShipped) {
  std::set<std::string> ids;
  for (const PolicyClause& clause : knowledge::PolicyClauses().clauses()) {
    EXPECT_TRUE(ids.insert(clause.id()).second) << clause.id();
    EXPECT_GT(clause.references_size(), 0) << clause.id();
    std::set<std::string> references;
    for (const std::string& reference : clause.references()) {
      EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << clause.id() << ": " << reference;
      EXPECT_TRUE(references.insert(reference).second) << clause.id() << ": " << reference;
    }
    for (const auto& limit : clause.limits()) {
      EXPECT_EQ(references.count(limit.reference()), 1u) << clause.id() << ": " << limit.reference();
      EXPECT_NE(FieldAt(*model::v1::SystemModel::descriptor(), limit.needs().attribute()), nullptr) << clause.id();
      EXPECT_FALSE(limit.asks().empty()) << clause.id();
    }
    for (const std::string& framework : clause.frameworks()) {
      EXPECT_NE(knowledge::FindFramework(framework), nullptr) << clause.id() << ": " << framework;
    }
  }
}

TEST(GovernanceRows, EveryAreaHasSixClausesOrMore) {
  std::map<int, int> clauses;
  for (const PolicyClause& clause : knowledge::PolicyClauses().clauses()) ++clauses[clause.area()];
  for (int area = 1; area < model::v1::PolicyArea_ARRAYSIZE; ++area) {
    EXPECT_GE(clauses[area], 6) << model::v1::PolicyArea_Name(static_cast<model::v1::PolicyArea>(area));
  }
}

TEST(GovernanceRows, ConditionsAndSelectionsNameFieldsThatExist) {
  for (const PolicyClause& clause : knowledge::PolicyClauses().clauses()) {
    if (clause.has_binds()) ExpectSelector(clause.binds(), clause.id());
    if (clause.has_shown_on()) {
      ExpectSelector(clause.shown_on(), clause.id());
      EXPECT_GT(clause.shown_on().met_size(), 0) << clause.id();
    }
    for (const auto& match : clause.when()) ExpectMatch(match, &Root(), clause.id());
  }
  for (const auto& claim : knowledge::PolicyClauses().claims()) {
    for (const auto& match : claim.when()) ExpectMatch(match, &Root(), claim.reference());
  }
  for (const auto& required : knowledge::SecurityActivities().required_roles()) {
    for (const auto& match : required.when()) ExpectMatch(match, &Root(), required.id());
    for (const auto& match : required.when_data_class()) {
      ExpectMatch(match, model::v1::DataClass::descriptor(), required.id());
    }
  }
}

// A field that may be unset needs a question: its own or the clause's.
TEST(GovernanceRows, PlaceholdersNameFieldsThatExistAndHaveQuestions) {
  const std::set<std::string> known = {"elements",     "elements_data", "data",     "details", "access_roles", "system",
                                       "organization", "owner",         "approver", "actor",   "review"};
  for (const PolicyClause& clause : knowledge::PolicyClauses().clauses()) {
    for (const std::string& text : {clause.requirement(), clause.because(), clause.evidence(), clause.cadence()}) {
      for (const std::string& placeholder : Placeholders(text)) {
        absl::string_view name = placeholder;
        if (known.count(placeholder) > 0 || absl::StartsWith(name, "count:")) continue;
        absl::ConsumePrefix(&name, "every:");
        absl::ConsumePrefix(&name, "within:");
        if (absl::ConsumePrefix(&name, "item.")) {
          ASSERT_NE(ElementType(clause.binds().collection()), nullptr) << clause.id();
          EXPECT_NE(FieldAt(*ElementType(clause.binds().collection()), name), nullptr) << clause.id() << ": " << name;
          continue;
        }
        const auto* field = FieldAt(Root(), name);
        ASSERT_NE(field, nullptr) << clause.id() << ": " << name;
        EXPECT_TRUE(!model::RuleOf(*field).ask().empty() || !clause.question().empty()) << clause.id() << ": " << name;
      }
    }
  }
}

TEST(GovernanceRows, NoSentenceIsVague) {
  const std::regex vague(
      "\\b(appropriate|adequate|proper|sufficient|regularly|periodically|timely|as needed|"
      "where possible|best practice|if necessary)\\b",
      std::regex::icase);
  for (const PolicyClause& clause : knowledge::PolicyClauses().clauses()) {
    for (const std::string& text : {clause.title(), clause.requirement(), clause.because(), clause.evidence()}) {
      EXPECT_FALSE(std::regex_search(text, vague)) << clause.id() << ": " << text;
      EXPECT_FALSE(text.empty()) << clause.id();
    }
    EXPECT_EQ(clause.requirement().back(), '.') << clause.id();
    EXPECT_NE(clause.evidence().back(), '.') << clause.id();
  }
}

TEST(GovernanceRows, ClaimsNameSectionsOfTheContract) {
  const std::string contract = testing_support::ReadTestFile("tests/spec/commands.yaml");
  for (const auto& claim : knowledge::PolicyClauses().claims()) {
    EXPECT_NE(knowledge::FindRequirement(claim.reference()), nullptr) << claim.reference();
    const size_t command = contract.find("- id: " + claim.command() + "\n");
    ASSERT_NE(command, std::string::npos) << claim.command();
    const size_t sections = contract.find("sections:", command);
    const std::string line = contract.substr(sections, contract.find('\n', sections) - sections);
    EXPECT_THAT(line, ::testing::HasSubstr("\"" + claim.section() + "\"")) << claim.reference();
    EXPECT_NE(FindCommand("govern/" + absl::StrReplaceAll(claim.command(), {{"-", "_"}})), nullptr)
        << claim.reference() << " is claimed by a command that is not built";
  }
}

TEST(GovernanceRows, ReducedScopesNameShippedRequirements) {
  for (const auto& scope : knowledge::PolicyClauses().reduced_scopes()) {
    for (const std::string& id : scope.requirements()) {
      EXPECT_NE(knowledge::FindRequirement(scope.framework() + ":" + id), nullptr) << id;
    }
  }
}

TEST(GovernanceRows, ActivitiesAndRolesReferToShippedRequirements) {
  for (const auto& activity : knowledge::SecurityActivities().activities()) {
    EXPECT_GT(activity.accountable_size(), 0) << activity.id();
    for (const std::string& reference : activity.references()) {
      EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << activity.id() << ": " << reference;
    }
  }
  for (const auto& required : knowledge::SecurityActivities().required_roles()) {
    EXPECT_NE(knowledge::FindRequirement(required.reference()), nullptr) << required.id();
  }
}

TEST(GovernanceRows, EveryKindOfGapHasARemedy) {
  for (int kind = 1; kind < knowledge::v1::GapKind_ARRAYSIZE; ++kind) {
    const auto& remedy = knowledge::Remedy(static_cast<knowledge::v1::GapKind>(kind));
    EXPECT_GT(remedy.within_days(), 0);
    EXPECT_GT(remedy.owners_size(), 0);
    EXPECT_THAT(remedy.action(), ::testing::HasSubstr("{subject}"));
  }
}

}  // namespace
}  // namespace metapowers::commands
