// The shipped rules on packages and containers: complete, consistent, and true to the catalogues.
#include "service/knowledge/software_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "metapowers/model/v1/architecture.pb.h"
#include "metapowers/model/v1/protection.pb.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

template <class Rows>
void ExpectKnownReferences(const Rows& rows) {
  for (const auto& row : rows) {
    EXPECT_GT(row.references_size(), 0) << row.ShortDebugString();
    for (const std::string& reference : row.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    EXPECT_NE(FindControl(row.control()), nullptr) << row.control();
  }
}

bool IsRule(const std::string& id) {
  const auto& rules = ThreatRules().rules();
  return std::any_of(rules.begin(), rules.end(), [&](const v1::ThreatRule& rule) { return rule.id() == id; });
}

TEST(SoftwareRules, CiteWhatTheCataloguesHave) {
  ExpectKnownReferences(DependencyRules().policy());
  ExpectKnownReferences(ContainerRules().settings());
  ExpectKnownReferences(ContainerRules().registry_settings());
  ExpectKnownReferences(ContainerRules().dockerfile_checks());
  ExpectKnownReferences(ContainerRules().cluster_checks());
}

TEST(SoftwareRules, LicencesAreListedOnceAndHaveAClass) {
  std::set<std::string> ids;
  for (const v1::Licence& licence : DependencyRules().licences()) {
    EXPECT_TRUE(ids.insert(licence.id()).second) << licence.id();
    EXPECT_NE(licence.class_(), v1::LICENCE_CLASS_UNSPECIFIED) << licence.id();
  }
  std::set<std::string> names;
  for (const v1::LicenceName& name : DependencyRules().names()) {
    EXPECT_TRUE(names.insert(name.name()).second) << name.name();
    EXPECT_TRUE(ids.contains(name.id())) << name.id();
  }
}

TEST(SoftwareRules, EveryClassHasAPolicyForEachWayOfDistribution) {
  const auto* classes = v1::LicenceClass_descriptor();
  EXPECT_EQ(DependencyRules().classes_size(), classes->value_count());
  std::set<std::pair<int, int>> seen;
  for (const v1::LicencePolicy& policy : DependencyRules().policies()) {
    EXPECT_TRUE(seen.emplace(policy.class_(), policy.distribution()).second) << policy.ShortDebugString();
    EXPECT_NE(policy.decision(), v1::LICENCE_DECISION_UNSPECIFIED);
    EXPECT_EQ(policy.days() > 0, policy.decision() != v1::LICENCE_DECISION_ALLOWED) << policy.ShortDebugString();
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(classes->value_count()) * 2);
}

TEST(SoftwareRules, PackageManagersAreNamedOnceAndSayWhatToDo) {
  std::set<std::string> names;
  for (const v1::PackageManager& manager : DependencyRules().managers()) {
    EXPECT_TRUE(names.insert(manager.name()).second) << manager.name();
    for (const std::string& alias : manager.aliases()) EXPECT_TRUE(names.insert(alias).second) << alias;
    for (const std::string* text : {&manager.title(), &manager.manifest(), &manager.pinning(), &manager.check(),
                                    &manager.bom_command(), &manager.bom_format(), &manager.registry()}) {
      EXPECT_FALSE(text->empty()) << manager.name();
    }
  }
  for (const v1::Distribution& distribution : DependencyRules().distributions()) {
    for (const std::string& technology : distribution.technologies()) {
      EXPECT_NE(FindTechnology(technology), nullptr) << technology;
    }
  }
}

TEST(SoftwareRules, SettingsAreFieldsOfTheModelAndThreatsAreShipped) {
  const auto* container = model::v1::ContainerSettings::descriptor();
  for (const v1::ContainerSetting& setting : ContainerRules().settings()) {
    EXPECT_TRUE(setting.field().empty() || container->FindFieldByName(setting.field()) != nullptr) << setting.field();
    EXPECT_EQ(setting.field().empty(), setting.required() == model::v1::TRISTATE_UNSPECIFIED) << setting.title();
    EXPECT_TRUE(setting.threat().empty() || IsRule(setting.threat())) << setting.threat();
  }
  const auto* registry = model::v1::Registry::descriptor();
  for (const v1::ContainerSetting& setting : ContainerRules().registry_settings()) {
    EXPECT_NE(registry->FindFieldByName(setting.field()), nullptr) << setting.field();
    EXPECT_TRUE(setting.threat().empty() || IsRule(setting.threat())) << setting.threat();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
