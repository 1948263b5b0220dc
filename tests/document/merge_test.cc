#include "service/document/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"

namespace metapowers::document {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kBefore[] = R"(## Inventory

### Assets

The register lists 3 assets of the shop.

| Asset | Owner | Tier |
|---|---|---|
| api | payments | 1 |
| db | platform | 2 |
| web | payments | 3 |

- `api`: answers partners
- `db`: keeps orders
- `web`: shows the shop

### Gaps

Two gaps are open.

#### Owners

Nobody owns the mail relay.

### Sources

Declared by the team.)";

using Changes = std::vector<std::pair<absl::string_view, absl::string_view>>;

// The text with one change after the other.
std::string Changed(const Changes& changes) {
  std::string text = kBefore;
  for (const auto& [from, to] : changes) absl::StrReplaceAll({{from, to}}, &text);
  return text;
}

SectionMerge Merged(const Changes& by_person, const Changes& by_generator, EditChoice choice = EditChoice::kRefuse) {
  return MergeSection(kBefore, Changed(by_person), Changed(by_generator), choice);
}

// Both changes are there, with nothing to decide.
void ExpectBoth(const Changes& by_person, const Changes& by_generator) {
  const SectionMerge merge = Merged(by_person, by_generator);
  Changes both = by_person;
  both.insert(both.end(), by_generator.begin(), by_generator.end());
  EXPECT_EQ(merge.text, Changed(both));
  EXPECT_THAT(merge.conflicts, IsEmpty());
  EXPECT_GT(merge.kept, 0);
  EXPECT_EQ(merge.orphaned_notes, 0);
}

TEST(MergeSectionTest, WhatNobodyEditedIsGenerated) {
  const SectionMerge merge = Merged({}, {{"Two gaps", "Three gaps"}, {"| db | platform | 2 |\n", ""}});
  EXPECT_EQ(merge.text, Changed({{"Two gaps", "Three gaps"}, {"| db | platform | 2 |\n", ""}}));
  EXPECT_EQ(merge.kept, 0);
}

TEST(MergeSectionTest, WhatIsNotGeneratedAnewStaysByteForByte) {
  const std::string standing = "## Inventory\r\n\n\n\n### Mine\n\ttext  \n\n\n### Assets\n| api |x\n\n\n### Gaps";
  const SectionMerge merge = MergeSection(kBefore, standing, kBefore, EditChoice::kRefuse);
  EXPECT_EQ(merge.text, standing);
  EXPECT_THAT(merge.conflicts, IsEmpty());
  EXPECT_GT(merge.kept, 0);
}

TEST(MergeSectionTest, DifferentLinesMerge) {
  ExpectBoth({{"Nobody owns the mail relay.", "Nobody owns the mail relay, says Ada."}}, {{"Two gaps", "Three gaps"}});
  ExpectBoth({{"of the shop.\n", "of the shop.\n\nAda counted them too.\n"}}, {{"lists 3", "lists 4"}});
  ExpectBoth({{"open.\n", "open.\nBoth are old.\n"}}, {{"Two gaps", "Three gaps"}});
}

TEST(MergeSectionTest, CellsOfATableMerge) {
  ExpectBoth({{"| db | platform |", "| db | Bob |"}}, {{"| 2 |", "| 1 |"}});
  ExpectBoth({{"| db | platform |", "| db | Bob |"}}, {{"| api | payments |", "| api | partners |"}});
  ExpectBoth({{"| db | platform | 2 |", "| db | Bob | 2 |"}}, {{"| web | payments | 3 |\n", ""}});
  ExpectBoth({{"| db | platform |", "| db | Bob |"}},
             {{"| web | payments | 3 |", "| mail | x | 3 |\n| web | y | 3 |"}});
}

