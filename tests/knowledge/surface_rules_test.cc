// The shipped rules on the attack surface: complete, consistent, and true to the catalogues.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "metapowers/model/v1/architecture.pb.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"

namespace metapowers::knowledge {
namespace {

std::string YamlName(const google::protobuf::EnumValueDescriptor& value) {
  const std::string prefix = "FLOW_AUTHENTICATION_";
  std::string name = value.number() == 0 ? "unknown" : value.name().substr(prefix.size());
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return name;
}

TEST(SurfaceRules, EveryFindingHasItsKindWithKnownReferences) {
  const auto* findings = v1::SurfaceFinding_descriptor();
  EXPECT_EQ(SurfaceRules().findings_size(), findings->value_count() - 1);
  for (int i = 1; i < findings->value_count(); ++i) {
    const v1::SurfaceFindingKind& kind = SurfaceFindingKindOf(static_cast<v1::SurfaceFinding>(i));
    SCOPED_TRACE(kind.title());
    for (const std::string* text : {&kind.title(), &kind.consequence(), &kind.measure(), &kind.verification()}) {
      EXPECT_FALSE(text->empty());
    }
    EXPECT_NE(kind.severity_internet(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_GE(kind.severity_internet(), kind.severity_party());
    EXPECT_GE(kind.severity_party(), kind.severity_inside());
    EXPECT_NE(kind.severity_inside(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_GT(kind.references_size(), 0);
    for (const std::string& reference : kind.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
}

TEST(SurfaceRules, TheTermsTogetherReach100) {
  std::map<int, int> highest;
  std::set<std::pair<int, std::string>> seen;
  for (const v1::SurfacePoints& points : SurfaceRules().points()) {
    EXPECT_TRUE(seen.emplace(points.term(), points.value()).second) << points.ShortDebugString();
    EXPECT_FALSE(points.label().empty()) << points.ShortDebugString();
    // What is said of requests adds up, elsewhere one value holds.
    int& most = highest[points.term()];
    if (points.term() == v1::SURFACE_TERM_REQUESTS) {
      if (points.value() != "unknown") most += points.points();
    } else {
      most = std::max(most, points.points());
    }
  }
  int sum = 0;
  for (const auto& [term, points] : highest) sum += points;
  EXPECT_EQ(sum, 100);
  EXPECT_EQ(highest.size(), 8u);
}

TEST(SurfaceRules, EveryWayToAuthenticateHasPointsAndNoneIsTheWorst) {
  const auto* methods = model::v1::FlowAuthentication_descriptor();
  const int worst = SurfacePointsOf(v1::SURFACE_TERM_AUTHENTICATION, "none").points();
  for (int i = 0; i < methods->value_count(); ++i) {
    const v1::SurfacePoints& row = SurfacePointsOf(v1::SURFACE_TERM_AUTHENTICATION, YamlName(*methods->value(i)));
    EXPECT_FALSE(row.label().empty()) << methods->value(i)->name();
    EXPECT_GT(row.points(), 0) << methods->value(i)->name();
    EXPECT_LE(row.points(), worst) << methods->value(i)->name();
  }
}

TEST(SurfaceRules, BandsFallAndWavesRise) {
  const auto& bands = SurfaceRules().bands();
  for (int i = 1; i < bands.size(); ++i) {
    EXPECT_GT(bands[i - 1].from(), bands[i].from());
    EXPECT_GT(bands[i - 1].severity(), bands[i].severity());
  }
  EXPECT_EQ(bands[bands.size() - 1].from(), 0);
  const auto& waves = SurfaceRules().waves();
  for (int i = 1; i < waves.size(); ++i) EXPECT_LT(waves[i - 1].days(), waves[i].days());
  EXPECT_GE(waves[waves.size() - 1].days(), GapTermDays(model::v1::SEVERITY_LOW)) << "a due date outside every wave";
}

}  // namespace
}  // namespace metapowers::knowledge
