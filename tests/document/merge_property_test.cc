// Random sequences of edits and regenerations. Each is told by its number, which is its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/document/merge.h"
#include "service/document/sections.h"

namespace metapowers::document {
namespace {

// Of each property, in shards that run beside each other.
constexpr int kSequences = 10'000;
constexpr int kShards = 40;
constexpr int kInShard = kSequences / kShards;

class MergeProperty : public ::testing::TestWithParam<int> {
 protected:
  // Calls `check` with each seed of the shard, up to the first that fails.
  static void ForEachSeed(int in_shard, const std::function<void(int)>& check) {
    for (int seed = GetParam() * in_shard; seed < (GetParam() + 1) * in_shard && !HasFailure(); ++seed) {
      SCOPED_TRACE(absl::StrCat("sequence ", seed));
      check(seed);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Shard, MergeProperty, ::testing::Range(0, kShards));

class Random {
 public:
  explicit Random(int seed) : engine_(static_cast<unsigned>(seed)) {}
  // From 0 up to, not including, `end`.
  int Below(int end) { return static_cast<int>(engine_() % static_cast<unsigned>(end)); }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  void Shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Below(static_cast<int>(i))]);
  }

 private:
  std::mt19937 engine_;
};

// What a section is generated from. Elements are known by their numbers, and listed by them.
struct Part {
  int sentence = 0;                         // version of it
  std::map<int, std::pair<int, int>> rows;  // versions of their two cells
  std::map<int, int> items;                 // versions of them
  bool below = false;                       // whether it has a part below it
};
using World = std::map<int, Part>;

std::string Generate(const World& world) {
  std::string text = "## Section\n\nWhat the section is about.\n";
  for (const auto& [id, part] : world) {
    absl::StrAppend(&text, "\n### Part ", id, "\n\nSentence of part ", id, " says ", part.sentence, " things today.\n");
    if (!part.rows.empty()) absl::StrAppend(&text, "\n| Element | Owner | Tier |\n|---|---|---|\n");
    for (const auto& [row, cells] : part.rows) {
      absl::StrAppend(&text, "| row-", id, "-", row, " | team ", cells.first, " | tier ", cells.second, " |\n");
    }
    if (!part.items.empty()) text += "\n";
    for (const auto& [item, version] : part.items) {
      absl::StrAppend(&text, "- `item-", id, "-", item, "`: has version ", version, "\n");
    }
    if (part.below) absl::StrAppend(&text, "\n#### Below ", id, "\n\nMore of part ", id, ".\n");
  }
  return text.substr(0, text.size() - 1);
}

World NewWorld(Random& random) {
  World world;
  for (int id = 0; id < 5; ++id) {
    if (random.Chance(30)) continue;
    Part& part = world[id];
    part.below = random.Chance(40);
    for (int i = 0; i < 6; ++i) {
      if (random.Chance(50)) part.rows[i] = {0, 0};
      if (random.Chance(30)) part.items[i] = 0;
    }
  }
  return world;
}

using Lines = std::vector<std::string>;

Lines LinesOf(const std::string& text) { return absl::StrSplit(text, '\n'); }
std::string TextOf(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, text.empty() ? "" : "\n", line);
  return text;
}

// The line that starts with `start`; -1 without.
int Find(const Lines& lines, const std::string& start) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (absl::StartsWith(lines[i], start)) return static_cast<int>(i);
  }
  return -1;
}

// An edit of a text by a person. It does nothing where what it edits is not there.
using Edit = std::function<void(Lines&)>;

Edit InsertAfter(const std::string& start, const Lines& added) {
  return [=](Lines& lines) {
    const int at = Find(lines, start);
    if (at >= 0) lines.insert(lines.begin() + at + 1, added.begin(), added.end());
  };
}

Edit Replace(const std::string& start, const std::string& now) {
  return [=](Lines& lines) {
    const int at = Find(lines, start);
    if (at >= 0) lines[at] = now;
  };
}

Edit SetCell(const std::string& start, int column, const std::string& now) {
  return [=](Lines& lines) {
    const int at = Find(lines, start);
    if (at < 0) return;
    Lines cells = absl::StrSplit(lines[at], '|');
    cells[static_cast<size_t>(column)] = absl::StrCat(" ", now, " ");
    lines[at].clear();
    for (size_t i = 0; i < cells.size(); ++i) absl::StrAppend(&lines[at], i > 0 ? "|" : "", cells[i]);
  };
}

Edit Delete(const std::string& start) {
  return [=](Lines& lines) {
    const int at = Find(lines, start);
    if (at >= 0) lines.erase(lines.begin() + at);
  };
}

