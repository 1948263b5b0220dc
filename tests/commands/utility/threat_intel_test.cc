#include "service/commands/utility/threat_intel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/knowledge/threats.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::utility {
namespace {

using security::utility::v1::ThreatIntelResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ThreatIntelResult Intel(const std::string& yaml) { return ThreatIntel(Case(yaml).input()); }
ThreatIntelResult WithEvidence(const std::string& example) {
  return ThreatIntel(Case(Example(example), "deploy/examples/" + example).input());
}

TEST(ThreatIntel, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const ThreatIntelResult result = WithEvidence(name);
    const auto& totals = result.totals();
    EXPECT_EQ(totals.high() + totals.medium() + totals.low(), totals.techniques());
    EXPECT_EQ(totals.threatened() + totals.unmodelled(), totals.techniques());
    EXPECT_EQ(result.techniques_size() + totals.techniques_left_out(), totals.techniques());
    EXPECT_EQ(result.cves_size() + totals.cves_left_out(), totals.cves());
    int techniques = 0;
    int high = 0;
    for (const auto& row : result.tactics()) {
      techniques += row.techniques();
      high += row.high();
      EXPECT_LE(row.detected(), row.open()) << row.name();
    }
    EXPECT_EQ(techniques, totals.techniques());
    EXPECT_EQ(high, totals.high());
  }
}

TEST(ThreatIntel, PointsAreTheSumOfTheirTerms) {
  const ThreatIntelResult result = WithEvidence("api-platform");
  int last = 99;
  for (const auto& row : result.techniques()) {
    EXPECT_THAT(row.because(), HasSubstr("= " + std::to_string(row.points())));
    EXPECT_LE(row.points(), last) << row.id();
    EXPECT_EQ(row.relevance(), row.points() >= 5 ? "high" : row.points() >= 3 ? "medium" : "low") << row.id();
    EXPECT_NE(knowledge::FindWeakness(row.id()), nullptr);
    last = row.points();
  }
}

TEST(ThreatIntel, VulnerabilitiesComeFromEvidenceAlone) {
  const ThreatIntelResult read = WithEvidence("api-platform");
  EXPECT_GT(read.totals().cves(), 0);
  for (const auto& row : read.cves()) {
    EXPECT_THAT(row.id(), ::testing::StartsWith("CVE-"));
    EXPECT_FALSE(row.element().empty()) << row.id();
    EXPECT_FALSE(row.owner().empty()) << row.id();
  }
  const ThreatIntelResult unread = Intel(Example("api-platform"));
  EXPECT_EQ(unread.totals().cves(), 0);
  EXPECT_EQ(unread.totals().scans(), 0);
}

TEST(ThreatIntel, ALocalVulnerabilityOpensNothingFromTheInternet) {
  const ThreatIntelResult result = WithEvidence("patient-platform");
  bool found = false;
  for (const auto& row : result.cves()) {
    if (row.id() != "CVE-2016-2781") continue;  // AV:L, in a component that faces the internet
    found = true;
    EXPECT_EQ(row.exposure(), "internet");
    EXPECT_THAT(row.technique(), ::testing::StartsWith("T1068 "));
    EXPECT_TRUE(row.vector_known());
  }
  EXPECT_TRUE(found);
}

TEST(ThreatIntel, ActorsAreThoseWhomTheModelLetsIn) {
  std::vector<std::string> ids;
  const ThreatIntelResult notes = Intel(Example("team-notes"));
  for (const auto& row : notes.actors()) ids.push_back(row.id());
  EXPECT_THAT(ids, Contains("outsider"));
  EXPECT_THAT(ids, Not(Contains("partner")));
  EXPECT_THAT(ids, Not(Contains("visitor")));
  ids.clear();
  const ThreatIntelResult patients = Intel(Example("patient-platform"));
  for (const auto& row : patients.actors()) ids.push_back(row.id());
  EXPECT_THAT(ids, Contains("visitor")) << "devices stand at the bedside";
}

TEST(ThreatIntel, TechnologiesAreThoseOfTheModel) {
  const ThreatIntelResult notes = Intel(Example("team-notes"));
  std::vector<std::string> names;
  for (const auto& row : notes.technologies()) names.push_back(row.name());
  EXPECT_THAT(names, Contains("Web applications"));
  for (const char* other : {"Container platforms", "Secret stores", "Devices", "Message brokers"}) {
    EXPECT_THAT(names, Not(Contains(other)));
  }
  EXPECT_THAT(notes.DebugString(), Not(HasSubstr("Kubernetes")));
}

TEST(ThreatIntel, AnUnknownSectorIsAskedAndAddsNothing) {
  const std::string text = Example("api-platform");
  EXPECT_THAT(Intel(text).stake(), HasSubstr("Money"));
  const ThreatIntelResult unknown = Intel(Edited(text, {{"  sector: financial_services\n", ""}}));
  EXPECT_THAT(unknown.sector(), IsEmpty());
  EXPECT_THAT(unknown.stake(), IsEmpty());
  EXPECT_THAT(unknown.questions(), Contains(::testing::Property(&metapowers::v1::Question::text, HasSubstr("sector"))));
  for (const auto& row : unknown.techniques()) EXPECT_THAT(row.because(), Not(HasSubstr("sector"))) << row.id();
}

TEST(ThreatIntel, RecommendationsHaveOwnerDateAndProof) {
  for (const char* name : kExamples) {
    const ThreatIntelResult result = WithEvidence(name);
    for (const auto& row : result.controls()) {
      EXPECT_FALSE(row.owners().empty()) << row.id();
      EXPECT_FALSE(row.due().empty()) << row.id();
      EXPECT_THAT(row.verification(), Not(HasSubstr("{"))) << row.id();
    }
    for (const auto& row : result.blind()) {
      EXPECT_FALSE(row.reason().empty()) << row.name();
      EXPECT_FALSE(row.owner().empty()) << row.name();
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::utility
