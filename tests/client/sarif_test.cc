// Faults of models as code review tools take them.
#include "client/commands/sarif.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace metapowers::client {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const google::protobuf::Value& At(const Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  EXPECT_NE(found, object.fields().end()) << key;
  return found == object.fields().end() ? google::protobuf::Value::default_instance() : found->second;
}

const Struct& RunOf(const Struct& sarif) { return At(sarif, "runs").list_value().values(0).struct_value(); }

Struct ParseJson(const std::string& text) {
  Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &parsed).ok()) << text;
  return parsed;
}

// Of each result "rule level uri line:column message".
std::vector<std::string> ResultsOf(const std::string& text) {
  const Struct sarif = ParseJson(text);
  std::vector<std::string> lines;
  for (const auto& value : At(RunOf(sarif), "results").list_value().values()) {
    const Struct& result = value.struct_value();
    const Struct& place =
        At(At(result, "locations").list_value().values(0).struct_value(), "physicalLocation").struct_value();
    const Struct& region = At(place, "region").struct_value();
    lines.push_back(At(result, "ruleId").string_value() + " " + At(result, "level").string_value() + " " +
                    At(At(place, "artifactLocation").struct_value(), "uri").string_value() + " " +
                    std::to_string(static_cast<int>(At(region, "startLine").number_value())) + ":" +
                    std::to_string(static_cast<int>(At(region, "startColumn").number_value())) + " " +
                    At(At(result, "message").struct_value(), "text").string_value());
  }
  return lines;
}

CheckedModel WithFault(const std::string& file) {
  CheckedModel model;
  model.file = file;
  auto& fault = *model.result.add_faults();
  fault.set_field("components[3].zone");
  fault.set_location(file + ":12:7");
  fault.set_description("must be \"one\"\nof \\ these");
  return model;
}

TEST(Sarif, HasEachFaultAtItsLine) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_THAT(ResultsOf(ToSarif({WithFault("a/my model.yaml"), WithFault("/else/m.yaml"), WithFault("-")}, true, here)),
              ElementsAre("model-fault error a/my%20model.yaml 12:7 components[3].zone: must be \"one\"\nof \\ these",
                          HasSubstr("model-fault error file:///else/m.yaml 12:7 "),
                          HasSubstr("model-fault error stdin 12:7 ")));
}

TEST(Sarif, UrisAreThoseOfTheRepository) {
  const std::string above = std::filesystem::current_path().parent_path().string();
  const std::string name = std::filesystem::current_path().filename().string();
  EXPECT_THAT(ResultsOf(ToSarif({WithFault("m.yaml")}, true, above)), ElementsAre(HasSubstr(" " + name + "/m.yaml ")));
}

TEST(Sarif, HasOpenQuestionsAsNotesWhereAskedFor) {
  CheckedModel model;
  model.file = "m.yaml";
  model.text = "zones:\n  - id: db\ncomponents:\n  - {name: D, id: db-2}\n  - {name: D, id: db}\n";
  auto& question = *model.result.add_questions();
  question.set_field("components[db].encryption_at_rest");
  question.set_text("How is db encrypted at rest?");
  question.set_owner("core");
  question.set_owner_name("Core Team");
  const std::string here = std::filesystem::current_path().string();
  EXPECT_THAT(ResultsOf(ToSarif({model}, false, here)), ElementsAre());
  EXPECT_THAT(ResultsOf(ToSarif({model}, true, here)),
              ElementsAre("model-question note m.yaml 5:1 How is db encrypted at rest? Owner: Core Team. "
                          "(components[db].encryption_at_rest)"));
}

TEST(Sarif, SaysWhatCouldNotBeRead) {
  CheckedModel model;
  model.file = "gone.yaml";
  model.unreadable = "cannot be read";
  EXPECT_THAT(ResultsOf(ToSarif({model}, false, "/")), ElementsAre(HasSubstr("model-unreadable error ")));
}

TEST(Sarif, IsOneRunOfVersion210WithItsRules) {
  const Struct sarif = ParseJson(ToSarif({WithFault("m.yaml")}, true, "/"));
  EXPECT_EQ(At(sarif, "version").string_value(), "2.1.0");
  const Struct& driver = At(At(RunOf(sarif), "tool").struct_value(), "driver").struct_value();
  EXPECT_EQ(At(driver, "name").string_value(), "metapowers");
  const ListValue& rules = At(driver, "rules").list_value();
  const Struct& result = At(RunOf(sarif), "results").list_value().values(0).struct_value();
  const Struct& rule = rules.values(static_cast<int>(At(result, "ruleIndex").number_value())).struct_value();
  EXPECT_EQ(At(rule, "id").string_value(), At(result, "ruleId").string_value());
  for (const auto& each : rules.values()) {
    for (const char* key : {"shortDescription", "fullDescription", "help"}) {
      EXPECT_NE(At(At(each.struct_value(), key).struct_value(), "text").string_value(), "") << key;
    }
  }
}

TEST(Sarif, AQuestionStandsAtItsPartWhereTheElementIsNotFound) {
  EXPECT_EQ(LineOfQuestion("a: 1\norganization:\n  name: x\n", "organization.sector"), 2);
  EXPECT_EQ(LineOfQuestion("a: 1\ncomponents: []\n", "components[x].tier"), 2);
  EXPECT_EQ(LineOfQuestion("{\"a\": 1}", "components[x].tier"), 1);
}

}  // namespace
}  // namespace metapowers::client
