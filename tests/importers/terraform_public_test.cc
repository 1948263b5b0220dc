// A public Terraform plan, read where it is: counts and flows are exact.
#include <gmock/gmock.h>

#include <string>

#include "service/importers/terraform.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

TEST(TerraformPublicTest, CountsOfThePublicPlan) {
  const std::string text = PublicInput("tfplan/aws-ingesting-click-logs-using-terraform.json");
  if (text.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/tfplan near this tree";
  const ReadFormat read(kTerraform, {{"plan.json", text}});
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.Counted("resources"), 36);
  EXPECT_EQ(read.Counted("components"), 12);
  EXPECT_EQ(read.Counted("trust_boundaries"), 1);
  EXPECT_EQ(read.Counted("flows"), 6);
  EXPECT_EQ(read.Counted("endpoints"), 1);
  EXPECT_EQ(read.Counted("unauthenticated_operations"), 0);
  EXPECT_EQ(read.Counted("exposed_services"), 0) << "the plan does not say what kind of endpoint the gateway has";
  EXPECT_EQ(read.Counted("skipped_resources"), 10);
  EXPECT_EQ(read.Counted("data_assets"), 0);
  const std::string bucket = "clicklogger-dev-firehose-delivery-bucket-123456789012";
  EXPECT_THAT(
      read.Flows(),
      UnorderedElementsAre("clicklogger-api > clicklogger-lambda", "clicklogger-api > clicklogger-lambda-authorizer",
                           "clicklogger-lambda > clicklogger-firehose-delivery-stream",
                           "clicklogger-firehose-delivery-stream > " + bucket,
                           "clicklogger-firehose-delivery-stream > clicklogger-lambda-stream-consumer",
                           "clicklogger-lambda-stream-consumer > clickloggertable"));
  EXPECT_EQ(read.inventory.regions.size(), 1u);
  EXPECT_EQ(read.inventory.iac.size(), 1u);
  EXPECT_THAT(read.Everything(), Not(HasSubstr("ALLOW=ORDERAPP")));
}

}  // namespace
}  // namespace metapowers::importers
