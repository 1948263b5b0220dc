// The usual layout: nothing said is lost, and it is usual after the first time.
#include "service/model/model_format.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_reader.h"
#include "service/model/yaml_scalar.h"
#include "service/model/yaml_writer.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Formatted(absl::string_view yaml) {
  const auto formatted = FormatModel(yaml, "m.yaml");
  EXPECT_TRUE(formatted.ok()) << formatted.status() << yaml;
  return formatted.ok() ? *formatted : "";
}

// As the text has it, its lists in their order.
v1::SystemModel Read(absl::string_view yaml) {
  v1::SystemModel model;
  SourceMap map;
  Faults faults;
  EXPECT_TRUE(ReadYaml(yaml, model, map, faults) && faults.empty()) << faults.ToStatus("y") << "\n" << yaml;
  return model;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr char kDb[] = R"(  - id: db
    name: Db
    kind: process
    zone: inside
)";

// Formats a model that ends in two components with `lines` after it, and gives back those.
std::string Appended(const std::string& lines) {
  const std::string start = absl::StrCat(kMinimal, kDb);
  const std::string formatted = Formatted(absl::StrCat(start, lines));
  EXPECT_TRUE(absl::StartsWith(formatted, start)) << formatted;
  EXPECT_EQ(Formatted(formatted), formatted);
  return formatted.substr(std::min(formatted.size(), start.size()));
}

TEST(ModelFormatTest, WhatIsInTheUsualLayoutStays) {
  EXPECT_EQ(Formatted(kMinimal), kMinimal);
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    const std::string yaml = ReadFile(entry.path() / "system-model.yaml");
    if (yaml.empty()) continue;
    ++examples;
    const std::string written = WriteYaml(Read(yaml), {{"Drafted from files."}, {"The end."}});
    EXPECT_EQ(Formatted(written), written) << "what drafts are written like is the usual layout";
    EXPECT_EQ(Formatted(yaml), yaml) << entry.path() << ": metapowers model fmt --write "
                                     << (entry.path() / "system-model.yaml");
  }
  EXPECT_GE(examples, 3);
}

TEST(ModelFormatTest, OrdersFieldsAndKeepsTheOrderOfEntries) {
  EXPECT_EQ(Appended("apis: [ ]\n"
                     "flows:\n"
                     "    - target: web\n"
                     "      source: db\n"
                     "      id: b\n"
                     "      name: 'B'\n"
                     "    - {name: A, \"id\": a, target: db,\n"
                     "       source: web}\n"
                     "keys: []\n"),
            "flows:\n"
            "  - id: b\n"
            "    name: B\n"
            "    source: db\n"
            "    target: web\n"
            "  - {id: a, name: A, source: web, target: db}\n"
            "apis: []\n"
            "keys: []\n");
}

TEST(ModelFormatTest, BracketsStayOverAsManyLinesAsTheyNeed) {
  const std::string words(40, 'w');
  const std::string filled =
      absl::StrCat("  - {id: cache, name: Cache, description: ", words, ", kind: process,\n", "     technology: [",
                   words, ", ", words, "], zone: inside,\n", "     tags: [", words, ", ", words, ", ", words, "]}\n");
  EXPECT_EQ(Appended(filled), filled);
  EXPECT_EQ(Appended(absl::StrReplaceAll(filled, {{",\n     tags", ", tags"}, {", kind", ",\n\n       kind"}})),
            filled);
  const std::string one_line = absl::StrReplaceAll(filled, {{"\n     ", " "}});
  EXPECT_EQ(Appended(one_line), one_line) << "what somebody wrote on one line";
  // What stands below its bracket, as in JSON that tools write, is opened.
  EXPECT_THAT(Appended(absl::StrReplaceAll(one_line, {{"{id", "{\n    id"}})),
              ::testing::StartsWith("  - id: cache\n    name: Cache\n    description: wwww"));
}

// In brackets alone, as JSON is, a text may have escapes that no other text may have.
TEST(ModelFormatTest, TextsOfSeveralLinesOpenTheirBrackets) {
  const std::string json = R"({"description": "x", "teams": [{"id": "t", "name": "One\nTwo"}, {"id": "u"}]})";
  const std::string once = InUsualLayout(json);
  EXPECT_EQ(once, "description: x\nteams:\n  - id: t\n    name: |-\n      One\n      Two\n  - {id: u}\n");
  EXPECT_TRUE(MessageDifferencer::Equals(Read(once), Read(json)));
}

