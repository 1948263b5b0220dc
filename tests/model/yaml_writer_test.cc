// What is written is read back equal: examples, hostile texts and messages of all kinds.
#include "service/model/yaml_writer.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"
#include "service/model/yaml_events.h"
#include "service/model/yaml_reader.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// `message` written and read; the test fails where it cannot be read.
template <class Message>
Message ThereAndBack(const Message& message) {
  const std::string yaml = WriteYaml(message);
  Message back;
  SourceMap map;
  Faults faults;
  EXPECT_TRUE(ReadYaml(yaml, back, map, faults)) << yaml;
  EXPECT_TRUE(faults.empty()) << faults.ToStatus("y") << "\n" << yaml;
  return back;
}

std::string TextThereAndBack(const std::string& text) {
  v1::Organization organization;
  organization.set_name(text);
  return ThereAndBack(organization).name();
}

TEST(YamlWriterTest, TheExamplesComeBackEqual) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    std::ifstream file(entry.path() / "system-model.yaml");
    if (!file.is_open()) continue;
    ++found;
    const std::string yaml(std::istreambuf_iterator<char>(file), {});
    ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(yaml, entry.path().string()));
    const std::string written = WriteYaml(model->proto());
    ASSERT_OK_AND_ASSIGN(const auto again, Model::Parse(written, "written"));
    EXPECT_TRUE(MessageDifferencer::Equals(model->proto(), again->proto())) << entry.path();
    EXPECT_EQ(WriteYaml(again->proto()), written);
  }
  EXPECT_GE(found, 3);
}

TEST(YamlWriterTest, IsReadable) {
  v1::SystemModel model;
  model.set_schema_version("1");
  model.set_id("shop");
  model.set_as_of("2026-03-01");
  model.mutable_organization()->set_name("Shop: Inc.");
  v1::Component& web = *model.add_components();
  web.set_id("web");
  web.set_description("First line\nand # second");
  web.add_technology("go-service");
  web.add_technology("yes");
  web.set_tier(v1::TIER_TIER_0);
  web.set_replicas(0);
  web.mutable_backup();
  web.mutable_container()->set_base_image("a:1");
  model.add_components()->set_id("db");
  EXPECT_EQ(WriteYaml(model, {{"Opening", ""}, {"Closing\nline"}}),
            "# Opening\n"
            "#\n"
            "\n"
            "schema_version: \"1\"\n"
            "id: shop\n"
            "as_of: 2026-03-01\n"
            "\n"
            "# Who operates the system.\n"
            "organization:\n"
            "  name: \"Shop: Inc.\"\n"
            "\n"
            "# Services, data stores and external entities.\n"
            "components:\n"
            "  - id: web\n"
            "    description: |-\n"
            "      First line\n"
            "      and # second\n"
            "    technology: [go-service, \"yes\"]\n"
            "    tier: tier_0\n"
            "    replicas: 0\n"
            "    backup: {}\n"
            "    container:\n"
            "      base_image: \"a:1\"\n"
            "  - id: db\n"
            "\n"
            "# Closing line\n");
  EXPECT_TRUE(MessageDifferencer::Equals(ThereAndBack(model), model));
}

TEST(YamlWriterTest, CommentsStandBesideWhatTheyAreAbout) {
  v1::SystemModel model;
  model.mutable_organization()->set_name("Shop");
  v1::Component& web = *model.add_components();
  web.set_id("web");
  web.set_description("Two\nlines");
  web.add_technology("go-service");
  web.set_replicas(2);
  web.mutable_backup();
  web.add_posture()->set_control("input_validation");
  web.mutable_container()->set_base_image("a:1");
  for (int i = 0; i < 20; ++i) web.add_tags(absl::StrCat("label-", i));
  YamlComments comments;
  comments.beside = {{"organization", "whole"},
                     {"components[web].id", "it"},
                     {"components[web].description", "text\nline"},
                     {"components[web].technology", "list"},
                     {"components[web].replicas", "number"},
                     {"components[web].backup", "empty"},
                     {"components[web].posture[0]", "entry"},
                     {"components[web].container.base_image", "inner"},
                     {"components[web].tags", "long list"},
                     {"components[gone].id", "nowhere"}};
  const std::string yaml = WriteYaml(model, comments);
  EXPECT_THAT(yaml, HasSubstr("organization:  # whole\n  name: Shop\n"));
  EXPECT_THAT(yaml, HasSubstr("  - id: web  # it\n"
                              "    description: |-  # text line\n"
                              "      Two\n"
                              "      lines\n"
                              "    technology: [go-service]  # list\n"
                              "    replicas: 2  # number\n"));
  EXPECT_THAT(yaml, HasSubstr("    backup: {}  # empty\n"));
  EXPECT_THAT(yaml, HasSubstr("    posture:\n      - control: input_validation  # entry\n"));
  EXPECT_THAT(yaml, HasSubstr("    container:\n      base_image: \"a:1\"  # inner\n"));
  EXPECT_THAT(yaml, HasSubstr("    tags:  # long list\n      - label-0\n"));
  EXPECT_THAT(yaml, ::testing::Not(HasSubstr("nowhere")));
  v1::SystemModel back;
  SourceMap map;
  Faults faults;
  ASSERT_TRUE(ReadYaml(yaml, back, map, faults)) << yaml;
  EXPECT_TRUE(MessageDifferencer::Equals(back, model));
}

