// Words agree with the numbers beside them, no share of nothing is told, and no table or part is left empty, in every
// document of models that declare next to nothing, that files were imported as, and that are shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/importers/import.h"
#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::commands {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPlurals[] = {
    "actions",      "alerts",     "audiences",   "backups",    "classes",   "clauses",         "components",
    "connections",  "controls",   "credentials", "days",       "decisions", "detections",      "duties",
    "elements",     "events",     "exercises",   "exposures",  "findings",  "flows",           "frameworks",
    "functions",    "gaps",       "hours",       "images",     "incidents", "interfaces",      "items",
    "keys",         "kinds",      "levels",      "logs",       "measures",  "messages",        "minutes",
    "modules",      "months",     "occurrences", "operations", "packages",  "people",          "persons",
    "playbooks",    "points",     "policies",    "questions",  "records",   "reports",         "repositories",
    "requirements", "risks",      "roles",       "rules",      "scans",     "services",        "settings",
    "sources",      "steps",      "stores",      "suppliers",  "switches",  "systems",         "tasks",
    "teams",        "techniques", "tests",       "threats",    "topics",    "vulnerabilities", "waves",
    "ways",         "zones"};
constexpr const char* kPluralVerbs[] = {"are",  "have",  "were", "do",   "need", "apply", "carry",  "cross",
                                        "lack", "stand", "rest", "wait", "read", "bind",  "remain", "leave"};
// What stands before a number that is a name: `tier 1 components`.
constexpr const char* kNamed[] = {"tier", "level", "phase", "wave", "stage", "step", "day", "stake", "class", "part"};

template <size_t size>
bool IsIn(const char* const (&words)[size], absl::string_view word) {
  return std::any_of(std::begin(words), std::end(words), [&](const char* each) { return word == each; });
}

absl::string_view Bare(absl::string_view word) {
  while (!word.empty() && absl::ascii_ispunct(word.back())) word.remove_suffix(1);
  return word;
}
bool EndsPart(absl::string_view word) { return !word.empty() && absl::ascii_ispunct(word.back()); }

// Phrases of a line that say something of a number which is not so.
std::vector<std::string> WrongIn(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  std::vector<std::string> wrong;
  const auto at = [&](size_t i) { return i < words.size() ? words[i] : absl::string_view(); };
  const auto tell = [&](size_t from, size_t to) {
    std::vector<absl::string_view> part(words.begin() + from, words.begin() + std::min(to, words.size()));
    wrong.push_back(absl::StrJoin(part, " "));
  };
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "0" && at(i + 1) == "of" && Bare(at(i + 2)) == "0") tell(i, i + 4);
    if (words[i] != "1" || (i > 0 && IsIn(kNamed, absl::AsciiStrToLower(Bare(at(i - 1)))))) continue;
    const bool noun = IsIn(kPlurals, Bare(at(i + 1))) || (!EndsPart(at(i + 1)) && IsIn(kPlurals, Bare(at(i + 2))) &&
                                                          at(i + 1) != "of" && at(i + 1) != "to");
    // Of one thing, whatever share of it: `0 of 1 log are`.
    bool verb = IsIn(kPluralVerbs, Bare(at(i + 1))) || (at(i + 1) == "of" && IsIn(kPluralVerbs, Bare(at(i + 3))));
    for (size_t next = i + 1; i > 0 && at(i - 1) == "of" && next < i + 3 && !EndsPart(at(next)); ++next) {
      verb = verb || IsIn(kPluralVerbs, Bare(at(next + 1)));
    }
    if (noun || verb) tell(i > 1 ? i - 2 : 0, i + 5);
  }
  return wrong;
}

size_t HeadingLevel(absl::string_view line) {
  const size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level > 0 && level < line.size() && line[level] == ' ' ? level : 0;
}

// Tables without a row, and parts without a line.
std::vector<std::string> EmptyIn(const std::vector<absl::string_view>& lines) {
  std::vector<std::string> empty;
  std::string heading;
  size_t open = 0;  // level of the heading that nothing stands under yet
  for (size_t i = 0; i <= lines.size(); ++i) {
    const absl::string_view line = i < lines.size() ? lines[i] : "# end";
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const size_t level = HeadingLevel(line);
    if (level > 0 && open > 0 && level <= open) empty.push_back(heading);
    open = level;
    heading = std::string(line);
    const bool rule = absl::StartsWith(line, "|--") && line.find_first_not_of("|-:") == absl::string_view::npos;
    if (rule && (i + 1 >= lines.size() || !absl::StartsWith(lines[i + 1], "|"))) {
      empty.push_back(absl::StrCat("table ", i > 0 ? lines[i - 1] : ""));
    }
  }
  return empty;
}

