// What the text of every command must be on every example model: filled, finished, and about that system.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::commands {
namespace {

using ::testing::IsEmpty;

// Least share of the body that must differ between two systems.
constexpr double kOwnShare = 0.6;

enum class LineKind { kBlank, kHeading, kTableHead, kTableRule, kTableRow, kText, kFence, kCode };

struct Line {
  LineKind kind;
  std::string text;
};

bool IsRule(absl::string_view line) {
  return absl::StartsWith(line, "|-") && line.find_first_not_of("|-: ") == absl::string_view::npos;
}

std::vector<Line> LinesOf(const std::string& markdown) {
  const std::vector<std::string> texts = absl::StrSplit(markdown, '\n');
  std::vector<Line> lines;
  bool code = false;
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string& text = texts[i];
    LineKind kind = LineKind::kText;
    if (absl::StartsWith(text, "```")) {
      code = !code;
      kind = LineKind::kFence;
    } else if (code) {
      kind = LineKind::kCode;
    } else if (text.empty()) {
      kind = LineKind::kBlank;
    } else if (text[0] == '#') {
      kind = LineKind::kHeading;
    } else if (IsRule(text)) {
      kind = LineKind::kTableRule;
    } else if (text[0] == '|') {
      kind = i + 1 < texts.size() && IsRule(texts[i + 1]) ? LineKind::kTableHead : LineKind::kTableRow;
    }
    lines.push_back({kind, text});
  }
  return lines;
}

// The text of each command.
std::map<std::string, std::vector<Line>> SectionsOf(const Case& inputs) {
  std::map<std::string, std::vector<Line>> sections;
  for (const Command& command : Commands()) {
    const auto wording = render::Template::Parse(command.template_text, command.stem);
    EXPECT_OK(wording.status());
    const auto text = wording->Render(*command.generate(inputs.input()));
    EXPECT_OK(text.status());
    sections[std::string(command.stem)] = LinesOf(*text);
  }
  return sections;
}

// That for one example.
std::map<std::string, std::vector<Line>> SectionsOf(const std::string& example) {
  const std::string folder = "deploy/examples/" + example;
  Case inputs(Example(example), folder);
  inputs.Decide(testing_support::ReadTestFile(folder + "/decisions.yaml"));
  return SectionsOf(inputs);
}

int Level(const std::string& heading) { return static_cast<int>(heading.find_first_not_of('#')); }

// Headings with nothing below them, and tables without a row.
std::vector<std::string> EmptyPartsOf(const std::vector<Line>& lines) {
  std::vector<std::string> empty;
  const Line* before = nullptr;  // the line before that is not blank
  for (const Line& line : lines) {
    if (line.kind == LineKind::kBlank) continue;
    if (before != nullptr && before->kind == LineKind::kTableRule && line.kind != LineKind::kTableRow) {
      empty.push_back("a table before: " + line.text);
    }
    if (before != nullptr && before->kind == LineKind::kHeading && line.kind == LineKind::kHeading &&
        Level(line.text) <= Level(before->text)) {
      empty.push_back(before->text);
    }
    before = &line;
  }
  if (before->kind == LineKind::kHeading || before->kind == LineKind::kTableRule) empty.push_back(before->text);
  return empty;
}

// Text that waits for somebody to fill it in. Words in single braces are none where the model has them, as paths of an
// interface; in code, neither are the expressions of a pipeline language.
std::vector<std::string> PlaceholdersOf(const std::vector<Line>& lines, const std::string& model) {
  static const std::regex kOpen(R"(\b(TODO|TBD|FIXME|XXX)\b|\[(insert|your|company)\b[^\]]*\]|<(insert|your|name)[ -])",
                                std::regex::icase);
  static const std::regex kBraces(R"(\{[A-Za-z_:]+\})");
  static const std::regex kTemplate(R"(\{\{[^}]*\}\})");
  static const std::regex kPipeline(R"(\$\{\{[^}]*\}\})");
  std::vector<std::string> found;
  for (const Line& line : lines) {
    const bool code = line.kind == LineKind::kCode;
    const std::string text = code ? std::regex_replace(line.text, kPipeline, "") : line.text;
    bool open = std::regex_search(text, kOpen) || std::regex_search(text, kTemplate);
    for (std::sregex_iterator word(text.begin(), text.end(), kBraces), end; !code && word != end; ++word) {
      open |= !absl::StrContains(model, word->str());
    }
    if (open) found.push_back(line.text);
  }
  return found;
}

// What is neither blank nor a heading, that of code blocks as well.
std::vector<std::string> BodyOf(const std::vector<Line>& lines) {
  std::vector<std::string> body;
  for (const Line& line : lines) {
    const bool code = line.kind == LineKind::kCode && !line.text.empty();
    if (code || line.kind == LineKind::kText || line.kind == LineKind::kTableRow) body.push_back(line.text);
  }
  return body;
}

