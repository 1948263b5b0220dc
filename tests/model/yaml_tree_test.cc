// YAML of other tools: what is read, and what is refused.
#include "service/model/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"

namespace metapowers::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<const YamlTree> Good(absl::string_view text) {
  Faults faults;
  auto tree = YamlTree::Parse(text, faults);
  EXPECT_TRUE(faults.empty()) << faults.ToStatus("f.yaml");
  EXPECT_NE(tree, nullptr);
  return tree;
}

std::vector<std::string> FaultsIn(absl::string_view text) {
  Faults faults;
  (void)YamlTree::Parse(text, faults);
  return Lines(faults.ToStatus("f.yaml"));
}

std::string TextAt(const YamlTree& tree, std::initializer_list<absl::string_view> path) {
  const YamlNode* node = &tree.root();
  for (const absl::string_view key : path) {
    if (node != nullptr) node = node->Find(key);
  }
  return node == nullptr ? "<none>" : node->text;
}

TEST(YamlTreeTest, ReadsScalarsListsAndMappingsWithTheirPlaces) {
  const auto tree = Good("a: one\nb:\n  - 2\n  - \"yes\"\n  - c: >\n     folded\n     text\nd:\ne: ~\n");
  const YamlNode& root = tree->root();
  ASSERT_EQ(root.kind, YamlNode::Kind::kMap);
  EXPECT_EQ(TextAt(*tree, {"a"}), "one");
  EXPECT_EQ(root.Find("a")->at, (Position{1, 4}));
  ASSERT_THAT(root.Find("b")->items, SizeIs(3));
  EXPECT_EQ(root.Find("b")->items[2]->Find("c")->text, "folded text\n");
  EXPECT_TRUE(root.Find("b")->items[0]->plain);
  EXPECT_FALSE(root.Find("b")->items[1]->plain);
  EXPECT_EQ(root.Find("d")->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(root.Find("e")->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(root.Find("f"), nullptr);
}

TEST(YamlTreeTest, AliasesShareWhatTheyName) {
  const auto tree = Good("a: &x {k: v}\nb: *x\nc: [*x, *x]\n");
  EXPECT_EQ(tree->root().Find("a"), tree->root().Find("b"));
  EXPECT_EQ(tree->root().Find("c")->items[1], tree->root().Find("a"));
}

TEST(YamlTreeTest, MergeKeysFillInWhatIsNotSaid) {
  const auto tree = Good(
      "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\n"
      "one: {<<: *base, b: 9}\n"
      "two: {a: 8, <<: [*base, *more]}\n"
      "chain: {<<: {<<: *more, d: 5}}\n");
  EXPECT_EQ(TextAt(*tree, {"one", "a"}), "1");
  EXPECT_EQ(TextAt(*tree, {"one", "b"}), "9");
  EXPECT_EQ(TextAt(*tree, {"two", "a"}), "8");
  EXPECT_EQ(TextAt(*tree, {"two", "b"}), "2") << "the first mapping wins";
  EXPECT_EQ(TextAt(*tree, {"two", "c"}), "4");
  EXPECT_EQ(TextAt(*tree, {"chain", "d"}), "5");
  EXPECT_EQ(TextAt(*tree, {"chain", "b"}), "3");
  EXPECT_EQ(tree->root().Find("one")->Find("<<"), nullptr);
  EXPECT_THAT(tree->root().Find("one")->entries, SizeIs(2));
}

TEST(YamlTreeTest, AnEmptyTextIsNull) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~\n"}) {
    EXPECT_EQ(Good(text)->root().kind, YamlNode::Kind::kNull) << text;
  }
}

TEST(YamlTreeTest, FaultsHavePlaceAndPath) {
  EXPECT_THAT(FaultsIn("a: 1\nb:\n  Web Shop: {x: 1, x: 2}\na: 3\n"),
              ElementsAre("f.yaml:3:20: b.'Web Shop'.x: is written twice; the first time on line 3",
                          "f.yaml:4:1: a: is written twice; the first time on line 1"));
  EXPECT_THAT(FaultsIn("a: *gone\n"), ElementsAre("f.yaml:1:4: a: alias '*gone' names no anchor that ends before it"));
  EXPECT_THAT(FaultsIn("a: &a [*a]\n"), ElementsAre(HasSubstr("alias '*a' names no anchor")));
  EXPECT_THAT(FaultsIn("a: {<<: 3}\n"), ElementsAre(HasSubstr("'<<' must name a mapping")));
  EXPECT_THAT(FaultsIn("{[1]: 2}\n"), ElementsAre(HasSubstr("a key must be text")));
  EXPECT_THAT(FaultsIn("a: !!binary x\n"), ElementsAre(HasSubstr("tags (!)")));
  EXPECT_THAT(FaultsIn("a: \"\\u202e\"\n"), ElementsAre("f.yaml:1:4: a: character U+202E is not allowed"));
  EXPECT_THAT(FaultsIn("a: 1\n---\nb: 2\n"), ElementsAre(HasSubstr("a second document starts here")));
  EXPECT_THAT(FaultsIn("a: [1\n"), ElementsAre(HasSubstr("is not YAML")));
  EXPECT_THAT(FaultsIn("\xff"), ElementsAre(HasSubstr("is not UTF-8")));
}

