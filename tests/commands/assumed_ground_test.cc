// Nothing that a section claims rests on what the model marks as assumed: with another value in the same place it says
// the same, except where it asks whether the value is true or tells what it would mean.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "metapowers/v1/command.pb.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDerivation[] = "metapowers.security.identify.v1.CriticalityRow.derivation";  // says what does not count

// An attribute of one component of the example, in one of two values, of which neither is known.
struct Assumption {
  const char* component;
  const char* attribute;
  const char* one;
  const char* other;
};

constexpr Assumption kAssumptions[] = {
    {"payments-db", "tier", "tier_0", "tier_3"},
    {"payments-db", "kind", "datastore", "process"},
    {"payments-db", "stores", "[transaction-data]", "[cardholder-data]"},
    {"payments-db", "technology", "[mysql]", "[mongodb]"},
    {"payments-db", "encryption_at_rest", "none", "per_user_key"},
    {"payments-db", "replication", "none", "synchronous"},
    {"payments-db", "zone", "us-cde-data", "tooling"},
    {"partner-portal", "multi_tenant", "yes", "no"},
    {"partner-portal", "business_function", "payment processing", "customer accounts"},
    {"partner-portal", "replicas", "1", "9"},
    {"partner-portal", "machine", "container", "vm"},
    {"partner-portal", "logging", "none", "immutable"},
};

// The example in which the attribute has this value, by assumption.
std::string Assuming(const Assumption& assumption, const char* value) {
  std::vector<std::string> lines = absl::StrSplit(Example("api-platform"), '\n');
  const std::string entry = absl::StrCat("  - id: ", assumption.component);
  const std::string key = absl::StrCat("    ", assumption.attribute, ":");
  const std::string line = absl::StrCat(key, " ", value, "  # assumed: nobody has looked");
  const auto begin = std::find(lines.begin(), lines.end(), entry);
  EXPECT_NE(begin, lines.end()) << entry;
  auto at = begin + 1;
  while (at != lines.end() && absl::StartsWith(*at, "    ") && !absl::StartsWith(*at, key)) ++at;
  if (at != lines.end() && absl::StartsWith(*at, key)) {
    *at = line;
  } else {
    lines.insert(begin + 1, line);
  }
  return absl::StrJoin(lines, "\n");
}

// Where a result tells what is assumed as such. Fields, at any depth.
bool IsToldAsAssumed(const FieldDescriptor& field) {
  static const auto* const names = new std::set<std::string>{
      "questions",         // whether it is true
      "presumed",          // scopes of PCI DSS that would follow
      "assumed",           // ways in that would follow
      "undecided",         // rules that wait for it
      "coverage_reasons",  // why cells of the STRIDE matrix are empty
  };
  return names->contains(field.name()) || field.full_name() == kDerivation;
}

void Strip(Message& message) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (IsToldAsAssumed(*field)) {
      message.GetReflection()->ClearField(&message, field);
      continue;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int size = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      Strip(field->is_repeated() ? *message.GetReflection()->MutableRepeatedMessage(&message, field, i)
                                 : *message.GetReflection()->MutableMessage(&message, field));
    }
  }
}

std::unique_ptr<Message> ClaimsOf(const Command& command, const Case& of) {
  const auto result = command.generate(of.input());
  std::unique_ptr<Message> claims(result->New());
  claims->CopyFrom(*result);
  Strip(*claims);
  return claims;
}

TEST(AssumedGroundTest, NoSectionClaimsWhatRestsOnAnAssumption) {
  for (const Assumption& assumption : kAssumptions) {
    const Case one(Assuming(assumption, assumption.one));
    const Case other(Assuming(assumption, assumption.other));
    for (const Command& command : Commands()) {
      std::string difference;
      MessageDifferencer differencer;
      differencer.ReportDifferencesToString(&difference);
      EXPECT_TRUE(differencer.Compare(*ClaimsOf(command, one), *ClaimsOf(command, other)))
          << command.stem << " rests on " << assumption.component << "." << assumption.attribute << ":\n"
          << difference.substr(0, 2000);
    }
  }
}

std::vector<std::string> QuestionsOf(const Message& result) {
  std::vector<std::string> texts;
  const FieldDescriptor* field = result.GetDescriptor()->FindFieldByName("questions");
  for (int i = 0; field != nullptr && i < result.GetReflection()->FieldSize(result, field); ++i) {
    texts.push_back(
        static_cast<const metapowers::v1::Question&>(result.GetReflection()->GetRepeatedMessage(result, field, i))
            .text());
  }
  return texts;
}

// Which attribute a section asks to confirm; the section, and what the question says.
TEST(AssumedGroundTest, SectionsAskWhetherWhatTheyWouldRestOnIsTrue) {
  const std::map<std::string, Assumption> asks = {
      {"recover/recovery_plan", {"payments-db", "tier", "tier_0", ""}},
      {"recover/resilience_improvement", {"payments-db", "tier", "tier_0", ""}},
      {"recover/business_continuity", {"payments-db", "tier", "tier_0", ""}},
      {"recover/backup_validation", {"payments-db", "kind", "datastore", ""}},
      {"identify/asset_inventory", {"payments-db", "kind", "datastore", ""}},
      {"identify/data_classification", {"payments-db", "stores", "[transaction-data]", ""}},
      {"protect/encryption_strategy", {"payments-db", "encryption_at_rest", "none", ""}},
      {"detect/logging_architecture", {"partner-portal", "logging", "none", ""}},
  };
  for (const auto& [stem, assumption] : asks) {
    const Case assumed(Assuming(assumption, assumption.one));
    const std::string about = absl::StrCat("Is it true of ", assumption.component, " that ",
                                           absl::StrReplaceAll(assumption.attribute, {{"_", " "}}), " is ");
    EXPECT_THAT(QuestionsOf(*FindCommand(stem)->generate(assumed.input())), Contains(HasSubstr(about))) << stem;
    const Case declared(Example("api-platform"));
    EXPECT_THAT(QuestionsOf(*FindCommand(stem)->generate(declared.input())), Not(Contains(HasSubstr(about)))) << stem;
  }
}

}  // namespace
}  // namespace metapowers::commands