TEST(YamlWriterTest, HostileTextsComeBackEqual) {
  for (const std::string text : {"",
                                 " ",
                                 "  leading",
                                 "trailing  ",
                                 "yes",
                                 "No",
                                 "null",
                                 "NULL",
                                 "~",
                                 "true",
                                 "off",
                                 "y",
                                 "1",
                                 "-1",
                                 "1e3",
                                 "0x1f",
                                 "2026-01-01",
                                 "12:30:45",
                                 ".inf",
                                 "-",
                                 "- a",
                                 "-a",
                                 "?",
                                 "? a",
                                 ":",
                                 ": a",
                                 "a: b",
                                 "a:",
                                 "a #b",
                                 "#a",
                                 "# a",
                                 "'",
                                 "''",
                                 "\"",
                                 "\\",
                                 "\\n",
                                 "a\\",
                                 "{a}",
                                 "[a]",
                                 "a, b",
                                 "a]",
                                 "&a",
                                 "*a",
                                 "!a",
                                 "!!str a",
                                 "%a",
                                 "@a",
                                 "`a",
                                 "|",
                                 "|-",
                                 ">",
                                 "<<",
                                 "=",
                                 "---",
                                 "...",
                                 "--- a",
                                 "a\nb",
                                 "\na",
                                 "\n\na",
                                 " \na",
                                 "a\n\nb",
                                 "a\n b",
                                 " a\nb",
                                 "a\n  ",
                                 "a\n \nb",
                                 "\ta",
                                 "a\tb",
                                 "\t",
                                 "a\n\tb",
                                 "  a\n    b\n  c",
                                 "- a\n- b",
                                 "a: b\nc: d",
                                 "# a\n# b",
                                 "---\na",
                                 "...\na",
                                 "%a\nb",
                                 "Größe",
                                 "数据库",
                                 "\xf0\x9f\x94\x92 lock",
                                 "e\xcc\x81",
                                 "a\xc2\xa0"
                                 "b",
                                 "<b>bold</b>",
                                 "${x}",
                                 "{{x}}",
                                 "a very long text, "}) {
    EXPECT_EQ(TextThereAndBack(text), text) << WriteYaml([&] {
      v1::Organization organization;
      organization.set_name(text);
      return organization;
    }());
  }
  EXPECT_EQ(TextThereAndBack(std::string(100'000, 'x')), std::string(100'000, 'x'));
}

TEST(YamlWriterTest, ListsOfHostileTextsComeBackEqual) {
  v1::DataClass data;
  for (const char* text : {"a, b", "a]", "[", "yes", "", "two\nlines", "#", "a: b", "plain"}) data.add_tags(text);
  EXPECT_TRUE(MessageDifferencer::Equals(ThereAndBack(data), data));
  data.clear_tags();
  for (int i = 0; i < 50; ++i) data.add_tags(absl::StrCat("label-", i));
  EXPECT_TRUE(MessageDifferencer::Equals(ThereAndBack(data), data));
  for (const absl::string_view line : absl::StrSplit(WriteYaml(data), '\n')) EXPECT_LE(line.size(), 120u);
}

TEST(YamlWriterTest, WhatYamlCannotHoldIsReplaced) {
  EXPECT_EQ(TextThereAndBack("a\n\n"), "a");
  EXPECT_EQ(TextThereAndBack("a\rb"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(TextThereAndBack(std::string("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(TextThereAndBack("a\xe2\x80\xae"
                             "b"),
            "a\xef\xbf\xbd"
            "b")
      << "right-to-left override";
  const std::string yaml = WriteYaml(v1::Organization(), {{"a\nid: evil", "\x1b[31mred", "\xff"}, {}});
  EXPECT_THAT(yaml, StartsWith("# a id: evil\n# "));
  EXPECT_THAT(yaml, HasSubstr("\n\n{}\n"));
}

TEST(YamlWriterTest, NumbersComeBackEqual) {
  for (const double value : {0.0, 0.1, -1.5, 1.0 / 3, 1e21, 5e-324, 1.7976931348623157e308, 123456789.123}) {
    v1::Staffing staffing;
    staffing.set_security_fte_target(value);
    EXPECT_TRUE(MessageDifferencer::Equals(ThereAndBack(staffing), staffing)) << WriteYaml(staffing);
  }
  v1::DataClass data;
  data.set_record_count(std::numeric_limits<int64_t>::min());
  data.set_retention_days(std::numeric_limits<int32_t>::max());
  EXPECT_TRUE(MessageDifferencer::Equals(ThereAndBack(data), data));
}

// Text of pieces that mean something in YAML, without what it cannot hold.
std::string SomeText() {
  static const std::vector<std::string> pieces = {
      "a", "Z", "0", " ", "\n", "\t", ":", ": ", "#", " #", "-", "- ", "?",  "\"", "'",   "\\",   "{",   "}",  "[",
      "]", ",", "&", "*", "!",  "|",  ">", "%",  "@", "`",  "~", "é",  "数", "…",  "yes", "null", "---", "..."};
  std::string text;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) text += pieces[*rc::gen::inRange<size_t>(0, pieces.size())];
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

RC_GTEST_PROP(YamlWriterProperty, AnyTextComesBackEqual, ()) {
  v1::Decisions decisions;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    v1::DecisionDraft& draft = *decisions.add_drafts();
    draft.set_finding(SomeText());
    draft.set_rationale(SomeText());
    if (*rc::gen::arbitrary<bool>()) draft.set_ticket(SomeText());
    draft.set_status(v1::DECISION_STATUS_ACCEPTED);
  }
  decisions.set_schema_version(SomeText());
  RC_ASSERT(MessageDifferencer::Equals(ThereAndBack(decisions), decisions));
}

RC_GTEST_PROP(YamlWriterProperty, AnyListOfTextsComesBackEqual, ()) {
  v1::Component component;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) component.add_tags(SomeText());
  component.set_name(SomeText());
  RC_ASSERT(MessageDifferencer::Equals(ThereAndBack(component), component));
}

}  // namespace
}  // namespace metapowers::model
