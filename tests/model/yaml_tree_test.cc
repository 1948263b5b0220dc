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

TEST(AppendKeyTest, QuotesWhatIsNoFieldName) {
  EXPECT_EQ(AppendKey("", "data_assets"), "data_assets");
  EXPECT_EQ(AppendKey("data_assets", "Web Shop"), "data_assets.'Web Shop'");
  EXPECT_LT(AppendKey("a", std::string(100'000, 'k')).size(), 100u);
}

}  // namespace
}  // namespace metapowers::model
