// Weaknesses are named at the level at which they can be mended.
#include <gtest/gtest.h>

#include <string>

#include "absl/algorithm/container.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

// Pillars of CWE 4: too abstract to map to.
const char* const kPillars[] = {"CWE-284", "CWE-435", "CWE-664", "CWE-682", "CWE-691",
                                "CWE-693", "CWE-697", "CWE-703", "CWE-707", "CWE-710"};

TEST(WeaknessLevel, NoThreatRuleNamesAPillar) {
  for (const v1::ThreatRule& rule : ThreatRules().rules()) {
    for (const std::string& id : rule.cwe()) {
      EXPECT_FALSE(absl::c_linear_search(kPillars, id)) << rule.id() << ": " << id;
    }
  }
}

}  // namespace
}  // namespace metapowers::knowledge
