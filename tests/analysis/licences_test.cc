#include "service/analysis/licences.h"

#include <gtest/gtest.h>

namespace metapowers::analysis {
namespace {

using knowledge::v1::LicenceClass;

constexpr LicenceClass kUnknown = knowledge::v1::LICENCE_CLASS_UNSPECIFIED;
constexpr LicenceClass kPermissive = knowledge::v1::LICENCE_CLASS_PERMISSIVE;
constexpr LicenceClass kWeak = knowledge::v1::LICENCE_CLASS_WEAK_COPYLEFT;
constexpr LicenceClass kStrong = knowledge::v1::LICENCE_CLASS_STRONG_COPYLEFT;
constexpr LicenceClass kNetwork = knowledge::v1::LICENCE_CLASS_NETWORK_COPYLEFT;

TEST(Licences, ExpressionsBindAsTheirParts) {
  const struct {
    const char* text;
    LicenceClass klass;
  } kCases[] = {
      {"MIT", kPermissive},
      {"mit", kPermissive},
      {"The Apache Software License, Version 2.0", kPermissive},
      {"MIT AND LGPL-2.1-only", kWeak},
      {"MIT OR GPL-3.0-only", kPermissive},
      {"GPL-2.0-only or AGPL-3.0-only", kStrong},
      {"GPL-2.0-only WITH Classpath-exception-2.0", kWeak},
      {"GPL-2.0-only WITH Some-exception", kStrong},
      {"EPL-2.0 OR (GPL-2.0-only WITH Classpath-exception-2.0)", kWeak},
      {"MIT AND (Apache-2.0 OR AGPL-3.0-only) AND ISC", kPermissive},
      {"AGPL-3.0-only AND LicenseRef-own", kNetwork},
      {"LicenseRef-own", kUnknown},
      {"MIT AND LicenseRef-own", kUnknown},
      {"MIT OR LicenseRef-own", kPermissive},
      {"", kUnknown},
      {"MIT AND", kUnknown},
      {"(MIT", kUnknown},
      {"MIT)", kUnknown},
      {"MIT GPL-3.0-only", kUnknown},
      {"Own Terms of Use", kUnknown},
  };
  for (const auto& one : kCases) {
    const LicenceFact fact = JudgeLicences({one.text});
    EXPECT_EQ(fact.klass, one.klass) << one.text;
    EXPECT_EQ(fact.note.empty(), one.klass != kUnknown) << one.text;
  }
}

TEST(Licences, SeveralLicencesAllHold) {
  const LicenceFact fact = JudgeLicences({"MIT", "EPL-2.0 OR GPL-3.0-only"});
  EXPECT_EQ(fact.klass, kWeak);
  EXPECT_EQ(fact.expression, "MIT AND (EPL-2.0 OR GPL-3.0-only)");
  EXPECT_EQ(JudgeLicences({}).note, "none is stated");
  EXPECT_EQ(JudgeLicences({}).klass, kUnknown);
}

TEST(Licences, HostileNestingEnds) {
  EXPECT_EQ(JudgeLicences({std::string(500, '(') + "MIT"}).note, "it is nested too deep");
}

}  // namespace
}  // namespace metapowers::analysis
