// What the loader, the questions and the JSON Schema take for granted about the protos.
#include "service/model/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"

namespace metapowers::model {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Every message type of the two files that people write.
std::set<const Descriptor*> AllTypes() {
  std::set<const Descriptor*> types;
  std::vector<const Descriptor*> open = {v1::SystemModel::descriptor(), v1::Decisions::descriptor()};
  while (!open.empty()) {
    const Descriptor* type = open.back();
    open.pop_back();
    if (!types.insert(type).second) continue;
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->message_type() != nullptr) open.push_back(type->field(i)->message_type());
    }
  }
  return types;
}

std::vector<const FieldDescriptor*> AllFields() {
  std::vector<const FieldDescriptor*> fields;
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) fields.push_back(type->field(i));
  }
  return fields;
}

TEST(SchemaTest, FieldsAreOfTypesThatTheReaderKnows) {
  ASSERT_GT(AllFields().size(), 400u);
  for (const FieldDescriptor* field : AllFields()) {
    EXPECT_FALSE(field->is_map()) << field->full_name();
    EXPECT_NE(field->type(), FieldDescriptor::TYPE_BYTES) << field->full_name();
    EXPECT_EQ(field->real_containing_oneof(), nullptr) << field->full_name();
  }
}

// An unset number must differ from 0, or it could not be unknown.
TEST(SchemaTest, NumbersHavePresence) {
  for (const FieldDescriptor* field : AllFields()) {
    const bool number =
        field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE && field->cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
        field->cpp_type() != FieldDescriptor::CPPTYPE_BOOL && field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM;
    if (number) {
      EXPECT_TRUE(field->has_presence()) << field->full_name();
    }
  }
}

TEST(SchemaTest, EveryReferenceNamesACollection) {
  std::set<std::string> collections;
  for (const Descriptor* type : AllTypes()) {
    if (CollectionOf(*type).empty()) continue;
    EXPECT_TRUE(collections.insert(CollectionOf(*type)).second) << "two types form " << CollectionOf(*type);
    EXPECT_NE(IdField(*type), nullptr) << type->full_name();
  }
  for (const FieldDescriptor* field : AllFields()) {
    const std::string& collection = RuleOf(*field).refers_to();
    if (!collection.empty()) {
      EXPECT_EQ(collections.count(collection), 1u) << field->full_name() << " " << collection;
    }
  }
}

TEST(SchemaTest, RulesOfTextStandOnTextAndOfNumbersOnNumbers) {
  for (const FieldDescriptor* field : AllFields()) {
    const v1::Rule& rule = RuleOf(*field);
    const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!rule.refers_to().empty() || rule.format() != v1::FORMAT_UNSPECIFIED) {
      EXPECT_TRUE(text) << field->full_name();
    }
    if (rule.past()) {
      EXPECT_EQ(rule.format(), v1::FORMAT_DATE) << field->full_name();
    }
    if (rule.place()) {
      EXPECT_TRUE(text && !field->is_repeated()) << field->full_name();
    }
    if (rule.has_min() || rule.has_max()) {
      EXPECT_TRUE(field->has_presence()) << field->full_name();
    }
    if (rule.ordered()) {
      EXPECT_TRUE(field->is_repeated()) << field->full_name();
    }
    if (!rule.ask().empty()) {
      // A list is answered by words of a known form; of messages, frameworks alone have names that answers know.
      const bool words = !rule.refers_to().empty() || rule.format() != v1::FORMAT_UNSPECIFIED ||
                         field->enum_type() != nullptr || field->message_type() == v1::Framework::descriptor();
      EXPECT_TRUE(!field->is_repeated() || words) << field->full_name();
      EXPECT_TRUE(absl::EndsWith(rule.ask(), "?")) << field->full_name();
    }
  }
}

