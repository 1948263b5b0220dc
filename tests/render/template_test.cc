#include "service/render/template.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "render/render_test.pb.h"
#include "tests/support/status_matchers.h"

namespace metapowers::render {
namespace {

using ::metapowers::testing_support::HasError;
using testdata::Item;
using testdata::Report;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Rendered(absl::string_view text, const Report& report) {
  const auto parsed = Template::Parse(text, "t.md");
  if (!parsed.ok()) return std::string(parsed.status().message());
  const auto out = parsed->Render(report);
  return out.ok() ? *out : std::string(out.status().message());
}

Report Sample() {
  Report report;
  report.set_title("Threats");
  report.set_text("plain");
  report.mutable_owner()->set_name("payments-team");
  for (const char* id : {"web", "ledger"}) {
    Item& item = *report.add_items();
    item.set_id(id);
    item.add_tags("pci");
    item.add_tags("gdpr");
  }
  report.mutable_items(0)->set_rating(testdata::RATING_VERY_HIGH);
  report.mutable_items(0)->mutable_owner()->set_name("web-team");
  report.add_names("a_b");
  report.add_names("c|d");
  return report;
}

TEST(TemplateTest, ValuesOfEveryType) {
  Report report = Sample();
  report.set_count(-1234567);
  report.set_score(0.1);
  report.set_ratio(0.1f);
  report.set_flag(true);
  report.set_rating(testdata::RATING_VERY_HIGH);
  report.add_numbers(1);
  report.add_numbers(2);
  EXPECT_EQ(Rendered("x {{count}} {{score}} {{ratio}} {{flag}} {{rating}} {{numbers}} {{owner.name}}", report),
            "x -1234567 0.1 0.1 true very high 1, 2 payments-team\n");
  report.set_score(1e300);
  EXPECT_EQ(Rendered("x {{score}}", report), "x 1e+300\n");
  report.set_score(1500000);
  EXPECT_EQ(Rendered("x {{score}}", report), "x 1500000\n");
}

TEST(TemplateTest, WordsAgreeWithNumbers) {
  const auto words = [](int count) {
    Report report = Sample();
    report.set_count(count);
    return Rendered("{{count}} {{count clause on it applies/clauses on it apply}}, wait{{count s/}}", report);
  };
  EXPECT_EQ(words(0), "0 clauses on it apply, wait\n");
  EXPECT_EQ(words(1), "1 clause on it applies, waits\n");
  EXPECT_EQ(words(11), "11 clauses on it apply, wait\n");
  const auto share = [](int part, int whole) {
    Report report = Sample();
    report.set_count(part);
    report.set_limit(whole);
    return Rendered("{{count of limit is/are}}", report);
  };
  EXPECT_EQ(share(0, 1), "is\n");
  EXPECT_EQ(share(1, 3), "is\n");
  EXPECT_EQ(share(2, 3), "are\n");
  EXPECT_EQ(share(0, 3), "are\n");
  EXPECT_THAT(Rendered("{{count of title is/are}}", Sample()), HasSubstr("which 'title' is not"));
  EXPECT_THAT(Rendered("{{count of gone is/are}}", Sample()), HasSubstr("no field 'gone'"));
  EXPECT_THAT(Rendered("{{title is/are}}", Sample()),
              HasSubstr("'is/are' agrees with a whole number, which 'title' is"));
  EXPECT_THAT(Rendered("{{numbers is/are}}", Sample()), HasSubstr("which 'numbers' is not"));
  EXPECT_THAT(Rendered("{{score is/are}}", Sample()), HasSubstr("which 'score' is not"));
  EXPECT_THAT(Rendered("{{count is}}", Sample()), HasSubstr("'count is' is not a name"));
  EXPECT_THAT(Rendered("{{count a|b/c}}", Sample()), HasSubstr("is not a name"));
  EXPECT_THAT(Rendered("{{#count is/are}}x{{/}}", Sample()), HasSubstr("is not a name"));
}

TEST(TemplateTest, EnumsLoseTheirPrefixAndUnspecifiedIsUnknown) {
  Report report;
  EXPECT_EQ(Rendered("x {{rating}}", report), "x unknown\n");
  report.add_ratings(testdata::RATING_LOW);
  report.add_ratings(static_cast<testdata::Rating>(77));
  EXPECT_EQ(Rendered("x {{ratings}}", report), "x low, 77\n");
}

TEST(TemplateTest, SectionsAndLookupOutward) {
  EXPECT_EQ(
      Rendered("{{#items}}\n- {{id}} ({{rating}}) of {{title}}, {{owner.name}}: {{tags}}\n{{/items}}\n", Sample()),
      "- web (very high) of Threats, web-team: pci, gdpr\n- ledger (unknown) of Threats, : pci, gdpr\n");
  EXPECT_EQ(Rendered("x {{#owner}}{{name}} {{title}}{{/owner}}{{^owner}}none{{/}}", Sample()),
            "x payments-team Threats\n");
  EXPECT_EQ(Rendered("x {{#owner}}{{name}}{{/}}{{^owner}}none{{/}}", Report()), "x none\n");
  EXPECT_EQ(Rendered("x{{#names}} {{.}}{{/names}}", Sample()), "x a_b c|d\n");
  EXPECT_EQ(Rendered("x {{names}}", Sample()), "x a_b, c|d\n");
  EXPECT_EQ(Rendered("x{{#items}}{{#tags}} {{.}}-{{id}}{{/tags}}{{/items}}", Sample()),
            "x pci-web gdpr-web pci-ledger gdpr-ledger\n");
}

TEST(TemplateTest, PositionsStandForTheRowsOfAList) {
  Report report = Sample();
  for (const int position : {1, 0, 1, 7, -1}) report.add_picked(position);
  report.set_best(1);
  EXPECT_EQ(Rendered("{{#picked}}{{id}} of {{title}}; {{/picked}}", report),
            "ledger of Threats; web of Threats; ledger of Threats;\n");
  EXPECT_EQ(Rendered("{{#best}}{{id}}: {{tags}}{{/best}}", report), "ledger: pci, gdpr\n");
  EXPECT_EQ(Rendered("{{^picked}}none{{/picked}}", Report()), "none\n");
  EXPECT_THAT(Rendered("{{#picked}}{{nmae}}{{/picked}}", report), HasSubstr("no field 'nmae'"));
  EXPECT_THAT(Rendered("{{#lost}}{{id}}{{/lost}}", report), HasSubstr("has no list of that name"));
}

TEST(TemplateTest, TruthOfScalars) {
  Report report;
  const char text[] =
      "x{{#flag}} flag{{/}}{{#count}} count{{/}}{{#limit}} limit={{limit}}{{/}}{{#text}} text{{/}}{{#rating}} "
      "rating{{/}}{{#names}} names{{/}}";
  EXPECT_EQ(Rendered(text, report), "x\n");
  report.set_limit(0);  // set, though zero: the schema can tell
  EXPECT_EQ(Rendered(text, report), "x limit=0\n");
  report.set_flag(true);
  report.set_count(1);
  report.set_text("y");
  report.set_rating(testdata::RATING_LOW);
  report.add_names("n");
  EXPECT_EQ(Rendered(text, report), "x flag count limit=0 text rating names\n");
}

TEST(TemplateTest, OutputIsTidy) {
  EXPECT_EQ(Rendered("\n\n# T  \n\n\n{{#flag}}\nhidden\n{{/}}\n\n{{! a\ncomment }}\n\nend  \n\n\n", Report()),
            "# T\n\nend\n");
  EXPECT_EQ(Rendered("{{#flag}}x{{/}}", Report()), "");
  EXPECT_EQ(Rendered("a\r\n\r\nb\r\n", Report()), "a\n\nb\n");
  EXPECT_EQ(Rendered("```\na\n\n\n\nb\n```\n", Report()), "```\na\n\n\n\nb\n```\n");
}

TEST(TemplateTest, TablesHoldTogetherAndApart) {
  const std::string table = "| Id | Tags |\n| --- | --- |\n{{#items}}\n\n| {{id}} | {{tags}} |\n\n{{/items}}\n\n";
  const std::string once = "| Id | Tags |\n| --- | --- |\n| web | pci, gdpr |\n| ledger | pci, gdpr |\n";
  EXPECT_EQ(Rendered(table + table, Sample()), once + "\n" + once);
}

TEST(TemplateTest, AnEmptyValueLeavesNoOtherStructureBehind) {
  Report report;
  EXPECT_EQ(Rendered("Foo\n- {{text}}\n", report), "Foo\n- \xe2\x80\x94\n");
  EXPECT_EQ(Rendered("## {{text}}", report), "## \xe2\x80\x94\n");
  EXPECT_EQ(Rendered("x `{{text}}` y", report), "x `\xe2\x80\x94` y\n");
  EXPECT_EQ(Rendered("x **{{text}}**", report), "x **\xe2\x80\x94**\n");
  EXPECT_EQ(Rendered("| {{text}} | x |", report), "|  | x |\n");
  EXPECT_EQ(Rendered("- {{text}}{{names}}", report), "- \xe2\x80\x94\n");
  EXPECT_EQ(Rendered("- {{text}} and {{more}}", report), "-  and\n");
}

TEST(TemplateTest, ContextsEscapeDifferently) {
  Report report;
  report.set_text("a|b `c` [d](e) \"f\"; x-y");
  EXPECT_EQ(Rendered("x {{text}}", report), "x a|b \\`c\\` \\[d](e) \"f\"; x-y\n");
  EXPECT_EQ(Rendered("| {{text}} |", report), "| a\\|b \\`c\\` \\[d](e) \"f\"; x-y |\n");
  EXPECT_EQ(Rendered("x `{{text}}`", report), "x `a|b 'c' [d](e) \"f\"; x-y`\n");
  EXPECT_EQ(Rendered("| `{{text}}` |", report), "| `a\\|b 'c' [d](e) \"f\"; x-y` |\n");
  EXPECT_EQ(Rendered("x [{{text}}](y)", report), "x [a|b \\`c\\` \\[d\\](e) \"f\"; x-y](y)\n");
  EXPECT_EQ(Rendered("x [y](#{{text}})", report), "x [y](#a%7Cb%20%60c%60%20%5Bd%5D%28e%29%20%22f%22%3B%20x-y)\n");
  EXPECT_EQ(
      Rendered("```mermaid\nn_{{text}}[\"{{text}}\"]\n```", report),
      "```mermaid\nn_a_7cb_20_60c_60_20_5bd_5d_28e_29_20_22f_22_3b_20x_2dy[\"a#124;b #96;c#96; #91;d#93;#40;e#41; "
      "#quot;f#quot;#59; x-y\"]\n```\n");
}

TEST(TemplateTest, LinkSchemes) {
  Report report;
  report.set_text("javascript:alert(1)");
  EXPECT_EQ(Rendered("[a]({{text}})", report), "[a](javascript%3Aalert%281%29)\n");
  report.set_text("https://example.com:8080/?a=b&c=d");
  EXPECT_EQ(Rendered("[a]({{text}})", report), "[a](https://example.com:8080/?a=b&amp;c=d)\n");
  report.set_text("java");
  report.set_more("script:x");
  EXPECT_EQ(Rendered("[a]({{text}}{{more}})", report), "[a](javascript%3Ax)\n");
}

TEST(TemplateTest, CodeBlocksKeepLinesButNotFences) {
  Report report;
  report.set_text("  one\n```\n\ttwo `x`\n~~~");
  EXPECT_EQ(Rendered("```\n{{text}}\n```\n", report), "```\n  one\n'''\n\ttwo `x`\n~~~\n```\n");
  EXPECT_EQ(Rendered("- a\n\n  ~~~~ yaml\n  {{text}}\n  ~~~~\n", report),
            "- a\n\n  ~~~~ yaml\n    one\n  ```\n  \ttwo `x`\n  ---\n  ~~~~\n");
}

struct Faulty {
  const char* text;
  const char* location;
  const char* message;
};

TEST(TemplateTest, ParseNamesWhatItRefuses) {
  const std::vector<Faulty> cases = {
      {"x {{{text}}}", "t.md:1:3", "every value is escaped"},
      {"x {{& text}}", "t.md:1:3", "every value is escaped"},
      {"\n x {{>part}}", "t.md:2:4", "no partials"},
      {"{{=<% %>=}}", "t.md:1:1", "delimiters are always"},
      {"x {{text", "t.md:1:3", "never closed"},
      {"x {{a b}}", "t.md:1:3", "not a name"},
      {"{{#items}}x", "t.md:1:1", "never closed"},
      {"x{{/items}}", "t.md:1:2", "closes no section"},
      {"{{#items}}{{#names}}{{/items}}{{/}}", "t.md:1:21", "{{/names}} must close"},
      {"x `{{text}}", "t.md:1:3", "code span is not closed"},
      {"x `{{#names}}{{.}}{{/}}`", "t.md:1:3", "code span is empty"},
      {"x {{#flag}}`{{/}}{{text}}`", "t.md:1:3", "opens and closes in different"},
      {"<b title={{text}}>", "t.md:1:1", "raw HTML"},
      {"<!--\n{{text}}\n-->", "t.md:2:1", "raw HTML"},
      {"x \\{{text}}", "t.md:1:3", "backslash"},
      {"x &{{text}};", "t.md:1:3", "entity"},
      {"see https://{{text}}", "t.md:1:13", "becomes a link"},
      {"x **{{text}}**s", "t.md:1:13", "emphasis between"},
      {"```\n{{text}}", "t.md:1:1", "fence is never closed"},
      {"```{{text}}\n```", "t.md:1:1", "line of a code fence"},
      {"```mermaid\nA[{{text}}]\n```", "t.md:2:3", "quotes"},
      {"[a](b \"{{text}}\")", "t.md:1:8", "title of a link"},
      {"a\tb", "t.md:1:2", "control character"},
      {"a | b\n--|--\n{{text}} | x", "t.md:2:1", "start and end the rows"},
  };
  for (const Faulty& faulty : cases) {
    SCOPED_TRACE(faulty.text);
    EXPECT_THAT(Template::Parse(faulty.text, "t.md"), HasError(absl::StatusCode::kInvalidArgument, "TEMPLATE_INVALID",
                                                               HasSubstr(absl::StrCat(faulty.location, ": "))));
    EXPECT_THAT(std::string(Template::Parse(faulty.text, "t.md").status().message()), HasSubstr(faulty.message));
  }
}

TEST(TemplateTest, CheckNamesEveryFaultAndSuggests) {
  ASSERT_OK_AND_ASSIGN(const Template parsed,
                       Template::Parse("{{titel}}\n{{#items}}\n- {{idd}} {{owner.nam}} {{owner}} {{tags.x}}\n{{/}}\n"
                                       "{{labels}} {{raw}} {{.}} [x]({{names}})\n",
                                       "t.md"));
  const absl::Status status = parsed.Check(*Report::descriptor());
  EXPECT_THAT(status, HasError(absl::StatusCode::kInvalidArgument, "TEMPLATE_INVALID",
                               AllOf(HasSubstr("t.md:1:1: no field 'titel' in 'titel'; did you mean 'title'?"),
                                     HasSubstr("t.md:3:11: no field 'nam' in 'owner.nam'; did you mean 'name'?"),
                                     HasSubstr("'owner' is a message"), HasSubstr("nothing can follow its '.'"),
                                     HasSubstr("map or bytes"), HasSubstr("'.' is the element"),
                                     HasSubstr("'names' is repeated"))));
  EXPECT_EQ(DetailsOf(status).violations.size(), 9u);
  EXPECT_EQ(parsed.Render(Report()).status(), status) << "what was never reached is checked all the same";
}

TEST(TemplateTest, OneTemplateServesManyThreads) {
  ASSERT_OK_AND_ASSIGN(const Template parsed, Template::Parse("{{#items}}\n- {{id}}: {{tags}}\n{{/}}\n", "t.md"));
  const Report report = Sample();
  std::vector<std::string> outputs(4);
  std::vector<std::thread> threads;
  for (std::string& output : outputs) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) output = parsed.Render(report).value_or("failed");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& output : outputs) EXPECT_EQ(output, "- web: pci, gdpr\n- ledger: pci, gdpr\n");
}

}  // namespace
}  // namespace metapowers::render
