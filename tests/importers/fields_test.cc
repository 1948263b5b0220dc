// Values of documents: what is none, what is a fault, and where both are told to stand.
#include "service/importers/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/model/model_texts.h"

namespace metapowers::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// A document read by conventions; lives as long as its fields are used.
struct ReadText {
  ReadText(const std::string& text, const Conventions& conventions) : reading(conventions, found) {
    model::Faults syntax;
    tree = model::YamlTree::Parse(text, syntax);
    EXPECT_TRUE(syntax.empty());
    document = {"f", &tree->root(), ""};
  }
  Field root() { return Field(document, reading); }
  std::vector<std::string> faults() const { return model::Lines(found.ToStatus()); }

  FileFaults found;
  Reading reading;
  std::unique_ptr<const model::YamlTree> tree;
  Document document;
};

std::string PlaceOf(const Field& field) { return absl::StrCat(field.spot().at.line, ":", field.spot().at.column); }

TEST(NumberOfTest, TakesFiniteNumbersOnly) {
  model::YamlNode node;
  node.kind = model::YamlNode::Kind::kScalar;
  node.text = "12.5";
  EXPECT_EQ(NumberOf(&node), 12.5);
  for (const char* text : {"", "x", "1x", "inf", "nan", "1e999"}) {
    node.text = text;
    EXPECT_EQ(NumberOf(&node), std::nullopt) << text;
  }
  EXPECT_EQ(NumberOf(nullptr), std::nullopt);
}

constexpr char kText[] = R"(name: " Web  Shop "
port: 80
on: yes
note:
list: [a, {b: c}, null]
inner:
  bodyText: <b>x</b>
)";

TEST(FieldTest, WhatIsMissingOrNullReadsAsEmptyAndIsNoFault) {
  ReadText text(kText, {});
  for (const Field& none : {Field(), Field()["x"].Map(), text.root()["note"], text.root()["ghost"]["deep"]}) {
    EXPECT_FALSE(none.exists());
    EXPECT_EQ(none.Raw() + none.Text() + none.Line() + none.Prose(), "");
    EXPECT_FALSE(none.Flag() || none.Number() || none.Whole() || none.Map().exists());
    EXPECT_THAT(none.Items(), IsEmpty());
    EXPECT_THAT(none.Maps(), IsEmpty());
    EXPECT_THAT(none.Entries(), IsEmpty());
    EXPECT_THAT(none.Texts(), IsEmpty());
  }
  EXPECT_TRUE(text.root().HasKey("note"));
  EXPECT_FALSE(text.root().Has("note"));
  EXPECT_THAT(text.faults(), IsEmpty());
}

TEST(FieldTest, ScalarsReadAsTheyAreAskedFor) {
  ReadText text(kText, {});
  EXPECT_EQ(text.root()["name"].Raw(), " Web  Shop ");
  EXPECT_EQ(text.root()["name"].Text(), "Web  Shop");
  EXPECT_EQ(text.root()["name"].Line(), "Web Shop");
  EXPECT_EQ(text.root()["port"].Number(), 80.0);
  EXPECT_EQ(text.root()["port"].Whole(), 80);
  EXPECT_EQ(text.root()["on"].Flag(), true);
  EXPECT_THAT(text.root()["inner"].TextMap(), ElementsAre(Pair("bodyText", "<b>x</b>")));
}

TEST(FieldTest, AWrongFormIsAFaultToldOnceAndReadsAsNone) {
  ReadText text(kText, {});
  EXPECT_EQ(text.root()["list"].Text(), "");
  EXPECT_EQ(text.root()["list"].Line(), "");
  EXPECT_THAT(text.root()["list"].Texts(), ElementsAre("a", ""));
  EXPECT_EQ(text.root()["name"].Whole(), std::nullopt);
  EXPECT_FALSE(text.root()["port"].Map().exists());
  EXPECT_FALSE(text.root()["port"]["x"].exists());
  EXPECT_THAT(text.root()["list"].Maps(), testing::SizeIs(1));
  EXPECT_THAT(text.faults(),
              ElementsAre("f:5:1: list: must be text, not a list", "f:5:11: list[1]: must be text, not a mapping",
                          "f:1:1: name: must be a whole number, not ' Web  Shop'",
                          "f:2:1: port: must be a mapping, not text", "f:5:8: list[0]: must be a mapping, not text"));
}

TEST(FieldTest, ConventionsSayWhereAValueStands) {
  ReadText keys(kText, {});
  ReadText values(kText, {.place = Conventions::Place::kValue});
  EXPECT_EQ(PlaceOf(keys.root()["inner"]["bodyText"]), "7:3");
  EXPECT_EQ(PlaceOf(values.root()["inner"]["bodyText"]), "7:13");
  EXPECT_EQ(values.root()["inner"]["bodyText"].key_spot().at, (model::Position{7, 3}));
  EXPECT_EQ(PlaceOf(keys.root()["inner"]["ghost"]), "6:1") << "what is missing, where it should be";
  EXPECT_EQ(PlaceOf(values.root()["inner"]["ghost"]), "7:3");
  EXPECT_EQ(values.root()["inner"]["ghost"].path(), "inner.ghost");
}

TEST(FieldTest, ConventionsSayWhatIsAFault) {
  ReadText strict(kText, {.strict_keys = true, .quotes_values = false});
  EXPECT_FALSE(strict.root()["port"]["x"].exists());
  EXPECT_EQ(strict.root()["name"].Flag(), std::nullopt);
  EXPECT_THAT(strict.faults(),
              ElementsAre("f:2:1: port: must be a mapping, not text", "f:1:1: name: must be true or false"))
      << "a value may be a secret";
  ReadText json(kText, kExported);
  EXPECT_EQ(json.root()["on"].Flag(), std::nullopt);
  EXPECT_EQ(json.root()["inner"]["bodyText"].Prose(), "x");
  EXPECT_THAT(json.faults(), ElementsAre("f:3:5: on: must be true or false, not 'yes'"));
  EXPECT_EQ(json.root()["inner"]["bodyText"].path(), "inner.bodyText");
  EXPECT_EQ(strict.root()["inner"]["bodyText"].path(), "inner.'bodyText'");
}

TEST(FieldTest, LinesAreCutAtTheLengthOfTheFormat) {
  ReadText text("a: " + std::string(300, 'x') + "\nlist: [" + std::string(300, 'y') + ", \"\"]\n", kExported);
  EXPECT_EQ(text.root()["a"].Line().size(), kMaxLine);
  ASSERT_THAT(text.root()["list"].Lines(), testing::SizeIs(1));
  EXPECT_EQ(text.root()["list"].Lines()[0].first.size(), kMaxLine);
  EXPECT_EQ(text.root()["a"].Raw().size(), 300u);
}

}  // namespace
}  // namespace metapowers::importers