TEST(DocumentText, NothingIsEmpty) {
  for (const std::string example : kExamples) {
    for (const auto& [stem, lines] : SectionsOf(example)) {
      EXPECT_THAT(EmptyPartsOf(lines), IsEmpty()) << example << " " << stem;
    }
  }
}

// What is wrong with each is a finding or a question of the command that it is about; the others go on.
TEST(DocumentText, EveryCommandTakesModelsThatAreWrong) {
  const std::string wrong =
      Edited(Example("team-notes"),
             {{"\nflows:\n",
               "\nflows:\n  - {id: db-to-app, name: Database calls the application, source: notes-db, target: web-app, "
               "purpose: "
               "Test, dependency: hard}\n"},
              {"    tier: tier_2\n    environment: production\n    multi_tenant: yes\n    replicas: 1\n    custom",
               "    tier: tier_1\n    environment: production\n    multi_tenant: yes\n    replicas: 1\n    custom"},
              {"    - {tier: tier_2, rto_minutes: 1440, rpo_minutes: 1440}",
               "    - {tier: tier_2, rto_minutes: 1440, rpo_minutes: 1440}\n"
               "    - {tier: tier_1, rto_minutes: 60, rpo_minutes: 1440}"},
              {"jurisdiction: eu, customers: true}",
               "jurisdiction: eu, customers: true}\n  - {id: somewhere, name: Customers elsewhere, customers: true}"}});
  for (const std::string& yaml : {wrong, std::string(model::kMinimal)}) {
    for (const auto& [stem, lines] : SectionsOf(Case(yaml))) {
      EXPECT_THAT(EmptyPartsOf(lines), IsEmpty()) << stem;
      EXPECT_THAT(PlaceholdersOf(lines, yaml), IsEmpty()) << stem;
    }
  }
}

TEST(DocumentText, NothingWaitsToBeFilledIn) {
  for (const std::string example : kExamples) {
    const std::string model = Example(example);
    for (const auto& [stem, lines] : SectionsOf(example)) {
      EXPECT_THAT(PlaceholdersOf(lines, model), IsEmpty()) << example << " " << stem;
    }
  }
}

TEST(DocumentText, AnotherSystemHasAnotherText) {
  std::map<std::string, std::map<std::string, std::vector<Line>>> sections;
  for (const std::string example : kExamples) sections[example] = SectionsOf(example);
  for (const std::string one : kExamples) {
    for (const std::string other : kExamples) {
      if (one == other) continue;
      for (const auto& [stem, lines] : sections[one]) {
        const std::vector<std::string> body = BodyOf(lines);
        const std::vector<std::string> others = BodyOf(sections[other][stem]);
        const std::set<std::string> theirs(others.begin(), others.end());
        const auto own =
            std::count_if(body.begin(), body.end(), [&](const std::string& line) { return theirs.count(line) == 0; });
        EXPECT_GE(own, kOwnShare * body.size())
            << stem << ": " << own << " of " << body.size() << " lines for " << one << " are not those for " << other;
      }
    }
  }
}

TEST(DocumentText, TheChecksFindWhatTheyAreFor) {
  EXPECT_THAT(EmptyPartsOf(LinesOf("## A\n\n### B\n\n### C\n\ntext\n")), ::testing::ElementsAre("### B"));
  EXPECT_THAT(EmptyPartsOf(LinesOf("## A\n\n| a |\n|---|\n")), ::testing::SizeIs(1));
  EXPECT_THAT(EmptyPartsOf(LinesOf("## A\n\n| a |\n|---|\n\ntext\n")), ::testing::SizeIs(1));
  EXPECT_THAT(EmptyPartsOf(LinesOf("## A\n\n### B\n\n| a |\n|---|\n| b |\n")), IsEmpty());
  for (const char* text : {"TBD", "see {{owner}}", "ask {owner}", "[insert name]", "```\nkey: {{ x }}\n```"}) {
    EXPECT_THAT(PlaceholdersOf(LinesOf(text), ""), ::testing::SizeIs(1)) << text;
  }
  EXPECT_THAT(BodyOf(LinesOf("## A\n\ntext\n\n| a |\n|---|\n| b |\n\n```yaml\nkey: c\n\n```\n")),
              ::testing::ElementsAre("text", "| b |", "key: c"));
  EXPECT_THAT(PlaceholdersOf(LinesOf("GET /notes/{id}\n```\nkey: ${{ secrets.KEY }}\n```"), "path: /notes/{id}"),
              IsEmpty());
}

}  // namespace
}  // namespace metapowers::commands
