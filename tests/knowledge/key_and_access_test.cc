// The shipped rows on keys, credentials and configurations: complete, and true to the catalogues.
#include "service/knowledge/key_and_access.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

TEST(KeyAndAccessRules, EveryReferenceAndControlExists) {
  for (const v1::ProtectionGapRule& rule : KeyAndAccessRules().gaps()) {
    SCOPED_TRACE(rule.id());
    EXPECT_NE(FindControl(rule.control()), nullptr) << rule.control();
    EXPECT_NE(rule.severity(), model::v1::SEVERITY_UNSPECIFIED);
    for (const std::string* text : {&rule.title(), &rule.measure(), &rule.verification()}) EXPECT_FALSE(text->empty());
    EXPECT_GT(rule.references_size(), 0);
    for (const std::string& reference : rule.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
  for (const v1::CredentialRule& rule : KeyAndAccessRules().credentials()) {
    for (const std::string& reference : rule.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
  for (const v1::InventoryReason& reason : KeyAndAccessRules().reasons()) {
    for (const std::string& reference : reason.references()) {
      EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    }
  }
}

TEST(KeyAndAccessRules, KeysAreUnique) {
  std::set<std::string> gaps, reasons;
  for (const v1::ProtectionGapRule& rule : KeyAndAccessRules().gaps()) EXPECT_TRUE(gaps.insert(rule.id()).second);
  for (const v1::InventoryReason& each : KeyAndAccessRules().reasons()) EXPECT_TRUE(reasons.insert(each.id()).second);
}

TEST(KeyAndAccessRules, EveryKindHasItsRow) {
  for (int i = 1; i < model::v1::CredentialKind_descriptor()->value_count(); ++i) {
    EXPECT_NE(FindCredentialRule(static_cast<model::v1::CredentialKind>(i)), nullptr) << i;
  }
  for (int i = 1; i < model::v1::EncryptionAtRest_descriptor()->value_count(); ++i) {
    EXPECT_NE(FindEncryptionMode(static_cast<model::v1::EncryptionAtRest>(i)), nullptr) << i;
  }
  for (int i = 1; i < v1::LeakKind_descriptor()->value_count(); ++i) {
    EXPECT_FALSE(LeakPlaceOf(static_cast<v1::LeakKind>(i)).check().empty()) << i;
  }
}

TEST(KeyAndAccessRules, FindsAlgorithmsHoweverTheyAreWritten) {
  for (const char* text : {"AES-256-GCM", "aes256", "AES 256", "AES_256"}) {
    ASSERT_NE(FindAlgorithm(text), nullptr) << text;
    EXPECT_EQ(FindAlgorithm(text)->standing(), v1::ALGORITHM_STANDING_CURRENT) << text;
  }
  EXPECT_EQ(FindAlgorithm("RSA 2048")->standing(), v1::ALGORITHM_STANDING_ENDING);
  EXPECT_EQ(FindAlgorithm("3DES")->standing(), v1::ALGORITHM_STANDING_WITHDRAWN);
  EXPECT_EQ(FindAlgorithm("DES-CBC")->standing(), v1::ALGORITHM_STANDING_WITHDRAWN);
  EXPECT_EQ(FindAlgorithm("Kyber-768"), nullptr);
}

TEST(KeyAndAccessRules, NoConfigurationGivesEveryRight) {
  for (const v1::ProductConfig& row : KeyAndAccessRules().configs()) {
    const std::string& body = row.config().body();
    EXPECT_FALSE(row.config().title().empty());
    EXPECT_GT(row.technologies_size() + row.words_size(), 0) << row.config().title();
    const bool allows = body.find("\"Effect\": \"Allow\"") != std::string::npos;
    if (allows) {
      EXPECT_EQ(body.find("*\""), std::string::npos) << row.config().title();
    }
    EXPECT_EQ(body.find("verbs: [\"*\"]"), std::string::npos) << row.config().title();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
