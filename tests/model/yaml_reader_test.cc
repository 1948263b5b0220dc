#include "service/model/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Repeat(absl::string_view text, size_t times) {
  std::string out;
  for (; times > 0; --times) absl::StrAppend(&out, text);
  return out;
}

class BadYamlTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadYamlTest, IsReportedWithItsPlace) {
  EXPECT_THAT(FaultsOf(absl::StrCat(kMinimal, GetParam().appended)), ElementsAreArray(GetParam().faults));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, BadYamlTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"UnknownField", "curency: EUR\n", {"m.yaml:42:1: : has no field 'curency'; did you mean 'currency'?"}},
        {"UnknownFieldNested",
         "    ownr_team: core\n",
         {"m.yaml:42:5: components[0]: has no field 'ownr_team'; did you mean 'owner_team'?"}},
        {"UnknownFieldFarFromAny", "xyzzy: {a: [1, 2]}\n", {"m.yaml:42:1: : has no field 'xyzzy'"}},
        {"DuplicateKey", "name: Again\n", {"m.yaml:42:1: name: is written twice; the first time on line 3"}},
        {"ScalarForList", "flows: none\n", {"m.yaml:42:8: flows: must be a list, not 'none'"}},
        {"MappingForList", "flows: {id: a}\n", {"m.yaml:42:8: flows: must be a list, not a mapping"}},
        {"ListForText", "currency: [EUR]\n", {"m.yaml:42:11: currency: must be text, not a list"}},
        {"ScalarForMessage", "training: yes\n", {"m.yaml:42:11: training: must be a mapping of fields, not 'yes'"}},
        {"ScalarInListOfMessages",
         "flows:\n  - web\n",
         {"m.yaml:43:5: flows[0]: must be a mapping of fields, not 'web'"}},
        {"NoValue",
         "currency:\n",
         {"m.yaml:42:10: currency: has no value; leave the line out while the value is not known"}},
        {"Null",
         "currency: ~\n",
         {"m.yaml:42:11: currency: has no value; leave the line out while the value is not known"}},
        {"KeyIsAList", "[a, b]: c\n", {"m.yaml:42:1: : a key must be the name of a field"}},
        {"Anchor",
         "currency: &x EUR\n",
         {"m.yaml:42:11: currency: anchors (&) are not allowed; write the value where it is used"}},
        {"Alias", "currency: *x\n", {"m.yaml:42:11: currency: aliases (*) are not allowed; repeat the value"}},
        {"MergeKey", "<<: {name: x}\n", {"m.yaml:42:1: : merge keys (<<) are not allowed; repeat the values"}},
        {"Tag",
         "currency: !!str EUR\n",
         {"m.yaml:42:11: currency: tags (!) are not allowed; the type of a value follows from its field"}},
        {"SecondDocument",
         "---\nid: other\n",
         {"m.yaml:42:1: : a second document starts here; one file is one document"}},
        {"Directive",
         "...\n%YAML 1.1\n---\nid: x\n",
         {"m.yaml:43:1: : a line must not start with '%': YAML directives are not allowed"}},
        {"SyntaxErrorAfterFaults",
         "curency: EUR\nflows: [}\n",
         {"m.yaml:42:1: : has no field 'curency'; did you mean 'currency'?",
          "m.yaml:43:9: flows: is not YAML: did not find expected node content while parsing a flow node"}},
        {"TabAsIndent",
         "training:\n\tmodules: []\n",
         {"m.yaml:43:1: training: is not YAML: found character that cannot start any token while scanning for the "
          "next token"}},
    }),
    [](const auto& param_info) { return param_info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, BadYamlTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"YesIsNoBool",
         "    admin: yes\n",
         {"m.yaml:42:12: components[0].admin: must be true or false without quotes, not 'yes'"}},
        {"QuotedBool",
         "    admin: \"true\"\n",
         {"m.yaml:42:12: components[0].admin: must be true or false without quotes, not 'true'"}},
        {"CapitalBool",
         "    admin: True\n",
         {"m.yaml:42:12: components[0].admin: must be true or false without quotes, not 'True'"}},
        {"QuotedNumber",
         "    replicas: '2'\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '2'"}},
        {"OctalNumber",
         "    replicas: 010\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '010'"}},
        {"HexNumber",
         "    replicas: 0x10\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '0x10'"}},
        {"PlusNumber",
         "    replicas: +1\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '+1'"}},
        {"Fraction",
         "    replicas: 1.5\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '1.5'"}},
        {"Underscores",
         "    replicas: 1_000\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not '1_000'"}},
        {"TooLargeForItsType",
         "    replicas: 2147483648\n",
         {"m.yaml:42:15: components[0].replicas: '2147483648' is out of range"}},
        {"UnknownNumber",
         "    replicas: unknown\n",
         {"m.yaml:42:15: components[0].replicas: must be a whole number without quotes, not 'unknown'; leave the line "
          "out while the value is not known"}},
        {"NotANumber",
         "staffing: {security_fte_target: .nan}\n",
         {"m.yaml:42:33: staffing.security_fte_target: must be a number without quotes, not '.nan'"}},
        {"Infinite",
         "staffing: {security_fte_target: 1e999}\n",
         {"m.yaml:42:33: staffing.security_fte_target: '1e999' is out of range"}},
        {"EnumMisspelt",
         "    lifecycle: lives\n",
         {"m.yaml:42:16: components[0].lifecycle: must be one of unknown, planned, live, retiring, not 'lives'; did "
          "you mean 'live'?"}},
        {"EnumInCapitals",
         "    lifecycle: LIVE\n",
         {"m.yaml:42:16: components[0].lifecycle: must be one of unknown, planned, live, retiring, not 'LIVE'; did "
          "you mean 'live'?"}},
        {"EnumWithPrefix",
         "    lifecycle: lifecycle_live\n",
         {"m.yaml:42:16: components[0].lifecycle: must be one of unknown, planned, live, retiring, not "
          "'lifecycle_live'"}},
        {"EnumZeroByProtoName",
         "    lifecycle: unspecified\n",
         {"m.yaml:42:16: components[0].lifecycle: must be one of unknown, planned, live, retiring, not "
          "'unspecified'"}},
        {"TristateIsNoBool",
         "    internet_facing: true\n",
         {"m.yaml:42:22: components[0].internet_facing: must be one of unknown, yes, no, not 'true'"}},
        {"UnknownInList",
         "    scope_tags: [unknown]\n",
         {"m.yaml:42:18: components[0].scope_tags[0]: 'unknown' says nothing in a list; leave it out"}},
        {"ListPlacesStayInStep",
         "    stores: [[], nothing]\n",
         {"m.yaml:42:14: components[0].stores[0]: must be text, not a list",
          "m.yaml:42:18: components[0].stores[1]: 'nothing' is not among the data_classes"}},
        {"EscapedControl",
         "    description: \"a\\x07b\"\n",
         {"m.yaml:42:18: components[0].description: character U+0007 is not allowed"}},
        {"EscapedNul",
         "    description: \"a\\0b\"\n",
         {"m.yaml:42:18: components[0].description: character U+0000 is not allowed"}},
        {"EscapedBidi",
         "    description: \"a\\u202Eb\"\n",
         {"m.yaml:42:18: components[0].description: character U+202E is not allowed"}},
        {"RawBidi", "    description: a\xe2\x80\xae\n", {"m.yaml:42:19: : character U+202E is not allowed"}},
        {"RawBidiInComment", "# \xe2\x81\xa6\n", {"m.yaml:42:3: : character U+2066 is not allowed"}},
        {"RawControl", "    description: \xc3\xa4\x01\n", {"m.yaml:42:19: : character U+0001 is not allowed"}},
        {"RawNul",
         absl::StrCat("    description: a", std::string(1, '\0'), "\n"),
         {"m.yaml:42:19: : character U+0000 is not allowed"}},
        {"LineSeparator", "    description: a\xe2\x80\xa8\n", {"m.yaml:42:19: : character U+2028 is not allowed"}},
        {"NewlineInQuotes",
         "    description: \"a\\nb\"\n",
         {"m.yaml:42:18: components[0].description: line ends and tabs are allowed in block text (|) only"}},
        {"NotUtf8", "    description: \xc3\xa4\xff\n", {"m.yaml:42:19: : is not UTF-8"}},
        {"Utf16Surrogate", "    description: \xed\xa0\x80\n", {"m.yaml:42:18: : is not UTF-8"}},
    }),
    [](const auto& param_info) { return param_info.param.name; });

