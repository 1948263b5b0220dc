// Scores, paths and package names that reports are read with.
#include <gtest/gtest.h>

#include "service/evidence/collector.h"
#include "service/evidence/cvss.h"

namespace metapowers::evidence {
namespace {

TEST(BaseScore, IsThatOfPublishedVectors) {
  const std::pair<const char*, double> published[] = {
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},  // CVE-2021-44228
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},   // CVE-2022-42889
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},   // CVE-2023-44487
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 8.8},   // CVE-2023-4863
      {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},   // CVE-2023-4911
      {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", 8.1},   // CVE-2024-6387
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},  {"CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L", 1.6},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
  };
  for (const auto& [vector, score] : published) EXPECT_EQ(BaseScore(vector), score) << vector;
}

TEST(BaseScore, IsNothingForOtherVectors) {
  for (const char* vector :
       {"", "CVSS:3.1", "CVSS:3.1/", "CVSS:2.0/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}) {
    EXPECT_EQ(BaseScore(vector), std::nullopt) << vector;
  }
}

TEST(ChooseCvss, PassesOverScoresOutOfRange) {
  EXPECT_FALSE(ChooseCvss({}).has_value());
  EXPECT_FALSE(ChooseCvss({{{11, "", "3.1"}, true, true}, {{-1, "nonsense", ""}, false, true}}).has_value());
  const auto chosen = ChooseCvss({{{5.0, "", "2.0"}, true, true}, {{4.0, "", "3.0"}, true, false}});
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->score, 4.0);
}

TEST(RelativePath, KeepsWhatIsBelowTheRoot) {
  EXPECT_EQ(RelativePath("src/./a%20b.go"), "src/a b.go");
  EXPECT_EQ(RelativePath("./a"), "a");
  for (const char* path : {"", "/etc/passwd", "../a", "a/../../b", "a/%2e%2e/b", "file:///a", "https://host/a", "C:\\a",
                           "C:/a", "a\\b", "%2fetc", "a%zz", "a%", "%ff", ".", "javascript:alert(1)"}) {
    EXPECT_EQ(RelativePath(path), std::nullopt) << path;
  }
}

TEST(PackageOfPurl, IsTheNameAsPeopleWriteIt) {
  EXPECT_EQ(PackageOfPurl("pkg:maven/org.apache.commons/commons-text@1.9"), "org.apache.commons:commons-text");
  EXPECT_EQ(PackageOfPurl("pkg:npm/%40angular/core@17.0.0"), "@angular/core");
  EXPECT_EQ(PackageOfPurl("pkg:npm/@angular/core@17.0.0"), "@angular/core");
  EXPECT_EQ(PackageOfPurl("pkg:golang/golang.org/x/net@v0.14.0?type=module#html"), "golang.org/x/net");
  EXPECT_EQ(PackageOfPurl("pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64"), "libc6");
  EXPECT_EQ(PackageOfPurl("pkg:pypi/django"), "django");
  EXPECT_EQ(PackageOfPurl("not a purl"), "");
  EXPECT_EQ(VersionOfPurl("pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64"), "2.36-9+deb12u1");
  EXPECT_EQ(VersionOfPurl("pkg:npm/@angular/core"), "");
}

TEST(CweId, ReadsTagsOfTools) {
  EXPECT_EQ(CweId("CWE-89: SQL injection"), "CWE-89");
  EXPECT_EQ(CweId("external/cwe/cwe-079"), "CWE-79");
  for (const char* text : {"CWE-", "CWE-0", "security", "CWE-1234567", "xCWE-1"})
    EXPECT_EQ(CweId(text), std::nullopt) << text;
}

}  // namespace
}  // namespace metapowers::evidence