// A part of one's own behind the part of this sentence and what stands below it.
Edit AddPart(const std::string& sentence, const std::string& name) {
  return [=](Lines& lines) {
    int at = Find(lines, sentence);
    if (at < 0) return;
    while (at < static_cast<int>(lines.size()) && !absl::StartsWith(lines[at], "### ")) ++at;
    const bool last = at == static_cast<int>(lines.size());
    const Lines added = last ? Lines{"", absl::StrCat("### ", name), "", absl::StrCat("Text of ", name, ".")}
                             : Lines{absl::StrCat("### ", name), "", absl::StrCat("Text of ", name, "."), ""};
    lines.insert(lines.begin() + at, added.begin(), added.end());
  };
}

std::string SentenceOf(int part) { return absl::StrCat("Sentence of part ", part, " "); }
std::string RowOf(int part, int row) { return absl::StrCat("| row-", part, "-", row, " |"); }
std::string ItemOf(int part, int item) { return absl::StrCat("- `item-", part, "-", item, "`"); }

// An edit of anything in `world`; what it adds has `word`.
Edit AnyEdit(Random& random, const std::string& word) {
  const int part = random.Below(5);
  const int element = random.Below(6);
  switch (random.Below(10)) {
    case 0:
      return InsertAfter(SentenceOf(part), {"", absl::StrCat("Note ", word, ".")});
    case 1:
      return SetCell(RowOf(part, element), 2 + random.Below(2), word);
    case 2:
      return InsertAfter(RowOf(part, element), {absl::StrCat("| ", word, " | me | mine |")});
    case 3:
      return InsertAfter(ItemOf(part, element), {absl::StrCat("  and ", word)});
    case 4:
      return AddPart(SentenceOf(part), word);
    case 5:
      return Replace(absl::StrCat("### Part ", part), absl::StrCat("### Renamed ", word));
    case 6:
      return Delete(RowOf(part, element));
    case 7:
      return Replace(SentenceOf(part), absl::StrCat("Rewritten as ", word, "."));
    case 8:
      return InsertAfter(SentenceOf(part), {"", "```", absl::StrCat("### ", word), "```"});
    default:
      return InsertAfter(ItemOf(part, element), {absl::StrCat("- an item of ", word)});
  }
}

void AnyChange(Random& random, World& world) {
  const int id = random.Below(5);
  const int element = random.Below(6);
  const int kind = random.Below(9);
  if (kind == 0) world[id].sentence++;
  if (kind == 0 || world.count(id) == 0) return;
  Part& part = world[id];
  if (kind == 1) world.erase(id);
  if (kind == 2) part.rows[element].first++;
  if (kind == 3) part.rows[element].second++;
  if (kind == 4) part.rows.erase(element);
  if (kind == 5) part.items[element]++;
  if (kind == 6) part.items.erase(element);
  if (kind == 7) part.below = !part.below;
  if (kind == 8) part.sentence++;
}

// The words of people in a text: "own" and a number.
std::set<std::string> OwnWords(const std::string& text) {
  std::set<std::string> words;
  for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \r\n|.#"), absl::SkipEmpty())) {
    if (absl::StartsWith(word, "own")) words.emplace(word);
  }
  return words;
}

TEST_P(MergeProperty, NoWordOfAPersonIsLost) {
  int conflicts = 0;
  int orphaned = 0;
  ForEachSeed(kInShard, [&](int seed) {
    Random random(seed);
    World world = NewWorld(random);
    std::string before = Generate(world);
    std::string standing = before;
    for (int step = 0; step < 12; ++step) {
      if (random.Chance(50)) {
        Lines lines = LinesOf(standing);
        AnyEdit(random, absl::StrCat("own", seed, "x", step))(lines);
        standing = TextOf(lines);
        continue;
      }
      for (int changes = random.Below(4); changes >= 0; --changes) AnyChange(random, world);
      const std::string generated = Generate(world);
      const auto choice = static_cast<EditChoice>(random.Below(4));
      const SectionMerge merge = MergeSection(before, standing, generated, choice);
      std::set<std::string> kept = OwnWords(merge.text);
      for (const EditConflict& conflict : merge.conflicts) {
        if (choice != EditChoice::kRefuse) kept.merge(OwnWords(conflict.standing));
      }
      for (const std::string& word : OwnWords(standing)) {
        EXPECT_EQ(kept.count(word), 1) << word << "\n=== before\n"
                                       << before << "\n=== standing\n"
                                       << standing << "\n=== generated\n"
                                       << generated << "\n=== merged\n"
                                       << merge.text;
      }
      const Sections sections = SplitSections(merge.text);
      EXPECT_EQ(sections.unclosed_line, 0);
      EXPECT_EQ(sections.sections.size(), 1);
      conflicts += static_cast<int>(merge.conflicts.size());
      orphaned += merge.orphaned_notes;
      if (choice == EditChoice::kMarkers || (choice == EditChoice::kRefuse && !merge.conflicts.empty())) continue;
      standing = merge.text;
      before = generated;
      EXPECT_EQ(MergeSection(before, standing, before, EditChoice::kRefuse).text, standing);
    }
  });
  EXPECT_GT(conflicts, kInShard / 10) << "the sequences must meet the hard cases";
  EXPECT_GT(orphaned, kInShard / 10);
}