TEST(YamlReaderTest, ReportsAllFaultsInTheOrderOfTheText) {
  EXPECT_THAT(FaultsOf(absl::StrCat(kMinimal, "    admin: yes\n    kind: process\n    zone: outside\ncurency: EUR\n")),
              ElementsAre("m.yaml:42:12: components[0].admin: must be true or false without quotes, not 'yes'",
                          "m.yaml:43:5: components[0].kind: is written twice; the first time on line 40",
                          "m.yaml:44:5: components[0].zone: is written twice; the first time on line 41",
                          "m.yaml:45:1: : has no field 'curency'; did you mean 'currency'?"));
}

TEST(YamlReaderTest, AMisspeltRequiredFieldIsNotAlsoMissing) {
  const std::string yaml = absl::StrReplaceAll(kMinimal, {{"data_classes:", "data_clases:"}});
  EXPECT_THAT(FaultsOf(yaml), ElementsAre("m.yaml:28:1: : has no field 'data_clases'; did you mean 'data_classes'?"));
}

TEST(YamlReaderTest, ReferencesIntoAListWithAFaultAreNotReportedToo) {
  const std::string yaml = absl::StrReplaceAll(kMinimal, {{"teams:\n  - id: core\n", "teams:\n  - id: [core]\n"}});
  EXPECT_THAT(FaultsOf(yaml), ElementsAre("m.yaml:13:9: teams[0].id: must be text, not a list"));
}