TEST(YamlTreeTest, SizeAndDepthAreBounded) {
  EXPECT_THAT(FaultsIn(std::string(kMaxModelBytes + 1, 'a')), ElementsAre(HasSubstr("the limit is 4194304")));
  EXPECT_THAT(FaultsIn(std::string(5000, '[')), ElementsAre(HasSubstr("nested more than 64 levels deep")));
  std::string many = "[";
  for (uint64_t i = 0; i < kMaxTreeNodes; ++i) many += "1,";
  EXPECT_THAT(FaultsIn(many + "1]"), ElementsAre(HasSubstr("is one value too many")));
}

// Each level names the one below nine times.
TEST(YamlTreeTest, AliasesThatMultiplyAreRefused) {
  std::string lists = "l0: &l0 [x]\n";
  std::string merges = "m0: &m0 {a: b}\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = absl::StrCat("*l", i - 1);
    absl::StrAppend(&lists, "l", i, ": &l", i, " [");
    for (int j = 0; j < 9; ++j) absl::StrAppend(&lists, below, ", ");
    absl::StrAppend(&lists, below, "]\n");
    absl::StrAppend(&merges, "m", i, ": &m", i, " {<<: *m", i - 1, ", k", i, ": {<<: *m", i - 1, "}, j", i, ": *m",
                    i - 1, ", i", i, ": *m", i - 1, "}\n");
  }
  EXPECT_THAT(FaultsIn(lists), ElementsAre(HasSubstr("with every alias written out it has more than 400000 values")));
  EXPECT_THAT(FaultsIn(merges), ElementsAre(HasSubstr("with every alias written out it has more than 400000 values")));
}

using Trees = std::vector<std::unique_ptr<const YamlTree>>;

Trees GoodAll(absl::string_view text) {
  Faults faults;
  Trees trees = YamlTree::ParseAll(text, kMaxTreeNodes, faults);
  EXPECT_TRUE(faults.empty()) << faults.ToStatus("f.yaml");
  return trees;
}

std::vector<std::string> FaultsInAll(absl::string_view text, uint64_t max_nodes = kMaxTreeNodes) {
  Faults faults;
  (void)YamlTree::ParseAll(text, max_nodes, faults);
  return Lines(faults.ToStatus("f.yaml"));
}

TEST(YamlTreeTest, ReadsAllDocumentsWithTheirPlaces) {
  const Trees trees = GoodAll("a: &x 1\n---\n# nothing\n---\n- b\n...\n---\nc: 3\n");
  ASSERT_THAT(trees, SizeIs(4));
  EXPECT_EQ(TextAt(*trees[0], {"a"}), "1");
  EXPECT_EQ(trees[1]->root().kind, YamlNode::Kind::kNull);
  EXPECT_EQ(trees[2]->root().items.at(0)->at, (Position{5, 3}));
  EXPECT_EQ(trees[3]->root().Find("c")->at, (Position{8, 4}));
  EXPECT_THAT(GoodAll(""), SizeIs(0));
  EXPECT_THAT(FaultsInAll("a: &x 1\n---\nb: *x\n"), ElementsAre(HasSubstr("alias '*x' names no anchor")))
      << "an anchor holds in its document";
}

TEST(YamlTreeTest, DocumentsBeforeAFaultAndWhatWasReadOfItsOwnAreGiven) {
  Faults faults;
  const Trees trees = YamlTree::ParseAll("a: 1\n---\nkind: Pod\nspec: {b: [1, }\n---\nc: 3\n", kMaxTreeNodes, faults);
  EXPECT_THAT(Lines(faults.ToStatus("f.yaml")), ElementsAre(HasSubstr("f.yaml:4:15: spec.b[0]: is not YAML")));
  ASSERT_THAT(trees, SizeIs(2));
  EXPECT_EQ(TextAt(*trees[0], {"a"}), "1");
  EXPECT_EQ(TextAt(*trees[1], {"kind"}), "Pod");
}

