// Which technique a known vulnerability opens.
#include "service/analysis/technique_relevance.h"

#include <gtest/gtest.h>

#include <string>

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;

std::string Opens(k::VulnerabilityExposure exposure, const std::string& vector) {
  Vulnerability vulnerability;
  vulnerability.id = "CVE-2026-0001";
  vulnerability.exposure = exposure;
  vulnerability.cvss = evidence::Cvss{7.5, vector, "", false};
  const k::CatalogueEntry* technique = TechniqueOf(vulnerability);
  return technique == nullptr ? "" : technique->id();
}

TEST(TechniqueOf, FollowsVectorAndExposure) {
  constexpr auto kInternet = k::VULNERABILITY_EXPOSURE_INTERNET;
  constexpr auto kReachable = k::VULNERABILITY_EXPOSURE_REACHABLE;
  constexpr auto kInner = k::VULNERABILITY_EXPOSURE_INNER;
  EXPECT_EQ(Opens(kInternet, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "T1190");
  EXPECT_EQ(Opens(kReachable, "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), "T1210");
  EXPECT_EQ(Opens(kInner, "AV:N/AC:L/Au:N/C:P/I:P/A:P"), "T1210");
  EXPECT_EQ(Opens(kInternet, "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "T1210") << "a neighbour, not anybody";
  for (const auto exposure : {kInternet, kReachable, kInner, k::VULNERABILITY_EXPOSURE_UNSPECIFIED}) {
    EXPECT_EQ(Opens(exposure, "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:C/C:N/I:H/A:N"), "T1068") << "local, wherever it is";
    EXPECT_EQ(Opens(exposure, "(AV:L/AC:M/Au:N/C:N/I:P/A:N)"), "T1068");
    EXPECT_EQ(Opens(exposure, "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "") << "by touch";
    EXPECT_EQ(Opens(exposure, ""), "") << "no source says from where";
    EXPECT_EQ(Opens(exposure, "CVSS:3.1/AV:X/AC:L"), "");
  }
  EXPECT_EQ(Opens(k::VULNERABILITY_EXPOSURE_UNSPECIFIED, "CVSS:3.1/AV:N/AC:L"), "") << "nobody says what reaches it";
  Vulnerability without;
  without.exposure = kInternet;
  EXPECT_EQ(TechniqueOf(without), nullptr);
}

}  // namespace
}  // namespace metapowers::analysis