TEST(ModelFormatTest, WhatIsWrittenStaysWritten) {
  EXPECT_EQ(Appended("  - id: cache\n    name: Cache\n    kind: process\n    internet_facing: \"unknown\"  # ask Ann\n"
                     "    admin: false\n    technology: []\n    zone: inside\n"),
            "  - id: cache\n    name: Cache\n    kind: process\n    technology: []\n"
            "    internet_facing: unknown  # ask Ann\n    admin: false\n    zone: inside\n");
}

TEST(ModelFormatTest, WritesTextsInTheShortestWay) {
  const std::string words = "a word and another one and then so many more that no line can hold all of them, ";
  EXPECT_EQ(
      Appended(absl::StrCat("  - id: cache\n    name: >\n      Cache\n      of all\n    kind: process\n"
                            "    description: ",
                            words, "\n      ", words, "really.\n", "    zone: inside\n    language: 'C++: it''s'\n",
                            "    version: |\n      one\n      two\n\n    business_function: \"no\"\n")),
      absl::StrCat("  - id: cache\n    name: Cache of all\n    description: >-\n"
                   "      a word and another one and then so many more that no line can hold all of them, a word "
                   "and another one and then\n      so many more that no line can hold all of them, really.\n"
                   "    kind: process\n    zone: inside\n    language: \"C++: it's\"\n"
                   "    version: |-\n      one\n      two\n\n    business_function: \"no\"\n"));
}

TEST(ModelFormatTest, CommentsStayWithWhatTheyStandAt) {
  EXPECT_EQ(Appended("# All flows.\n"
                     "flows: # here\n"
                     "    # The first.\n"
                     "    - # still the first\n"
                     "      target: web #to\n"
                     "      # from\n"
                     "\n"
                     "\n"
                     "      # us\n"
                     "      source: db\n"
                     "      id: b\n"
                     "      name: B\n"
                     "      # end of b\n"
                     "\n"
                     "    # end of flows\n"
                     "# The rest.\n"
                     "apis: # none\n"
                     "  [ # really\n"
                     "  ] # none\n"
                     "\n"
                     "# The end.\n"),
            "# All flows.\n"
            "flows:  # here\n"
            "  # The first.\n"
            "  # still the first\n"
            "  - id: b\n"
            "    name: B\n"
            "    # from\n"
            "\n"
            "    # us\n"
            "    source: db\n"
            "    target: web  #to\n"
            "    # end of b\n"
            "\n"
            "  # end of flows\n"
            "# The rest.\n"
            "# none\n"
            "apis: []  # none\n"
            "# really\n"
            "\n"
            "# The end.\n");
}

TEST(ModelFormatTest, CommentsInBracketsOpenThem) {
  EXPECT_EQ(
      Appended("  - {id: cache, name: Cache, # the name\n     technology: [redis, # why\n       go-service], kind: "
               "process, zone: inside} # all\n"),
      "  # all\n"
      "  - id: cache\n"
      "    name: Cache  # the name\n"
      "    kind: process\n"
      "    technology:\n"
      "      - redis  # why\n"
      "      - go-service\n"
      "    zone: inside\n");
}

TEST(ModelFormatTest, TheStartOfTheFileStays) {
  const std::string editor = "# yaml-language-server: $schema=../schema.json\n";
  const std::string rest = absl::StrReplaceAll(kMinimal, {{"schema_version: \"1\"\n", ""}});
  EXPECT_EQ(Formatted(absl::StrCat("# Our shop.\n", editor, "# The id.\n", rest, "schema_version: '1' # v\n")),
            absl::StrCat("# Our shop.\n", editor, "\nschema_version: \"1\"  # v\n# The id.\n", rest));
  EXPECT_EQ(Formatted(absl::StrCat("\xef\xbb\xbf\n# Our shop.\n\n\n", rest, "schema_version: '1'\n")),
            absl::StrCat("# Our shop.\n\nschema_version: \"1\"\n", rest));
}