TEST(MergeSectionTest, RowsOfAPersonStayWhereTheyAre) {
  ExpectBoth({{"| 2 |\n", "| 2 |\n| fax | Bob | 9 |\n"}}, {{"| api | payments | 1 |\n", ""}});
  const SectionMerge merge =
      Merged({{"| 3 |\n", "| 3 |\n| fax | Bob | 9 |\n"}}, {{"| 3 |\n", "| 3 |\n| zip | z | 3 |\n"}});
  EXPECT_THAT(merge.text, HasSubstr("| web | payments | 3 |\n| fax | Bob | 9 |\n| zip | z | 3 |\n\n"));
  EXPECT_THAT(merge.conflicts, IsEmpty());
}

TEST(MergeSectionTest, RowsThatMovedAreFollowed) {
  // The generator sorts otherwise; the person's cell goes with its row.
  const SectionMerge sorted = Merged({{"| db | platform |", "| db | Bob |"}},
                                     {{"| api | payments | 1 |\n| db | platform | 2 |\n| web | payments | 3 |\n",
                                       "| web | payments | 3 |\n| db | platform | 2 |\n| api | payments | 0 |\n"}});
  EXPECT_THAT(sorted.text, HasSubstr("| web | payments | 3 |\n| db | Bob | 2 |\n| api | payments | 0 |\n"));
  // The person sorts otherwise; what the generator says goes with its row.
  const SectionMerge moved = Merged({{"| api | payments | 1 |\n", ""}, {"| 3 |\n", "| 3 |\n| api | payments | 1 |\n"}},
                                    {{"| api | payments | 1 |", "| api | partners | 1 |"}});
  EXPECT_THAT(moved.text, HasSubstr("| db | platform | 2 |\n| web | payments | 3 |\n| api | partners | 1 |\n\n"));
  EXPECT_THAT(moved.conflicts, IsEmpty());
}

TEST(MergeSectionTest, AColumnOfAPersonStays) {
  const SectionMerge merge = Merged({{"| Tier |", "| Tier | Seen |"},
                                     {"|---|---|---|", "|---|---|---|---|"},
                                     {"| 1 |", "| 1 | yes |"},
                                     {"| 2 |", "| 2 | no |"},
                                     {"| 3 |", "| 3 | no |"}},
                                    {{"| db | platform | 2 |", "| db | platform | 1 |"}});
  EXPECT_THAT(merge.text, HasSubstr("| db | platform | 1 | no |\n| web | payments | 3 | no |\n"));
  EXPECT_THAT(merge.conflicts, IsEmpty());
}

TEST(MergeSectionTest, PaddedTablesAreNoEdits) {
  const SectionMerge merge =
      Merged({{"| api | payments | 1 |", "| api   | payments   | 1    |"}, {"|---|---|---|", "| :--- | --- | ---: |"}},
             {{"| api | payments | 1 |", "| api | partners | 1 |"}});
  EXPECT_THAT(merge.text, HasSubstr("| :--- | --- | ---: |\n| api | partners | 1 |\n"));
  EXPECT_THAT(merge.conflicts, IsEmpty());
}

TEST(MergeSectionTest, TheSameChangeOnBothSidesIsOne) {
  const Changes same = {{"| db | platform |", "| db | Bob |"}, {"Sources\n", "Sources\n\nSeen by Ada.\n"}};
  EXPECT_EQ(Merged(same, same).text, Changed(same));
  EXPECT_EQ(Merged(same, same).kept, 0);
}

TEST(MergeSectionTest, BothChangedTheSameLine) {
  const Changes by_person = {{"Two gaps are open.", "Two gaps are open, both old."}};
  const Changes by_generator = {{"Two gaps are open.", "Three gaps are open."}, {"lists 3", "lists 4"}};
  const SectionMerge refused = Merged(by_person, by_generator);
  EXPECT_EQ(refused.text, Changed(by_person));
  EXPECT_THAT(refused.conflicts, ElementsAre(EditConflict{19, "Gaps", "Two gaps are open.\n",
                                                          "Two gaps are open, both old.\n", "Three gaps are open.\n"}));
  EXPECT_EQ(Merged(by_person, by_generator, EditChoice::kTake).text, Changed(by_generator));
  EXPECT_EQ(Merged(by_person, by_generator, EditChoice::kKeep).text,
            Changed({{"Two gaps are open.", "Two gaps are open, both old."}, {"lists 3", "lists 4"}}));
  EXPECT_THAT(Merged(by_person, by_generator, EditChoice::kMarkers).text,
              HasSubstr("\n<<<<<<< edited by hand\nTwo gaps are open, both old.\n=======\nThree gaps are open.\n"
                        ">>>>>>> generated\n\n"));
}

