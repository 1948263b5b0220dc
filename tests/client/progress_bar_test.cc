#include "client/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "absl/time/clock.h"

namespace metapowers::client {
namespace {

using ::testing::HasSubstr;

Progress AThird() { return {12, 36, "threat-model", absl::Seconds(4)}; }

TEST(ProgressLineTest, SaysHowFarWhichAndHowLong) {
  EXPECT_EQ(ProgressLine(AThird(), 80), "[########----------------] 12/36  threat-model  4s");
  EXPECT_EQ(ProgressLine({0, 36, "security-policy", absl::Milliseconds(999)}, 80),
            "[------------------------] 0/36  security-policy  0s");
  EXPECT_EQ(ProgressLine({35, 36, "pentest-plan", absl::Seconds(125)}, 80),
            "[#######################-] 35/36  pentest-plan  2m05s");
  EXPECT_EQ(ProgressLine({0, 0, "", absl::ZeroDuration()}, 80), "[------------------------] 0/0    0s")
      << "nothing to divide by";
}

TEST(ProgressLineTest, KeepsToTheWidthAndGivesUpTheBarFirst) {
  const std::string whole = ProgressLine(AThird(), 80);
  EXPECT_EQ(ProgressLine(AThird(), whole.size() + 1), whole);
  EXPECT_EQ(ProgressLine(AThird(), whole.size()), "12/36  threat-model  4s") << "the last column would wrap";
  EXPECT_EQ(ProgressLine(AThird(), 23), "12/36  threat-model");
  EXPECT_EQ(ProgressLine(AThird(), 9), "12/36  t");
  for (size_t columns = 0; columns < 100; ++columns) {
    EXPECT_LE(ProgressLine(AThird(), columns).size(), columns == 0 ? 0 : columns - 1);
  }
}

TEST(ProgressBarTest, LeavesLinesAboveItWhole) {
  std::ostringstream terminal;
  {
    ProgressBar bar(terminal, [] { return 80; });
    bar.Above([&] { terminal << "before it shows\n"; });
    bar.Show(1, 3, "risk-appetite");
    bar.Above([&] { terminal << "[1/3] security-policy  committed\n"; });
  }
  const std::string line = ProgressLine({1, 3, "risk-appetite", absl::ZeroDuration()}, 80);
  EXPECT_EQ(terminal.str(), "before it shows\n\r\x1b[K" + line + "\r\x1b[K[1/3] security-policy  committed\n\r\x1b[K" +
                                line + "\r\x1b[K");
}

TEST(ProgressBarTest, RepaintsWhileACommandTakesItsTime) {
  std::ostringstream terminal;
  ProgressBar bar(terminal, [] { return 80; });
  bar.Show(0, 1, "threat-model");
  absl::SleepFor(absl::Milliseconds(1500));
  bar.Above([&] { EXPECT_THAT(terminal.str(), HasSubstr("threat-model  1s")); });
}

}  // namespace
}  // namespace metapowers::client
