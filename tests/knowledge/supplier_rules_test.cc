// The rules on suppliers: what they cite exists.
#include "service/knowledge/supplier_rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

TEST(SupplierRules, RequirementsAreCompleteAndCiteWhatTheCataloguesHave) {
  std::set<std::string> ids;
  for (const v1::SupplyRequirement& row : SupplierRules().requirements()) {
    const v1::ProtectionGapRule& gap = row.gap();
    SCOPED_TRACE(gap.id());
    EXPECT_TRUE(ids.insert(gap.id()).second);
    EXPECT_NE(gap.severity(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_TRUE(gap.control().empty() || FindControl(gap.control()) != nullptr) << gap.control();
    for (const std::string* text : {&gap.title(), &gap.measure(), &gap.verification(), &row.text()}) {
      EXPECT_FALSE(text->empty());
    }
    EXPECT_GT(gap.references_size(), 0);
    for (const std::string& reference : gap.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    EXPECT_GT(row.met_size(), 0);
    EXPECT_NE(row.subject(), v1::THREAT_SUBJECT_UNSPECIFIED);
  }
}

TEST(SupplierRules, EachTierIsWatched) {
  ASSERT_EQ(SupplierRules().watches_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const v1::SupplierWatch& watch = SupplierRules().watches(i);
    EXPECT_EQ(watch.tier(), i + 1);
    EXPECT_GT(watch.interval_days(), 0);
    for (const std::string& reference : watch.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
}

}  // namespace
}  // namespace metapowers::knowledge