// Edits and changes of the generator that have nothing to do with each other: each element is one side's.
struct Independent {
  std::vector<Edit> edits;
  std::vector<World> worlds;  // one after the other
};

Independent NewIndependent(Random& random) {
  Independent out;
  World world = NewWorld(random);
  out.worlds.push_back(world);
  int number = 0;
  const auto word = [&] { return absl::StrCat("own", number++); };
  std::vector<std::function<void(World&)>> changes;
  for (const auto& [id, part] : world) {
    const int at = id;
    if (random.Chance(30)) {
      out.edits.push_back(InsertAfter(SentenceOf(id), {"", absl::StrCat("Note ", word(), ".")}));
    }
    if (random.Chance(20)) out.edits.push_back(AddPart(SentenceOf(id), word()));
    if (random.Chance(20)) {
      out.edits.push_back(Replace(absl::StrCat("### Part ", id), absl::StrCat("### Renamed ", word())));
    }
    if (random.Chance(30)) changes.push_back([at](World& now) { now[at].sentence++; });
    // A part without a table or list gets none: whose blank lines are whose would be open.
    for (const auto& [row, cells] : part.rows) {
      const int key = row;
      const int owner = random.Below(4);
      if (owner == 0) out.edits.push_back(SetCell(RowOf(id, row), 2, word()));
      if (owner == 0) changes.push_back([at, key](World& now) { now[at].rows[key].second++; });
      if (owner == 1) out.edits.push_back(InsertAfter(RowOf(id, row), {absl::StrCat("| ", word(), " | me | mine |")}));
      if (owner == 1) changes.push_back([at, key](World& now) { now[at].rows[key].first++; });
      if (owner == 2 && part.rows.size() > 1) out.edits.push_back(Delete(RowOf(id, row)));
      if (owner == 3) {
        const bool last = row == part.rows.rbegin()->first;
        if (!last) changes.push_back([at, key](World& now) { now[at].rows.erase(key); });
      }
    }
    for (const auto& [item, version] : part.items) {
      const int key = item;
      const int owner = random.Below(3);
      if (owner == 0) out.edits.push_back(InsertAfter(ItemOf(id, item), {absl::StrCat("  and ", word())}));
      if (owner == 1) changes.push_back([at, key](World& now) { now[at].items[key]++; });
      if (owner == 2) out.edits.push_back(Replace(ItemOf(id, item), absl::StrCat(ItemOf(id, item), ": says ", word())));
    }
    if (!part.rows.empty() && random.Chance(40)) changes.push_back([at](World& now) { now[at].rows[9] = {1, 1}; });
    if (!part.rows.empty() && random.Chance(40)) changes.push_back([at](World& now) { now[at].rows[-1] = {1, 1}; });
    if (!part.items.empty() && random.Chance(30)) changes.push_back([at](World& now) { now[at].items[9] = 1; });
  }
  if (random.Chance(30)) changes.push_back([](World& now) { now[7].rows[1] = {0, 0}; });
  random.Shuffle(changes);
  for (const auto& change : changes) {
    change(world);
    if (random.Chance(50)) out.worlds.push_back(world);
  }
  out.worlds.push_back(world);
  return out;
}

// The section after all edits, in the order given, and all worlds, mixed at random.
std::string Interleaved(Random& random, const Independent& all, bool& conflict) {
  std::vector<Edit> edits = all.edits;
  random.Shuffle(edits);
  std::string before = Generate(all.worlds.front());
  std::string standing = before;
  size_t edit = 0;
  size_t world = 1;
  while (edit < edits.size() || world < all.worlds.size()) {
    const bool edits_next = world == all.worlds.size() || (edit < edits.size() && random.Chance(60));
    if (edits_next) {
      Lines lines = LinesOf(standing);
      edits[edit++](lines);
      standing = TextOf(lines);
      continue;
    }
    const std::string generated = Generate(all.worlds[world++]);
    const SectionMerge merge = MergeSection(before, standing, generated, EditChoice::kRefuse);
    conflict = conflict || !merge.conflicts.empty() || merge.orphaned_notes > 0;
    standing = merge.text;
    before = generated;
  }
  return standing;
}

