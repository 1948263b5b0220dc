#include "service/model/json_schema.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/schema.h"
#include "tests/support/golden.h"

namespace metapowers::model {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::ElementsAreArray;

class JsonSchemaTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonSchema(), &schema_).ok()); }
  const Struct& Member(const Struct& object, const std::string& key) {
    const auto found = object.fields().find(key);
    EXPECT_NE(found, object.fields().end()) << key;
    return found == object.fields().end() ? Struct::default_instance() : found->second.struct_value();
  }
  std::string Text(const Struct& object, const std::string& key) {
    const auto found = object.fields().find(key);
    return found == object.fields().end() ? "" : found->second.string_value();
  }
  std::vector<std::string> Texts(const Struct& object, const std::string& key) {
    std::vector<std::string> texts;
    const auto found = object.fields().find(key);
    if (found == object.fields().end()) return texts;
    for (const Value& value : found->second.list_value().values()) texts.push_back(value.string_value());
    return texts;
  }

  Struct schema_;
};

TEST_F(JsonSchemaTest, IsTheSameInEveryRun) { EXPECT_EQ(JsonSchema(), JsonSchema()); }

TEST_F(JsonSchemaTest, SaysWhichSchemaItIs) {
  EXPECT_EQ(Text(schema_, "$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(Text(schema_, "$ref"), "#/$defs/SystemModel");
}

TEST_F(JsonSchemaTest, DescribesEveryTypeFieldAndValueInTheWordsOfTheProto) {
  std::vector<const Descriptor*> open = {v1::SystemModel::descriptor()};
  std::set<const Descriptor*> seen;
  while (!open.empty()) {
    const Descriptor& type = *open.back();
    open.pop_back();
    if (!seen.insert(&type).second) continue;
    SCOPED_TRACE(type.full_name());
    const Struct& definition = Member(Member(schema_, "$defs"), type.name());
    EXPECT_NE(Text(definition, "description"), "");
    EXPECT_FALSE(definition.fields().at("additionalProperties").bool_value());
    const Struct& properties = Member(definition, "properties");
    EXPECT_EQ(static_cast<int>(properties.fields().size()), type.field_count());
    std::vector<std::string> required;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      EXPECT_NE(Text(Member(properties, field.name()), "description"), "") << field.name();
      if (RuleOf(field).required()) required.push_back(field.name());
      if (field.message_type() != nullptr) open.push_back(field.message_type());
      if (field.enum_type() == nullptr) continue;
      const Struct& values = Member(Member(schema_, "$defs"), field.enum_type()->name());
      EXPECT_THAT(Texts(values, "enum"), ElementsAreArray(ValueNames(*field.enum_type())));
      EXPECT_THAT(Texts(values, "enumDescriptions"), ::testing::Not(::testing::Contains(""))) << field.name();
    }
    EXPECT_THAT(Texts(definition, "required"), ElementsAreArray(required));
  }
  EXPECT_GT(seen.size(), 60u);
}

TEST_F(JsonSchemaTest, CarriesTheRules) {
  const Struct& defs = Member(schema_, "$defs");
  const Struct& component = Member(Member(defs, "Component"), "properties");
  EXPECT_EQ(Text(Member(component, "id"), "pattern"), "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$");
  EXPECT_EQ(Text(Member(component, "id"), "description"), "Immutable slug.");
  EXPECT_EQ(Text(Member(component, "eol_date"), "format"), "date");
  EXPECT_EQ(Text(Member(component, "kind"), "$ref"), "#/$defs/ComponentKind");
  EXPECT_EQ(Text(Member(component, "admin"), "type"), "boolean");
  EXPECT_EQ(Text(Member(Member(component, "posture"), "items"), "$ref"), "#/$defs/ControlPosture");
  const Struct& port = Member(Member(Member(defs, "Flow"), "properties"), "port");
  EXPECT_EQ(Text(port, "type"), "integer");
  EXPECT_EQ(port.fields().at("minimum").number_value(), 0);
  EXPECT_EQ(port.fields().at("maximum").number_value(), 65535);
  const Struct& model = Member(Member(defs, "SystemModel"), "properties");
  EXPECT_EQ(Text(Member(model, "currency"), "pattern"), "^[A-Z]{3}$");
  const Struct& flow = Member(Member(Member(schema_, "$defs"), "Flow"), "properties");
  const std::regex host(Text(Member(Member(flow, "hosts"), "items"), "pattern"));
  for (const char* name : {"shop.example.com", "*.example.com", "10.0.0.1", "fe80::1", "a_b"}) {
    EXPECT_TRUE(std::regex_match(name, host)) << name;
  }
  for (const char* name : {"Shop.example", "https://shop.example", "shop.example:443", "-a", "a..b", "*"}) {
    EXPECT_FALSE(std::regex_match(name, host)) << name;
  }
  EXPECT_EQ(Member(model, "components").fields().at("minItems").number_value(), 1);
}

TEST(PublishedSchemaTest, IsThatOfTheService) {
  testing_support::ExpectGolden("deploy/schema/system-model.schema.json", JsonSchema());
}

}  // namespace
}  // namespace metapowers::model
