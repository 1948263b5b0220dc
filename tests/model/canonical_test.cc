#include "service/model/canonical.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fills every field at random, lists with up to four entries from few values, so that entries often
// differ in a late field only or not at all.
void Fill(Message& message, std::mt19937& random) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    for (unsigned n = field->is_repeated() ? random() % 4 : random() % 2; n > 0; --n) {
      const int value = static_cast<int>(random() % 3);
      const bool list = field->is_repeated();
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(list ? *reflection.AddMessage(&message, field) : *reflection.MutableMessage(&message, field), random);
          break;
        case FieldDescriptor::CPPTYPE_STRING:
          list ? reflection.AddString(&message, field, std::string(value, 'a'))
               : reflection.SetString(&message, field, std::string(value, 'a'));
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          list ? reflection.AddEnumValue(&message, field, value) : reflection.SetEnumValue(&message, field, value);
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          reflection.SetBool(&message, field, value > 0);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          reflection.SetInt32(&message, field, value);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          reflection.SetInt64(&message, field, value);
          break;
        default:
          reflection.SetDouble(&message, field, value / 2.0);
      }
    }
  }
}

// Puts every list without a meaning to its order into another one.
void Shuffle(Message& message, std::mt19937& random) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      if (is_message && IsSet(message, *field)) Shuffle(*reflection.MutableMessage(&message, field), random);
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int j = 0; is_message && j < size; ++j) {
      Shuffle(*reflection.MutableRepeatedMessage(&message, field, j), random);
    }
    if (RuleOf(*field).ordered()) continue;
    for (int j = size - 1; j > 0; --j) {
      reflection.SwapElements(&message, field, j, static_cast<int>(random() % static_cast<unsigned>(j + 1)));
    }
  }
}

TEST(CanonicalTest, TheOrderOfListsNeverMatters) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    v1::SystemModel model;
    Fill(model, random);
    v1::SystemModel shuffled = model;
    Shuffle(shuffled, random);
    Canonicalise(model);
    Canonicalise(shuffled);
    ASSERT_EQ(model.SerializeAsString(), shuffled.SerializeAsString()) << "seed " << seed;
    v1::SystemModel twice = model;
    Canonicalise(twice);
    ASSERT_EQ(model.SerializeAsString(), twice.SerializeAsString()) << "not idempotent, seed " << seed;
  }
}

TEST(CanonicalTest, ComparisonIsATotalOrder) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    v1::Component a, b, c;
    for (v1::Component* component : {&a, &b, &c}) {
      Fill(*component, random);
      component->set_id("same");
    }
    EXPECT_EQ(Compare(a, a), 0);
    EXPECT_EQ(Compare(a, b), -Compare(b, a));
    if (Compare(a, b) <= 0 && Compare(b, c) <= 0) {
      EXPECT_LE(Compare(a, c), 0);
    }
    EXPECT_EQ(Compare(a, b) == 0, a.SerializeAsString() == b.SerializeAsString());
  }
}

TEST(CanonicalTest, SortsByIdThenByContentAndKeepsMeaningfulOrder) {
  v1::SystemModel model;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(teams { id: "b" name: "1" }
           teams { id: "a" name: "2" }
           raci { activity: "z" }
           raci { activity: "y" informed: "q" informed: "p" informed: "q" }
           consumer_classes {
             id: "c"
             authentication: FLOW_AUTHENTICATION_MFA
             authentication: FLOW_AUTHENTICATION_TOKEN
           }
           data_classes {
             id: "d"
             categories: DATA_CATEGORY_SAD
             categories: DATA_CATEGORY_PII
             categories: DATA_CATEGORY_SAD
           }
           recovery {
             tiers { tier: TIER_TIER_1 }
             tiers { tier: TIER_TIER_0 rto_minutes: 0 }
             tiers { tier: TIER_TIER_0 }
           })pb",
      &model));
  v1::SystemModel expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(teams { id: "a" name: "2" }
           teams { id: "b" name: "1" }
           raci { activity: "y" informed: "p" informed: "q" }
           raci { activity: "z" }
           consumer_classes {
             id: "c"
             authentication: FLOW_AUTHENTICATION_MFA
             authentication: FLOW_AUTHENTICATION_TOKEN
           }
           data_classes { id: "d" categories: DATA_CATEGORY_PII categories: DATA_CATEGORY_SAD }
           recovery {
             tiers { tier: TIER_TIER_0 }
             tiers { tier: TIER_TIER_0 rto_minutes: 0 }
             tiers { tier: TIER_TIER_1 }
           })pb",
      &expected));
  Canonicalise(model);
  EXPECT_EQ(model.DebugString(), expected.DebugString());
}

TEST(CanonicalTest, TextsThatSayTheSameGiveTheSameModel) {
  const std::string one = absl::StrCat(kMinimal, "    stores: [orders]\n    technology: [go, redis]\n");
  std::string other =
      absl::StrReplaceAll(kMinimal, {{"  - id: core\n    name: Core\n    lead: Head of Core\n", ""},
                                     {"    lead: Head of Operations\n",
                                      "    lead: Head of Operations\n  - {lead: Head of Core, name: Core, id: core}\n"},
                                     {"id: shop\nname: Shop\n", "name: 'Shop'  # comment\nid: \"shop\"\n"}});
  absl::StrAppend(&other, "    technology:\n      - redis\n      - go\n      - redis\n    stores: [orders]\n");
  ASSERT_NE(one, other);
  ASSERT_OK_AND_ASSIGN(const auto first, Model::Parse(one, "m.yaml"));
  ASSERT_OK_AND_ASSIGN(const auto second, Model::Parse(other, "m.yaml"));
  EXPECT_EQ(first->proto().SerializeAsString(), second->proto().SerializeAsString());
}

}  // namespace
}  // namespace metapowers::model