TEST(ModelFormatTest, OtherLineEndsBecomeOurs) {
  const std::string text = absl::StrCat("# Shop\n\n", kMinimal, "# end\n");
  EXPECT_EQ(Formatted(absl::StrReplaceAll(text, {{"\n", "\r\n"}})), text);
  EXPECT_EQ(Formatted(absl::StrReplaceAll(text, {{"\n", "\r"}})), text);
  EXPECT_EQ(Formatted(text.substr(0, text.size() - 1)), text);
}

TEST(ModelFormatTest, AnInvalidModelIsRefusedWithAllFaults) {
  EXPECT_THAT(Lines(FormatModel(absl::StrCat(kMinimal, "flows: 3\nnonsense: 1\n"), "my.yaml").status()),
              ElementsAre(HasSubstr("my.yaml:42:"), HasSubstr("my.yaml:43:")));
}

// Writes a message as people may: fields in any order, any style, comments and empty lines anywhere.
class Scribbler {
 public:
  explicit Scribbler(unsigned seed) : random_(seed) {}

  // The example with a few parts of each kind, so that the text is short.
  v1::SystemModel SomeOf(v1::SystemModel model) {
    const auto cut = [this](auto* list) {
      while (list->size() > 3) list->DeleteSubrange(Below(list->size()), 1);
    };
    cut(model.mutable_components());
    cut(model.mutable_flows());
    cut(model.mutable_third_parties());
    cut(model.mutable_controls());
    cut(model.mutable_teams());
    cut(model.mutable_roles());
    cut(model.mutable_data_classes());
    cut(model.mutable_policies());
    return model;
  }

  std::string Write(const Message& root) {
    Fields(root, 0);
    Between(0);
    return out_;
  }
  int comments() const { return comments_; }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool Chance(int percent) { return Below(100) < percent; }
  std::string Comment() { return absl::StrCat("# c", comments_++, Chance(20) ? "\t\u00e9: [x" : "", ";"); }
  void Between(size_t indent) {
    while (Chance(25)) {
      // Deeper than a text that ends above it, it would be part of that.
      const size_t column = Chance(50) ? indent : std::min(static_cast<size_t>(Below(10)), after_text_ ? indent : 10);
      absl::StrAppend(&out_, Chance(30) ? "" : std::string(column, ' ') + Comment(), "\n");
    }
  }
  void End() { absl::StrAppend(&out_, Chance(25) ? " " + Comment() : "", "\n"); }

  // Inside of brackets.
  std::string Gap(size_t indent, bool flat) {
    if (flat || !Chance(20)) return " ";
    return absl::StrCat(Chance(50) ? " " + Comment() : "", "\n", std::string(indent + 1, ' '));
  }
  std::string Flow(const Message& message, size_t indent, bool flat) {
    std::string text = "{";
    for (const FieldDescriptor* field : Order(message)) {
      absl::StrAppend(&text, text.size() > 1 ? "," : "", Gap(indent, flat), field->name(), ": ",
                      FlowField(message, *field, indent, flat));
    }
    return absl::StrCat(text, Gap(indent, flat), "}");
  }
  std::string FlowField(const Message& message, const FieldDescriptor& field, size_t indent, bool flat) {
    if (!field.is_repeated()) {
      return field.message_type() != nullptr ? Flow(message.GetReflection()->GetMessage(message, &field), indent, flat)
                                             : ScalarOf(message, field, -1);
    }
    std::vector<std::string> parts;
    for (const Message* part : MessagesIn(message, field)) parts.push_back(Flow(*part, indent, flat));
    for (int i = 0; field.message_type() == nullptr && i < message.GetReflection()->FieldSize(message, &field); ++i) {
      parts.push_back(ScalarOf(message, field, i));
    }
    std::string text = "[";
    for (const std::string& part : parts) absl::StrAppend(&text, text.size() > 1 ? "," : "", Gap(indent, flat), part);
    return absl::StrCat(text, Gap(indent, flat), "]");
  }

  std::vector<const FieldDescriptor*> Order(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (size_t i = fields.size(); i > 1; --i) std::swap(fields[i - 1], fields[random_() % i]);
    return fields;
  }