TEST(MergeSectionTest, BothChangedTheSameCell) {
  const Changes by_person = {{"| db | platform | 2 |", "| db | Bob | 2 |"}};
  const Changes by_generator = {{"| db | platform | 2 |", "| db | finance | 1 |"}};
  EXPECT_EQ(Merged(by_person, by_generator).conflicts.size(), 1);
  EXPECT_THAT(Merged(by_person, by_generator, EditChoice::kKeep).text, HasSubstr("\n| db | Bob | 1 |\n"));
  EXPECT_THAT(Merged(by_person, by_generator, EditChoice::kTake).text, HasSubstr("\n| db | finance | 1 |\n"));
}

TEST(MergeSectionTest, BothAddedTheSameRow) {
  const Changes by_person = {{"| 3 |\n", "| 3 |\n| zip | Ada | 1 |\n"}};
  const Changes by_generator = {{"| 3 |\n", "| 3 |\n| zip | z | 3 |\n"}};
  const SectionMerge merge = Merged(by_person, by_generator);
  ASSERT_EQ(merge.conflicts.size(), 1);
  EXPECT_EQ(merge.conflicts[0].before, "");
  EXPECT_EQ(merge.conflicts[0].standing, "| zip | Ada | 1 |\n");
  EXPECT_EQ(merge.conflicts[0].generated, "| zip | z | 3 |\n");
}

TEST(MergeSectionTest, WhatAPersonDeletedStaysDeleted) {
  ExpectBoth({{"| db | platform | 2 |\n", ""}}, {{"| 3 |", "| 4 |"}});
  ExpectBoth({{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}}, {{"Two gaps", "Three gaps"}});
  ExpectBoth({{"- `db`: keeps orders\n", ""}}, {{"shows the shop", "shows the shop and the blog"}});
}

TEST(MergeSectionTest, DeletedByOneAndChangedByTheOther) {
  const SectionMerge row = Merged({{"| db | platform | 2 |\n", ""}}, {{"| 2 |", "| 1 |"}});
  ASSERT_EQ(row.conflicts.size(), 1);
  EXPECT_EQ(row.conflicts[0].standing, "");
  EXPECT_EQ(row.conflicts[0].generated, "| db | platform | 1 |\n");
  const SectionMerge part = Merged({{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}},
                                   {{"Nobody owns the mail relay.", "Nobody owns the fax."}});
  ASSERT_EQ(part.conflicts.size(), 1);
  EXPECT_EQ(part.conflicts[0].generated, "#### Owners\n\nNobody owns the fax.\n\n");
  const SectionMerge edited = Merged({{"Nobody owns the mail relay.", "Ada owns it now."}},
                                     {{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}});
  ASSERT_EQ(edited.conflicts.size(), 1);
  EXPECT_EQ(edited.conflicts[0].standing, "#### Owners\n\nAda owns it now.\n\n");
  EXPECT_EQ(edited.conflicts[0].generated, "");
  const SectionMerge cell = Merged({{"| db | platform | 2 |", "| db | Bob | 2 |"}}, {{"| db | platform | 2 |\n", ""}});
  ASSERT_EQ(cell.conflicts.size(), 1);
  EXPECT_EQ(cell.conflicts[0].generated, "");
}

