// The shipped rows on threat intelligence: true to the catalogue of ATT&CK, each thing once.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "service/knowledge/intel.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

template <class Row>
void ExpectTechniques(const Row& row) {
  std::set<std::string> seen;
  EXPECT_GT(row.techniques_size(), 0);
  for (const std::string& id : row.techniques()) {
    EXPECT_TRUE(seen.insert(id).second) << id << " twice";
    const v1::CatalogueEntry* entry = FindWeakness(id);
    ASSERT_NE(entry, nullptr) << id;
    EXPECT_GT(entry->tactics_size(), 0) << id << " is no technique";
  }
}

TEST(ThreatIntelRules, TacticsAreThoseOfTheCatalogue) {
  std::set<std::string> known;
  for (const v1::IntelTactic& tactic : ThreatIntelRules().tactics()) EXPECT_TRUE(known.insert(tactic.id()).second);
  std::set<std::string> used;
  for (const v1::CatalogueEntry& entry : Attack().entries())
    used.insert(entry.tactics().begin(), entry.tactics().end());
  EXPECT_EQ(known, used);
}

TEST(ThreatIntelRules, EveryTechniqueExists) {
  std::set<int> capabilities;
  for (const v1::IntelTechnology& row : ThreatIntelRules().technologies()) {
    SCOPED_TRACE(row.name());
    EXPECT_TRUE(capabilities.insert(row.capability()).second);
    ExpectTechniques(row);
  }
  std::set<int> sectors;
  for (const v1::IntelSector& row : ThreatIntelRules().sectors()) {
    SCOPED_TRACE(row.stake());
    EXPECT_TRUE(sectors.insert(row.sector()).second);
    ExpectTechniques(row);
  }
  std::set<std::pair<int, std::string>> seen;
  for (const v1::IntelExploit& row : ThreatIntelRules().exploits()) {
    EXPECT_NE(FindWeakness(row.technique()), nullptr) << row.technique();
    EXPECT_GT(row.vectors_size(), 0) << row.technique();
    for (const std::string& vector : row.vectors()) {
      EXPECT_TRUE(vector == "N" || vector == "A" || vector == "L" || vector == "P") << vector;
      EXPECT_TRUE(seen.insert({row.exposure(), vector}).second) << row.technique() << " " << vector;
      // What is exploited from the internet or the network is reached from there.
      if (row.technique() == "T1190") {
        EXPECT_EQ(vector, "N");
      } else if (row.technique() == "T1210") {
        EXPECT_NE(vector, "L");
      }
    }
  }
  EXPECT_EQ(seen.size(), 7u);
}

TEST(ThreatIntelRules, ActorsAreThoseThatAreJudged) {
  std::set<std::string> actors;
  for (const v1::IntelActor& row : ThreatIntelRules().actors()) {
    EXPECT_TRUE(actors.insert(row.id()).second);
    EXPECT_FALSE(row.start().empty());
    EXPECT_FALSE(row.barrier().empty());
  }
  EXPECT_EQ(actors, (std::set<std::string>{"outsider", "partner", "supplier", "insider", "visitor", "deliverer"}));
}

}  // namespace
}  // namespace metapowers::knowledge