  void Fields(const Message& message, size_t indent) {
    for (const FieldDescriptor* field : Order(message)) {
      Between(indent);
      absl::StrAppend(&out_, std::string(indent, ' '),
                      Chance(10) ? absl::StrCat("\"", field->name(), "\"") : field->name(), ":");
      after_text_ = false;
      Value(message, *field, indent);
    }
  }

  void Value(const Message& message, const FieldDescriptor& field, size_t indent) {
    const size_t step = 1 + random_() % 4;
    const bool part = field.message_type() != nullptr;
    const bool block_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!part && !field.is_repeated() && block_text && Chance(30)) {
      return Text(StringAt(message, field, -1), indent + step);
    }
    if ((!part && !field.is_repeated()) || Chance(40)) {
      absl::StrAppend(&out_, " ", FlowField(message, field, indent + step, Chance(60)));
      return End();
    }
    End();
    if (!field.is_repeated()) return Fields(message.GetReflection()->GetMessage(message, &field), indent + step);
    const size_t dash = Chance(30) ? indent : indent + step;
    for (const Message* entry : MessagesIn(message, field)) Entry(*entry, dash);
    for (int i = 0; !part && i < message.GetReflection()->FieldSize(message, &field); ++i) {
      Between(dash);
      after_text_ = false;
      absl::StrAppend(&out_, std::string(dash, ' '), "- ", ScalarOf(message, field, i));
      End();
    }
  }

  void Entry(const Message& entry, size_t dash) {
    Between(dash);
    absl::StrAppend(&out_, std::string(dash, ' '), "-");
    after_text_ = false;
    if (Chance(30)) {
      absl::StrAppend(&out_, " ", Flow(entry, dash + 2, Chance(50)));
      return End();
    }
    End();
    Fields(entry, dash + 2);
  }

  void Text(const std::string& text, size_t indent) {
    const bool folds = text.find_first_of("\n") == std::string::npos && !absl::StrContains(text, "  ") &&
                       !absl::StartsWith(text, " ") && !absl::EndsWith(text, " ");
    const bool fold = folds && Chance(60);
    absl::StrAppend(&out_, fold ? " >" : " |", Chance(50) ? "" : Chance(50) ? "-" : "+");
    End();
    out_ += std::string(indent, ' ');
    for (const char c : text) {
      const bool breaks = c == '\n' || (fold && c == ' ' && Chance(30));
      absl::StrAppend(&out_, breaks ? "\n" + std::string(indent, ' ') : std::string(1, c));
    }
    out_ += '\n';
    after_text_ = true;
  }

  std::mt19937 random_;
  std::string out_;
  bool after_text_ = false;
  int comments_ = 0;
};

TEST(ModelFormatTest, NothingIsLostAndTheSecondTimeChangesNothing) {
  const std::vector<v1::SystemModel> examples = {Read(ReadFile("deploy/examples/team-notes/system-model.yaml")),
                                                 Read(ReadFile("deploy/examples/patient-platform/system-model.yaml"))};
  for (unsigned seed = 0; seed < 80; ++seed) {
    Scribbler scribbler(seed);
    const v1::SystemModel model = scribbler.SomeOf(examples[seed % examples.size()]);
    const std::string text = scribbler.Write(model);
    ASSERT_TRUE(MessageDifferencer::Equals(Read(text), model)) << seed << "\n" << text;
    const std::string once =
        InUsualLayout(text);  // what was left out may be referred to, which layout does not care for
    ASSERT_TRUE(MessageDifferencer::Equals(Read(once), model)) << seed << "\n" << text << "\n=====\n" << once;
    for (int i = 0; i < scribbler.comments(); ++i) {
      const std::string start = absl::StrCat("# c", i);
      const size_t in_text =
          text.find(start + ";") == std::string::npos ? text.find(start + "\t") : text.find(start + ";");
      const std::string comment = text.substr(in_text, text.find(';', in_text) + 1 - in_text);
      const size_t at = once.find(comment + "\n");
      ASSERT_NE(at, std::string::npos) << seed << ": " << comment << "\n" << text << "\n=====\n" << once;
      ASSERT_EQ(once.find(comment + "\n", at + 1), std::string::npos) << seed << ": " << comment;
    }
    ASSERT_EQ(InUsualLayout(once), once) << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace metapowers::model