TEST(MergeSectionTest, NotesOfWhatIsGeneratedNoMoreAreOrphaned) {
  const SectionMerge part = Merged({{"relay.\n", "relay.\n\nAsk Ada.\nShe knows.\n"}},
                                   {{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}});
  EXPECT_EQ(part.text, absl::StrCat(Changed({{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}}),
                                    "\n\n### Orphaned notes\n\nStood in \"Owners\":\n\nAsk Ada.\nShe knows."));
  EXPECT_EQ(part.orphaned_notes, 1);
  EXPECT_EQ(part.kept, 0);
  const SectionMerge item =
      Merged({{"orders\n", "orders\n  (moved in May, says Bob)\n"}}, {{"- `db`: keeps orders\n", ""}});
  EXPECT_THAT(item.text, HasSubstr("- `api`: answers partners\n- `web`: shows the shop\n"));
  EXPECT_THAT(item.text, HasSubstr("\n### Orphaned notes\n\nStood in \"Assets\", after \"- `db`: keeps orders\":\n\n"
                                   "  (moved in May, says Bob)"));
  const SectionMerge row =
      Merged({{"| db | platform | 2 |", "| db | platform (Bob agrees) | 2 |"}}, {{"| db | platform | 2 |\n", ""}});
  EXPECT_THAT(row.text, HasSubstr("Stood in \"Assets\":\n\n| db | platform (Bob agrees) | 2 |"));
  EXPECT_THAT(row.conflicts, IsEmpty());
}

TEST(MergeSectionTest, OrphanedNotesGatherAtTheEnd) {
  const std::string first =
      MergeSection(kBefore, Changed({{"relay.\n", "relay.\n\nAsk Ada.\n"}}),
                   Changed({{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}}), EditChoice::kRefuse)
          .text;
  const std::string generated = Changed({{"#### Owners\n\nNobody owns the mail relay.\n\n", ""}});
  const std::string standing = absl::StrReplaceAll(first, {{"open.\n", "open.\n\nAsk Bob.\n"}});
  const std::string now =
      absl::StrCat(absl::StrReplaceAll(generated, {{"### Gaps\n\nTwo gaps are open.\n\n", ""}}), "\n\n### New\n\nOne.");
  const SectionMerge second = MergeSection(generated, standing, now, EditChoice::kRefuse);
  EXPECT_EQ(second.text, absl::StrCat(now,
                                      "\n\n### Orphaned notes\n\nStood in \"Owners\":\n\nAsk Ada.\n\n"
                                      "Stood in \"Gaps\":\n\nAsk Bob."));
}

TEST(MergeSectionTest, PartsOfAPersonStay) {
  ExpectBoth({{"### Gaps\n", "### Our view\n\nWe agree.\n\n### Gaps\n"}}, {{"Two gaps", "Three gaps"}});
  ExpectBoth({{"### Gaps\n", "### Our view\n\nWe agree.\n\n### Gaps\n"}}, {{"lists 3", "lists 4"}});
}

TEST(MergeSectionTest, RenamedAndMovedPartsAreFollowed) {
  ExpectBoth({{"### Assets\n", "### What we have\n"}}, {{"lists 3", "lists 4"}});
  ExpectBoth({{"### Sources\n", "### Where this is from\n"}}, {{"lists 3", "lists 4"}});
  const std::string gaps = "### Gaps\n\nTwo gaps are open.\n\n#### Owners\n\nNobody owns the mail relay.\n\n";
  const SectionMerge moved =
      Merged({{gaps, ""}, {"### Assets\n", absl::StrCat(gaps, "### Assets\n")}}, {{"Two gaps", "Three gaps"}});
  EXPECT_TRUE(absl::StartsWith(moved.text, "## Inventory\n\n### Gaps\n\nThree gaps are open.\n\n#### Owners\n"))
      << moved.text;
  EXPECT_THAT(moved.conflicts, IsEmpty());
}

TEST(MergeSectionTest, PartsOfTheGeneratorComeAndGo) {
  ExpectBoth({{"open.\n", "open.\n\nAsk Ada.\n"}}, {{"### Sources\n", "### New\n\nOne.\n\n### Sources\n"}});
  ExpectBoth({{"open.\n", "open.\n\nAsk Ada.\n"}}, {{"\n\n### Sources\n\nDeclared by the team.", ""}});
}