TEST_P(MergeProperty, IndependentEditsCommuteWithRegenerations) {
  ForEachSeed(kInShard, [](int seed) {
    Random random(seed);
    const Independent all = NewIndependent(random);
    // All edits first, all regenerations first, and two mixtures.
    std::string edited = Generate(all.worlds.front());
    Lines lines = LinesOf(edited);
    for (const Edit& edit : all.edits) edit(lines);
    edited = TextOf(lines);
    const SectionMerge merge =
        MergeSection(Generate(all.worlds.front()), edited, Generate(all.worlds.back()), EditChoice::kRefuse);
    Lines last = LinesOf(Generate(all.worlds.back()));
    for (const Edit& edit : all.edits) edit(last);
    const std::string expected = TextOf(last);
    EXPECT_EQ(merge.text, expected);
    bool conflict = !merge.conflicts.empty();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(Interleaved(random, all, conflict), expected);
    EXPECT_FALSE(conflict);
  });
}

// Lines that a document may hold to the harm of whoever reads it.
std::string HostileText(Random& random, int seed) {
  static const std::vector<std::string>& kLines = *new std::vector<std::string>{"",
                                                                                "",
                                                                                "text",
                                                                                "text",
                                                                                "### A",
                                                                                "### A",
                                                                                "#### B",
                                                                                "###### C",
                                                                                "# T",
                                                                                "| a | b |",
                                                                                "|---|---|",
                                                                                "| a |",
                                                                                "|",
                                                                                "- x",
                                                                                "  - y",
                                                                                "1. z",
                                                                                "```",
                                                                                "````",
                                                                                "~~~",
                                                                                "<!-- c",
                                                                                "-->",
                                                                                "<pre>",
                                                                                "</pre>",
                                                                                "\r",
                                                                                "\xff\xfe",
                                                                                "=======",
                                                                                "<<<<<<< x",
                                                                                ">>>>>>> y",
                                                                                "\\|",
                                                                                "| \\",
                                                                                std::string("\0nul", 4),
                                                                                "    ### code",
                                                                                "- ```",
                                                                                "> quote",
                                                                                "### ",
                                                                                std::string(5'000, '|'),
                                                                                std::string(5'000, '#'),
                                                                                "### Orphaned notes"};
  std::string text = "## S\n";
  for (int i = random.Below(14); i > 0; --i) {
    const std::string own = random.Chance(20) ? absl::StrCat("own", seed, "y", random.Below(1'000'000)) : "";
    const std::string line = kLines[static_cast<size_t>(random.Below(static_cast<int>(kLines.size())))];
    absl::StrAppend(&text, own.empty() ? line : own, random.Chance(10) ? "\r\n" : "\n");
  }
  if (random.Chance(30)) text.pop_back();
  return text;
}

bool IsSection(const std::string& text) {
  const Sections sections = SplitSections(text);
  return sections.sections.size() == 1 && sections.unclosed_line == 0;
}

TEST_P(MergeProperty, HostileTextIsKeptToo) {
  int tried = 0;
  ForEachSeed(10 * kInShard, [&](int seed) {
    Random random(seed);
    const std::string before = HostileText(random, 0);
    const std::string standing = HostileText(random, seed + 1);
    const std::string generated = HostileText(random, 0);
    if (!IsSection(before) || !IsSection(standing) || !IsSection(generated)) return;
    ++tried;
    const auto choice = static_cast<EditChoice>(random.Below(4));
    const SectionMerge merge = MergeSection(before, standing, generated, choice);
    std::set<std::string> kept = OwnWords(merge.text);
    if (choice != EditChoice::kRefuse) {
      for (const EditConflict& conflict : merge.conflicts) kept.merge(OwnWords(conflict.standing));
    }
    for (const std::string& word : OwnWords(standing)) {
      if (absl::StrContains(before, word)) continue;
      EXPECT_EQ(kept.count(word), 1) << word << "\n" << merge.text;
    }
    EXPECT_TRUE(IsSection(merge.text) || choice == EditChoice::kMarkers) << merge.text;
    const std::string stripped(absl::StripTrailingAsciiWhitespace(standing));
    EXPECT_EQ(MergeSection(before, standing, before, choice).text, stripped);
  });
  EXPECT_GT(tried, kInShard / 2);
}

}  // namespace
}  // namespace metapowers::document