TEST(YamlTreeTest, TakesWhatEditorsAndToolsLeaveInFiles) {
  const Trees trees = GoodAll(
      "\xef\xbb\xbf%YAML 1.2\r\n---\r\na: |\r\n  x\r\n  y\r\n---\r\n\xef\xbb\xbf"
      "b: !!str 7\r\n");
  ASSERT_THAT(trees, SizeIs(2));
  EXPECT_EQ(TextAt(*trees[0], {"a"}), "x\ny\n");
  EXPECT_EQ(TextAt(*trees[1], {"b"}), "7");
  EXPECT_FALSE(trees[1]->root().Find("b")->plain);
  EXPECT_THAT(FaultsInAll("a: !!binary b\n"), ElementsAre(HasSubstr("tags (!)")));
  EXPECT_THAT(FaultsInAll("%YAML 1.2\n%TAG ! a\n---\n"), ElementsAre(HasSubstr("f.yaml:2:1")));
  EXPECT_THAT(FaultsInAll("a: \xff\n"), ElementsAre(HasSubstr("f.yaml:1:4: : is not UTF-8")));
}

TEST(YamlTreeTest, TagsOfApplicationsAreTold) {
  const Trees trees = GoodAll("a: !Ref b\nc:\n  d: !reset []\n---\ne: f\n");
  ASSERT_THAT(trees, SizeIs(2));
  ASSERT_THAT(trees[0]->tagged(), SizeIs(2));
  const YamlTagged& reset = trees[0]->tagged()[1];
  EXPECT_EQ(reset.node, trees[0]->root().Find("c")->Find("d"));
  EXPECT_EQ(reset.tag, "!reset");
  EXPECT_EQ(reset.path, "c.d");
  EXPECT_EQ(reset.at.line, 3);
  EXPECT_THAT(trees[1]->tagged(), SizeIs(0));
}

TEST(YamlTreeTest, PathsOfTagsAreBounded) {
  std::string text = "a: [";
  for (size_t i = 0; i < kMaxTagPaths; ++i) absl::StrAppend(&text, "!x b,");
  const Trees trees = GoodAll(absl::StrCat(text, "!x b]\n---\nc: !x d\n"));
  ASSERT_THAT(trees, SizeIs(2));
  ASSERT_THAT(trees[0]->tagged(), SizeIs(kMaxTagPaths + 1));
  EXPECT_EQ(trees[0]->tagged()[kMaxTagPaths - 1].path, absl::StrCat("a[", kMaxTagPaths - 1, "]"));
  EXPECT_EQ(trees[0]->tagged()[kMaxTagPaths].path, "");
  EXPECT_EQ(trees[0]->tagged()[kMaxTagPaths].at.line, 1);
  ASSERT_THAT(trees[1]->tagged(), SizeIs(1));
  EXPECT_EQ(trees[1]->tagged()[0].path, "") << "of all documents together";
}