TEST(MergeSectionTest, CodeIsNoHeadingAndNoTable) {
  const std::string code = "of the shop.\n\n```\n### Gaps\n| api | fake |\n```\n";
  ExpectBoth({{"of the shop.\n", code}}, {{"Two gaps", "Three gaps"}});
}

TEST(MergeSectionTest, KeepsTheLineEndsOfTheFile) {
  const auto crlf = [](absl::string_view text) { return absl::StrReplaceAll(text, {{"\n", "\r\n"}}); };
  const SectionMerge merge =
      MergeSection(kBefore, crlf(Changed({{"open.\n", "open.\n\nAsk Ada.\n"}})),
                   Changed({{"| 2 |", "| 1 |"}, {"Sources\n", "Sources\n\nA new line.\n"}}), EditChoice::kRefuse);
  EXPECT_EQ(merge.text,
            crlf(Changed(
                {{"open.\n", "open.\n\nAsk Ada.\n"}, {"| 2 |", "| 1 |"}, {"Sources\n", "Sources\n\nA new line.\n"}})));
}

TEST(MergeSectionTest, WhatWouldLeaveNoSectionIsOneConflict) {
  // Without its first line, which the generator has no more, the person's code would not be closed.
  const std::string before = "## S\n\n```\na\n```\n\nc";
  const std::string standing = "## S\n\n````\na\n```\nb\n````\n\nc";
  const std::string generated = "## S\n\nc2";
  const SectionMerge taken = MergeSection(before, standing, generated, EditChoice::kTake);
  EXPECT_EQ(taken.text, generated);
  EXPECT_THAT(taken.conflicts, ElementsAre(EditConflict{1, "S", before, standing, generated}));
  EXPECT_EQ(MergeSection(before, standing, generated, EditChoice::kKeep).text, "## S\n\n````\nb\n````\nc2");
}

TEST(MergeSectionTest, AnyBytesAreText) {
  const std::string odd("\0\xff\xfe<!-- \x80|\\\t", 12);
  const SectionMerge merge = MergeSection(kBefore, Changed({{"open.\n", absl::StrCat("open.\n\n", odd, "x-->\n")}}),
                                          Changed({{"lists 3", "lists 4"}}), EditChoice::kRefuse);
  EXPECT_THAT(merge.text, AllOf(HasSubstr(odd), HasSubstr("lists 4")));
}

TEST(MergeSectionTest, CostsLittleAtAMegabyte) {
  std::string before = "## S\n\n### P\n\n| K | V |\n|---|---|\n";
  std::string standing = before;
  std::string generated = before;
  for (int i = 0; i < 20'000; ++i) {
    absl::StrAppend(&before, "| key-", i, " | some value that is long enough |\n");
    absl::StrAppend(&standing, "| key-", i, " | ", i % 3 == 0 ? "mine" : "some value that is long enough", " |\n");
    absl::StrAppend(&generated, "| key-", i, " | ", i % 3 == 1 ? "new" : "some value that is long enough", " |\n");
  }
  const absl::Time start = absl::Now();
  const SectionMerge merge = MergeSection(before, standing, generated, EditChoice::kRefuse);
  EXPECT_THAT(merge.conflicts, IsEmpty());
  EXPECT_THAT(merge.text, AllOf(HasSubstr("| key-9 | mine |\n| key-10 | new |\n")));
  std::string same = "## S\n";
  for (int i = 0; i < 100'000; ++i) same += "same line\n";
  (void)MergeSection(same, absl::StrCat("## S\nx\n", same.substr(5), "y\n"), same.substr(0, same.size() / 2),
                     EditChoice::kKeep);
  const std::string huge(1 << 20, 'x');
  (void)MergeSection("## S\n\na", absl::StrCat("## S\n\n", huge), absl::StrCat("## S\n\n", huge, "y"),
                     EditChoice::kKeep);
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

}  // namespace
}  // namespace metapowers::document
