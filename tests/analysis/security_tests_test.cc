// The conditions of the shipped kinds of tests.
#include "service/analysis/security_tests.h"

#include <gtest/gtest.h>

#include "service/analysis/attributes.h"
#include "service/knowledge/security_tests.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;

TEST(SecurityTests, EveryShippedConditionIsOneThatItsSubjectKnows) {
  for (const k::TestKind& kind : knowledge::SecurityTests().kinds()) {
    for (const k::TestPopulation& population : kind.populations()) {
      for (const auto* rows : {&population.where(), &population.unless()}) {
        for (const k::AttributeMatch& row : *rows) {
          const auto condition = Condition::Compile(population.subject(), row);
          EXPECT_TRUE(condition.ok()) << kind.id() << ": " << condition.status();
        }
      }
    }
  }
}

}  // namespace
}  // namespace metapowers::analysis