TEST(YamlReaderTest, EmptyTextsHaveOneFault) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "\xef\xbb\xbf"}) {
    EXPECT_THAT(FaultsOf(text), ElementsAre("m.yaml:1:1: : is empty")) << "for '" << text << "'";
  }
}

TEST(YamlReaderTest, TheRootMustBeAMapping) {
  EXPECT_THAT(FaultsOf("- id: a\n"), ElementsAre("m.yaml:1:1: : must be a mapping of fields, not a list"));
  EXPECT_THAT(FaultsOf("hello\n"), ElementsAre("m.yaml:1:1: : must be a mapping of fields, not 'hello'"));
}

TEST(YamlReaderTest, ErrorTellsFileNumberAndReason) {
  const absl::Status status = Model::Parse("curency: 1\nid: 2\n", "m.yaml").status();
  EXPECT_THAT(status, HasError(absl::StatusCode::kInvalidArgument, "MODEL_INVALID", HasSubstr("'m.yaml' has ")));
  EXPECT_EQ(DetailsOf(status).metadata.at("errors"), absl::StrCat(DetailsOf(status).violations.size()));
}

TEST(YamlReaderTest, ListsAHundredFaultsAndCountsTheRest) {
  std::string yaml(kMinimal);
  for (int i = 0; i < 250; ++i) absl::StrAppend(&yaml, "x", i, ": 1\n");
  const std::vector<std::string> faults = FaultsOf(yaml);
  ASSERT_THAT(faults, SizeIs(101));
  EXPECT_EQ(faults.front(), "m.yaml:42:1: : has no field 'x0'");
  EXPECT_EQ(faults[99], "m.yaml:141:1: : has no field 'x99'");
  EXPECT_EQ(faults.back(), "m.yaml: : and 150 more");
}

// Faults of the rules are found after those of the reading, and may stand before them in the text.
TEST(YamlReaderTest, TheFirstHundredAreThoseThatStandFirst) {
  std::string yaml = absl::StrReplaceAll(kMinimal, {{"as_of: 2026-03-01", "as_of: soon"}});
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&yaml, "x", i, ": 1\n");
  EXPECT_EQ(FaultsOf(yaml).front(), "m.yaml:5:8: as_of: 'soon' is not a date of the calendar in the form YYYY-MM-DD");
}