// All that is wrong in what the commands write of a model.
std::vector<std::string> WrongOf(const std::string& name, const std::string& yaml, const std::string& folder) {
  std::vector<std::string> wrong;
  const Case inputs(yaml, folder);
  for (const Command& command : Commands()) {
    const auto wording = render::Template::Parse(command.template_text, command.stem);
    EXPECT_OK(wording);
    const auto text = wording->Render(*command.generate(inputs.input()));
    EXPECT_OK(text);
    std::vector<absl::string_view> lines;
    bool code = false;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      const bool fence = absl::StartsWith(line, "```");
      lines.push_back(code || fence ? "code" : line);
      if (fence) code = !code;
      for (const std::string& part : WrongIn(lines.back())) {
        wrong.push_back(absl::StrCat(name, " ", command.stem, ": ", part));
      }
    }
    for (const std::string& part : EmptyIn(lines)) {
      wrong.push_back(absl::StrCat(name, " ", command.stem, ": nothing in ", part));
    }
  }
  return wrong;
}

std::string Imported(const std::string& file, const std::string& text) {
  const auto imported = importers::ImportModel({{file, text}}, {"shop", "2026-03-01", nullptr});
  EXPECT_OK(imported);
  return imported.ok() ? imported->model_yaml() : "";
}

std::string Description(const std::string& server) {
  return absl::StrCat("openapi: 3.0.0\ninfo: {title: Orders API, version: '1'}\nservers: [{url: '", server,
                      "'}]\nsecurity: [{key: []}]\npaths:\n  /orders:\n    get: {summary: List orders}\n    post: "
                      "{summary: Place one}\n"
                      "  /health:\n    get: {summary: Health, security: []}\n"
                      "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n");
}

TEST(Agreement, WhatIsWrongIsFound) {
  EXPECT_THAT(WrongIn("Of 1 components, 0 are named."), ElementsAre("Of 1 components, 0 are named."));
  EXPECT_THAT(WrongIn("although 1 shipped clauses on it apply"), ElementsAre("although 1 shipped clauses on it"));
  EXPECT_THAT(WrongIn("0 of 1 log source are read"), ElementsAre("0 of 1 log source are read"));
  EXPECT_THAT(WrongIn("| goal | 0 of 0 |"), ElementsAre("0 of 0 |"));
  EXPECT_THAT(WrongIn("0 of 1 log are collected"), ElementsAre("0 of 1 log are collected"));
  EXPECT_THAT(WrongIn("0 done, 1 are open"), ElementsAre("0 done, 1 are open"));
  EXPECT_THAT(WrongIn("1 of them are findings"), ElementsAre("1 of them are findings"));
  for (const char* right : {"0 of 1 log is collected", "components of tier 1 are exercised", "1 of 3 logs is read",
                            "| 1 | components |", "21 are open", "1 way in", "10 of 10"}) {
    EXPECT_THAT(WrongIn(right), IsEmpty()) << right;
  }
  EXPECT_THAT(EmptyIn({"## A", "", "### B", "text", "", "### C", "", "## D", "| a |", "|---|", ""}),
              ElementsAre("### C", "table | a |"));
}

TEST(Agreement, HoldsInDocumentsOfModelsThatSayLittle) {
  EXPECT_THAT(WrongOf("minimal", std::string(model::kMinimal), ""), IsEmpty());
  EXPECT_THAT(WrongOf("compose", Imported("compose.yaml", "services: {web: {image: example/web}}\n"), ""), IsEmpty());
  EXPECT_THAT(WrongOf("open api", Imported("api.yaml", Description("/v1")), ""), IsEmpty());
  EXPECT_THAT(WrongOf("public api", Imported("api.yaml", Description("https://api.example.com/v1")), ""), IsEmpty());
}

TEST(Agreement, HoldsInDocumentsOfEveryShippedModel) {
  int models = 0;
  for (const auto& entry : fs::directory_iterator("deploy/examples")) {
    const std::string file = (entry.path() / "system-model.yaml").string();
    if (!fs::exists(file)) continue;
    ++models;
    const std::string name = entry.path().filename().string();
    EXPECT_THAT(WrongOf(name, testing_support::ReadTestFile(file), entry.path().string()), IsEmpty());
  }
  EXPECT_GE(models, 7);
}

}  // namespace
}  // namespace metapowers::commands