TEST(YamlTreeTest, CharactersThatAreNotAllowedAreReplaced) {
  const Trees trees = GoodAll("a: x\xe2\x80\xaey\nb: \"\\u202e\"\n\x1b: 1\n");
  EXPECT_EQ(TextAt(*trees[0], {"a"}), "x\xef\xbf\xbdy");
  EXPECT_EQ(TextAt(*trees[0], {"b"}), "\xef\xbf\xbd");
  const Trees json = GoodAll("{\"a\": \"\\u0000\\u202e\"}");
  EXPECT_EQ(TextAt(*json[0], {"a"}), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(YamlTreeTest, DocumentsShareOneLimit) {
  EXPECT_THAT(FaultsInAll("[1, 2]\n---\n[1, 2]\n", 6), ElementsAre());
  EXPECT_THAT(FaultsInAll("[1, 2]\n---\n[1, 2]\n", 5),
              ElementsAre(HasSubstr("f.yaml:3:5: [1]: is one value too many")));
  EXPECT_THAT(FaultsInAll("- &a [1, 2]\n- *a\n---\n- &b [1, 2]\n- *b\n", 13),
              ElementsAre(HasSubstr("with every alias written out it has more than 13 values")));
}

TEST(JsonTreeTest, ValuesHaveTheirPlaces) {
  const Trees trees = GoodAll(
      "\xef\xbb\xbf {\n \"a\": [1, -2.5e3,\t\"x\\\"y\\\\\", true, null, {}],\r\n"
      " \"\xc3\xa4\\u00e4\": false , \"n\": 10\n}\n");
  ASSERT_THAT(trees, SizeIs(1));
  const YamlNode& root = trees[0]->root();
  EXPECT_EQ(root.at, (Position{1, 2}));
  ASSERT_THAT(root.entries, SizeIs(3));
  EXPECT_EQ(root.entries[0].at, (Position{2, 2}));
  const YamlNode& list = *root.Find("a");
  EXPECT_EQ(list.at, (Position{2, 7}));
  ASSERT_THAT(list.items, SizeIs(6));
  const std::vector<Position> places = {{2, 8}, {2, 11}, {2, 19}, {2, 29}, {2, 35}, {2, 41}};
  for (size_t i = 0; i < places.size(); ++i) EXPECT_EQ(list.items[i]->at, places[i]) << i;
  EXPECT_EQ(list.items[1]->text, "-2.5e3");
  EXPECT_TRUE(list.items[1]->plain);
  EXPECT_EQ(list.items[2]->text, "x\"y\\");
  EXPECT_FALSE(list.items[2]->plain);
  EXPECT_EQ(list.items[3]->text, "true");
  EXPECT_EQ(list.items[4]->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(list.items[5]->kind, YamlNode::Kind::kMap);
  EXPECT_EQ(root.entries[1].key, "\xc3\xa4\xc3\xa4");
  EXPECT_EQ(root.entries[1].value->at, (Position{3, 13}));
  EXPECT_EQ(root.Find("n")->at, (Position{3, 26}));
  EXPECT_EQ(root.Find("n")->text, "10");
  EXPECT_EQ(root.weight, 10u);
}

TEST(JsonTreeTest, EscapesAreThoseOfJson) {
  const Trees trees = GoodAll("[\"a\\/b\", \"\\ud83d\\udd12\", \"\\t\", \"\", 7]");
  const YamlNode& root = trees.at(0)->root();
  ASSERT_THAT(root.items, SizeIs(5));
  EXPECT_EQ(root.items[0]->text, "a/b");
  EXPECT_EQ(root.items[1]->text, "\xf0\x9f\x94\x92");
  EXPECT_EQ(root.items[2]->text, "\t");
  EXPECT_EQ(root.items[3]->kind, YamlNode::Kind::kScalar) << "text in quotes is never null";
  EXPECT_EQ(root.items[4]->at, (Position{1, 36}));
}

TEST(JsonTreeTest, WhatIsNoJsonIsReadAsYaml) {
  EXPECT_EQ(TextAt(*GoodAll("{a: b, c: [d]} # YAML\n").at(0), {"a"}), "b");
  EXPECT_THAT(GoodAll("{\"a\": 1}\n---\n{\"a\": 2}\n"), SizeIs(2));
  EXPECT_THAT(FaultsInAll("{\"a\": 1, \"a\": 2, "), ElementsAre(HasSubstr("written twice"), HasSubstr("is not YAML")));
}

TEST(JsonTreeTest, FaultsHavePlaceAndPath) {
  EXPECT_THAT(FaultsInAll("{\"b\": {\"Web Shop\": [{\"x\": 1,\n\"x\": 2}]}}"),
              ElementsAre("f.yaml:2:1: b.'Web Shop'[0].x: is written twice; the first time on line 1"));
  EXPECT_THAT(FaultsInAll(std::string(5000, '[')), ElementsAre(HasSubstr("nested more than 64 levels deep")));
  EXPECT_THAT(FaultsInAll("[1,\n2,\n3]", 3), ElementsAre("f.yaml:3:1: [2]: is one value too many; the limit is 3"));
  EXPECT_THAT(FaultsInAll("{}", 0), ElementsAre(HasSubstr("one value too many")));
}

TEST(AppendKeyTest, QuotesWhatIsNoFieldName) {
  EXPECT_EQ(AppendKey("", "data_assets"), "data_assets");
  EXPECT_EQ(AppendKey("data_assets", "Web Shop"), "data_assets.'Web Shop'");
  EXPECT_LT(AppendKey("a", std::string(100'000, 'k')).size(), 100u);
}

}  // namespace
}  // namespace metapowers::model