TEST(YamlReaderTest, DepthIsLimited) {
  for (const char* opening : {"[", "{", "[\n", "- ", "? ", "{a: ", "[? "}) {
    const std::vector<std::string> faults = FaultsOf(Repeat(opening, 100'000));
    ASSERT_FALSE(faults.empty());
    EXPECT_THAT(faults.back(), HasSubstr("is nested more than 64 levels deep")) << "for '" << opening << "'";
  }
  const std::string deepest = absl::StrCat(kMinimal, "xyzzy: ", Repeat("[", 63), Repeat("]", 63), "\n");
  EXPECT_THAT(FaultsOf(deepest), ElementsAre("m.yaml:42:1: : has no field 'xyzzy'"));
}

TEST(YamlReaderTest, SizeIsLimitedBeforeParsing) {
  EXPECT_THAT(FaultsOf(std::string(10 << 20, '[')),
              ElementsAre("m.yaml:1:1: : has 10485760 bytes; the limit is 4194304"));
}

TEST(YamlReaderTest, ListEntriesAreLimited) {
  EXPECT_THAT(FaultsOf(absl::StrCat(kMinimal, "flows: [", Repeat("{},", 1'000'000), "]\n")),
              ElementsAre(HasSubstr("is one list entry too many; the limit is 200000 in one file")));
}

TEST(YamlReaderTest, AliasBombsDoNotExpand) {
  std::string yaml(kMinimal);
  absl::StrAppend(&yaml, "a0: &a0 [x, x]\n");
  for (int i = 1; i < 40; ++i) absl::StrAppend(&yaml, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  EXPECT_THAT(FaultsOf(yaml), SizeIs(testing::Gt(40u)));
}

// libyaml compares each %TAG with all before it.
TEST(YamlReaderTest, FloodOfDirectivesIsRefusedAtTheFirst) {
  EXPECT_THAT(FaultsOf(Repeat("%TAG !a! b\n", 300'000)), SizeIs(1));
}

TEST(YamlReaderTest, HugeWordsAreCutInMessagesAndNotComparedWithNames) {
  const std::string huge(3 << 20, 'k');
  EXPECT_THAT(FaultsOf(absl::StrCat(kMinimal, "    zone_: ", huge, "\n    machine: ", huge, "\n? ", huge, "\n: 1\n")),
              ElementsAre(StartsWith("m.yaml:1:1")));
  const std::string word(1 << 20, 'k');
  const std::string cut = absl::StrCat("'", std::string(60, 'k'), "…'");
  EXPECT_THAT(
      FaultsOf(absl::StrCat(kMinimal, "    owner_team: ", word, "\n    machine: ", word, "\n? ", word, "\n: 1\n")),
      ElementsAre(absl::StrCat("m.yaml:42:17: components[0].owner_team: ", cut, " is not among the teams"),
                  absl::StrCat("m.yaml:43:14: components[0].machine: must be one of unknown, physical, vm, "
                               "container, serverless, managed_service, device, not ",
                               cut),
                  absl::StrCat("m.yaml:44:3: : has no field ", cut)));
}

TEST(YamlReaderTest, ReadsWhatIsWrittenWithCarefulQuoting) {
  const char kDescription[] =
      "    description: |\n"
      "      | a | <b>`x`</b>\n"
      "      \tsecond line \xf0\x9f\x94\x92\n"
      "    version: 2026-02-30\n"
      "    language: no\n"
      "    business_function: '007'\n"
      "    runtime_group: \"null\"\n"
      "    replicas: 0\n"
      "    admin: true\n"
      "    lifecycle: unknown\n"
      "    tier: tier_0\n";
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(absl::StrCat(kMinimal, kDescription), "m.yaml"));
  const v1::Component& web = model->proto().components(0);
  EXPECT_EQ(web.description(), "| a | <b>`x`</b>\n\tsecond line \xf0\x9f\x94\x92");
  EXPECT_EQ(web.version(), "2026-02-30");
  EXPECT_EQ(web.language(), "no");
  EXPECT_EQ(web.business_function(), "007");
  EXPECT_EQ(web.runtime_group(), "null");
  EXPECT_TRUE(web.has_replicas());
  EXPECT_EQ(web.replicas(), 0);
  EXPECT_TRUE(web.admin());
  EXPECT_EQ(web.lifecycle(), v1::LIFECYCLE_UNSPECIFIED);
  EXPECT_EQ(web.tier(), v1::TIER_TIER_0);
}

TEST(YamlReaderTest, LineEndsAndByteOrderMarkDoNotMatter) {
  const std::string crlf = absl::StrReplaceAll(kMinimal, {{"\n", "\r\n"}});
  ASSERT_OK_AND_ASSIGN(const auto unix_model, Model::Parse(kMinimal, "m.yaml"));
  ASSERT_OK_AND_ASSIGN(const auto dos_model, Model::Parse(absl::StrCat("\xef\xbb\xbf", crlf), "m.yaml"));
  EXPECT_EQ(unix_model->proto().SerializeAsString(), dos_model->proto().SerializeAsString());
  EXPECT_THAT(FaultsOf(absl::StrCat("\xef\xbb\xbf", crlf, "    admin: yes\r\n")),
              ElementsAre(StartsWith("m.yaml:42:12: components[0].admin: ")));
}

TEST(YamlReaderTest, NumbersOfEveryFormJsonHas) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(absl::StrCat(kMinimal,
                                                                   "staffing:\n  security_fte_target: -0\n"
                                                                   "  security_fte_actual: 2.5e-1\n"
                                                                   "  champion_ratio_target: 3\n"),
                                                      "m.yaml"));
  EXPECT_FALSE(std::signbit(model->proto().staffing().security_fte_target())) << "there is one zero only";
  EXPECT_EQ(model->proto().staffing().security_fte_actual(), 0.25);
  EXPECT_EQ(model->proto().staffing().champion_ratio_target(), 3);
}

TEST(YamlReaderTest, JsonSaysLineEndsByEscapes) {
  v1::Organization read;
  SourceMap map;
  Faults faults;
  EXPECT_TRUE(
      ReadYaml("{\"name\": \"a\\n\\tb\\u00e9\\\\\", \"employees\": 3, \"countries\": [\"DE\"]}\n", read, map, faults));
  EXPECT_TRUE(faults.empty()) << faults.ToStatus("j");
  EXPECT_EQ(read.name(), "a\n\tb\xc3\xa9\\");
  EXPECT_EQ(read.employees(), 3);
}

}  // namespace
}  // namespace metapowers::model