TEST(SchemaTest, EnumValuesHaveTheirPrefixAndAnUnknown) {
  for (const FieldDescriptor* field : AllFields()) {
    if (field->enum_type() == nullptr) continue;
    const google::protobuf::EnumDescriptor& type = *field->enum_type();
    EXPECT_TRUE(absl::EndsWith(type.FindValueByNumber(0)->name(), "_UNSPECIFIED")) << type.full_name();
    for (int i = 0; i < type.value_count(); ++i) {
      const std::string name = YamlName(*type.value(i));
      EXPECT_LT(name.size(), type.value(i)->name().size()) << name << " kept its prefix";
      EXPECT_EQ(FindValue(type, name), type.value(i)) << name;
    }
  }
}

TEST(SchemaTest, YamlNames) {
  EXPECT_EQ(YamlName(v1::TIER_TIER_0), "tier_0");
  EXPECT_EQ(YamlName(v1::TLS_VERSION_TLS_1_2), "tls_1_2");
  EXPECT_EQ(YamlName(v1::TRISTATE_UNSPECIFIED), "unknown");
  EXPECT_EQ(YamlName(static_cast<v1::Tristate>(99)), "unknown");
  EXPECT_EQ(FindValue(*v1::Tristate_descriptor(), "YES"), nullptr);
  EXPECT_EQ(FindValue(*v1::Tristate_descriptor(), "tristate_yes"), nullptr);
  EXPECT_EQ(FindValue(*v1::Tristate_descriptor(), "unspecified"), nullptr);
}

TEST(SchemaTest, Hosts) {
  for (const char* host : {"shop.example.com", "shop", "*.example.com", "xn--bcher-kva.example", "a_b.example",
                           "10.0.0.1", "::1", "2001:db8::1"}) {
    EXPECT_TRUE(IsHost(host)) << host;
  }
  for (const char* host : {"", "*", "*.", "a..b", "Shop.example", "shop.example:80", "http://shop", "shop.example/cart",
                           "-a", "a-.b", "b\u00fccher.example", "*.*.example", "shop example", "1:2", ":::", "1::2::3",
                           "::12345", "::G", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(IsHost(host)) << host;
  }
  EXPECT_FALSE(IsHost(std::string(64, 'a'))) << "a label";
  EXPECT_FALSE(IsHost(absl::StrCat(std::string(60, 'a'), ".", std::string(60, 'a'), ".", std::string(60, 'a'), ".",
                                   std::string(60, 'a'), ".", std::string(60, 'a'))));
}

TEST(SchemaTest, RulesAreFoundByTheNameOfTheirField) {
  EXPECT_EQ(RuleOf("Component.tier").ask(), "How long may {id} be down?");
  EXPECT_TRUE(RuleOf("Component.tier").rated());
  EXPECT_FALSE(RuleOf("Component.tier").locates_data());
  EXPECT_TRUE(RuleOf("Flow.receives").locates_data());
  EXPECT_TRUE(MakesElement(RuleOf("Flow.source")));
  EXPECT_TRUE(MakesElement(RuleOf("Api.component")));
  EXPECT_FALSE(MakesElement(RuleOf("Evidence.component")));
  EXPECT_FALSE(RuleOf("Component.unheard_of").rated());
}

// What is not known of where data is lowers a score, so that it counts among what scores are made of.
TEST(SchemaTest, WhatLocatesDataIsRated) {
  int located = 0;
  for (const FieldDescriptor* field : AllFields()) {
    if (!RuleOf(*field).locates_data()) continue;
    ++located;
    EXPECT_TRUE(RuleOf(*field).rated()) << field->full_name();
    EXPECT_EQ(RuleOf(*field).refers_to(), "data_classes") << field->full_name();
  }
  EXPECT_GT(located, 0);
}

TEST(SchemaTest, Dates) {
  for (const char* date : {"2024-02-29", "2026-12-31", "1999-01-01"}) EXPECT_TRUE(IsDate(date)) << date;
  for (const char* text : {"", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-1-01", "20260101",
                           "2026-01-01T00:00", " 2026-01-1", "2026-01-1x", "-026-01-01"}) {
    EXPECT_FALSE(IsDate(text)) << text;
  }
  EXPECT_EQ(FormatDate(ToCivilDay("2024-02-29") + 1), "2024-03-01");
  EXPECT_EQ(ToCivilDay(""), absl::CivilDay(1970, 1, 1));
}

}  // namespace
}  // namespace metapowers::model
