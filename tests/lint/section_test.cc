#include "service/lint/section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metapowers::lint {
namespace {

using ::testing::ElementsAre;

v1::Command Spec() {
  v1::Command spec;
  spec.set_id("asset-inventory");
  spec.set_document("01-identify.md");
  spec.set_heading("Asset Inventory");
  return spec;
}

constexpr char kText[] = R"(## Asset Inventory

### Asset Register

Two assets.

#### Services

| Asset | Owner |
|---|---|
| web \| old | Team&#8203;@a |
| `api` | none |

```yaml
| not: a table |
## neither a heading
```

### Gaps
)";

TEST(SectionTest, KnowsLinesAndTables) {
  const v1::Command spec = Spec();
  const Section section(spec, kText, 40);
  ASSERT_EQ(section.tables().size(), 1u);
  const Table& table = section.tables().front();
  EXPECT_EQ(table.part, "Asset Register");
  EXPECT_EQ(table.heading, "Services");
  EXPECT_THAT(table.columns, ElementsAre("Asset", "Owner"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("web | old", "Team@a"));
  EXPECT_EQ(table.rows[1].line, 51);
  EXPECT_EQ(table.Cell(table.rows[1], "asset"), "api");
  EXPECT_EQ(table.Cell(table.rows[1], "Tier"), "");
  EXPECT_EQ(section.LineOfHeading("Gaps"), 58);
  EXPECT_TRUE(section.Under("Gaps").size() <= 1);
  EXPECT_EQ(section.TablesWith({"Owner"}).size(), 1u);
  EXPECT_TRUE(section.TablesWith({"Owner", "Due"}).empty());
}

TEST(SectionTest, NamesAnIdAsAWord) {
  EXPECT_TRUE(NamesId("api, ledger-db", "ledger-db"));
  EXPECT_FALSE(NamesId("ledger-db-replica", "ledger-db"));
  EXPECT_FALSE(NamesId("old-ledger-db", "ledger-db"));
  EXPECT_TRUE(NamesId("old-ledger-db and ledger-db.", "ledger-db"));
  EXPECT_FALSE(NamesId("anything", ""));
}

TEST(SectionTest, TellsWordsForNothingFromFacts) {
  EXPECT_TRUE(SaysNothing(""));
  EXPECT_TRUE(SaysNothing(" Not declared "));
  EXPECT_FALSE(SaysNothing("none"));
  EXPECT_FALSE(SaysNothing("unknown on 3, implemented on 2"));
  EXPECT_TRUE(NamesNobody("none"));
  EXPECT_FALSE(NamesNobody("Payments"));
}

}  // namespace
}  // namespace metapowers::lint
